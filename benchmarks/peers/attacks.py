"""The maximum-damage attack as other tools make it, on one of Margrave's models, and a measurement that none of them shares.

    attacks.py MODEL --tool foolbox|art|scipy --points 256 --radius 1 --steps 50 --draws 8 --out FILE.npy
    attacks.py MODEL --tool measure --radius 1 --read FILE.npy [FILE.npy ...]

Foolbox and ART attack classifiers: Foolbox's projected gradient descent is given the damage as its loss, ART's a model whose
outputs are reconstructions and a loss that compares them with the clean one. `scipy` is the published attack: L-BFGS-B, one
image at a time, 40 fixed draws, the pixel range as bounds, the variable scaled into the ball. All have the first test images,
the L2 ball, the range, and fresh draws a step (but for `scipy`, whose line search needs a fixed objective). One line of JSON.

`measure` reads perturbed images (NumPy's, or bare float32 as .f32), checks norm and range in double precision and measures the damage on 2,000 draws that no search
saw.
"""

import argparse
import json
import time

import numpy as np
import torch

import vae as models

MEASURING_DRAWS = 2000
PUBLISHED_DRAWS = 40


def distances(model, x, reference, noise):
    """|g(mu(x) + sigma(x) noise) - reference|, [points, draws]."""
    points, draws, _ = noise.shape
    mean, std = model.encode(x)
    z = mean[:, None] + std[:, None] * noise
    out = model.decode(z.flatten(0, 1)).view(points, draws, -1)
    return torch.linalg.vector_norm(out - reference[:, None], dim=2)


def clean(model, x):
    with torch.no_grad():
        return model.decode(model.encode(x)[0])


def with_foolbox(model, images, o):
    import eagerpy
    import foolbox

    class Damage(foolbox.attacks.L2ProjectedGradientDescentAttack):
        """Its ascent, on our loss."""

        def get_loss_fn(self, _model, labels):
            def loss(x):
                noise = torch.randn(len(x.raw), o.draws, model.latent)
                return eagerpy.astensor(distances(model, x.raw, labels.raw, noise).mean(1).sum())

            return loss

    wrapped = foolbox.PyTorchModel(model.encoder, bounds=(0, 1), device="cpu")
    attack = Damage(steps=o.steps, random_start=True, **({"rel_stepsize": o.step} if o.step else {}))
    found = []
    for batch in images.split(o.batch or len(images)):
        # Foolbox knows labels, not references: they travel in the labels' place.
        found.append(attack.run(wrapped, batch, foolbox.criteria.Misclassification(clean(model, batch)), epsilon=o.radius))
    return torch.cat(found)


def with_art(model, images, o):
    from art.attacks.evasion import ProjectedGradientDescentPyTorch
    from art.estimators.classification import PyTorchClassifier

    features = images.shape[1]

    class Draws(torch.nn.Module):
        """Reconstructions of fresh draws, side by side."""

        def forward(self, x):
            noise = torch.randn(len(x), o.draws, model.latent)
            mean, std = model.encode(x)
            z = mean[:, None] + std[:, None] * noise
            return model.decode(z.flatten(0, 1)).view(len(x), -1)

    def loss(out, reference):
        apart = out.view(len(out), o.draws, features) - reference[:, None]
        return torch.linalg.vector_norm(apart, dim=2).mean(1).sum()

    estimator = PyTorchClassifier(
        model=Draws(), loss=loss, input_shape=(features,), nb_classes=features, clip_values=(0.0, 1.0), device_type="cpu")
    attack = ProjectedGradientDescentPyTorch(
        estimator, norm=2, eps=o.radius, eps_step=(o.step or 2.5 / o.steps) * o.radius, max_iter=o.steps, num_random_init=1,
        batch_size=o.batch or 32, verbose=False)
    return torch.from_numpy(attack.generate(images.numpy(), y=clean(model, images).numpy()))


def with_scipy(model, images, o):
    from scipy.optimize import minimize

    found = []
    generator = torch.Generator().manual_seed(0)
    for x in images:
        reference = clean(model, x[None])
        noise = torch.randn(1, PUBLISHED_DRAWS, model.latent, generator=generator)

        def scaled(delta):
            return delta * (o.radius / delta.norm().clamp_min(1e-12)).clamp_max(1)

        def loss(flat):
            delta = torch.from_numpy(flat).float().requires_grad_(True)
            value = -distances(model, (x + scaled(delta))[None], reference, noise).mean()
            (gradient,) = torch.autograd.grad(value, delta)
            return value.item(), gradient.double().numpy()

        start = torch.randn(len(x), generator=generator)
        start = ((x + start * (o.radius / start.norm())).clamp(0, 1) - x).double().numpy()
        bounds = list(zip((-x).tolist(), (1 - x).tolist()))
        result = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": o.steps})
        found.append(x + scaled(torch.from_numpy(result.x).float()))
    return torch.stack(found)


def measure(model, images, path, radius):
    values = np.fromfile(path, np.float32) if path.endswith(".f32") else np.load(path)
    attacked = torch.from_numpy(values).view(-1, images.shape[1]).float()
    images = images[: len(attacked)]
    moved = attacked.double() - images.double()
    norms = moved.norm(dim=1)
    generator = torch.Generator().manual_seed(20)
    each = []
    with torch.no_grad():
        for x, y in zip(images.split(64), attacked.split(64)):
            noise = torch.randn(len(x), MEASURING_DRAWS, model.latent, generator=generator)
            each.append(torch.cat([distances(model, y, clean(model, x), part) for part in noise.split(200, 1)], 1).mean(1))
    damage = torch.cat(each)
    return {
        "what": "measured", "file": str(path), "points": len(attacked), "damage": damage.mean().item(), "each": damage.tolist(),
        "largest_norm": norms.max().item(), "norm_kept": bool((norms <= radius * (1 + 1e-5)).all()),
        "range_kept": bool(((attacked >= 0) & (attacked <= 1)).all())}


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("model")
    parse.add_argument("--tool", choices=("foolbox", "art", "scipy", "measure"), required=True)
    parse.add_argument("--points", type=int, default=256)
    parse.add_argument("--radius", type=float, default=1)
    parse.add_argument("--steps", type=int, default=50)
    parse.add_argument("--draws", type=int, default=8)
    parse.add_argument("--batch", type=int, help="images a batch; else the tool's own")
    parse.add_argument("--step", type=float, help="step size as a share of the radius; else the tool's own")
    parse.add_argument("--threads", type=int, default=1)
    parse.add_argument("--out")
    parse.add_argument("--read", nargs="+", default=[], metavar="FILE")
    o = parse.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(0)
    model, data = models.read(o.model)
    images = models.test_images(data, o.points)
    if o.tool == "measure":
        for path in o.read:
            print(json.dumps(measure(model, images, path, o.radius)), flush=True)
        return
    attack = {"foolbox": with_foolbox, "art": with_art, "scipy": with_scipy}[o.tool]
    # Whatever a tool sets up once is not timed.
    attack(model, images[:2], o)
    start = time.perf_counter()
    found = attack(model, images, o)
    seconds = time.perf_counter() - start
    np.save(o.out, found.detach().numpy())
    print(json.dumps({
        "what": "attack", "side": o.tool, "points": o.points, "radius": o.radius, "steps": o.steps, "draws": o.draws,
        "batch": o.batch, "step": o.step, "threads": o.threads, "seconds": seconds, "seconds_per_point": seconds / o.points}), flush=True)


if __name__ == "__main__":
    main()
