"""Plain modules: every form of output is read, and what can't be audited is refused with the reason."""

from __future__ import annotations

import os
import zipfile
from collections import namedtuple

import pytest
import torch
from conftest import LATENT, SHAPE, SIZE, Decoder, Encoder
from reading import Exported, close
from torch import nn

from margrave_export import ExportError, Likelihood, Normalization, export_vae

Pair = namedtuple("Pair", "mu logvar")
PLAIN = dict(encoder_gives=("mean", "log-variance"), likelihood="bernoulli")

FORMS = {
    "tuple": (lambda m, v: (m, v), dict(encoder_gives=("mean", "log-variance"))),
    "sigma": (lambda m, v: (m, (v / 2).exp()), dict(encoder_gives=("mean", "standard-deviation"))),
    "variance": (lambda m, v: [m, v.exp()], dict(encoder_gives=("mean", "variance"))),
    "the other order": (lambda m, v: (v, m), dict(encoder_gives=("log-variance", "mean"))),
    "a draw too": (lambda m, v: (m * 2, m, v), dict(encoder_gives=(None, "mean", "log-variance"))),
    "halves of one tensor": (lambda m, v: torch.cat([m, v], 1), dict(encoder_gives=("mean", "log-variance"))),
    "known names": (lambda m, v: {"z": m, "logvar": v, "mu": m}, {}),
    "given names": (lambda m, v: {"a": v, "b": m}, dict(encoder_gives=("log-variance", "mean"), encoder_keys=("a", "b"))),
    "named tuple": (Pair, {}),
    "distribution": (lambda m, v: torch.distributions.Normal(m, (v / 2).exp()), {}),
    "independent": (lambda m, v: torch.distributions.Independent(torch.distributions.Normal(m, (v / 2).exp()), 1), {}),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_posterior_is_read_as_the_same_posterior(form, sample, tmp_path):
    make, options = FORMS[form]
    encoder, decoder = Encoder(make), Decoder()
    with torch.no_grad():
        h = encoder.body(sample)
        mean, std = encoder.mean(h), (encoder.log_variance(h) / 2).exp()

    exported = Exported(export_vae((encoder, decoder), sample, tmp_path / "out", likelihood="bernoulli", **options))

    got_mean, got_std = exported.posterior(sample)
    assert close(got_mean, mean, 1e-6) and close(got_std, std, 1e-6)
    assert close(exported.reference["mean"], mean, 1e-6) and close(exported.reference["std_dev"], std, 1e-6)
    assert close(exported.reference["reconstruction"], decoder(mean).detach(), 1e-6)
    assert torch.equal(exported.reference["inputs"], sample)
    assert exported.checksums_hold()
    assert exported.yaml["posterior"] == "gaussian" and exported.yaml["encoder"]["gives"][0] == "mean"


def test_a_single_module_with_encode_and_decode_keeps_each_half_to_its_own_weights(sample, tmp_path):
    class Vae(nn.Module):
        def __init__(self):
            super().__init__()
            self.e, self.d = Encoder(), Decoder()
            self.unused = nn.Linear(1000, 1000)

        def encode(self, x):
            return self.e(x)

        def decode(self, z):
            return self.d(z)

    exported = Exported(export_vae(Vae(), sample, tmp_path / "out", **PLAIN))

    weights = sum(p.numel() * 4 for p in Encoder().parameters())
    assert weights < (exported.folder / "encoder.pt").stat().st_size < weights + 20_000


def test_a_flat_encoder_takes_flat_samples(sample, tmp_path):
    class Flat(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(SIZE, 2 * LATENT)

        def forward(self, x):
            if x.dim() != 2:
                raise ValueError("flat only")
            return self.layer(x)

    decoder = nn.Sequential(nn.Linear(LATENT, SIZE))
    exported = Exported(export_vae((Flat(), decoder), sample.flatten(1), tmp_path / "out", image=SHAPE, decoder_gives=("logits",), **PLAIN))

    assert exported.yaml["encoder"]["takes"] == "flat" and exported.yaml["decoder"]["shape"] == "flat"
    assert exported.reference["inputs"].shape == sample.shape == exported.reference["reconstruction"].shape
    assert close(exported.image(exported.reference["mean"]), exported.reference["reconstruction"], 1e-6)
    with pytest.raises(ExportError, match="flat sample and image="):
        export_vae((Flat(), decoder), sample, tmp_path / "other", decoder_gives=("logits",), **PLAIN)


def test_normalisation_is_undone_for_what_the_report_shows(tmp_path):
    sample = torch.rand(6, 3, 4, 4)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(48, 4))
    decoder = nn.Sequential(nn.Linear(2, 48), nn.Unflatten(1, (3, 4, 4)))
    normalization = Normalization([0.1, 0.2, 0.3], [0.5, 0.6, 0.7])
    exported = Exported(export_vae(
        (encoder, decoder), sample, tmp_path / "out", encoder_gives=("mean", "log-variance"), likelihood=Likelihood("gaussian", 0.1),
        normalization=normalization))

    shift, unit = torch.tensor([0.1, 0.2, 0.3]).reshape(3, 1, 1), torch.tensor([0.5, 0.6, 0.7]).reshape(3, 1, 1)
    with torch.no_grad():
        mean = encoder((sample - shift) / unit)[:, :2]
        image = decoder(mean) * unit + shift
    assert close(exported.reference["mean"], mean, 1e-6) and close(exported.reference["reconstruction"], image, 1e-6)
    assert exported.yaml["normalization"] == {"mean": [0.1, 0.2, 0.3], "std": [0.5, 0.6, 0.7], "decoder": True}
    assert exported.yaml["likelihood"] == {"name": "gaussian", "scale": 0.1}


def test_continuous_bernoulli_reconstructs_by_its_own_mean_not_by_the_sigmoid(sample, tmp_path):
    decoder = Decoder(lambda logits: logits * 8)
    exported = Exported(export_vae((Encoder(), decoder), sample, tmp_path / "out", encoder_gives=("mean", "log-variance"),
                                   likelihood="continuous-bernoulli", decoder_gives=("logits",)))
    logits = decoder(exported.reference["mean"]).detach().double()
    grid = torch.linspace(0, 1, 20_001, dtype=torch.float64)
    density = torch.exp(logits.flatten()[:50, None] * grid)
    mean = torch.trapezoid(density * grid, grid) / torch.trapezoid(density, grid)
    assert close(exported.reference["reconstruction"].flatten()[:50].double(), mean, 1e-5)


def test_a_decoder_may_give_the_scale(sample, tmp_path):
    exported = Exported(export_vae((Encoder(), Decoder(lambda h: (h, h.exp() + 0.1))), sample, tmp_path / "out",
                                   encoder_gives=("mean", "log-variance"), decoder_gives=("mean", "scale")))
    assert exported.yaml["likelihood"] == {"name": "gaussian"} and exported.yaml["decoder"]["gives"] == ["mean", "scale"]


def test_an_encoder_of_means_alone_is_deterministic_and_has_no_prior_of_ours(sample, tmp_path):
    exported = Exported(export_vae((Encoder(lambda m, v: m), Decoder()), sample, tmp_path / "out", encoder_gives=("mean",), likelihood="bernoulli"))
    assert exported.yaml["posterior"] == "deterministic" and exported.yaml["prior"] == "other"
    assert "std_dev" not in exported.reference


def test_upsampling_and_batch_norm_trace_at_any_batch_size(tmp_path):
    sample = torch.rand(5, 1, 8, 8)
    encoder = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 4))
    decoder = nn.Sequential(nn.Linear(2, 16), nn.Unflatten(1, (1, 4, 4)), nn.Upsample(scale_factor=2), nn.Conv2d(1, 1, 3, 1, 1), nn.Sigmoid())
    encoder.train()
    exported = Exported(export_vae((encoder, decoder), sample, tmp_path / "out", **PLAIN))

    assert encoder.training and next(encoder.parameters()).requires_grad
    seventeen = torch.rand(17, 1, 8, 8)
    assert close(exported.posterior(seventeen)[0], encoder.eval()(seventeen)[:, :2].detach(), 1e-5)


def test_the_archives_name_no_file_of_the_machine_and_align_what_they_hold(sample, tmp_path):
    export_vae((Encoder(), Decoder()), sample, tmp_path / "out", **PLAIN)
    here = os.fsencode(os.path.dirname(__file__))
    for half in ("encoder.pt", "decoder.pt"):
        with zipfile.ZipFile(tmp_path / "out" / half) as archive:
            assert not any(here in archive.read(info) or b"site-packages" in archive.read(info) for info in archive.infolist())
            for info in archive.infolist():
                assert (info.header_offset + 30 + len(info.filename) + len(info.extra)) % 64 == 0


def test_nothing_is_overwritten_unasked_and_nothing_half_written_stays(sample, tmp_path):
    out = tmp_path / "out"
    pair = Encoder(), Decoder()
    export_vae(pair, sample, out, **PLAIN)
    with pytest.raises(ExportError, match="exists"):
        export_vae(pair, sample, out, **PLAIN)
    export_vae(pair, sample, out, overwrite=True, training={"beta": 4.0}, **PLAIN)
    assert Exported(out).yaml["training"] == {"beta": 4.0}

    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-keep").write_text("x")
    with pytest.raises(ExportError, match="no model.yaml"):
        export_vae(pair, sample, tmp_path / "letters", overwrite=True, **PLAIN)
    with pytest.raises(ExportError):
        export_vae((Encoder(), Decoder(lambda h: h / 0)), sample, tmp_path / "bad", **PLAIN)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["letters", "out"]


class BatchStatistics(Encoder):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(16, track_running_stats=False)

    def forward(self, x):
        h = self.norm(self.body(x))
        return self.mean(h), self.log_variance(h)


class StubbornlyTraining(BatchStatistics):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(16)

    def train(self, mode=True):
        super().train(mode)
        self.norm.train()
        return self


class FunctionalBatchNorm(Encoder):
    def forward(self, x):
        h = self.body(x)
        h = torch.nn.functional.batch_norm(h, None, None, training=True)
        return self.mean(h), self.log_variance(h)


class VectorQuantizer(nn.Module):
    def forward(self, x):
        return x.round()


class Quantised(Encoder):
    def __init__(self):
        super().__init__()
        self.codebook = VectorQuantizer()


class FixedBatch(Encoder):
    def forward(self, x):
        return super().forward(x.reshape(10, *SHAPE)) if len(x) == 10 else super().forward(x)


class DataDependent(Encoder):
    def forward(self, x):
        mean, log_variance = super().forward(x)
        return (mean if float(x[0, 0, 0, 0]) > 2 or len(x) == 10 else mean + 1), log_variance


class Hierarchy(nn.Module):
    def __init__(self):
        super().__init__()
        self.levels = nn.ModuleList([Encoder(), Encoder()])

    def forward(self, x):
        return tuple(level(x) for level in self.levels)


REFUSED = {
    "batch statistics": (BatchStatistics, Decoder, {}, "running statistics in eval mode.*'norm'"),
    "training-mode batch norm": (StubbornlyTraining, Decoder, {}, "running statistics in eval mode.*'norm'"),
    "functional batch norm": (FunctionalBatchNorm, Decoder, {}, "batch normalisation left in training mode"),
    "discrete latents": (Quantised, Decoder, {}, "discrete"),
    "integer codes": (lambda: Encoder(lambda m, v: (m, m.argmax(1))), Decoder, {}, "discrete codes"),
    "a write into the input": (Encoder, lambda: nn.Sequential(nn.ReLU(inplace=True), Decoder()), {}, "inplace=True"),
    "several stochastic layers": (Hierarchy, Decoder, {}, "several stochastic layers"),
    "a random encoder": (lambda: Encoder(lambda m, v: (m + torch.randn_like(m), v)), Decoder, {}, "not a draw"),
    "a random decoder": (Encoder, lambda: Decoder(lambda h: (h + torch.randn_like(h)).sigmoid()), {}, "several stochastic layers"),
    "a flow": (lambda: Encoder(lambda m, v: torch.distributions.LogNormal(m, (v / 2).exp())), Decoder, {}, "diagonal Gaussian posterior"),
    "infinite outputs": (lambda: Encoder(lambda m, v: (m / 0, v)), Decoder, {}, "finite"),
    "a negative sigma": (lambda: Encoder(lambda m, v: (m, v - 9)), Decoder, dict(encoder_gives=("mean", "standard-deviation")), "is this output a logarithm"),
    "rounding": (lambda: Encoder(lambda m, v: (m.round(), v)), Decoder, {}, "want a gradient"),
    "no gradient": (lambda: Encoder(lambda m, v: (torch.ones_like(m), v)), Decoder, {}, "want a gradient"),
    "a fixed batch": (FixedBatch, Decoder, {}, "any batch size"),
    "control flow": (DataDependent, Decoder, {}, "control flow"),
    "logits said to be a mean": (Encoder, lambda: Decoder(lambda h: h * 9), {}, r"decoder_gives=\('logits',\)"),
    "no meaning": (Encoder, Decoder, dict(encoder_gives=None), "encoder_gives"),
    "no likelihood": (Encoder, Decoder, dict(likelihood=None), "want likelihood"),
    "a gaussian without a scale": (Encoder, Decoder, dict(likelihood="gaussian"), "standard deviation of a pixel"),
    "another family": (Encoder, Decoder, dict(likelihood="poisson"), "bernoulli, continuous-bernoulli, gaussian"),
    "a mean for a continuous Bernoulli": (Encoder, Decoder, dict(likelihood="continuous-bernoulli"), "leave the decoder's last sigmoid off"),
    "another latent": (Encoder, Decoder, dict(latent=7), "latent dimension of 7, got 3"),
    "a small image": (Encoder, lambda: Decoder(lambda h: h[:, :, :4].sigmoid()), {}, "want a decoder that gives"),
    "a spatial latent": (lambda: Encoder(lambda m, v: (m[:, :, None], v[:, :, None])), Decoder, {}, "flatten it"),
}


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize("case", REFUSED)
def test_what_can_not_be_audited_is_refused_in_one_line_with_the_reason(case, sample, tmp_path):
    encoder, decoder, options, reason = REFUSED[case]
    with pytest.raises(ExportError, match=reason) as refusal:
        export_vae((encoder(), decoder()), sample, tmp_path / "out", **{**PLAIN, **options})
    assert "\n" not in str(refusal.value) and str(refusal.value).startswith("want ")
    assert list(tmp_path.iterdir()) == []


def test_one_image_is_sample_enough(sample, tmp_path):
    exported = Exported(export_vae((Encoder(), Decoder()), sample[:1], tmp_path / "out", **PLAIN))
    assert exported.reference["inputs"].shape == (1, *SHAPE)


def test_a_model_in_half_precision_is_exported_in_float32(sample, tmp_path):
    exported = Exported(export_vae((Encoder().to(torch.bfloat16), Decoder().double()), sample, tmp_path / "out", **PLAIN))
    assert exported.posterior(sample)[0].dtype == torch.float32


def test_a_sample_outside_the_value_range_is_refused(sample, tmp_path):
    with pytest.raises(ExportError, match="normalization=Normalization"):
        export_vae((Encoder(), Decoder()), sample * 2 - 1, tmp_path / "out", **PLAIN)
    exported = Exported(export_vae((Encoder(), Decoder()), sample * 2 - 1, tmp_path / "out", value_range=(-1, 1),
                                   encoder_gives=("mean", "log-variance"), likelihood=Likelihood("gaussian", 1)))
    assert exported.yaml["range"] == {"low": -1.0, "high": 1.0}
