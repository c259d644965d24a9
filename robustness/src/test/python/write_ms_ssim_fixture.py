"""Writes ms-ssim.txt beside the tests: MS-SSIM by a kept library, of images that the test makes again from the same integers.

python -O write_ms_ssim_fixture.py OUT      (pytorch-msssim 1.0.0, torch)

-O leaves out its assertion that an image has room for all five scales: fewer weights are given instead. It pads odd sides with zeros
before it halves them, which darkens their edges; here an odd last row or column is left out, as F.avg_pool2d does, so the scales of
odd images are put together from its single-scale parts.
"""

import sys

import torch
import torch.nn.functional as F
from pytorch_msssim import ms_ssim
from pytorch_msssim.ssim import _fspecial_gauss_1d, _ssim

WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def image(seed, channels, height, width):
    """Smooth rings and, for every seed but 0, noise: integers from 0 to 255."""
    values = torch.empty(channels, height, width, dtype=torch.float64)
    for c in range(channels):
        for i in range(height):
            for j in range(width):
                rings = (i * i * (c + 2) + j * j * 3 + i * j) // 16 % 256
                noise = (i * 7919 + j * 104729 + c * 1299709 + seed * 15485863) % 1021 % (32 * seed + 1)
                values[c, i, j] = min(255, max(0, rings + noise - 16 * seed))
    return values


def scales(height, width):
    count = 0
    while min(height, width) >= 11 and count < 5:
        count, height, width = count + 1, height // 2, width // 2
    return count


def of_odd(a, b, data_range, weights):
    window = _fspecial_gauss_1d(11, 1.5).repeat([a.shape[1], 1, 1, 1])
    product = 1
    for k, weight in enumerate(weights):
        whole, contrast = _ssim(a, b, data_range, window)
        product = product * torch.relu(whole if k == len(weights) - 1 else contrast) ** weight
        a, b = F.avg_pool2d(a, 2), F.avg_pool2d(b, 2)
    return product.mean()


lines = []
for channels, height, width, low, high in [
    (1, 28, 28, 0, 1),
    (1, 176, 176, 0, 1),
    (3, 32, 32, 0, 255),
    (3, 44, 64, 0, 1),
    (1, 29, 31, 0, 1),
    (1, 12, 17, 0, 1),
]:
    weights = torch.tensor(WEIGHTS[: scales(height, width)], dtype=torch.float64)
    weights = (weights / weights.sum()).tolist()
    for seed in (1, 3):
        clean = (image(0, channels, height, width) / 255 * (high - low) + low)[None]
        noisy = (image(seed, channels, height, width) / 255 * (high - low) + low)[None]
        odd = len(weights) > 1 and (height % 2 or width % 2)
        value = (of_odd if odd else ms_ssim)(clean, noisy, data_range=high - low, weights=weights)
        lines.append(f"{channels} {height} {width} {low} {high} {seed} {len(weights)} {value.item():.9f}")
with open(sys.argv[1], "w") as out:
    out.write("# channels height width low high seed scales value\n" + "\n".join(lines) + "\n")
