"""Where encoder and decoder are in a model."""

from __future__ import annotations

from typing import Optional, Union

from torch import nn

from .errors import ExportError
from .native import MargraveVae
from .pythae import pythae_source
from .source import Source

Model = Union[nn.Module, tuple[nn.Module, nn.Module]]

#: Attributes under which a LightningModule, or any wrapper, keeps its network.
_HOLDERS = ("model", "vae", "net", "network", "autoencoder", "module", "_orig_mod")
_QUANTISERS = ("quantiz", "codebook", "gumbelsoftmax")


def find(model: Model) -> Source:
    """The encoder and decoder of a pair, of a pythae model, of a module with ``encode`` and ``decode`` or with ``encoder`` and
    ``decoder``, or of a module (a LightningModule, say) that holds one of these."""
    if isinstance(model, tuple):
        if len(model) != 2 or not all(isinstance(part, nn.Module) for part in model):
            raise ExportError("want (encoder, decoder), two modules, got " + ", ".join(type(part).__name__ for part in model))
        encoder, decoder = model
        source: Optional[Source] = Source(encoder, decoder, f"{_class(encoder)} and {_class(decoder)}")
    elif isinstance(model, nn.Module):
        source = _of(model)
    else:
        raise ExportError(f"want a torch.nn.Module or a pair of them, got {type(model).__name__}")
    if source is None:
        raise ExportError(f"want a module with encode and decode, or with encoder and decoder, got {type(model).__name__} with neither: "
                          "pass the pair (encoder, decoder)")
    for part in {id(source.encoder): source.encoder, id(source.decoder): source.decoder}.values():
        _refuse_discrete(part)
    return source


def _of(model: nn.Module) -> Optional[Source]:
    if isinstance(model, MargraveVae):
        return Source(model, model, "margrave", "encode_mean" if model.deterministic else "encode", "decode_parameters", prior="standard-normal", **model.export_hints)
    found = pythae_source(model)
    if found is None and callable(getattr(model, "encode", None)) and callable(getattr(model, "decode", None)):
        found = Source(model, model, _class(model), "encode", "decode")
    if found is None:
        encoder, decoder = getattr(model, "encoder", None), getattr(model, "decoder", None)
        if isinstance(encoder, nn.Module) and isinstance(decoder, nn.Module):
            found = Source(encoder, decoder, _class(model))
    if found is None:
        held = [child for name, child in model.named_children() if name in _HOLDERS]
        if len(held) == 1:
            found = _of(held[0])
    return found


def _class(module: nn.Module) -> str:
    kind = type(module)
    return kind.__name__ if kind.__module__ in ("__main__", "builtins") else f"{kind.__module__}.{kind.__name__}"


def _refuse_discrete(module: nn.Module) -> None:
    for path, layer in module.named_modules():
        if any(word in type(layer).__name__.lower() for word in _QUANTISERS):
            raise ExportError(f"want a Gaussian or deterministic latent vector, got {type(layer).__name__} '{path}': models with discrete "
                              "latents are not taken")
