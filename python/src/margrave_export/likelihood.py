"""From what a decoder gives to the mean of p(x|z)."""

from __future__ import annotations

import torch
from torch import Tensor

from .description import LOGITS, Likelihood

#: Where the closed form of the continuous Bernoulli's mean loses digits to 0/0 and its series is exact to float32.
_SERIES_BELOW = 1.0
#: (mean - 1/2) / logit in powers of logit^2.
_SERIES = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160)


def continuous_bernoulli_mean(logits: Tensor) -> Tensor:
    """The mean of a continuous Bernoulli (Loaiza-Ganem and Cunningham 2019): 1/2 + coth(l/2)/2 - 1/l, of the shape of ``logits``."""
    small = logits.abs() < _SERIES_BELOW
    far = torch.where(small, torch.full_like(logits, _SERIES_BELOW), logits)
    near = torch.where(small, logits, torch.zeros_like(logits))
    exact = 0.5 / torch.tanh(far / 2) - 1 / far
    squared = near * near
    series = torch.zeros_like(near)
    for coefficient in reversed(_SERIES):
        series = series * squared + coefficient
    return 0.5 + torch.where(small, series * near, exact)


def image_mean(likelihood: Likelihood, meaning: str, parameters: Tensor) -> Tensor:
    """The mean of p(x|z), of the shape of ``parameters``, from the decoder's first output, which ``meaning`` says is mean or logits."""
    if meaning != LOGITS:
        return parameters
    return continuous_bernoulli_mean(parameters) if likelihood.name == "continuous-bernoulli" else parameters.sigmoid()
