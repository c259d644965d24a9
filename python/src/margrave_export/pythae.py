"""What pythae's models mean, by class. pythae itself is not imported: a model brings its classes along.

Encoders return a ``ModelOutput`` (a dict) with ``embedding`` and, where the posterior is Gaussian, ``log_covariance``; decoders return
one with ``reconstruction``, the mean of p(x|z). Losses are in pythae 0.1.2: ``mse`` is 0.5 * squared error, a Gaussian of scale 1, and
``bce`` the Bernoulli's, both summed over pixels. The deterministic models take the squared error without the half: scale sqrt(1/2).
"""

from __future__ import annotations

import math
from typing import Optional

from torch import nn

from .description import Likelihood
from .errors import ExportError
from .source import Source

_GAUSSIAN = frozenset({
    "VAE", "BetaVAE", "BetaTCVAE", "DisentangledBetaVAE", "FactorVAE", "INFOVAE_MMD", "IWAE", "CIWAE", "MIWAE", "PIWAE",
    "Adversarial_AE", "VAEGAN", "MSSSIM_VAE", "VAMP",
})
_DETERMINISTIC = frozenset({"AE", "RAE_L2", "RAE_GP", "WAE_MMD"})
#: Models whose reconstruction term is no likelihood of pixels.
_OTHER_LOSS = frozenset({"VAEGAN", "MSSSIM_VAE"})
_OTHER_PRIOR = frozenset({"VAMP"})
_REFUSED = {
    "VQVAE": "its latents are discrete codes",
    "HVAE": "its posterior is moved by Hamiltonian steps and is no diagonal Gaussian",
    "RHVAE": "its posterior is moved by Riemannian Hamiltonian steps and is no diagonal Gaussian",
    "VAE_LinNF": "its posterior is moved by a normalising flow and is no diagonal Gaussian",
    "VAE_IAF": "its posterior is moved by an autoregressive flow and is no diagonal Gaussian",
    "SVAE": "its posterior is a von Mises-Fisher distribution on a sphere",
    "PoincareVAE": "its posterior lives in hyperbolic space",
}


def pythae_source(model: nn.Module) -> Optional[Source]:
    """The encoder and decoder of a pythae model with its conventions, or ``None`` if ``model`` is none of pythae's.

    A subclass goes by its nearest ancestor in pythae.
    """
    kind = next((k for k in type(model).__mro__ if k.__module__.startswith("pythae.models.")), None)
    if kind is None:
        return None
    name = kind.__name__
    if name in _REFUSED:
        raise ExportError(f"want a diagonal Gaussian or deterministic posterior over one latent vector, got pythae's {name}: {_REFUSED[name]}")
    if name not in _GAUSSIAN and name not in _DETERMINISTIC:
        raise ExportError(f"want one of pythae's {', '.join(sorted(_GAUSSIAN | _DETERMINISTIC))}, got {name}: pass "
                          "(model.encoder, model.decoder) and say what they give")
    encoder, decoder = getattr(model, "encoder", None), getattr(model, "decoder", None)
    if not isinstance(encoder, nn.Module) or not isinstance(decoder, nn.Module):
        raise ExportError(f"want a pythae model with an encoder and a decoder, got {name} without")
    # An adversarial autoencoder's posterior can be switched to a point.
    deterministic = name in _DETERMINISTIC or bool(getattr(model, "deterministic_posterior", False))
    return Source(
        encoder,
        decoder,
        f"pythae.models.{name}",
        encoder_gives=("mean",) if deterministic else ("mean", "log-variance"),
        encoder_keys=("embedding",) if deterministic else ("embedding", "log_covariance"),
        decoder_keys=("reconstruction",),
        prior="other" if name in _OTHER_PRIOR or deterministic else "standard-normal",
        likelihood=_likelihood(model, name),
    )


def _likelihood(model: nn.Module, name: str) -> Optional[Likelihood]:
    if name in _OTHER_LOSS:
        return None
    if name in _DETERMINISTIC:
        return Likelihood("gaussian", math.sqrt(0.5))
    loss = getattr(getattr(model, "model_config", None), "reconstruction_loss", None)
    if loss == "bce":
        return Likelihood("bernoulli")
    return Likelihood("gaussian", 1.0) if loss == "mse" else None
