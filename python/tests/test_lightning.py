"""LightningModules that are, or hold, a model."""

from __future__ import annotations

import pytest
import torch
from conftest import SHAPE, Decoder, Encoder
from reading import Exported, close
from torch import nn

lightning = pytest.importorskip("lightning")

from margrave_export import ExportError, export_vae  # noqa: E402

PLAIN = dict(encoder_gives=("mean", "log-variance"), likelihood="bernoulli")


class Holding(lightning.LightningModule):
    """Has encoder and decoder, and is trained by a Trainer."""

    def __init__(self):
        super().__init__()
        self.save_hyperparameters()
        self.encoder, self.decoder = Encoder(), Decoder()

    def training_step(self, batch, index):
        mean, log_variance = self.encoder(batch[0])
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum()
        return nn.functional.binary_cross_entropy(self.decoder(z), batch[0], reduction="sum") + kl

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), 1e-3)


class Coding(Holding):
    """Has encode and decode."""

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z)


class Wrapping(lightning.LightningModule):
    def __init__(self, model):
        super().__init__()
        self.model = model


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", [Holding, Coding])
def test_a_module_is_exported_while_its_trainer_holds_it(make, sample, tmp_path):
    module = make()
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.rand(32, *SHAPE)), batch_size=8)
    lightning.Trainer(max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
                      enable_model_summary=False, default_root_dir=tmp_path).fit(module, data)
    exported = Exported(export_vae(module, sample, tmp_path / "out", **PLAIN))
    mean, std = exported.posterior(sample)
    with torch.no_grad():
        wanted, log_variance = module.eval().encoder(sample)
    assert close(mean, wanted, 1e-6) and close(std, (log_variance / 2).exp(), 1e-6)


def test_a_module_that_holds_a_model_is_that_model(sample, tmp_path):
    exported = Exported(export_vae(Wrapping(Coding()), sample, tmp_path / "out", **PLAIN))
    assert exported.yaml["source"]["model"].endswith("Coding")


def test_a_module_that_holds_a_pythae_model_needs_no_options(sample, tmp_path):
    models = pytest.importorskip("pythae.models")
    model = models.BetaVAE(models.BetaVAEConfig(input_dim=SHAPE, latent_dim=2, reconstruction_loss="bce"))
    assert Exported(export_vae(Wrapping(model), sample, tmp_path / "out")).yaml["latent"] == 2


def test_a_module_with_neither_says_what_to_pass(sample, tmp_path):
    with pytest.raises(ExportError, match=r"pass the pair \(encoder, decoder\)"):
        export_vae(Wrapping(nn.Linear(2, 2)), sample, tmp_path / "out", **PLAIN)
