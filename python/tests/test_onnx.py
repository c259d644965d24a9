"""ONNX files that PyTorch exported."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from conftest import LATENT, Decoder, Encoder, View
from reading import Exported, close
from torch import nn

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnx2torch")

from margrave_export import ExportError, export_onnx  # noqa: E402


class ConvEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 4, 2, 1), nn.BatchNorm2d(4), nn.SiLU(), nn.Flatten(), nn.Linear(64, 16), nn.LeakyReLU())
        self.mean, self.log_variance = nn.Linear(16, LATENT), nn.Linear(16, LATENT)

    def forward(self, x):
        h = self.body(x)
        return self.mean(h), self.log_variance(h)


class ConvDecoder(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(LATENT, 64), nn.ReLU(), View(4, 4, 4), nn.Upsample(scale_factor=2), nn.ConvTranspose2d(4, 4, 3, 1, 1), nn.ELU(),
                         nn.Conv2d(4, 1, 3, 1, 1), nn.Sigmoid())


DYNAMO = "dynamo" in torch.onnx.export.__code__.co_varnames


def to_onnx(module, batch, file, inputs, outputs, dynamic=True, exporter="traced"):
    options = {"dynamic_axes": {name: {0: "batch"} for name in [*inputs, *outputs]}} if dynamic else {}
    if exporter == "opset 15":
        options["opset_version"] = 15
    if exporter == "dynamo":
        pytest.importorskip("onnxscript")
        options = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)} if dynamic else {}
    if DYNAMO:
        options["dynamo"] = exporter == "dynamo"
    elif exporter == "dynamo":
        pytest.skip("this PyTorch has one exporter")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module.eval(), (batch,), str(file), input_names=inputs, output_names=outputs, **options)
    return file


def files(encoder, decoder, folder, dynamic=True, exporter="traced"):
    return (to_onnx(encoder, torch.rand(2, 1, 8, 8), folder / "encoder.onnx", ["image"], ["mu", "logvar"], dynamic, exporter),
            to_onnx(decoder, torch.rand(2, LATENT), folder / "decoder.onnx", ["z"], ["image"], dynamic, exporter))


@pytest.mark.parametrize("exporter", ["opset 15", "traced", "dynamo"])
@pytest.mark.parametrize("make", [(Encoder, Decoder), (ConvEncoder, ConvDecoder)], ids=["mlp", "conv"])
def test_an_onnx_pair_becomes_the_model_it_was_exported_from(make, exporter, sample, tmp_path):
    encoder, decoder = make[0]().eval(), make[1]().eval()
    pair = files(encoder, decoder, tmp_path, exporter=exporter)
    exported = Exported(export_onnx(*pair, sample, tmp_path / "out", likelihood="bernoulli"))

    with torch.no_grad():
        mean, log_variance = encoder(sample)
        image = decoder(mean)
    got_mean, got_std = exported.posterior(sample)
    assert close(got_mean, mean, 1e-5) and close(got_std, (log_variance / 2).exp(), 1e-5)
    assert close(exported.reference["reconstruction"], image, 1e-5)
    assert exported.yaml["encoder"]["keys"] == ["mu", "logvar"] and exported.yaml["source"]["model"].startswith("ONNX")

    x = sample.clone().requires_grad_(True)
    wanted = torch.autograd.grad(encoder(x)[0].square().sum(), x)[0]
    assert close(torch.autograd.grad(exported.posterior(x)[0].square().sum(), x)[0], wanted, 1e-5)


def test_it_agrees_with_onnxruntime(sample, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    pair = files(ConvEncoder(), ConvDecoder(), tmp_path)
    exported = Exported(export_onnx(*pair, sample, tmp_path / "out", likelihood="bernoulli"))
    mean, _ = runtime.InferenceSession(str(pair[0]), providers=["CPUExecutionProvider"]).run(None, {"image": sample.numpy()})
    image = runtime.InferenceSession(str(pair[1]), providers=["CPUExecutionProvider"]).run(None, {"z": mean})[0]
    np.testing.assert_allclose(exported.reference["mean"].numpy(), mean, atol=1e-5)
    np.testing.assert_allclose(exported.reference["reconstruction"].numpy(), image, atol=1e-5)


@pytest.mark.parametrize("exporter", ["opset 15", "traced", "dynamo"])
def test_a_file_of_a_fixed_batch_size_takes_any(exporter, sample, tmp_path):
    encoder, decoder = ConvEncoder().eval(), ConvDecoder().eval()
    exported = Exported(export_onnx(*files(encoder, decoder, tmp_path, False, exporter), sample, tmp_path / "out", likelihood="bernoulli"))
    with torch.no_grad():
        mean, _ = encoder(sample)
        assert close(exported.reference["reconstruction"], decoder(mean), 1e-5)


def one_node(file, node, inputs=((2, 4),)):
    helper = onnx.helper
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info(f"x{i}", 1, shape) for i, shape in enumerate(inputs)], [helper.make_tensor_value_info("y", 1, (2, 4))])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15), helper.make_opsetid("mine", 1)], ir_version=8), str(file))
    return file


@pytest.mark.parametrize("node, reason", [
    (lambda make: make("RandomNormalLike", ["x0"], ["y"]), "draws no noise, got RandomNormalLike"),
    (lambda make: make("Mine", ["x0"], ["y"], domain="mine"), "standard operators, got mine.Mine"),
    (lambda make: make("Det", ["x0"], ["y"]), "operators that onnx2torch knows"),
])
def test_what_is_lost_is_refused_by_the_operators_name(node, reason, sample, tmp_path):
    file = one_node(tmp_path / "odd.onnx", node(onnx.helper.make_node))
    with pytest.raises(ExportError, match=reason):
        export_onnx(file, file, sample, tmp_path / "out", likelihood="bernoulli")


def test_two_inputs_and_no_onnx_at_all_are_refused(sample, tmp_path):
    file = one_node(tmp_path / "two.onnx", onnx.helper.make_node("Add", ["x0", "x1"], ["y"]), ((2, 4), (2, 4)))
    with pytest.raises(ExportError, match="one input"):
        export_onnx(file, file, sample, tmp_path / "out", likelihood="bernoulli")
    (tmp_path / "text.onnx").write_bytes(b"no protobuf at all")
    with pytest.raises(ExportError, match="valid ONNX"):
        export_onnx(tmp_path / "text.onnx", file, sample, tmp_path / "out", likelihood="bernoulli")
    with pytest.raises(ExportError, match="not there"):
        export_onnx(tmp_path / "none.onnx", file, sample, tmp_path / "out", likelihood="bernoulli")
