"""Reading what a module returns: a tensor, a tuple, a dict or a ``torch.distributions.Normal``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence, Union

import torch
from torch import Tensor, nn

from .description import LOGITS, MEAN, SCALE, check_encoder_gives
from .errors import ExportError

#: Names that say what a value of a dict is.
_MEANS = ("mean", "mu", "loc", "embedding", "z_mean")
_SPREAD_NAMES = {
    "log-variance": ("logvar", "log_var", "log_variance", "log_covariance", "z_log_var"),
    "standard-deviation": ("std", "sigma", "std_dev", "stddev", "z_std"),
    "variance": ("var", "variance"),
}
_IMAGES = ("mean", "reconstruction", "recon", "recon_x", "x_hat")
#: Names that say that a value of a dict belongs to another kind of model.
_DISCRETE = ("quantized_indices", "indices", "codes", "vq_loss", "perplexity")

Returned = Union[Tensor, tuple[Tensor, ...], dict[str, Tensor]]


@dataclass(frozen=True)
class Reading:
    """Which parts of a module's output are wanted, and what they mean.

    ``keys`` for a dict, ``positions`` for a tuple, or for the halves of a tensor; neither for one whole tensor or a Normal. What an
    encoder gives is put in the order mean, spread.
    """

    gives: tuple[str, ...]
    keys: Optional[tuple[str, ...]] = None
    positions: Optional[tuple[int, ...]] = None
    normal: bool = False
    halves: bool = False

    def __call__(self, output: Any) -> Returned:
        if self.keys is not None:
            return {key: output[key] for key in self.keys}
        if self.normal:
            normal = _normal(output)
            return normal.mean, normal.stddev
        if self.halves:
            output = output.chunk(2, dim=1)
        if self.positions is not None:
            picked = tuple(output[position] for position in self.positions)
            return picked if len(picked) > 1 else picked[0]
        tensor: Tensor = output
        return tensor

    def tensors(self, returned: Returned) -> dict[str, Tensor]:
        """By meaning, the values that :meth:`__call__` returned."""
        if isinstance(returned, Mapping):
            assert self.keys is not None
            values: Sequence[Tensor] = [returned[key] for key in self.keys]
        else:
            values = [returned] if isinstance(returned, Tensor) else list(returned)
        return dict(zip(self.gives, values))


class Selecting(nn.Module):
    """A module's method and a reading of what it returns, as one module that can be traced.

    Dicts stay dicts and tuples stay tuples, so that the archive is as close to its source as it can be. The module is held aside
    rather than registered: the tracer then looks at what runs and not at what else the module has (a trainer, the other half), and the
    archive holds the weights in use and no others.
    """

    def __init__(self, module: nn.Module, method: str, reading: Reading) -> None:
        super().__init__()
        self._held = (module,)
        self._method = method
        self._reading = reading

    def forward(self, batch: Tensor) -> Returned:
        (module,) = self._held
        call = module if self._method == "forward" else getattr(module, self._method)
        return self._reading(call(batch))


def read_encoder(output: Any, gives: Optional[Sequence[Optional[str]]], keys: Optional[Sequence[str]]) -> Reading:
    """How to read an encoder whose output on some batch is ``output``.

    Args:
        gives: what the outputs mean, in order, ``None`` for one to leave out; ``None`` in all: found out from names, where there are any.
        keys: names of the outputs in a dict, in the order of ``gives``.
    """
    _refuse_discrete(output)
    if _is_distribution(output):
        _normal(output)
        return Reading(("mean", "standard-deviation"), normal=True)
    if isinstance(output, Mapping):
        return _read_dict(output, gives, keys)
    if isinstance(output, tuple) and hasattr(output, "_fields") and gives is None:
        named = _read_dict(dict(zip(output._fields, output)), None, None)
        assert named.keys is not None
        return Reading(named.gives, positions=tuple(output._fields.index(key) for key in named.keys))
    if keys is not None:
        raise ExportError(f"want an encoder that returns a dict with the keys {list(keys)}, got {type(output).__name__}")
    if isinstance(output, Tensor):
        meanings, order = _declared(gives, "one tensor")
        return Reading(meanings, positions=order, halves=True) if len(meanings) == 2 else Reading(meanings)
    if not isinstance(output, (tuple, list)):
        raise ExportError(f"want an encoder that returns a tensor, tuple, dict or Normal, got {type(output).__name__}")
    if any(not isinstance(value, Tensor) for value in output):
        raise ExportError(
            "want one diagonal Gaussian over one latent vector, got a nested output "
            f"({', '.join(type(value).__name__ for value in output)}): models with several stochastic layers are not taken")
    if gives is None:
        raise ExportError(f"want encoder_gives, what the {len(output)} outputs of the encoder mean, such as ('mean', 'log-variance'); "
                          "None for an output to leave out")
    if len(gives) != len(output):
        raise ExportError(f"want one entry of encoder_gives for each of the {len(output)} outputs of the encoder, got {list(gives)}")
    meanings, positions = _declared(gives, "a tuple")
    return Reading(meanings, positions=positions)


def read_decoder(output: Any, gives: Sequence[str], keys: Optional[Sequence[str]]) -> Reading:
    """How to read a decoder whose output on some batch is ``output``."""
    meanings = tuple(gives)
    if isinstance(output, Mapping):
        if keys is None:
            found = [key for key in output if str(key) in (("logits",) if meanings[0] == LOGITS else _IMAGES)]
            if len(found) != 1 or len(meanings) != 1:
                raise ExportError(f"want decoder_keys, which of {_names(output)} are {list(meanings)}")
            keys = found
        return Reading(meanings, keys=_present(output, keys, meanings, "decoder"))
    if keys is not None:
        raise ExportError(f"want a decoder that returns a dict with the keys {list(keys)}, got {type(output).__name__}")
    if isinstance(output, Tensor):
        if len(meanings) == 1:
            return Reading(meanings)
        raise ExportError(f"want a decoder that returns {list(meanings)} in a tuple or dict, got one tensor")
    if isinstance(output, (tuple, list)) and len(output) >= len(meanings) and all(isinstance(value, Tensor) for value in output):
        return Reading(meanings, positions=tuple(range(len(meanings))))
    raise ExportError(f"want a decoder that returns {list(meanings)}, got {type(output).__name__}")


def _declared(gives: Optional[Sequence[Optional[str]]], what: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """What is given, the mean first, and at which positions."""
    if gives is None:
        raise ExportError(f"want encoder_gives, what {what} from the encoder means: ('mean', 'log-variance') or ('mean',)")
    pairs = sorted(((meaning, i) for i, meaning in enumerate(gives) if meaning is not None), key=lambda pair: pair[0] != MEAN)
    meanings = tuple(meaning for meaning, _ in pairs)
    check_encoder_gives(meanings)
    return meanings, tuple(i for _, i in pairs)


def _read_dict(output: Mapping[str, Any], gives: Optional[Sequence[Optional[str]]], keys: Optional[Sequence[str]]) -> Reading:
    if keys is not None:
        meanings, order = _declared(gives, "a dict")
        if max(order) >= len(keys):
            raise ExportError(f"want one of encoder_keys for each of encoder_gives, got {list(keys)}")
        return Reading(meanings, keys=_present(output, [keys[i] for i in order], meanings, "encoder"))
    found: list[tuple[str, str]] = [(MEAN, key) for key in output if key in _MEANS]
    for meaning, names in _SPREAD_NAMES.items():
        found += [(meaning, key) for key in output if key in names]
    if gives is not None:
        wanted = [meaning for meaning in gives if meaning is not None]
        found = [(meaning, key) for meaning, key in found if meaning in wanted]
    meanings = tuple(meaning for meaning, _ in found)
    if not meanings or len(set(meanings)) != len(meanings) or (gives is not None and len(meanings) != len(wanted)):
        raise ExportError(f"want encoder_gives and encoder_keys, which of {_names(output)} are the mean and the log-variance")
    check_encoder_gives(meanings)
    picked = tuple(key for _, key in found)
    return Reading(meanings, keys=_present(output, picked, meanings, "encoder"))


def _present(output: Mapping[str, Any], keys: Sequence[str], meanings: Sequence[str], which: str) -> tuple[str, ...]:
    if len(keys) != len(meanings):
        raise ExportError(f"want one of {which}_keys for each of {list(meanings)}, got {list(keys)}")
    for key in keys:
        if key not in output or not isinstance(output[key], Tensor):
            raise ExportError(f"want a tensor '{key}' in what the {which} returns, got {_names(output)}")
    return tuple(keys)


def _names(output: Mapping[str, Any]) -> list[str]:
    return [str(key) for key in output]


def _is_distribution(output: Any) -> bool:
    return isinstance(output, torch.distributions.Distribution)


def _normal(output: Any) -> Any:
    base = output.base_dist if isinstance(output, torch.distributions.Independent) else output
    if not isinstance(base, torch.distributions.Normal):
        raise ExportError(f"want a diagonal Gaussian posterior, a Normal, got {type(base).__name__}: only these and "
                          "deterministic encoders are taken")
    return base


def _refuse_discrete(output: Any) -> None:
    values = output.values() if isinstance(output, Mapping) else output if isinstance(output, (tuple, list)) else [output]
    named = [key for key in output if str(key) in _DISCRETE] if isinstance(output, Mapping) else []
    if named or any(isinstance(value, Tensor) and not value.is_floating_point() for value in values):
        raise ExportError("want a Gaussian or deterministic latent vector, got discrete codes: vector-quantised models are not taken")


__all__ = ["Reading", "Returned", "Selecting", "read_decoder", "read_encoder", "LOGITS", "MEAN", "SCALE"]
