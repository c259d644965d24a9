"""The published margin estimator, rewritten from its description: a top-down sweep of radii, L-BFGS-B through SciPy, one image at
a time, 5 restarts, 40 samples, grid 0.5 (Camuto et al. 2021; the pixel range as bounds of the optimiser).

    published.py MODEL [--images 3] [--threads 1]

From the largest radius down, each is attacked: maximise the mean distance over 40 fixed draws, under a norm of at most the
radius (the variable is scaled into the ball). The sweep stops at the first radius where no restart breaks the point; the last
that broke is the margin. One line of JSON an image.
"""

import argparse
import json
import time

import numpy as np
import torch
from scipy.optimize import minimize

import vae as models

GRID, RESTARTS, SAMPLES, LARGEST = 0.5, 5, 40, 6.0


def margin(model, x, r, generator, iterations):
    with torch.no_grad():
        reference = model.decode(model.encode(x[None])[0])
    bounds = list(zip((-x).tolist(), (1 - x).tolist()))
    smallest, evaluations = None, 0
    for radius in np.arange(LARGEST, 0, -GRID):
        broken = False
        for _ in range(RESTARTS):
            noise = torch.randn(SAMPLES, model.latent, generator=generator)

            def distances(delta):
                scaled = delta * (radius / delta.norm().clamp_min(1e-12)).clamp_max(1)
                mean, std = model.encode((x + scaled)[None])
                return torch.linalg.vector_norm(model.decode(mean + std * noise) - reference, dim=1)

            def loss(flat):
                nonlocal evaluations
                evaluations += 1
                delta = torch.from_numpy(flat).float().requires_grad_(True)
                value = -distances(delta).mean()
                (gradient,) = torch.autograd.grad(value, delta)
                return value.item(), gradient.double().numpy()

            start = torch.randn(len(x), generator=generator)
            start = ((x + start * (radius / start.norm())).clamp(0, 1) - x).double().numpy()
            result = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": iterations})
            with torch.no_grad():
                within = (distances(torch.from_numpy(result.x).float()) <= r).float().mean().item()
            if within <= 0.5:
                broken = True
                break
        if not broken:
            break
        smallest = float(radius)
    return smallest, evaluations


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("model")
    parse.add_argument("--images", type=int, default=3)
    parse.add_argument("--threads", type=int, default=1)
    parse.add_argument("--r", type=float, default=6)
    parse.add_argument("--iterations", type=int, default=15000)
    o = parse.parse_args()
    torch.set_num_threads(o.threads)
    model, data = models.read(o.model)
    generator = torch.Generator().manual_seed(0)
    for number, image in enumerate(models.test_images(data, o.images)):
        start = time.perf_counter()
        found, evaluations = margin(model, image, o.r, generator, o.iterations)
        print(json.dumps({
            "what": "published estimator", "side": "pytorch", "point": number, "margin": found, "evaluations": evaluations,
            "threads": o.threads, "seconds": time.perf_counter() - start,
        }), flush=True)


if __name__ == "__main__":
    main()
