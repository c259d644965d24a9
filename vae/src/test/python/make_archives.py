"""Makes the small TorchScript archives in ../resources/torchscript: what torch.jit.save writes for the kinds of modules
that people import. Random weights, fixed seed. Run with PyTorch 2.x: python make_archives.py"""

import pathlib
import warnings
from typing import Dict, List, NamedTuple

import torch
from torch import nn

OUT = pathlib.Path(__file__).parent.parent / "resources" / "torchscript"
IMAGES = torch.rand(3, 1, 4, 4)
LATENTS = torch.randn(3, 2)


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(16, 8)
        self.mean = nn.Linear(8, 2)
        self.log_variance = nn.Linear(8, 2)

    def forward(self, x):
        h = torch.relu(self.hidden(x.flatten(1)))
        return self.mean(h), self.log_variance(h)


class Conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.LeakyReLU(), nn.MaxPool2d(2), nn.GELU(), nn.Dropout(0.1)
        )
        self.out = nn.Linear(16, 4)

    def forward(self, x):
        mean, log_variance = self.out(self.features(x).reshape(x.shape[0], -1)).chunk(2, dim=1)
        return {"embedding": mean, "log_covariance": log_variance}


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 16)
        self.features = nn.Sequential(
            nn.Upsample(scale_factor=2), nn.ConvTranspose2d(4, 4, 3, padding=1), nn.GroupNorm(2, 4), nn.SiLU(), nn.Conv2d(4, 1, 1)
        )

    def forward(self, z):
        return torch.sigmoid(self.features(self.hidden(z).view(-1, 4, 2, 2)))


class ControlFlow(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(16, 16) for _ in range(2)])
        self.out = nn.Linear(16, 4)
        self.flag = True
        self.names = ["a", "b"]
        self.sizes = {"k": 1}
        self.parts = (1, 2.5, None)
        self.register_buffer("steps", torch.arange(4))
        self.register_buffer("small", torch.zeros(2, dtype=torch.bfloat16))

    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        h = x.flatten(1)
        kept: List[torch.Tensor] = []
        for layer in self.layers:
            h = torch.tanh(layer(h))
            if h.sum().item() > 1.0 and self.flag:
                h = h * 2
            kept.append(h)
        i = 0
        while i < self.sizes["k"]:
            i += 1
            h = h + float(i)
        if h.shape[0] < 0:
            raise ValueError(f"bad shape {h.shape}")
        assert x.dim() > 1, "want more than one dimension"
        out = self.out(h)
        return {"mean": out[:, :2], "log": torch.clamp(out[:, 2:], -5, 5.0)}


class Posterior(NamedTuple):
    mean: torch.Tensor
    scale: torch.Tensor


class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(16, 4)

    def forward(self, x: torch.Tensor) -> Posterior:
        mean, scale = self.out(x.flatten(1)).chunk(2, dim=1)
        return Posterior(mean, nn.functional.softplus(scale))


class Scaled(nn.Module):
    """Functional interpolation, scripted: optional arguments, casts, lists, constants, many branches."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return nn.functional.interpolate(z.view(-1, 1, 1, 2), scale_factor=2.0, mode="bilinear", align_corners=False)


def main():
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    OUT.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        for name, model, sample in [
            ("mlp-traced", Mlp(), IMAGES),
            ("conv-traced", Conv(), IMAGES),
            ("decoder-traced", Decoder(), LATENTS),
        ]:
            torch.jit.save(torch.jit.trace(model.eval(), sample, strict=False), OUT / f"{name}.pt")
        for name, model in [("control-flow-scripted", ControlFlow()), ("named-scripted", Named()), ("scaled-scripted", Scaled())]:
            torch.jit.save(torch.jit.script(model.eval()), OUT / f"{name}.pt")
        torch.jit.save(torch.jit.freeze(torch.jit.script(Conv().eval())), OUT / "conv-frozen.pt")
        torch.save(Mlp().state_dict(), OUT / "state-dict.pth")


if __name__ == "__main__":
    main()
