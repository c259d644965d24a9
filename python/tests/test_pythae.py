"""pythae's models bring what is known of them; those that are no Gaussian over one latent vector are refused."""

from __future__ import annotations

import pytest
import torch
from reading import Exported, close

models = pytest.importorskip("pythae.models")
from pythae.data.datasets import DatasetOutput  # noqa: E402
from pythae.models.base.base_utils import ModelOutput  # noqa: E402

from margrave_export import ExportError, Likelihood, export_vae  # noqa: E402

SHAPE, LATENT = (1, 8, 8), 3


def made(name, **options):
    config = getattr(models, f"{name}Config", None) or getattr(models, f"{name}_Config")
    return getattr(models, name)(config(input_dim=SHAPE, latent_dim=LATENT, **options))


GAUSSIAN = ["VAE", "BetaVAE", "BetaTCVAE", "DisentangledBetaVAE", "FactorVAE", "INFOVAE_MMD", "IWAE", "CIWAE", "MIWAE", "PIWAE",
            "Adversarial_AE", "VAMP"]
DETERMINISTIC = ["AE", "RAE_L2", "RAE_GP", "WAE_MMD"]
OPTIONS = {"BetaTCVAE": {"dataset_size": 100} if "dataset_size" in getattr(models, "BetaTCVAEConfig").__dataclass_fields__ else {},
           "CIWAE": {"number_samples": 2, "beta": 0.5}, "VAMP": {"number_components": 4}}


@pytest.mark.parametrize("loss", ["mse", "bce"])
@pytest.mark.parametrize("name", GAUSSIAN)
def test_a_gaussian_model_of_pythae_needs_no_options(name, loss, tmp_path):
    model = made(name, reconstruction_loss=loss, **OPTIONS.get(name, {}))
    sample = torch.rand(5, *SHAPE)
    exported = Exported(export_vae(model, sample, tmp_path / "out"))

    with torch.no_grad():
        output = model.eval().encoder(sample)
        image = model.decoder(output.embedding).reconstruction
    mean, std = exported.posterior(sample)
    assert close(mean, output.embedding, 1e-6) and close(std, (output.log_covariance / 2).exp(), 1e-6)
    assert close(exported.reference["reconstruction"], image, 1e-6)
    assert exported.yaml["likelihood"] == ({"name": "bernoulli"} if loss == "bce" else {"name": "gaussian", "scale": 1.0})
    assert exported.yaml["prior"] == ("other" if name == "VAMP" else "standard-normal")
    assert exported.yaml["encoder"]["keys"] == ["embedding", "log_covariance"] and exported.yaml["decoder"]["keys"] == ["reconstruction"]
    assert exported.yaml["source"]["model"] == f"pythae.models.{name}"


@pytest.mark.parametrize("name", DETERMINISTIC)
def test_a_deterministic_model_of_pythae_has_no_spread_and_no_prior_of_ours(name, tmp_path):
    exported = Exported(export_vae(made(name), torch.rand(5, *SHAPE), tmp_path / "out"))
    assert exported.yaml["posterior"] == "deterministic" and exported.yaml["prior"] == "other"
    assert exported.yaml["encoder"]["gives"] == ["mean"] and "std_dev" not in exported.reference


@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_the_likelihood_is_that_of_the_loss_up_to_a_constant(loss):
    from margrave_export.pythae import pythae_source

    model = made("VAE", reconstruction_loss=loss).double()
    x, z = torch.rand(4, *SHAPE).double(), torch.randn(4, LATENT).double()
    image = model.decoder(z).reconstruction.detach()
    log_var = torch.zeros(4, LATENT).double()
    losses = [float(model.loss_function(r, x, z, log_var, z)[1]) * len(x) for r in (image, image * 0.9)]
    likelihood = pythae_source(model).likelihood
    log_p = [float(torch.distributions.Normal(r, likelihood.scale).log_prob(x).sum()) if loss == "mse"
             else float((x * r.log() + (1 - x) * (1 - r).log()).sum()) for r in (image, image * 0.9)]
    assert losses[0] - losses[1] == pytest.approx(log_p[1] - log_p[0], rel=1e-6)


def test_the_deterministic_loss_is_a_gaussian_of_half_the_variance():
    from margrave_export.pythae import pythae_source

    model = made("AE")
    x, scale = torch.rand(4, *SHAPE).double(), pythae_source(model).likelihood.scale
    images = [torch.rand(4, *SHAPE).double(), torch.rand(4, *SHAPE).double()]
    losses = [float(model.loss_function(r, x)) * len(x) for r in images]
    log_p = [float(torch.distributions.Normal(r, scale).log_prob(x).sum()) for r in images]
    assert losses[0] - losses[1] == pytest.approx(log_p[1] - log_p[0], rel=1e-6)


@pytest.mark.parametrize("name, reason", [
    ("VQVAE", "discrete codes"), ("HVAE", "Hamiltonian"), ("VAE_LinNF", "flow"), ("VAE_IAF", "flow"), ("SVAE", "von Mises"), ("PoincareVAE", "hyperbolic"),
])
def test_other_posteriors_are_refused_by_name(name, reason, tmp_path):
    kind = getattr(models, name)
    model = kind.__new__(kind)
    torch.nn.Module.__init__(model)
    with pytest.raises(ExportError, match=f"{name}: .*{reason}"):
        export_vae(model, torch.rand(5, *SHAPE), tmp_path / "out")


def test_a_loss_that_is_no_likelihood_of_pixels_has_to_be_given_one(tmp_path):
    model = made("MSSSIM_VAE")
    with pytest.raises(ExportError, match="want likelihood"):
        export_vae(model, torch.rand(5, *SHAPE), tmp_path / "out")
    export_vae(model, torch.rand(5, *SHAPE), tmp_path / "out", likelihood=Likelihood("gaussian", 1.0))


def test_a_subclass_and_own_networks_go_by_their_ancestor(tmp_path):
    from models import PythaeDecoder, PythaeEncoder

    class Mine(models.BetaVAE):
        pass

    config = models.BetaVAEConfig(input_dim=SHAPE, latent_dim=LATENT, reconstruction_loss="bce", beta=4.0)
    model = Mine(config, encoder=PythaeEncoder(8, 16, LATENT, True), decoder=PythaeDecoder(8, 16, LATENT))
    loss = model(DatasetOutput(data=torch.rand(6, *SHAPE))).loss
    loss.backward()
    assert isinstance(model.encoder(torch.rand(2, *SHAPE)), ModelOutput)
    exported = Exported(export_vae(model, torch.rand(5, *SHAPE), tmp_path / "out"))
    assert exported.yaml["source"]["model"] == "pythae.models.BetaVAE"
