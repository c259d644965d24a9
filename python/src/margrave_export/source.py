"""An encoder and a decoder, with what is known of them without being told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence

from torch import nn

from .description import Likelihood


@dataclass(frozen=True)
class Source:
    """An encoder and a decoder, each a module and the name of its method, with what their library says of them.

    Fields that are ``None`` are not known and must be given.
    """

    encoder: nn.Module
    decoder: nn.Module
    name: str
    encode: str = "forward"
    decode: str = "forward"
    encoder_gives: Optional[Sequence[str]] = None
    encoder_keys: Optional[Sequence[str]] = None
    decoder_gives: Optional[Sequence[str]] = None
    decoder_keys: Optional[Sequence[str]] = None
    prior: Optional[str] = None
    likelihood: Optional[Likelihood] = None
