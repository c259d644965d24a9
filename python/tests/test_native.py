"""Margrave's models rebuilt: what Java computed from them is what PyTorch computes."""

from __future__ import annotations

import math
import shutil

import numpy as np
import pytest
import torch
import yaml
from conftest import NATIVE
from reading import Exported, close
from safetensors.torch import load_file, save_file

from margrave_export import ReadError, export_vae, load_margrave

pandas = pytest.importorskip("pandas")
NAMES = ["mlp", "conv"]


def java(name):
    """Audited inputs with Java's reconstructions, and Java's rows about them at the first radius."""
    rows = pandas.read_csv(NATIVE / "rows.csv")
    rows = rows[(rows["model"] == name) & (rows["r"] == rows["r"].min())]
    return load_file(NATIVE / name / "java.safetensors"), rows.reset_index(drop=True)


@pytest.mark.parametrize("name", NAMES)
def test_reconstructions_agree_with_java(name):
    model, (tensors, _) = load_margrave(NATIVE / name), java(name)
    assert close(model(tensors["inputs"]), tensors["reconstructions"], 1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_standard_deviations_and_jacobians_agree_with_java(name):
    model, (tensors, rows) = load_margrave(NATIVE / name), java(name)
    model = model.double()
    for i, row in rows.iterrows():
        x = tensors["inputs"][i : i + 1].double()
        sigma = model.encode(x)[1][0].detach().numpy()
        jacobian = torch.autograd.functional.jacobian(lambda v: model.encode(v)[0][0], x).flatten(1).numpy()
        assert sigma.min() == pytest.approx(row["min_std_dev"], rel=1e-5)
        assert np.linalg.norm(jacobian) == pytest.approx(row["jacobian_frobenius"], rel=1e-5)
        assert np.linalg.norm(jacobian, 2) == pytest.approx(row["jacobian_spectral"], rel=1e-5)
        assert np.linalg.norm(jacobian / sigma[:, None], 2) == pytest.approx(row["jacobian_whitened"], rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_log_likelihoods_agree_with_java(name):
    model, (tensors, rows) = load_margrave(NATIVE / name), java(name)
    x = tensors["inputs"]
    with torch.no_grad():
        clean = model.log_likelihood(x, model.encode(x)[0])
        attacked = model.log_likelihood(x[tensors["attack/positions"].long()], model.encode(tensors["attack/perturbed"])[0])
    np.testing.assert_allclose(clean.numpy(), rows["log_lik_clean"], rtol=1e-5)
    np.testing.assert_allclose(attacked.numpy(), rows["log_lik_attacked"], rtol=1e-5)


def test_the_continuous_bernoulli_is_a_density():
    from margrave_export.native import _log_normaliser

    logits = torch.tensor([-30.0, -3, -1.01, -0.5, -1e-3, 0, 1e-6, 0.3, 0.99, 5, 40])
    grid = torch.linspace(0, 1, 200_001, dtype=torch.float64)
    log_p = _log_normaliser(logits).double()[:, None] + logits[:, None].double() * grid - torch.nn.functional.softplus(logits.double())[:, None]
    np.testing.assert_allclose(torch.trapezoid(log_p.exp(), grid).numpy(), 1, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_margrave_model_can_be_exported_as_an_imported_one(name, tmp_path):
    model, (tensors, _) = load_margrave(NATIVE / name), java(name)
    exported = Exported(export_vae(model, tensors["inputs"], tmp_path / "out"))
    assert close(exported.reference["reconstruction"], tensors["reconstructions"], 1e-5)
    assert exported.yaml["prior"] == "standard-normal" and exported.yaml["encoder"]["gives"] == ["mean", "standard-deviation"]
    if name == "conv":
        assert exported.yaml["likelihood"]["scale"] == pytest.approx(
            math.exp(float(load_file(NATIVE / name / "weights.safetensors")["likelihood.log_scale"])) + 1e-3)


@pytest.mark.parametrize("name", ["ae", "floor"])
def test_an_autoencoder_and_a_floor_under_sigma_are_what_java_makes_of_them(name):
    model, reference = load_margrave(NATIVE / name), load_file(NATIVE / name / "java.safetensors")
    mean, sigma = model.encode(reference["inputs"])
    assert close(mean, reference["mean"], 1e-5)
    assert close(model(reference["inputs"]), reference["reconstruction"], 1e-5)
    if name == "ae":
        assert model.deterministic and "std_dev" not in reference and not sigma.any()
    else:
        assert close(sigma, reference["std_dev"], 1e-5) and bool((sigma >= 0.3).all())


@pytest.mark.parametrize("name", ["ae", "floor"])
def test_an_autoencoder_and_a_floor_can_be_exported_as_imported_models(name, tmp_path):
    model, reference = load_margrave(NATIVE / name), load_file(NATIVE / name / "java.safetensors")
    exported = Exported(export_vae(model, reference["inputs"], tmp_path / "out"))
    assert exported.yaml["posterior"] == ("deterministic" if name == "ae" else "gaussian")
    assert exported.yaml["prior"] == "standard-normal"
    mean, sigma = exported.posterior(reference["inputs"])
    assert close(mean, reference["mean"], 1e-5)
    assert sigma is None if name == "ae" else close(sigma, reference["std_dev"], 1e-5)


def test_a_classifier_is_refused_in_one_line():
    with pytest.raises(ReadError, match=r"want a model that reconstructs, got a classifier \(kind vib\)") as refusal:
        load_margrave(NATIVE / "vib")
    assert "\n" not in str(refusal.value)


def spoiled(tmp_path, change=None, weights=None):
    folder = tmp_path / "model"
    shutil.copytree(NATIVE / "mlp", folder)
    tree = yaml.safe_load((folder / "model.yaml").read_text())
    if weights is not None:
        save_file(weights(load_file(folder / "weights.safetensors")), folder / "weights.safetensors")
        del tree["weights_sha256"]
    if change is not None:
        change(tree)
    (folder / "model.yaml").write_text(yaml.safe_dump(tree))
    return folder


@pytest.mark.parametrize("change, weights, reason", [
    (lambda t: t.update(format="margrave-torchscript-1"), None, "want format margrave-model-1"),
    (lambda t: t.pop("latent"), None, "latent"),
    (lambda t: t.update(posterior="flow"), None, "flow"),
    (lambda t: t.update(posterior="deterministic"), None, "want encoder.3.weight of shape"),
    (lambda t: t.update(posterior="deterministic", sigma_floor=0.1), None, "sigma_floor"),
    (lambda t: t.update(sigma_floor=float("nan")), None, "sigma_floor"),
    (lambda t: t["architecture"].update(name="transformer"), None, "transformer"),
    (lambda t: t["architecture"].update(widths=[2_000_000_000, 2_000_000_000]), None, "at most"),
    (lambda t: t["architecture"].update(widths=[25]), None, "want encoder.1.weight of shape"),
    (lambda t: t.update(weights_sha256="0" * 64), None, "checksum"),
    (None, lambda w: {k: v for k, v in w.items() if k != "decoder.0.bias"}, "decoder.0.bias"),
    (None, lambda w: {**w, "decoder.0.bias": w["decoder.0.bias"] / 0}, "finite weights"),
])
def test_a_folder_that_is_not_right_is_refused_in_one_line(change, weights, reason, tmp_path):
    with pytest.raises(ReadError, match=reason) as refusal:
        load_margrave(spoiled(tmp_path, change, weights))
    assert "\n" not in str(refusal.value)


def test_no_code_in_a_model_file_is_run(tmp_path):
    folder = spoiled(tmp_path)
    (folder / "model.yaml").write_text("!!python/object/apply:os.system ['touch " + str(tmp_path / "ran") + "']")
    with pytest.raises(ReadError, match="want YAML"):
        load_margrave(folder)
    (folder / "model.yaml").unlink()
    with pytest.raises(ReadError, match="margrave train"):
        load_margrave(folder)
    assert not (tmp_path / "ran").exists()


def test_a_truncated_file_of_weights_is_refused(tmp_path):
    folder = spoiled(tmp_path, lambda t: t.pop("weights_sha256"))
    whole = (folder / "weights.safetensors").read_bytes()
    (folder / "weights.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ReadError, match="whole safetensors"):
        load_margrave(folder)
