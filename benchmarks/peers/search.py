"""The verified break search, written as one would in plain PyTorch: whole batches, no Python loop over points.

    search.py MODEL [--points 1000] [--threads 1] [--workers 2] [--csv OUT] [settings]

The same problem as Margrave's: full kind, inside [0, 1], r = 6, alpha = 0.001 a point, up to 1,000 fresh draws a verdict, fixed
sequence, float32, directions from the exact Jacobian. One line of JSON comes out.
"""

import argparse
import json
import math
import resource
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from scipy.stats import beta

import vae as models

# P at which candidates are aimed, and the draws of their verdicts as a share of the most: far from one half few draws do.
LADDER = "0.20:0.1,0.40:1,0.44:1"
STEERED = 0.42
# Singular vectors of diag(1/sigma) J: first +-, second +-, third +-; of J: first +-. In this order they are tried.
DIRECTIONS = (0, 1, 6, 7, 2, 3, 4, 5)


def upper(successes, trials, alpha):
    """Clopper-Pearson, from above."""
    bound = beta.ppf(1 - alpha, successes + 1, trials - successes)
    return np.where(successes >= trials, 1.0, bound)


class Search:
    def __init__(self, model, x, options, generator):
        self.model, self.x, self.o, self.generator = model, x, options, generator
        with torch.no_grad():
            self.reference = model.decode(model.encode(x)[0])
        self.low, self.high = -x, 1 - x
        # Operations of the matrix products, counted: what tuning goes by where the clock can't be trusted.
        self.work = {"flop": 0}
        self.sizes = [sum(w.numel() for w in part.parameters() if w.dim() > 1) for part in (model.encoder, model.decoder)]
        self.limit = models.diameter(x.shape[1])

    def some(self, rows):
        other = object.__new__(Search)
        other.model, other.o, other.generator, other.limit, other.work = self.model, self.o, self.generator, self.limit, self.work
        other.sizes = self.sizes
        other.x, other.reference, other.low, other.high = self.x[rows], self.reference[rows], self.low[rows], self.high[rows]
        return other

    def excess(self, inputs, draws, pairs=False):
        """|g(mu + sigma eta) - g(mu(x))| - r, [points, draws]; of pairs of opposite draws, or of independent ones."""
        passes = 2 if inputs.requires_grad else 1
        self.work["flop"] += 2 * passes * len(inputs) * (self.sizes[0] + draws * self.sizes[1])
        mean, std = (part.float() for part in self.model.encode(inputs))
        # Draws of an ascent and of a prediction come in pairs, as ours do; those of a verdict are independent.
        drawn = (draws + 1) // 2 if pairs else draws
        noise = torch.randn(len(inputs), drawn, self.model.latent, generator=self.generator)
        noise = torch.cat((noise, -noise), 1)[:, :draws] if pairs else noise
        z = torch.addcmul(mean[:, None], std[:, None], noise)
        out = self.model.decode(z.flatten(0, 1)).view(len(inputs), draws, -1).float()
        return torch.linalg.vector_norm(out - self.reference[:, None], dim=2) - self.o.r

    def sample(self, inputs, draws, rows=2048, pairs=False):
        """The same without gradients, in blocks that fit the cache."""
        block = max(1, rows // len(inputs))
        with torch.no_grad():
            parts = [self.excess(inputs, min(block, draws - i), pairs) for i in range(0, draws, block)]
        return torch.cat(parts, 1)

    def reach(self, direction, radius, rounds=8):
        """The points in some directions that lie on the spheres inside [0, 1]: saturated pixels are followed exactly."""
        radius = radius[:, None]
        size = direction.abs()
        room = torch.where(direction > 0, self.high, -self.low)
        factor = radius / direction.norm(dim=1, keepdim=True).clamp_min(1e-30)
        for _ in range(rounds):
            free = size * factor < room
            taken = room.square().masked_fill_(free, 0).sum(1, keepdim=True)
            left = size.square().mul_(free).sum(1, keepdim=True)
            factor = torch.maximum(factor, ((radius.square() - taken).clamp_min_(0) / left.clamp_min_(1e-30)).sqrt_())
        moved = torch.minimum(size * factor, room) * direction.sign()
        return (self.x + moved).clamp_(0, 1)

    def directions(self):
        """Top right singular vectors of J and diag(1/sigma) J: k backward passes over one retained graph."""
        x = self.x.detach().requires_grad_(True)
        mean, std = self.model.encode(x)
        k = mean.shape[1]
        rows = [torch.autograd.grad(mean[:, i].sum(), x, retain_graph=i < k - 1)[0] for i in range(k)]
        jacobian = torch.stack(rows, 1)
        found = []
        for matrix, many in ((jacobian / std.detach()[:, :, None], 3), (jacobian, 1)):
            left = torch.linalg.eigh(torch.bmm(matrix, matrix.mT))[1][:, :, -many:]
            top = torch.bmm(left.mT, matrix).flip(1)
            found += [sign * top[:, i] for i in range(many) for sign in (1, -1)]
        return [found[i] for i in DIRECTIONS[: self.o.directions]]

    def first_break(self, direction):
        low = torch.full((len(self.x),), math.log(self.limit * 1e-2))
        high = torch.full((len(self.x),), math.log(self.limit))
        broke = torch.zeros(len(self.x), dtype=torch.bool)
        for _ in range(self.o.ray_steps):
            middle = (low + high) / 2
            broken = (self.sample(self.reach(direction, middle.exp(), 3), self.o.ray_draws) <= 0).float().mean(1) <= 0.5
            broke |= broken
            high, low = torch.where(broken, middle, high), torch.where(broken, low, middle)
        return torch.where(broke, high.exp(), torch.tensor(math.inf))

    def starts(self):
        """The directions along which each point breaks first, best first, with the norms."""
        all_directions = torch.stack(self.directions())
        norms, order = torch.stack([self.first_break(d) for d in all_directions]).sort(0)
        points = torch.arange(len(self.x))
        for rank in range(self.o.candidates):
            yield all_directions[order[rank], points], norms[rank].clamp_max(self.limit / 2)

    def towards(self):
        """The ways to other images of the batch, spread over it."""
        others = min(self.o.towards, len(self.x) - 1)
        for k in range(others):
            yield torch.roll(self.x, -(1 + k * (len(self.x) - 1) // others), 0) - self.x

    def sprint(self):
        """Singular vectors and the ways to other images, all for a few steps, two draws each; of them the best, best first."""
        singular = self.directions()
        scale = 0.35 * torch.stack([self.first_break(d) for d in singular[:4]]).sort(0)[0][1].clamp_max(self.limit / 2)
        given = torch.stack([*singular, *self.towards()])
        many, points = given.shape[:2]
        clean = self.sample(self.x, 4).mean(1)
        directions, radii = torch.empty_like(given), torch.empty(many, points)
        # As many at once as fit the cache.
        for part in torch.arange(many).split(max(1, self.o.block // points)):
            rows = torch.arange(points).repeat(len(part))
            moved, boundary = self.some(rows).secant(given[part].flatten(0, 1), scale[rows], clean[rows])
            directions[part], radii[part] = moved.view(len(part), points, -1), boundary.view(len(part), points)
        radii, order = radii.sort(0)
        for rank in range(self.o.candidates):
            yield directions[order[rank], torch.arange(points)], radii[rank]

    def secant(self, direction, radius, clean):
        """An ascent whose radius goes half the way to where the line from the clean mean excess to the iterate's crosses zero."""
        iterate = self.reach(direction, radius, self.o.rounds)
        for _ in range(self.o.sprint):
            x = iterate.requires_grad_(True)
            with torch.autocast("cpu", torch.bfloat16, enabled=self.o.bfloat16):
                excess = self.excess(x, 2, pairs=True)
            fixed = excess.detach()
            width = (fixed.std(1, correction=0, keepdim=True) + 0.5 * fixed.mean(1, keepdim=True).abs()).clamp_min(1e-6)
            (gradient,) = torch.autograd.grad((excess / width).sigmoid().mean(1).sum(), x)
            with torch.no_grad():
                rise = fixed.mean(1) - clean
                boundary = radius * torch.where(rise > 0, -clean / rise, 2).clamp(0.5, 2)
                radius = (radius * boundary).sqrt().clamp_max(self.limit)
                scale = 2 * radius[:, None] / gradient.norm(dim=1, keepdim=True).clamp_min(1e-30)
                iterate = self.reach(torch.addcmul(x.detach() - self.x, gradient, scale), radius, rounds=self.o.rounds)
        return iterate.detach() - self.x, boundary

    def start(self):
        """The best start; of several, the two that get furthest in a few steps, best first."""
        if self.o.candidates == 1:
            return [next(self.starts())]
        raced = []
        for direction, radius in self.sprint() if self.o.towards > 0 else self.starts():
            direction, radius = self.ascend(direction, radius, self.o.explore, self.o.first, self.o.explore_draws)
            near = self.reach(direction, radius)
            excess = self.sample(near, 32)
            # Where P is off, the radius lies; a step along the line through the boundary mends most of it.
            within = (excess <= 0).float().mean(1)
            raced.append((direction, radius * (1 + 0.3 * (within - STEERED))))
        directions, radii = map(torch.stack, zip(*raced))
        radii, order = radii.sort(0)
        points = torch.arange(len(self.x))
        return [(directions[order[rank], points], radii[rank]) for rank in (0, 1)]

    def finish(self, steps):
        """The last ascent, of the best start; and of the second where it is close and went elsewhere."""
        first, *second = self.start()
        size = self.o.first if self.o.candidates == 1 else self.o.again
        direction, radius = self.ascend(*first, steps, size, self.o.draws)
        if second:
            other, far = second[0]
            rows = torch.nonzero((far <= self.o.close * first[1]) & (torch.cosine_similarity(other, first[0]) < 0.95)).flatten()
            if len(rows) > 0:
                other, far = self.some(rows).ascend(other[rows], far[rows], steps, size, self.o.draws)
                rows, other, far = (part[far < radius[rows]] for part in (rows, other, far))
                direction[rows], radius[rows] = other, far
        return direction, radius

    def ascend(self, direction, radius, steps, first, draws):
        """Normalised gradient ascent of a smooth P(broken) on a sphere whose radius follows the boundary."""
        iterate = self.reach(direction, radius)
        for step in range(steps):
            cosine = 0.5 * (1 + math.cos(math.pi * step / max(1, steps - 1)))
            x = iterate.requires_grad_(True)
            with torch.autocast("cpu", torch.bfloat16, enabled=self.o.bfloat16):
                excess = self.excess(x, draws, pairs=True)
            fixed = excess.detach()
            width = (fixed.std(1, correction=0, keepdim=True) + 0.5 * fixed.mean(1, keepdim=True).abs()).clamp_min(1e-6)
            (gradient,) = torch.autograd.grad((excess / width).sigmoid().mean(1).sum(), x)
            with torch.no_grad():
                within = (fixed <= 0).float().mean(1)
                radius = (radius * torch.exp((0.01 + 0.39 * cosine) * (within - STEERED))).clamp_max(self.limit)
                share = self.o.last + (first - self.o.last) * cosine
                scale = share * radius[:, None] / gradient.norm(dim=1, keepdim=True).clamp_min(1e-30)
                iterate = self.reach(torch.addcmul(x.detach() - self.x, gradient, scale), radius, rounds=self.o.rounds)
        return iterate.detach() - self.x, radius

    def predict(self, direction, radius, ladder):
        """Norms at which P is predicted to be the ladder's: every draw's excess is a line in the norm, on the same noise."""
        center = radius
        for draws, width in ((self.o.look // 3, 0.06), (self.o.look, 0.03)):
            near, far = center * (1 - width), center * (1 + width)
            state = self.generator.get_state()
            below = self.sample(self.reach(direction, near), draws, pairs=True)
            self.generator.set_state(state)
            above = self.sample(self.reach(direction, far), draws, pairs=True)
            slope = (above - below) / (far - near)[:, None]
            cross = torch.where(slope > 0, near[:, None] - below / slope, torch.where(below > 0, 0.0, math.inf))
            cross = cross.sort(1)[0]
            norms = torch.stack([cross[:, math.ceil((1 - p) * draws) - 1] for p, _ in ladder]).clamp(0, self.limit)
            center = torch.minimum(torch.maximum(norms[-2], center / 2), center * 2).clamp_max(self.limit / 1.03)
        return norms

    def attempt(self, alpha, steps):
        """Norms of the last verified candidates, NaN where there is none, and the p of their verdicts."""
        ladder = [tuple(map(float, rung.split(":"))) for rung in self.o.ladder.split(",")]
        direction, radius = self.finish(steps)
        norms = self.predict(direction, radius, ladder)
        clean = (self.sample(self.x, 32) <= 0).float().mean(1)
        norms[:, clean <= 0.3] = 0
        best = np.full(len(self.x), math.nan)
        p = np.full(len(self.x), math.nan)
        alive = np.arange(len(self.x))
        for (_, share), norm in zip(ladder, norms):
            if len(alive) == 0:
                break
            draws = min(self.o.verdict_draws, max(math.ceil(math.log2(1 / alpha)) + 1, round(share * self.o.verdict_draws)))
            here = self.some(torch.from_numpy(alive))
            candidate = here.reach(direction[alive], norm[alive])
            within = (here.sample(candidate, draws) <= 0).sum(1).numpy()
            verified = upper(within, draws, alpha) <= 0.5
            moved = (candidate.double() - here.x.double()).norm(dim=1).numpy()
            alive = alive[verified]
            best[alive] = moved[verified]
            p[alive] = within[verified] / draws
        return best, p

    def run(self):
        best, p = self.attempt(0.9 * self.o.alpha, self.o.steps)
        rest = np.flatnonzero(np.isnan(best))
        if len(rest) > 0:
            best[rest], p[rest] = self.some(torch.from_numpy(rest)).attempt(0.1 * self.o.alpha, 2 * self.o.steps)
        return best, p


def parser():
    parse = argparse.ArgumentParser()
    parse.add_argument("model")
    parse.add_argument("--points", type=int, default=1000)
    parse.add_argument("--threads", type=int, default=1)
    parse.add_argument("--workers", type=int, default=0, help="Python threads of one engine thread each; 0: inside the engine")
    parse.add_argument("--bfloat16", action="store_true", help="ascend in bfloat16 (autocast); all else stays in float32")
    parse.add_argument("--steps", type=int, default=100)
    parse.add_argument("--draws", type=int, default=8)
    parse.add_argument("--batch", type=int, default=128)
    parse.add_argument("--r", type=float, default=6)
    parse.add_argument("--alpha", type=float, default=0.001)
    parse.add_argument("--verdict-draws", type=int, default=1000)
    parse.add_argument("--directions", type=int, default=4)
    parse.add_argument("--ray-steps", type=int, default=9)
    parse.add_argument("--rounds", type=int, default=3)
    parse.add_argument("--look", type=int, default=256)
    parse.add_argument("--first", type=float, default=2)
    parse.add_argument("--again", type=float, default=0.7, help="first step size after exploring")
    parse.add_argument("--explore", type=int, default=20)
    parse.add_argument("--explore-draws", type=int, default=4)
    parse.add_argument("--ray-draws", type=int, default=8)
    parse.add_argument("--candidates", type=int, default=1)
    parse.add_argument("--towards", type=int, default=0, help="ways to other images that are sprinted along; 0: no sprint")
    parse.add_argument("--sprint", type=int, default=3, help="steps of it")
    parse.add_argument("--block", type=int, default=512, help="rows of it at once")
    parse.add_argument("--close", type=float, default=1, help="largest radius of a second finalist, to the first's")
    parse.add_argument("--last", type=float, default=0.05)
    parse.add_argument("--ladder", default=LADDER)
    parse.add_argument("--seed", type=int, default=0)
    parse.add_argument("--csv")
    return parse


def main():
    o = parser().parse_args()
    o.workers = max(1, o.workers)
    torch.set_num_threads(o.threads)
    model, data = models.read(o.model)
    images = models.test_images(data, o.points)
    warm = argparse.Namespace(**{**vars(o), "steps": 3})
    Search(model, images[: min(o.batch, 32)], warm, torch.Generator()).run()
    start, cpu = time.perf_counter(), time.process_time()

    def search(numbered):
        number, part = numbered
        # LibTorch keeps its number of threads by thread.
        torch.set_num_threads(1 if o.workers > 1 else o.threads)
        one = Search(model, part, o, torch.Generator().manual_seed(o.seed + number))
        return *one.run(), one.work["flop"]

    with ThreadPoolExecutor(o.workers) as pool:
        *parts, work = zip(*pool.map(search, enumerate(images.split(o.batch))))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    norms, p = map(np.concatenate, parts)
    if o.csv:
        with open(o.csv, "w") as out:
            out.write("point,norm,p\n")
            for i, (n, q) in enumerate(zip(norms, p)):
                out.write(f"{i},,\n" if math.isnan(n) else f"{i},{n:.6f},{q:.3f}\n")
    print(json.dumps({
        "what": "break-search", "side": "pytorch", "torch": torch.__version__, "latent": model.latent, "points": len(images),
        "threads": o.threads, "steps": o.steps, "draws": o.draws, "batch": o.batch, "ladder": o.ladder, "r": o.r,
        "alpha": o.alpha, "verdict_draws": o.verdict_draws, "seconds": seconds, "seconds_per_point": seconds / len(images), "cpu_seconds": cpu, "workers": o.workers, "bfloat16": o.bfloat16,
        "gflop_per_point": sum(work) / len(images) / 1e9,
        "found": int((~np.isnan(norms)).sum()), "mean_norm": float(np.nanmean(norms)),
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))


if __name__ == "__main__":
    main()
