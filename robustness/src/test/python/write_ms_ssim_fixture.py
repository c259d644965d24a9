"""Writes ms-ssim.txt beside the tests: MS-SSIM by two kept libraries, of images that the test makes again from the same integers.

python -O write_ms_ssim_fixture.py OUT      (pytorch-msssim 1.0.0, torchmetrics 1.9.0, torch)

-O leaves out pytorch-msssim's assertion that an image has room for all five scales: fewer weights are given instead. It averages over
channels last and pads odd sides, torchmetrics neither: so colours are checked against the first, odd sides against the second.
"""

import sys

import torch
from pytorch_msssim import ms_ssim
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as torchmetrics_ms_ssim

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


lines = []
for library, channels, height, width, low, high in [
    ("pytorch-msssim", 1, 28, 28, 0, 1),
    ("pytorch-msssim", 1, 176, 176, 0, 1),
    ("pytorch-msssim", 3, 32, 32, 0, 255),
    ("pytorch-msssim", 3, 44, 64, 0, 1),
    ("torchmetrics", 1, 29, 31, 0, 1),
    ("torchmetrics", 1, 12, 17, 0, 1),
]:
    weights = torch.tensor(WEIGHTS[: scales(height, width)], dtype=torch.float64)
    weights = (weights / weights.sum()).tolist()
    for seed in (1, 3):
        clean = (image(0, channels, height, width) / 255 * (high - low) + low)[None]
        noisy = (image(seed, channels, height, width) / 255 * (high - low) + low)[None]
        if library == "torchmetrics":
            value = torchmetrics_ms_ssim(
                noisy, clean, gaussian_kernel=True, sigma=1.5, data_range=(low, high), betas=tuple(weights), normalize="relu"
            )
        else:
            value = ms_ssim(clean, noisy, data_range=high - low, weights=weights)
        lines.append(f"{library} {channels} {height} {width} {low} {high} {seed} {len(weights)} {value.item():.9f}")
with open(sys.argv[1], "w") as out:
    out.write("# library channels height width low high seed scales value\n" + "\n".join(lines) + "\n")
