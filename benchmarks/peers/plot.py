"""Cost of a verified break against points, threads and latent dimension: plot.py RESULTS.json OUT.svg"""

import json
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "margrave"
import matplotlib.pyplot as plt


def main():
    lines = json.loads(open(sys.argv[1]).read())["lines"]
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    panels = (("points", "points", "points", True), ("threads", "threads", "threads", False), ("latent", "latent", "latent dimension", True))
    for axis, (stage, field, label, logarithmic) in zip(axes, panels):
        found = sorted((line[field], line["seconds_per_point"]) for line in lines if line["key"].startswith(stage + "/"))
        axis.plot([x for x, _ in found], [1e3 * y for _, y in found], marker="o", color="#2a6f97")
        axis.set_xlabel(label)
        axis.set_ylim(0, 1.1e3 * max(y for _, y in found))
        if logarithmic:
            axis.set_xscale("log")
        axis.set_xticks([x for x, _ in found], [f"{x:,}" for x, _ in found])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("ms a verified break")
    figure.savefig(sys.argv[2], metadata={"Date": None})


if __name__ == "__main__":
    main()
