"""What ``model.yaml`` says of an imported model: values only, no tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Sequence, Union

from .errors import ExportError

FORMAT = "margrave-torchscript-1"
MEAN = "mean"
LOGITS = "logits"
SCALE = "scale"
#: How an encoder may state the spread of q(z|x).
SPREADS = ("log-variance", "standard-deviation", "variance")
PRIORS = ("standard-normal", "other")
FAMILIES = ("bernoulli", "continuous-bernoulli", "gaussian")

Text = Union[str, int, float, bool]


@dataclass(frozen=True)
class Likelihood:
    """p(x|z), pixels independent given z.

    ``scale`` is the standard deviation of a pixel in units of the data's range, for ``gaussian`` only; ``None`` there means that
    the decoder gives it.
    """

    name: str
    scale: Optional[float] = None

    def __post_init__(self) -> None:
        if self.name not in FAMILIES:
            raise ExportError(f"want a likelihood of {', '.join(FAMILIES)}, got '{self.name}'")
        if self.name != "gaussian" and self.scale is not None:
            raise ExportError(f"want a scale for a gaussian likelihood only, got {self.scale} for {self.name}")
        if self.scale is not None and not (self.scale > 0 and math.isfinite(self.scale)):
            raise ExportError(f"want a finite likelihood scale > 0, got {self.scale}")


@dataclass(frozen=True)
class Normalization:
    """What the network is fed: ``(x - mean) / std``, channel by channel.

    ``decoder`` says whether what the decoder gives is normalised too, so that ``mean * std + mean`` is the image.
    """

    mean: Sequence[float]
    std: Sequence[float]
    decoder: bool = True

    def __post_init__(self) -> None:
        if not self.mean or len(self.mean) != len(self.std):
            raise ExportError(f"want a mean and a std for each channel, got {len(self.mean)} and {len(self.std)}")
        if not all(math.isfinite(v) for v in self.mean) or not all(v > 0 and math.isfinite(v) for v in self.std):
            raise ExportError(f"want finite means and std > 0, got {list(self.mean)} and {list(self.std)}")


@dataclass(frozen=True)
class Description:
    """``model.yaml``, without the checksums.

    ``image`` is (channels, height, width); ``value_range`` is that of the images before any normalisation; ``encoder_gives`` and
    ``decoder_gives`` say what outputs mean, in order; ``encoder_keys`` and ``decoder_keys`` are their names where they come in a dict.
    """

    image: tuple[int, int, int]
    value_range: tuple[float, float]
    latent: int
    prior: str
    encoder_gives: tuple[str, ...]
    decoder_gives: tuple[str, ...]
    likelihood: Likelihood
    encoder_flat: bool = False
    decoder_flat: bool = False
    encoder_keys: Optional[tuple[str, ...]] = None
    decoder_keys: Optional[tuple[str, ...]] = None
    normalization: Optional[Normalization] = None
    source: Mapping[str, str] = field(default_factory=dict)
    training: Mapping[str, Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        low, high = self.value_range
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ExportError(f"want a finite value range (low, high) with low < high, got {self.value_range}")
        if self.prior not in PRIORS:
            raise ExportError(f"want a prior of {', '.join(PRIORS)}, got '{self.prior}'")
        check_encoder_gives(self.encoder_gives)
        self._check_likelihood()
        if self.normalization is not None and len(self.normalization.mean) != self.image[0]:
            raise ExportError(
                f"want a normalisation of {self.image[0]} channels, got one of {len(self.normalization.mean)}")

    def _check_likelihood(self) -> None:
        family, gives = self.likelihood.name, self.decoder_gives
        if gives not in ((MEAN,), (LOGITS,), (MEAN, SCALE)):
            raise ExportError(f"want a decoder that gives [mean], [logits] or [mean, scale], got {list(gives)}")
        if family != "gaussian" and self.value_range != (0, 1):
            raise ExportError(f"want the value range (0, 1) for a {family} likelihood, got {self.value_range}")
        if family != "gaussian" and self.normalization is not None and self.normalization.decoder:
            raise ExportError(f"want a decoder whose output is not normalised for a {family} likelihood; "
                              "pass Normalization(..., decoder=False)")
        if gives == (LOGITS,) and family == "gaussian":
            raise ExportError("want a decoder that gives its mean for a gaussian likelihood, got logits; "
                              "apply the sigmoid in the decoder")
        if gives == (MEAN,) and family == "continuous-bernoulli":
            raise ExportError("want a decoder that gives logits for a continuous-bernoulli likelihood, whose mean is not the "
                              "sigmoid of its logits, got mean; leave the decoder's last sigmoid off")
        if gives == (MEAN, SCALE) and (family != "gaussian" or self.likelihood.scale is not None):
            raise ExportError("want Likelihood('gaussian') without a scale for a decoder that gives [mean, scale]")
        if gives == (MEAN,) and family == "gaussian" and self.likelihood.scale is None:
            raise ExportError("want the standard deviation of a pixel, Likelihood('gaussian', scale=...), got none: it is 1 for a "
                              "model trained on 0.5 * squared error + KL, sqrt(0.5) on squared error + KL")

    @property
    def deterministic(self) -> bool:
        """Whether the encoder gives a point rather than a Gaussian."""
        return len(self.encoder_gives) == 1

    def tree(self, encoder_sha256: str, decoder_sha256: str) -> dict[str, Any]:
        """The content of ``model.yaml``, in the order that it is written in."""
        channels, height, width = self.image
        encoder: dict[str, Any] = {
            "takes": "flat" if self.encoder_flat else "image",
            "gives": list(self.encoder_gives),
        }
        if self.encoder_keys is not None:
            encoder["keys"] = list(self.encoder_keys)
        encoder["sha256"] = encoder_sha256
        decoder: dict[str, Any] = {"gives": list(self.decoder_gives)}
        if self.decoder_keys is not None:
            decoder["keys"] = list(self.decoder_keys)
        decoder["shape"] = "flat" if self.decoder_flat else "image"
        decoder["sha256"] = decoder_sha256
        tree: dict[str, Any] = {
            "format": FORMAT,
            "image": {"channels": channels, "height": height, "width": width},
            "range": {"low": float(self.value_range[0]), "high": float(self.value_range[1])},
            "latent": self.latent,
            "prior": self.prior,
            "posterior": "deterministic" if self.deterministic else "gaussian",
            "encoder": encoder,
            "decoder": decoder,
        }
        if self.normalization is not None:
            tree["normalization"] = {
                "mean": [float(v) for v in self.normalization.mean],
                "std": [float(v) for v in self.normalization.std],
                "decoder": self.normalization.decoder,
            }
        likelihood: dict[str, Any] = {"name": self.likelihood.name}
        if self.likelihood.scale is not None:
            likelihood["scale"] = float(self.likelihood.scale)
        tree["likelihood"] = likelihood
        if self.source:
            tree["source"] = dict(self.source)
        if self.training:
            tree["training"] = dict(self.training)
        return tree


def check_encoder_gives(gives: Sequence[str]) -> None:
    """Refuses anything but a mean, alone or with one kind of spread."""
    spreads = [meaning for meaning in gives if meaning in SPREADS]
    if gives.count(MEAN) != 1 or len(gives) > 2 or len(spreads) != len(gives) - 1:
        raise ExportError(f"want an encoder that gives mean, or mean and one of {', '.join(SPREADS)}, got {list(gives)}")
