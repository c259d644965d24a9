"""From a model in Python to the folder that ``margrave import`` takes."""

from __future__ import annotations

import copy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Mapping, Optional, Sequence, Union

import torch
from safetensors.numpy import save
from torch import Tensor, nn

from . import archive, checks, folder
from .description import MEAN, SCALE, Description, Likelihood, Normalization, Text
from .errors import ExportError
from .find import Model, find
from .likelihood import image_mean
from .outputs import Reading, Selecting, read_decoder, read_encoder
from .source import Source
from .tracing import trace

#: Rows of the sample that become reference inputs.
REFERENCE_ROWS = 16
#: Rows of the sample that are looked at.
MOST_ROWS = 64


def export_vae(
    model: Model,
    sample: Tensor,
    out: Union[str, Path],
    *,
    latent: Optional[int] = None,
    likelihood: Union[str, Likelihood, None] = None,
    value_range: tuple[float, float] = (0, 1),
    image: Optional[tuple[int, int, int]] = None,
    normalization: Optional[Normalization] = None,
    encoder_gives: Optional[Sequence[Optional[str]]] = None,
    encoder_keys: Optional[Sequence[str]] = None,
    decoder_gives: Optional[Sequence[str]] = None,
    decoder_keys: Optional[Sequence[str]] = None,
    prior: Optional[str] = None,
    training: Optional[Mapping[str, Text]] = None,
    name: Optional[str] = None,
    overwrite: bool = False,
) -> Path:
    """Exports a VAE, or a deterministic autoencoder, as a folder: ``encoder.pt``, ``decoder.pt``, ``model.yaml``, ``reference.safetensors``.

    The model is copied to the CPU in float32 and put into eval mode; the caller's is left as it is. Both halves are traced, and each
    trace is compared with its module at other batch sizes. The folder appears whole or not at all.

    Args:
        model: ``(encoder, decoder)``; or one module with ``encode`` and ``decode``, or with ``encoder`` and ``decoder``; a pythae
            model; a LightningModule that is or holds one of these.
        sample: ``[n, channels, height, width]``, or ``[n, channels * height * width]`` for an encoder of flat input (``image`` then
            gives the shape); a few images as the data set holds them, in ``value_range``, before any normalisation. Its first 16
            become reference inputs that Java checks at import: use images that may be shared.
        out: the folder to make.
        latent: latent dimension, to be checked; found out where not given.
        likelihood: p(x|z): ``"bernoulli"``, ``"continuous-bernoulli"``, ``"gaussian"`` (the decoder gives the scale) or a
            :class:`Likelihood`; known for most pythae models.
        value_range: of the data, before any normalisation.
        image: (channels, height, width), where ``sample`` is flat.
        normalization: what is done to an image before the encoder, where the model was trained on normalised images.
        encoder_gives: what the encoder's outputs mean, in order: ``"mean"`` and one of ``"log-variance"``, ``"standard-deviation"``,
            ``"variance"``, or ``"mean"`` alone; ``None`` for an output to leave out. Found out from the names of a dict, and for
            pythae. One tensor with two entries is split in half.
        encoder_keys: names of the outputs in a dict, in the order of ``encoder_gives``.
        decoder_gives: ``("mean",)``, ``("logits",)`` or ``("mean", "scale")``; the first where not given.
        decoder_keys: likewise for the decoder.
        prior: ``"standard-normal"`` or ``"other"``; known for pythae, else standard normal if the encoder is not deterministic.
        training: what is known of the training, for the report: ``{"data": "mnist", "beta": 4.0}``.
        name: of the model's kind, for the report; that of its class where not given.
        overwrite: whether a model folder that is there is replaced.

    Returns:
        The folder.

    Raises:
        ExportError: where the model can't be exported, in one line with the reason.
    """
    target = Path(out)
    folder.check_target(target, overwrite)
    source = find(model)
    rows, shape, flat = _sample(sample, image, value_range)
    encoder_module = _prepared("encoder", source.encoder)
    decoder_module = encoder_module if source.decoder is source.encoder else _prepared("decoder", source.decoder)

    fed = _fed(rows, normalization, shape)
    if flat:
        fed = fed.flatten(1)
    with torch.no_grad():
        output = _call("encoder", encoder_module, source.encode, fed.clone())
        reading = read_encoder(
            output,
            encoder_gives if encoder_gives is not None else source.encoder_gives,
            encoder_keys if encoder_keys is not None else (None if encoder_gives is not None else source.encoder_keys))
        encoder = Selecting(encoder_module, source.encode, reading).eval()
        codes = _codes(reading.tensors(encoder(fed.clone())), len(fed), latent)
        decoder_output = _call("decoder", decoder_module, source.decode, codes.clone())
        decoder_reading = read_decoder(
            decoder_output,
            decoder_gives or source.decoder_gives or (MEAN,),
            decoder_keys if decoder_keys is not None else source.decoder_keys)
        decoder = Selecting(decoder_module, source.decode, decoder_reading).eval()
        decoder_flat = _decoder_flat(decoder_reading.tensors(decoder(codes.clone())), len(codes), shape)

    description = Description(
        image=shape,
        value_range=value_range,
        latent=codes.shape[1],
        prior=prior or source.prior or ("other" if len(reading.gives) == 1 else "standard-normal"),
        encoder_gives=reading.gives,
        decoder_gives=decoder_reading.gives,
        likelihood=_likelihood(likelihood, source, decoder_reading.gives),
        encoder_flat=flat,
        decoder_flat=decoder_flat,
        encoder_keys=reading.keys,
        decoder_keys=decoder_reading.keys,
        normalization=normalization,
        source={"exporter": _exporter(), "framework": f"torch {torch.__version__.split('+')[0]}", "model": name or source.name},
        training=training or {},
    )
    encoder_trace = _checked_trace("encoder", encoder, reading, fed, _probes(rows, normalization, shape, value_range, flat))
    decoder_trace = _checked_trace("decoder", decoder, decoder_reading, codes, torch.cat([codes * 0.5, -codes])[: len(codes) + 3])
    _check_image_range(description, decoder_reading.tensors(decoder(codes)))

    def fill(made: Path) -> None:
        archive.save(encoder_trace, made / folder.ENCODER)
        archive.save(decoder_trace, made / folder.DECODER)
        tensors = _reference(description, rows[:REFERENCE_ROWS], reading, decoder_reading, encoder, decoder)
        (made / folder.REFERENCE).write_bytes(save(tensors))
        tree = description.tree(folder.sha256(made / folder.ENCODER), folder.sha256(made / folder.DECODER))
        folder.write_yaml(made / folder.YAML, tree)

    folder.write_atomically(target, overwrite, fill)
    return target


def _sample(
    sample: Tensor, image: Optional[tuple[int, int, int]], value_range: tuple[float, float]
) -> tuple[Tensor, tuple[int, int, int], bool]:
    """The sample as ``[n, channels, height, width]``, its shape, and whether the encoder takes it flat."""
    if not isinstance(sample, Tensor):
        raise ExportError(f"want a sample as a tensor [n, channels, height, width], got {type(sample).__name__}")
    rows = sample[:MOST_ROWS].detach().to("cpu", torch.float32)
    flat = rows.dim() == 2
    if flat and image is None:
        raise ExportError(f"want image=(channels, height, width) for a flat sample, got none for one of {list(rows.shape)}")
    if not flat and rows.dim() != 4:
        raise ExportError(f"want a sample [n, channels, height, width] or [n, values], got {list(rows.shape)}")
    shape = image if image is not None else (rows.shape[1], rows.shape[2], rows.shape[3])
    if len(rows) == 0 or rows[0].numel() != shape[0] * shape[1] * shape[2]:
        raise ExportError(f"want at least one image of {shape} in the sample, got {list(rows.shape)}")
    if not flat and tuple(rows.shape[1:]) != tuple(shape):
        raise ExportError(f"want images of {shape}, as image says, got {list(rows.shape)}")
    low, high = value_range
    least, most = float(rows.min()), float(rows.max())
    slack = 1e-6 * (high - low)
    if not (least >= low - slack and most <= high + slack):
        raise ExportError(f"want a sample in the value range [{low:g}, {high:g}], got values from {least:.4g} to {most:.4g}: pass images as "
                          "the data set holds them, value_range=(low, high), and normalization=Normalization(mean, std) for what is done "
                          "to them before the encoder")
    return rows.reshape(len(rows), *shape).contiguous(), (shape[0], shape[1], shape[2]), flat


def _prepared(name: str, module: nn.Module) -> nn.Module:
    """A copy on the CPU, in float32, in eval mode, without gradients to its parameters."""
    try:
        own = copy.deepcopy(module)
    except Exception as e:
        raise ExportError(f"want a {name} that copy.deepcopy can copy, got {type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}; "
                          "pass it without its trainer") from e
    own = own.to("cpu", torch.float32).eval()
    for parameter in own.parameters():
        parameter.requires_grad_(False)
    checks.norm_layers(name, own)
    return own


def _fed(rows: Tensor, normalization: Optional[Normalization], shape: tuple[int, int, int]) -> Tensor:
    if normalization is None:
        return rows
    if len(normalization.mean) != shape[0]:
        raise ExportError(f"want a normalisation of {shape[0]} channels, got one of {len(normalization.mean)}")
    mean, std = _channels(normalization)
    return (rows - mean) / std


def _channels(normalization: Normalization) -> tuple[Tensor, Tensor]:
    return (torch.tensor(list(normalization.mean), dtype=torch.float32).reshape(1, -1, 1, 1),
            torch.tensor(list(normalization.std), dtype=torch.float32).reshape(1, -1, 1, 1))


def _call(name: str, module: nn.Module, method: str, batch: Tensor) -> object:
    try:
        result: object = module(batch) if method == "forward" else getattr(module, method)(batch)
        return result
    except ExportError:
        raise
    except Exception as e:
        first = str(e).splitlines()[0][:200] if str(e) else type(e).__name__
        hint = "; a flat encoder wants a flat sample and image=(channels, height, width)" if name == "encoder" else ""
        raise ExportError(f"want a {name} that takes {list(batch.shape)}, got {type(e).__name__}: {first}{hint}") from e


def _codes(outputs: Mapping[str, Tensor], n: int, latent: Optional[int]) -> Tensor:
    checks.finite("encoder", outputs)
    checks.positive(outputs)
    mean = outputs[MEAN]
    if mean.dim() != 2 or len(mean) != n:
        raise ExportError(f"want a mean of [batch, latent], got {list(mean.shape)} for {n} rows: flatten it to one latent vector")
    if latent is not None and mean.shape[1] != latent:
        raise ExportError(f"want a latent dimension of {latent}, got {mean.shape[1]}: one tensor that holds mean and spread wants "
                          "encoder_gives=('mean', 'log-variance')")
    for meaning, tensor in outputs.items():
        if tensor.shape != mean.shape:
            raise ExportError(f"want a {meaning} of the shape of the mean, {list(mean.shape)}, got {list(tensor.shape)}")
    return mean.contiguous()


def _decoder_flat(outputs: Mapping[str, Tensor], n: int, shape: tuple[int, int, int]) -> bool:
    checks.finite("decoder", outputs)
    checks.positive(outputs)
    first = next(iter(outputs.values()))
    flat = (n, shape[0] * shape[1] * shape[2])
    if tuple(first.shape) not in ((n, *shape), flat):
        raise ExportError(f"want a decoder that gives {[n, *shape]} or {list(flat)}, got {list(first.shape)}")
    for meaning, tensor in outputs.items():
        if tensor.shape != first.shape:
            raise ExportError(f"want a {meaning} of the shape of the first output, {list(first.shape)}, got {list(tensor.shape)}")
    return first.dim() == 2


def _likelihood(given: Union[str, Likelihood, None], source: Source, decoder_gives: Sequence[str]) -> Likelihood:
    if isinstance(given, Likelihood):
        return given
    if given is not None:
        return Likelihood(given)
    if SCALE in decoder_gives:
        return Likelihood("gaussian")
    if source.likelihood is None:
        raise ExportError("want likelihood, what the model's reconstruction loss stands for, got none: 'bernoulli' for cross-entropy, "
                          "Likelihood('gaussian', scale=1.0) for 0.5 * squared error")
    return source.likelihood


def _probes(
    rows: Tensor, normalization: Optional[Normalization], shape: tuple[int, int, int], value_range: tuple[float, float], flat: bool
) -> Tensor:
    """Another batch size, and values that the sample does not have."""
    low, high = value_range
    noise = torch.rand((3, *shape), generator=torch.Generator().manual_seed(0)) * (high - low) + low
    probes = _fed(torch.cat([rows.flip(0), noise]), normalization, shape)
    return probes.flatten(1) if flat else probes


def _checked_trace(name: str, module: Selecting, reading: Reading, batch: Tensor, probes: Tensor) -> torch.jit.ScriptModule:
    def run(rows: Tensor) -> dict[str, Tensor]:
        return reading.tensors(module(rows))

    with torch.no_grad():
        checks.deterministic(name, run, batch)
        checks.rows_alone(name, run, probes)
        traced = trace(name, module, batch)

        def run_trace(rows: Tensor) -> dict[str, Tensor]:
            return reading.tensors(traced(rows))

        for rows in (batch, probes, probes[:1]):
            checks.trace_agrees(name, run, run_trace, rows)
    checks.gradients(name, run_trace, probes)
    return traced


def _check_image_range(description: Description, outputs: Mapping[str, Tensor]) -> None:
    if description.likelihood.name != "bernoulli" or MEAN not in outputs:
        return
    least, most = float(outputs[MEAN].min()), float(outputs[MEAN].max())
    if least < 0 or most > 1:
        raise ExportError(f"want a decoder whose mean is in [0, 1] for a bernoulli likelihood, got {least:.3g} to {most:.3g}: if these are "
                          "logits, pass decoder_gives=('logits',)")


def _reference(
    description: Description, rows: Tensor, reading: Reading, decoder_reading: Reading, encoder: Selecting, decoder: Selecting
) -> dict[str, folder.Array]:
    """Inputs, posterior and reconstruction as the eager modules give them."""
    with torch.no_grad():
        fed = _fed(rows, description.normalization, description.image)
        posterior = reading.tensors(encoder(fed.flatten(1) if description.encoder_flat else fed))
        parameters = decoder_reading.tensors(decoder(posterior[MEAN].contiguous()))
        meaning = decoder_reading.gives[0]
        mean = image_mean(description.likelihood, meaning, parameters[meaning]).reshape(rows.shape)
        if description.normalization is not None and description.normalization.decoder:
            shift, std = _channels(description.normalization)
            mean = mean * std + shift
    tensors = {"inputs": rows, "mean": posterior[MEAN], "reconstruction": mean}
    if not description.deterministic:
        tensors["std_dev"] = _std_dev(posterior)
    return {name: folder.float32(tensor.numpy()) for name, tensor in tensors.items()}


def _std_dev(posterior: Mapping[str, Tensor]) -> Tensor:
    if "log-variance" in posterior:
        return (posterior["log-variance"] * 0.5).exp()
    return posterior["variance"].sqrt() if "variance" in posterior else posterior["standard-deviation"]


def _exporter() -> str:
    try:
        return f"margrave-export {version('margrave-export')}"
    except PackageNotFoundError:
        return "margrave-export"
