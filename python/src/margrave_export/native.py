"""Margrave's own models in PyTorch: the folder of ``margrave train``, rebuilt."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Mapping, Sequence, Union

import torch
import yaml
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from .description import LOGITS, MEAN, Likelihood
from .errors import ReadError
from .folder import YAML, sha256
from .likelihood import continuous_bernoulli_mean

FORMAT = "margrave-model-1"
CLASSIFIER_FORMAT = "margrave-classifier-1"
WEIGHTS = "weights.safetensors"
_MOST_YAML_BYTES = 1 << 20
_MOST_PARAMETERS = 1 << 30
#: What the encoder's log-variance is bounded to, smoothly.
_MIN_LOG_VARIANCE, _MAX_LOG_VARIANCE = -14.0, 6.0
#: What a Gaussian's scale stays above, as a share of the data's range.
_SMALLEST_SCALE = 1e-3
_LOG_SCALE = "likelihood.log_scale"
_ACTIVATIONS: Mapping[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "sigmoid": nn.Sigmoid,
    "leaky-relu": nn.LeakyReLU,
}


class MargraveVae(nn.Module):
    """A VAE of Margrave's: an MLP or convolutional encoder and decoder, a diagonal Gaussian posterior, a standard normal prior.

    Images are ``[n, channels, height, width]`` in ``value_range``, latents ``[n, latent]``. ``encoder`` and ``decoder`` are the bare
    networks: to means and unbounded log-variances, and to the likelihood's parameters. Of an autoencoder (``deterministic``) the encoder
    gives means alone, and the standard deviation is 0.
    """

    def __init__(
        self,
        encoder: nn.Sequential,
        decoder: nn.Sequential,
        image: tuple[int, int, int],
        value_range: tuple[float, float],
        latent: int,
        likelihood: str,
        scale: float,
        squeezed: bool,
        deterministic: bool = False,
        sigma_floor: float = 0.0,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.image = image
        self.value_range = value_range
        self.latent = latent
        self.likelihood = likelihood
        #: Standard deviation of a pixel, for ``gaussian`` only.
        self.scale = scale
        self._squeezed = squeezed
        self.deterministic = deterministic
        #: S where the posterior's standard deviation is sqrt(sigma^2 + S^2); 0 for none.
        self.sigma_floor = sigma_floor

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """The posterior's mean and standard deviation, ``[n, latent]`` each."""
        if self.deterministic:
            mean = self.encoder(images)
            return mean, torch.zeros_like(mean)
        mean, log_variance = self.encoder(images).chunk(2, dim=1)
        below = _MAX_LOG_VARIANCE - F.softplus(_MAX_LOG_VARIANCE - log_variance)
        bounded = _MIN_LOG_VARIANCE + F.softplus(below - _MIN_LOG_VARIANCE)
        if self.sigma_floor == 0:
            return mean, (0.5 * bounded).exp()
        return mean, (bounded.exp() + self.sigma_floor**2).sqrt()

    def encode_mean(self, images: Tensor) -> Tensor:
        """The posterior's mean, ``[n, latent]``: all that an autoencoder's encoder gives."""
        return self.encode(images)[0]

    def decode(self, latents: Tensor) -> Tensor:
        """The mean of p(x|z), an image."""
        return self._mean(self.decoder(latents))

    def decode_parameters(self, latents: Tensor) -> Tensor:
        """What the likelihood is parameterised by: logits, or a Gaussian's mean."""
        parameters: Tensor = self.decoder(latents)
        return self._mean(parameters) if self.likelihood == "gaussian" else parameters

    def log_likelihood(self, images: Tensor, latents: Tensor) -> Tensor:
        """log p(x|z) in nats, constants included, summed over pixels: ``[n]``."""
        parameters: Tensor = self.decoder(latents)
        if self.likelihood == "gaussian":
            standardised = (images - self._mean(parameters)) / self.scale
            return (-0.5 * standardised.square() - math.log(self.scale) - 0.5 * math.log(2 * math.pi)).flatten(1).sum(1)
        log_probability = -F.binary_cross_entropy_with_logits(parameters, images, reduction="none")
        if self.likelihood == "continuous-bernoulli":
            log_probability = log_probability + _log_normaliser(parameters)
        return log_probability.flatten(1).sum(1)

    def forward(self, images: Tensor) -> Tensor:
        """The reconstruction at the posterior mean."""
        return self.decode(self.encode(images)[0])

    def _mean(self, parameters: Tensor) -> Tensor:
        if self.likelihood == "continuous-bernoulli":
            return continuous_bernoulli_mean(parameters)
        if self.likelihood == "gaussian" and not self._squeezed:
            return parameters
        low, high = self.value_range
        return parameters.sigmoid() * (high - low) + low

    @property
    def export_hints(self) -> dict[str, Any]:
        """What :func:`margrave_export.export_vae` need not be told."""
        gaussian = self.likelihood == "gaussian"
        return {
            "encoder_gives": (MEAN,) if self.deterministic else (MEAN, "standard-deviation"),
            "decoder_gives": (MEAN,) if gaussian else (LOGITS,),
            "likelihood": Likelihood("gaussian", self.scale) if gaussian else Likelihood(self.likelihood),
        }


def load_margrave(folder: Union[str, Path]) -> MargraveVae:
    """Rebuilds a model that ``margrave train`` made, in eval mode, with Margrave's weights.

    Args:
        folder: with ``model.yaml`` and ``weights.safetensors``. It is not trusted: no code in it is run.

    Raises:
        ReadError: where there is none, or anything in it is not as it should be.
    """
    place = Path(folder)
    tree = _tree(place / YAML)
    try:
        if tree["format"] == CLASSIFIER_FORMAT:
            raise ReadError(f"{place}: want a model that reconstructs, got a classifier (kind {str(tree.get('kind'))[:60]}), which load_margrave "
                            "does not rebuild")
        if tree["format"] != FORMAT:
            raise ReadError(f"{place / YAML}: want format {FORMAT}, got {str(tree['format'])[:60]}: load_margrave reads what margrave train "
                            "makes; an imported model is its encoder.pt and decoder.pt, which torch.jit.load reads")
        image = (_whole(tree["image"]["channels"]), _whole(tree["image"]["height"]), _whole(tree["image"]["width"]))
        value_range = (float(tree["range"]["low"]), float(tree["range"]["high"]))
        latent = _whole(tree["latent"])
        architecture = tree["architecture"]
        widths = [_whole(width) for width in architecture["widths"]]
        activation = _ACTIVATIONS[architecture["activation"]]
        layers = {"mlp": _mlp, "conv": _conv}[architecture["name"]]
        likelihood = tree["likelihood"]
        family = Likelihood(likelihood["name"]).name
        checksum = tree.get("weights_sha256")
        deterministic = {"gaussian": False, "deterministic": True}[tree["posterior"]]
        sigma_floor = float(tree.get("sigma_floor", 0))
        if not 0 <= sigma_floor < math.inf or (deterministic and sigma_floor):
            raise ValueError(f"want a finite sigma_floor >= 0, and none of a deterministic posterior, got {sigma_floor!r}")
    except ReadError:
        raise
    except (KeyError, TypeError, ValueError) as e:
        raise ReadError(f"{place / YAML}: want a whole {FORMAT}, got {type(e).__name__}: {e}") from e
    file = place / WEIGHTS
    if not file.is_file():
        raise ReadError(f"want {file}, got none")
    if checksum is not None and checksum != sha256(file):
        raise ReadError(f"{file}: want the checksum that {YAML} names, got another: one of the two was changed")
    try:
        weights = load_file(file)
    except (SafetensorError, OSError) as e:
        raise ReadError(f"{file}: want a whole safetensors file, got {str(e).splitlines()[0]}") from e
    scale = 1.0
    if family == "gaussian":
        smallest = _SMALLEST_SCALE * (value_range[1] - value_range[0])
        learned = weights.pop(_LOG_SCALE, None)
        scale = float(learned.double().exp()) + smallest if learned is not None else float(likelihood["scale"])
    # On the meta device no memory is taken before the shapes have been compared.
    try:
        with torch.device("meta"):
            encoder, decoder = layers(image, latent, latent if deterministic else 2 * latent, widths, activation)
    except RuntimeError as e:  # A size beyond 64 bits.
        raise ReadError(f"{place / YAML}: want an architecture of at most {_MOST_PARAMETERS} parameters, got more") from e
    _load(file, {"encoder": encoder, "decoder": decoder}, weights)
    return MargraveVae(
        encoder, decoder, image, value_range, latent, family, scale, str(likelihood.get("mean", "sigmoid")) == "sigmoid",
        deterministic, sigma_floor,
    ).eval().requires_grad_(False)


def _tree(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise ReadError(f"want a model folder with {YAML}, got {file.parent}: make one with margrave train")
    with file.open("rb") as stream:
        text = stream.read(_MOST_YAML_BYTES + 1)
    if len(text) > _MOST_YAML_BYTES:
        raise ReadError(f"{file}: want at most {_MOST_YAML_BYTES} bytes, got more")
    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError as e:
        raise ReadError(f"{file}: want YAML, got {' '.join(str(e).split())[:200]}") from e
    if not isinstance(tree, dict):
        raise ReadError(f"{file}: want a mapping, got {type(tree).__name__}")
    return tree


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 31:
        raise ValueError(f"want a whole number > 0, got {value!r}")
    return value


def _load(file: Path, networks: Mapping[str, nn.Sequential], weights: Mapping[str, Tensor]) -> None:
    wanted = {f"{half}.{name}": value.shape for half, network in networks.items() for name, value in network.state_dict().items()}
    if sum(math.prod(shape) for shape in wanted.values()) > _MOST_PARAMETERS:
        raise ReadError(f"{file.parent / YAML}: want an architecture of at most {_MOST_PARAMETERS} parameters, got more")
    if set(wanted) != set(weights):
        raise ReadError(f"{file}: want the tensors of {YAML}, got others: {', '.join(sorted(set(wanted) ^ set(weights))[:3])}")
    for name, shape in wanted.items():
        if weights[name].shape != shape:
            raise ReadError(f"{file}: want {name} of shape {list(shape)}, got {list(weights[name].shape)}")
        if not bool(torch.isfinite(weights[name]).all()):
            raise ReadError(f"{file}: want finite weights, got NaN or infinity in {name}: train again")
    for half, network in networks.items():
        network.to_empty(device="cpu")
        network.load_state_dict({name[len(half) + 1:]: value.float() for name, value in weights.items() if name.startswith(half + ".")})


Halves = tuple[nn.Sequential, nn.Sequential]


def _mlp(image: tuple[int, int, int], latent: int, outputs: int, widths: Sequence[int], activation: type[nn.Module]) -> Halves:
    size = math.prod(image)
    encoder = nn.Sequential(nn.Flatten(1), *_connected([size, *widths, outputs], activation))
    decoder = nn.Sequential(*_connected([latent, *reversed(widths), size], activation), nn.Unflatten(1, image))
    return encoder, decoder


def _connected(sizes: Sequence[int], activation: type[nn.Module]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for i, (come, go) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.Linear(come, go)] if i == len(sizes) - 2 else [nn.Linear(come, go), activation()]
    return layers


def _conv(image: tuple[int, int, int], latent: int, outputs: int, widths: Sequence[int], activation: type[nn.Module]) -> Halves:
    """Strided convolutions that halve the image, rounding up, then one linear layer; the decoder mirrors them."""
    channels, side, width = image
    if side != width or not widths:
        raise ReadError(f"want square images and at least one convolution, got {image} and {list(widths)}")
    sides = [side]
    for _ in widths:
        sides.append((sides[-1] + 1) // 2)
    smallest, last = sides[-1], widths[-1]
    encoder: list[nn.Module] = []
    for i, (come, go) in enumerate(zip([channels, *widths], widths)):
        encoder += [nn.Conv2d(come, go, _kernel(sides[i]), 2, 1), activation()]
    encoder += [nn.Flatten(1), nn.Linear(last * smallest * smallest, outputs)]
    decoder: list[nn.Module] = [
        nn.Linear(latent, last * smallest * smallest), activation(), nn.Unflatten(1, (last, smallest, smallest))]
    for i in reversed(range(len(widths))):
        decoder.append(nn.ConvTranspose2d(widths[i], channels if i == 0 else widths[i - 1], _kernel(sides[i]), 2, 1))
        if i > 0:
            decoder.append(activation())
    return nn.Sequential(*encoder), nn.Sequential(*decoder)


def _kernel(side: int) -> int:
    return 4 if side % 2 == 0 else 3


def _log_normaliser(logits: Tensor) -> Tensor:
    """log of the continuous Bernoulli's l / tanh(l/2); in float64, where it loses no digits that matter but at 0 itself."""
    exact = logits.double()
    away = torch.where(exact.abs() < 1e-4, torch.full_like(exact, 1e-4), exact)
    return (away / torch.tanh(away / 2)).log().to(logits.dtype)
