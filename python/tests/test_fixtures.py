"""The committed fixtures: the archives give what the independent computation expects, with this PyTorch too."""

from __future__ import annotations

import json

import numpy as np
import oracle
import pytest
import torch
from conftest import IMPORTED
from reading import Exported, close

NAMES = sorted(folder.name for folder in IMPORTED.iterdir() if folder.is_dir())


def load(name):
    return Exported(IMPORTED / name), json.loads((IMPORTED / name / "expected.json").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_the_archive_agrees_with_its_reference_and_with_the_oracle(name):
    exported, expected = load(name)
    assert exported.checksums_hold()
    with torch.no_grad():
        mean, std = exported.posterior(exported.reference["inputs"])
        image = exported.image(mean)
    assert close(mean, exported.reference["mean"], 1e-5) and close(image, exported.reference["reconstruction"], 1e-5)
    rows = expected["rows"]
    assert close(mean[rows], torch.tensor(expected["posterior_mean"]), 2e-6)
    assert close(image[rows].flatten(1), torch.tensor(expected["reconstruction"]), 1e-6)
    if exported.yaml["posterior"] == "gaussian":
        assert close(std, exported.reference["std_dev"], 1e-5) and close(std[rows], torch.tensor(expected["posterior_std_dev"]), 1e-6)
    else:
        assert std is None and "posterior_std_dev" not in expected


@pytest.mark.parametrize("name", NAMES)
def test_the_jacobian_of_the_archive_has_the_expected_norms(name):
    exported, expected = load(name)
    for point in expected["points"]:
        x = exported.reference["inputs"][point["row"]][None]
        jacobian = torch.autograd.functional.jacobian(lambda v: exported.posterior(v)[0][0], x).flatten(1).double().numpy()
        assert np.linalg.norm(jacobian) == pytest.approx(point["jacobian_frobenius"], rel=1e-5)
        assert np.linalg.norm(jacobian, 2) == pytest.approx(point["jacobian_spectral"], rel=1e-5)
        if "min_std_dev" in point:
            sigma = exported.posterior(x)[1][0].detach().double().numpy()
            assert np.linalg.norm(jacobian / sigma[:, None], 2) == pytest.approx(point["jacobian_whitened"], rel=1e-5)
            for at in point["clean"]:
                assert at["bound_frobenius"] <= at["bound_spectral"] <= at["bound_whitened"]


@pytest.mark.parametrize("name", NAMES)
def test_the_attack_through_the_archive_does_the_expected_damage(name):
    exported, expected = load(name)
    attack = oracle.attack(lambda x: exported.posterior(x)[0], exported.image, exported.reference["inputs"], 0.0, 1.0,
                           expected["attack"]["radius"], 1000 + len(name))
    assert attack["start"] == expected["attack"]["start"]
    np.testing.assert_allclose(attack["damage"], expected["attack"]["damage"], rtol=1e-4)
    assert all(last > 1.5 * first for first, last in zip(attack["damage_at_start"], attack["damage"]))


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_is_small_and_trained(name):
    exported, expected = load(name)
    assert sum(file.stat().st_size for file in exported.folder.iterdir()) < 300_000
    inputs = exported.reference["inputs"]
    error = (exported.reference["reconstruction"] - inputs).square().mean()
    assert error < 0.5 * (inputs - inputs.mean(0)).square().mean()
