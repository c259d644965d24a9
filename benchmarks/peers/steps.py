"""Training step, attack step, Jacobian, bounds and matrix peak in plain PyTorch, each in the fastest of its honest forms.

    steps.py MODEL [--threads 1] [--only NAME] [--seconds 1.5] [--rounds 3]

A line of JSON for each form: the median of some rounds, in milliseconds a step (bounds: a point). The same shapes as Margrave's
JMH benchmarks: batch 128 for training, 256 points and one draw for attacks, 256 points and 20 latents for the Jacobian.
"""

import argparse
import json
import statistics
import time

import torch
from scipy.stats import beta, norm
from torch import nn

import search
import vae as models


def time_of(step, seconds, rounds):
    for _ in range(3):
        step()
    start = time.perf_counter()
    step()
    count = max(1, int(seconds / max(1e-6, time.perf_counter() - start)))
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(count):
            step()
        found.append((time.perf_counter() - start) / count * 1e3)
    return statistics.median(found)


def training(model, shape, fused):
    """beta = 5, Bernoulli; single-tensor or fused Adam."""
    model.requires_grad_(True)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, fused=fused)
    x = torch.rand(128, *shape)

    def step():
        noise = torch.randn(128, model.latent)
        mean, std = model.encode(x)
        logits = model.decoder(mean + std * noise)
        likelihood = -nn.functional.binary_cross_entropy_with_logits(logits.flatten(1), x.flatten(1), reduction="sum") / 128
        kl = 0.5 * (mean.square() + std.square() - 1 - 2 * std.log()).sum() / 128
        loss = 5 * kl - likelihood
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        return loss.item()

    return step


class Attack(search.Search):
    """256 points, one draw each, radius 1, projected into ball and range: eight steps a call."""

    STEPS = 8

    def __init__(self, model, shape):
        self.shape = shape
        flat = torch.rand(256, *shape).flatten(1)
        options = argparse.Namespace(r=0.0)
        wrapped = models.Vae(nn.Sequential(nn.Unflatten(1, shape), model.encoder), model.decoder, model.latent)
        super().__init__(wrapped.requires_grad_(False), flat, options, torch.Generator().manual_seed(0))
        self.radius = torch.ones(256)

    def project(self, moved, rounds):
        direction = moved - self.x
        return self.reach(direction, torch.minimum(self.radius, direction.norm(dim=1)), rounds)

    def steps(self, rounds):
        iterate = self.x
        for step in range(self.STEPS):
            x = iterate.detach().requires_grad_(True)
            (gradient,) = torch.autograd.grad(self.excess(x, 1).sum(), x)
            with torch.no_grad():
                unit = gradient / gradient.norm(dim=1, keepdim=True).clamp_min(1e-30)
                iterate = self.project(x + unit * (0.5 / (1 + step)), rounds)
        return iterate


def finished(jacobian, std):
    """Three norms of each J and two top directions, from Gram matrices in double precision, as Margrave has them."""
    jacobian, std = jacobian.double(), std.double()
    found = [jacobian.square().sum((1, 2)).sqrt()]
    for matrix in (jacobian, jacobian / std[:, :, None]):
        values, vectors = torch.linalg.eigh(torch.bmm(matrix, matrix.mT))
        top = torch.bmm(vectors[:, :, -1:].mT, matrix).squeeze(1)
        found += [values[:, -1].clamp_min(0).sqrt(), top / top.norm(dim=1, keepdim=True)]
    return found


def jacobian_by_loop(model, x):
    x = x.detach().requires_grad_(True)
    mean, std = model.encode(x)
    k = mean.shape[1]
    rows = [torch.autograd.grad(mean[:, i].sum(), x, retain_graph=i < k - 1)[0] for i in range(k)]
    return torch.stack(rows, 1), std.detach()


def jacobian_by_batched_grad(model, x):
    x = x.detach().requires_grad_(True)
    mean, std = model.encode(x)
    k = mean.shape[1]
    basis = torch.eye(k)[:, None, :].expand(k, len(x), k)
    (rows,) = torch.autograd.grad(mean, x, basis, is_grads_batched=True)
    return rows.transpose(0, 1), std.detach()


def jacobian_by_jacrev(model, x):
    def one(row):
        mean, std = model.encode(row[None])
        return mean[0], std[0]

    def both(row):
        mean, std = one(row)
        return mean, std

    jacobian, std = torch.func.vmap(torch.func.jacrev(both, has_aux=True))(x)
    return jacobian, std.detach()


def jacobian_by_tiles(model, x):
    k = model.latent
    tiled = x.detach().repeat(k, 1).requires_grad_(True)
    mean, std = model.encode(tiled)
    picked = mean.view(k, len(x), k).diagonal(dim1=0, dim2=2).sum()
    (rows,) = torch.autograd.grad(picked, tiled)
    return rows.view(k, len(x), -1).transpose(0, 1), std[: len(x)].detach()


JACOBIANS = {
    "autograd loop": jacobian_by_loop,
    "autograd batched": jacobian_by_batched_grad,
    "torch.func vmap(jacrev)": jacobian_by_jacrev,
    "tiled batch": jacobian_by_tiles,
}


def bounds(model, x, jacobian_of):
    """The three bounds of 64 points at r = 6 from 2,000 clean draws."""
    generator = torch.Generator().manual_seed(0)
    options = argparse.Namespace(r=6.0)

    def step():
        jacobian, std = jacobian_of(model, x)
        frobenius, spectral, _, whitened, _ = finished(jacobian, std)
        within = (search.Search(model, x, options, generator).sample(x, 2000) <= 0).sum(1).numpy()
        p = beta.ppf(0.001, within, 2000 - within + 1)
        quantile = torch.from_numpy(norm.ppf(p)).nan_to_num(0).clamp_min(0)
        smallest = std.amin(1).double()
        return smallest * quantile / frobenius, smallest * quantile / spectral, quantile / whitened

    return step


def peak(shape, dtype):
    rows, inside, out = shape
    x, w, b = torch.rand(rows, inside).to(dtype), torch.rand(out, inside).to(dtype), torch.rand(out).to(dtype)

    def step():
        with torch.no_grad():
            return nn.functional.linear(x, w, b)

    return step


def forms(folder):
    """(what, form, maker of a step, steps in one call)."""
    mlp, conv = lambda: models.mlp(), lambda: models.conv()
    for fused in (False, True):
        adam = "fused Adam" if fused else "foreach Adam"
        yield "training MLP", adam, lambda fused=fused: training(mlp(), (1, 28, 28), fused), 1
        yield "training CONV", adam, lambda fused=fused: training(conv(), (3, 32, 32), fused), 1
    for rounds in (3, 8):
        form = f"projection in {rounds} rounds"
        yield "attack MLP", form, lambda r=rounds: (lambda a: lambda: a.steps(r))(Attack(mlp(), (1, 28, 28))), Attack.STEPS
        yield "attack CONV", form, lambda r=rounds: (lambda a: lambda: a.steps(r))(Attack(conv(), (3, 32, 32))), Attack.STEPS
    if folder:
        model, data = models.read(folder)
        images = models.test_images(data, 256)
    else:
        model, images = models.mlp().requires_grad_(False), torch.rand(256, 784)
    for form, of in JACOBIANS.items():
        yield "jacobian MLP", form, lambda of=of: (lambda: finished(*of(model, images))), 1
        yield "jacobian MLP, rows alone", form, lambda of=of: (lambda: of(model, images)), 1
    yield "bounds MLP", "autograd batched", lambda: bounds(model, images[:64], jacobian_by_batched_grad), 64
    yield "bounds MLP", "autograd loop", lambda: bounds(model, images[:64], jacobian_by_loop), 64
    for name, shape in (("CUBE", (2048, 2048, 2048)), ("LAYER", (2048, 784, 512))):
        for dtype in (torch.float32, torch.bfloat16):
            yield f"peak {name}", str(dtype).removeprefix("torch."), lambda s=shape, d=dtype: peak(s, d), 1


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("model", nargs="?")
    parse.add_argument("--threads", type=int, default=1)
    parse.add_argument("--only", default="", help="'|' between beginnings of names")
    parse.add_argument("--forms", default="", help="JSON: the form to time of each name; all where a name is missing")
    parse.add_argument("--seconds", type=float, default=1.0)
    parse.add_argument("--rounds", type=int, default=3)
    o = parse.parse_args()
    torch.set_num_threads(o.threads)
    torch.set_flush_denormal(True)  # As ours does while Adam runs: its moments end there.
    chosen = json.loads(o.forms) if o.forms else {}
    for what, form, make, steps in forms(o.model):
        if o.only and not what.startswith(tuple(o.only.split("|"))):
            continue
        if what in chosen and chosen[what] != form and not what.startswith("peak"):
            continue
        torch.manual_seed(0)
        milliseconds = time_of(make(), o.seconds, o.rounds) / steps
        print(json.dumps({"what": what, "side": "pytorch", "form": form, "threads": o.threads, "ms": milliseconds}), flush=True)


if __name__ == "__main__":
    main()
