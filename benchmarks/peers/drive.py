"""Runs Margrave and its peers in turn and says how they compare. Called by benchmarks/run.

Every measurement is one line of JSON in a work folder, under a key (stage, round, side, threads): a run that was stopped goes on
where it stopped. What is alternated is alternated in time: ours, theirs, ours, theirs. A ratio is theirs to ours of one
round, so above 1 is in our favour; its spread is that of the rounds.
"""

import argparse
import csv
import datetime
import json
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
BENCHMARKS = HERE.parent
ROOT = BENCHMARKS.parent
RESULTS = BENCHMARKS / "results"
# A product over weights that were laid out beforehand.
LAID_OUT = "float32, weights laid out"
JMH_NAMES = {
    "io.margrave.vae.training.TrainingStep.step": "training",
    "io.margrave.benchmarks.AttackStep.step": "attack",
    "io.margrave.benchmarks.Bounds.jacobian": "jacobian MLP",
    "io.margrave.benchmarks.Bounds.bounds": "bounds MLP",
    "io.margrave.benchmarks.MatrixPeak.linear": "peak",
}
# As the product's own launcher runs it.
JVM = ["-Xmx1g", "-XX:+UseSerialGC", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"]
# What one measurement stands for, beside its operations: shown in the table.
MEANING = {
    "training MLP": "training step, MLP 784-512-512-20, batch 128",
    "training CONV": "training step, conv VAE 3x32x32, latent 64, batch 128",
    "attack MLP": "attack step, MLP, 256 rows",
    "attack CONV": "attack step, conv VAE, 256 rows",
    "jacobian MLP": "Jacobian, its norms and directions, 256 points x 20 latents",
    "bounds MLP": "three bounds of a point, 2,000 clean draws",
}


# ---------------------------------------------------------------------------------------------------------- running things


def uses_mkl():
    """Whether the build has MKL in OpenBLAS's place (-Pmkl): its figures are kept apart."""
    return "/mkl-" in class_path()


def class_path():
    jar = next((BENCHMARKS / "target").glob("margrave-benchmarks-*.jar"))
    return f"{jar}:{(BENCHMARKS / 'target' / 'classpath.txt').read_text().strip()}"


def call(command, environment=None, quiet=False):
    """Standard output of a command; the process's CPU seconds and peak RSS beside it."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL if quiet else None,
        env={**os.environ, **(environment or {})}, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"benchmarks: {' '.join(map(str, command))[:200]} ended with {process.returncode}")
    return output, {
        "wall_seconds": time.perf_counter() - started, "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_rss_mib": usage.ru_maxrss // 1024}


def java(main, *arguments, options=(), environment=None):
    path = class_path()
    blas = []
    if uses_mkl():  # As the launcher does.
        blas, environment = ["-Dorg.bytedeco.openblas.load=mkl"], {**(environment or {}), "MKL_NUM_THREADS": "1"}
    return call(["java", *JVM, *blas, *options, "-cp", path, main, *arguments], environment)


def peer(script, *arguments):
    return call([sys.executable, HERE / script, *arguments])


def last_json(output):
    return json.loads(output.strip().splitlines()[-1])


class Work:
    """Lines measured so far. What is there is not measured again."""

    def __init__(self, folder):
        self.file = folder / "lines.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.lines = [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def has(self, key):
        return any(line["key"] == key for line in self.lines)

    def fits(self, o):
        """Whether these lines may be added to: unfinished, of this commit and model."""
        where = self.of("surroundings")
        return bool(where) and not self.has("finished/0/both/0") and where[0]["commit"] == commit() and where[0]["model"] == str(o.model)

    def of(self, stage):
        return [line for line in self.lines if line["key"].split("/")[0] == stage]

    def add(self, key, made):
        """Measures and keeps: `made` gives a list of lines."""
        if self.has(key):
            return
        print(f"{datetime.datetime.now():%H:%M:%S} {key}", file=sys.stderr, flush=True)
        # In one write, so that a stage that was stopped half way is measured again as a whole.
        fresh = [{"key": key, **line} for line in made()]
        with self.file.open("a") as out:
            out.write("".join(json.dumps(line) + "\n" for line in fresh))
        self.lines += fresh


# -------------------------------------------------------------------------------------------------------------- the stages


def commit():
    """Without what the benchmarks themselves write."""
    return subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()


# What makes either side compute with other kernels than it would choose: the figures are not those of a machine without them.
KERNEL_CHOICES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_CBWR", "MKL_DEBUG_CPU_TYPE", "MKL_ENABLE_INSTRUCTIONS", "DNNL_MAX_CPU_ISA",
                  "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY")


def kernel_choices():
    return {name: os.environ[name] for name in KERNEL_CHOICES if name in os.environ}


def surroundings(o):
    ours = last_json(java("io.margrave.benchmarks.Surroundings")[0])
    theirs = call([sys.executable, "-c", "import torch, re; print(torch.__version__); print(re.search('BLAS_INFO=(\\\\w+)', "
                   "torch.__config__.show()).group(1))"])[0].split()
    cpu = "unknown"
    flags = []
    info = Path("/proc/cpuinfo")
    if info.exists():
        text = info.read_text()
        cpu = re.search(r"model name\s*:\s*(.*)", text).group(1)
        present = re.search(r"flags\s*:\s*(.*)", text).group(1).split()
        flags = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in present]
    return [{
        "date": f"{datetime.date.today()}", "cpu": cpu, "cores": os.cpu_count(), "flags": flags,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.platform(), "commit": commit(), "load_before": os.getloadavg()[0], **ours,
        "kernel_choices": kernel_choices(),
        "pytorch": theirs[0], "pytorch_blas": theirs[1], "python": platform.python_version(), "model": str(o.model)}]


def fastest_forms(o):
    """Which of the peer's forms is the fastest here; timed once, shortly."""
    output, _ = peer("steps.py", o.model, "--seconds", "0.4", "--rounds", "1", "--only", "training|attack|jacobian|bounds")
    best = {}
    for line in map(json.loads, output.splitlines()):
        if line["what"] not in best or line["ms"] < best[line["what"]]["ms"]:
            best[line["what"]] = line
    return [{"forms": {what: line["form"] for what, line in best.items()}}]


def jmh(o, threads, what, work):
    """Milliseconds a step, or a point. A training step has threads of its own; of all else each Java thread does one at the same time."""
    if threads == 1:
        return jmh_run(o, 1, 1, what, work)
    alone = [name for name in what if name == "training"]
    return [*jmh_run(o, threads, 1, alone, work), *jmh_run(o, threads, threads, [name for name in what if name not in alone], work)]


def jmh_run(o, threads, copies, what, work):
    names = {"training": "TrainingStep", "attack": "AttackStep", "jacobian": "Bounds.jacobian", "bounds": "Bounds.bounds",
             "peak": "MatrixPeak"}
    out = work.folder / "jmh.json"
    command = ["|".join(names[name] for name in what), "-f", "1", "-wi", o.warm_ups, "-w", "1s", "-i", "3", "-r", o.iteration,
               "-foe", "true", "-rf", "json", "-rff", out, "-o", os.devnull, "-jvmArgsAppend", " ".join(JVM), "-p", f"threads={threads // copies}",
               "-t", copies]
    if "peak" in what:
        command += ["-p", "shape=CUBE" if not o.layer else "shape=CUBE,LAYER"]
    java("org.openjdk.jmh.Main", *command, environment={"MARGRAVE_BENCHMARK_MODEL": str(o.model)})
    lines = []
    for result in json.loads(out.read_text()):
        parameters = result.get("params", {})
        name = JMH_NAMES[result["benchmark"]]
        form = ""
        if name == "peak":
            name, form = f"peak {parameters['shape']}", parameters["product"].lower().replace("float32_laid_out", LAID_OUT)
        elif "model" in parameters:
            name = f"{name} {parameters['model']}"
        metric = result["primaryMetric"]
        lines.append({"what": name, "side": "margrave", "form": form, "threads": threads, "ms": metric["score"] / copies,
                      "raw": metric["rawData"][0]})
    return lines


def peer_steps(o, threads, what, forms):
    only = [name if name != "peak" or o.layer else "peak CUBE" for name in what]
    output, _ = peer("steps.py", o.model, "--threads", threads, "--only", "|".join(only), "--forms", json.dumps(forms),
                     "--seconds", 0.3 if o.quick else 1, "--rounds", "3")
    return [json.loads(line) for line in output.splitlines()]


def steps(o, work):
    forms = work.of("forms")[0]["forms"]
    for number in range(o.rounds):
        for threads, what in ((1, ("training", "attack", "jacobian", "bounds", "peak")), (2, ("training", "bounds", "peak"))):
            if threads > o.threads:
                continue
            work.add(f"steps/{number}/margrave/{threads}", lambda: jmh(o, threads, what, work))
            work.add(f"steps/{number}/pytorch/{threads}", lambda: peer_steps(o, threads, what, forms))


def our_search(o, threads, points, out, model=None, precision=None):
    """In the precision that an audit would choose here, or in a given one."""
    if precision:
        os.environ["MARGRAVE_SEARCH_PRECISION"] = precision
    try:
        output, usage = java("io.margrave.benchmarks.SearchRun", model or o.model, points, threads, o.r, out)
    finally:
        os.environ.pop("MARGRAVE_SEARCH_PRECISION", None)
    return [{**last_json(output), "process": usage}]


def preset(threads):
    """The peer's settings, as calibrated; with several threads, in the faster of two forms."""
    kept = json.loads((HERE / "search.json").read_text())
    return [*kept["arguments"], *(["--workers", threads] if threads > 1 and kept["threads_in"] == "python" else [])]


def peer_search(o, threads, points, out, arguments=None):
    output, usage = peer("search.py", o.model, "--points", points, "--threads", threads, "--r", o.r, "--csv", out,
                         *(preset(threads) if arguments is None else arguments))
    return [{**last_json(output), "process": usage}]


def searches(o, work):
    for number in range(o.search_rounds):
        for threads in range(1, o.threads + 1):
            for side, search in (("margrave", our_search), ("pytorch", peer_search)):
                out = work.folder / f"{side}-{threads}.csv"
                work.add(f"search/{number}/{side}/{threads}", lambda: search(o, threads, o.points, out))
            out32 = work.folder / f"margrave-float32-{threads}.csv"
            work.add(f"search/{number}/margrave float32/{threads}", lambda: our_search(
                o, threads, o.points, out32, precision="float32"))
        # With the ascent in bfloat16, too, as ours is where the processor has AMX: at float32's settings.
        work.add(f"search/{number}/pytorch bfloat16/1", lambda: peer_search(
            o, 1, o.points, work.folder / "pytorch-bfloat16.csv", [*preset(1), "--bfloat16"]))


def published(o, work):
    work.add("published/0/pytorch/1", lambda: [
        json.loads(line) for line in peer("published.py", o.model, "--images", o.images, "--r", o.r)[0].splitlines()])


def scaling(o, work):
    for points in (100, 1_000, 10_000) if not o.quick else (64, 128):
        out = work.folder / f"scaling-{points}.csv"
        work.add(f"points/{points}/margrave/{o.threads}", lambda: our_search(o, o.threads, points, out))
    few = 500 if not o.quick else 64
    for threads in range(1, o.threads + 1):
        work.add(f"threads/0/margrave/{threads}", lambda: our_search(o, threads, few, work.folder / "threads.csv"))
    for latent in (5, 10, 20, 50, 100) if not o.quick else (5,):
        def measured(latent=latent):
            folder = java("io.margrave.benchmarks.TrainModel", latent, 3 if not o.quick else 1)[0].split()[-1]
            return our_search(o, o.threads, few, work.folder / "latent.csv", folder)
        work.add(f"latent/{latent}/margrave/{o.threads}", measured)


# What the attack's sides are given: the same points, ball, steps and draws a step, one start.
ATTACK = {"radius": 1, "steps": 50, "draws": 8}


def attacks(o, work):
    """The maximum-damage attack, ours and that of other tools; all measured by `attacks.py --tool measure`."""
    points = o.points if o.quick else 256
    given = [f"--{key}={value}" for key, value in ATTACK.items()]

    def ours(out, precision, chunk, threads=1):
        output, _ = java("io.margrave.benchmarks.AttackRun", o.model, points, ATTACK["radius"], ATTACK["steps"], ATTACK["draws"],
                         threads, chunk, precision, out)
        return last_json(output)

    def theirs(out, tool, *more, count=points):
        output, _ = peer("attacks.py", o.model, "--tool", tool, "--points", count, *given, "--out", out, *more)
        return last_json(output)

    def measured(made, out):
        line = made(out)
        output, _ = peer("attacks.py", o.model, "--tool", "measure", "--points", points, "--radius", ATTACK["radius"], "--read", out)
        return [{**line, "measured": last_json(output)}]

    sides = {
        "margrave": lambda out: ours(out, "auto", 64),
        "margrave float32": lambda out: ours(out, "float32", 64),
        "art default": lambda out: theirs(out, "art"),
        "foolbox default": lambda out: theirs(out, "foolbox"),
    }
    # The step size is the tools' own affair, and the best of some is taken for each; so is the batch.
    for share in (0.05, 0.1, 0.2):
        sides[f"art step {share}"] = lambda out, share=share: theirs(out, "art", "--step", share)
        sides[f"foolbox step {share}"] = lambda out, share=share: theirs(out, "foolbox", "--step", share)
    for batch in (16, 64, 128, 256):
        sides[f"art batch {batch}"] = lambda out, batch=batch: theirs(out, "art", "--step", 0.1, "--batch", batch)
        sides[f"foolbox batch {batch}"] = lambda out, batch=batch: theirs(out, "foolbox", "--step", 0.1, "--batch", batch)
    for number in range(o.rounds):
        for side in sides if number == 0 else told(work):
            out = work.folder / f"attack.{'f32' if side.startswith('margrave') else 'npy'}"
            work.add(f"attack/{number}/{side}/1", lambda: measured(sides[side], out) if number == 0 else [sides[side](out)])
    out = work.folder / "attack.npy"
    work.add("attack/0/scipy/1", lambda: measured(lambda path: theirs(path, "scipy", "--steps", 15000, count=4 if o.quick else 32), out))


def told(work):
    """The sides that the table tells of: ours, each tool's defaults, its strongest and its fastest form in the first round."""
    seconds, damage = {}, {}
    for line in work.of("attack"):
        _, number, side, _ = line["key"].split("/")
        if number == "0" and side != "scipy":
            seconds[side] = line["seconds_per_point"]
            damage[side] = line["measured"]["damage"]
    chosen = [side for side in seconds if side.startswith("margrave") or side.endswith("default")]
    for tool in ("art", "foolbox"):
        forms = [side for side in seconds if side.startswith(tool)]
        chosen += [max(forms, key=damage.get), min(forms, key=seconds.get)]
    return list(dict.fromkeys(chosen))


def attack_rows(work):
    """Ours against each tool at its defaults and at its best."""
    times, damages = {}, {}
    for line in work.of("attack"):
        _, number, side, _ = line["key"].split("/")
        if number != "0":
            times[side].append(line["seconds_per_point"])
            continue
        if not (line["measured"]["norm_kept"] and line["measured"]["range_kept"]):
            raise SystemExit(f"benchmarks: {side} left ball or range: {line['measured']['largest_norm']}")
        times[side] = [line["seconds_per_point"]]
        damages[side] = line["measured"]["each"]
    rows = []
    for ours in ("margrave", "margrave float32"):
        if ours not in times:
            continue
        for tool in ("art", "foolbox", "scipy"):
            forms = [side for side in times if side.split()[0] == tool]
            if not forms:
                continue
            strongest = max(forms, key=lambda side: statistics.fmean(damages[side]))
            fastest = min(forms, key=lambda side: times[side][0])
            default = f"{tool} default" if f"{tool} default" in times else tool
            for what, side in (("default", default), ("most damaging", strongest), ("fastest", fastest)):
                if tool == "scipy" and what != "default":
                    continue
                pairs = list(zip(damages[ours], damages[side]))
                mine, other = statistics.fmean(a for a, _ in pairs), statistics.fmean(b for _, b in pairs)
                ratios = [b / a for a, b in zip(times[ours], times[side])]
                target = {("art", "default"): "time 3.0", ("art", "fastest"): "time 1.5"}.get((tool, what), "damage 1.0")
                rows.append([
                    f"maximum-damage attack, {len(pairs)} points, {ours.replace('margrave', 'searched as the processor allows') if ours == 'margrave' else 'searched in float32'}; "
                    f"peer: {tool}, {what} ({side})",
                    f"{1e3 * statistics.median(times[ours]):.2f} ms a point; damage {mine:.4f}",
                    f"{1e3 * statistics.median(times[side]):.2f} ms a point; damage {other:.4f}",
                    f"{statistics.median(ratios):.2f}", spread(ratios), target,
                    f"damage {mine / other:.4f} of the peer's; at least 0.98 of it at {sum(a >= 0.98 * b for a, b in pairs)} points"])
    return rows


def audits(o, work):
    """Whole `margrave audit` processes, from outside: wall time, CPU time, peak RSS."""
    def audit(model, data, points, extra, contents="bounds and full breaks"):
        out = work.folder / f"audit-{data}-{points}"
        shutil.rmtree(out, ignore_errors=True)
        _, usage = call([ROOT / "margrave", "audit", "--models", model, "--data", data, "--points", points, "--out", out,
                         "--threads", o.threads, "--quiet", *extra], quiet=False)
        size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
        shutil.rmtree(out)
        return [{"what": "audit", "model": str(model), "data": data, "contents": contents, "points": points, "threads": o.threads,
                 "seconds": usage["wall_seconds"], "run_folder_mib": size // 2**20, **usage}]

    breaks = ("--no-mean-only", "--attack-radius", "0")
    mnist = ("--r", "4,6,8", *breaks)
    call([ROOT / "margrave", "--version"])  # Builds, where there is something to build.
    # More than once: fragments of memory differ from run to run.
    for number, points in enumerate((1_000, 10_000, 1_000, 1_000) if not o.quick else (64,)):
        work.add(f"audit/{number}/mnist-{points}/margrave/{o.threads}", lambda: audit(o.model, "mnist", points, mnist))
    if not o.quick:
        work.add(f"audit/mnist-1000-defaults/margrave/{o.threads}", lambda: audit(
            o.model, "mnist", 1_000, ("--r", "4,6,8"), "with mean-only breaks and damage attacks"))
    if o.conv:
        cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "margrave/benchmarks/cifar10-conv"
        if not (cache / "model.yaml").exists():
            call([ROOT / "margrave", "train", "--data", "cifar10", "--arch", "conv", "--latent", 64, "--epochs",
                  1 if o.quick else 10, "--threads", o.threads, "--out", cache])
        points = 1_000 if not o.quick else 64
        work.add(f"audit/cifar10-{points}/margrave/{o.threads}", lambda: audit(cache, "cifar10", points, breaks))


def calibrate(o, work):
    """The cheapest of the peer's settings that comes within half a per cent of our mean norm."""
    key = f"calibrate/{o.points}/margrave/1"
    work.add(key, lambda: our_search(o, 1, o.points, work.folder / "calibrate.csv"))
    line = next(line for line in work.lines if line["key"] == key)
    ours, ours_found = line["mean_norm"], line["found"]
    candidates = json.loads((HERE / "presets.json").read_text())
    best = None
    for number, arguments in enumerate(candidates):
        key = f"calibrate/{o.points}-{' '.join(map(str, arguments))}/pytorch/1"
        work.add(key, lambda: peer_search(o, 1, o.points, work.folder / "calibrate-peer.csv", arguments))
        line = next(line for line in work.lines if line["key"] == key)
        ratio = line["mean_norm"] / ours
        print(f"{ratio:.4f} of our mean norm, {line['cpu_seconds'] / o.points:.4f} CPU s a point: {' '.join(map(str, arguments))}")
        # They are in order of their arithmetic: the first that will do is the cheapest.
        if ratio <= 1.005 and line["found"] >= 0.99 * ours_found:
            best = (line["cpu_seconds"], arguments, ratio)
            break
    if best is None:
        raise SystemExit("benchmarks: no setting of the peer comes within 0.5 % of our mean norm: add one to presets.json")
    # With two threads: inside the engine, or two Python threads of one each.
    few = min(o.points, 500)
    seconds = {}
    for form, more in (("engine", []), ("python", ["--workers", 2])):
        key = f"calibrate/{few}-{form}-{' '.join(map(str, best[1]))}/pytorch/2"
        work.add(key, lambda: peer_search(o, 2, few, work.folder / "calibrate-peer.csv", [*best[1], *more]))
        seconds[form] = next(line for line in work.lines if line["key"] == key)["seconds"]
    chosen = {"arguments": best[1], "threads_in": min(seconds, key=seconds.get), "mean_norm_over_ours": round(best[2], 4)}
    (HERE / "search.json").write_text(json.dumps(chosen) + "\n")
    print(f"written to {HERE / 'search.json'}: {chosen}")


def profile(o, work):
    """Java frames above native code, by share of samples: what a search spends its time in."""
    recording = work.folder / "search.jfr"
    java("io.margrave.benchmarks.SearchRun", o.model, min(o.points, 500), 1, o.r, options=(
        f"-XX:StartFlightRecording=filename={recording},settings=profile",))
    text, _ = call(["jfr", "print", "--stack-depth", "12", "--events", "jdk.NativeMethodSample,jdk.ExecutionSample", recording])
    leaves, owners, total = {}, {}, 0
    for sample in text.split("jdk.")[1:]:
        if 'javaThread = "main"' not in sample and "pool-" not in sample and 'sampledThread = "pool-' not in sample:
            continue
        frames = re.findall(r"^\s+([\w.$<>]+)\(", sample.split("stackTrace", 1)[-1], re.M)
        if not frames:
            continue
        total += 1
        leaf = frames[0]
        owner = next((frame for frame in frames if frame.startswith("io.margrave")), leaf)
        leaves[leaf] = leaves.get(leaf, 0) + 1
        owners[owner] = owners.get(owner, 0) + 1
    for title, table in (("native or Java method", leaves), ("first Margrave frame", owners)):
        print(f"\n| {title} | share of {total} samples |\n| --- | --- |")
        for name, count in sorted(table.items(), key=lambda item: -item[1])[:15]:
            print(f"| `{name}` | {100 * count / max(1, total):.1f} % |")


def checksum(model):
    """Of the weights, as model.yaml names it: norms belong to these weights and to no others."""
    return re.search(r"^weights_sha256:\s*(\w+)", (model / "model.yaml").read_text(), re.M).group(1)


def reference(o):
    RESULTS.mkdir(exist_ok=True)
    out = RESULTS / f"reference-{o.model.name}-r{o.r:g}.csv"
    java("io.margrave.benchmarks.ReferenceNorms", o.model, o.points, out, o.r)
    out.with_suffix(".json").write_text(json.dumps({
        "norms": out.name, "weights_sha256": checksum(o.model), "r": o.r, "points": f"0 to {o.points - 1} of the test split",
        "search": "ReferenceSearch: bisection, projected ascent, 600 steps, 3 restarts, 16 draws; full kind, boxed, alpha 0.001",
        "command": f"benchmarks/run reference --model {o.model.name} --points {o.points} --r {o.r:g}"}, indent=1) + "\n")


def reference_for(model, r):
    """Norms of these weights at this r, or none."""
    for sidecar in RESULTS.glob("reference-*.json"):
        kept = json.loads(sidecar.read_text())
        if kept["weights_sha256"] == checksum(Path(model)) and kept["r"] == r:
            return RESULTS / kept["norms"]
    return None


# ------------------------------------------------------------------------------------------------------------- the summary


def norms(path):
    with open(path) as rows:
        return {int(row["point"]): float(row["norm"]) if row["norm"] else math.nan for row in csv.DictReader(rows)}


def spread(values):
    return f"{min(values):.2f} .. {max(values):.2f}"


def rounds_of(work, stage, side, threads, **wanted):
    """By round."""
    found = {}
    for line in work.of(stage):
        _, number, its_side, its_threads = line["key"].split("/")
        if its_side == side and int(its_threads) == threads and all(line.get(k) == v for k, v in wanted.items()):
            found[int(number)] = line
    return found


def summary(o, work):
    """Rows of the table: what, figure, peer, ratio, its spread, target, note."""
    rows = []
    where = work.of("surroundings")[0]
    operations = where["operations"]

    peaks = {}
    for threads in (1, 2):
        for kind in ("float32", LAID_OUT, "bfloat16"):
            for side in ("margrave", "pytorch"):
                for shape in ("CUBE", "LAYER"):
                    lines = rounds_of(work, "steps", side, threads, what=f"peak {shape}", form=kind).values()
                    for line in lines:
                        rate = operations[f"peak {shape}"] / line["ms"] / 1e6
                        peaks.setdefault((side, threads, kind), []).append(rate)
    # The best that was seen: shares of it read low rather than high.
    peak = {key: max(values) for key, values in peaks.items()}
    for (side, threads, kind), value in sorted(peak.items()):
        if side == "margrave":
            other = peak.get(("pytorch", threads, kind))
            rows.append([f"matrix peak, {kind}, {threads} thread{'s' * (threads > 1)}", f"{value:.0f} GFLOPS",
                         f"{other:.0f} GFLOPS" if other else "", f"{value / other:.2f}" if other else "", "", "", ""])

    for what, meaning in MEANING.items():
        for threads in (1, 2):
            ours = rounds_of(work, "steps", "margrave", threads, what=what)
            theirs = rounds_of(work, "steps", "pytorch", threads, what=what)
            both = sorted(set(ours) & set(theirs))
            if not both:
                continue
            ratios = [theirs[i]["ms"] / ours[i]["ms"] for i in both]
            figure = statistics.median(ours[i]["ms"] for i in both)
            other = statistics.median(theirs[i]["ms"] for i in both)
            note = f"peer: {theirs[both[0]]['form']}"
            top = peak.get(("margrave", threads, "float32"))
            if top and what in operations:
                count = operations[what]
                if what.startswith("jacobian"):
                    note += f"; {count / 1e9:.2f} GFLOP"
                note += f"; {100 * count / (figure * 1e6) / top:.0f} % of the peak"
                best = max(top, peak.get(("margrave", threads, LAID_OUT), 0))
                if best > top:
                    note += f", {100 * count / (figure * 1e6) / best:.0f} % of that with weights laid out"
                if what.startswith("bounds"):
                    note += f", {figure * 1e6 * best / count:.2f} x the time of its arithmetic"
            target = {"bounds MLP": "20 ms", "training MLP": "ratio 1.0, 60 % of peak", "attack MLP": "ratio 1.0, 60 % of peak",
                      }.get(what, "ratio 1.0")
            rows.append([f"{meaning}, {threads} thread{'s' * (threads > 1)}", f"{figure:.2f} ms", f"{other:.2f} ms",
                         f"{statistics.median(ratios):.2f}", spread(ratios), target, note])

    medians = {}
    for side, threads in (("pytorch", 1), ("pytorch", 2), ("pytorch bfloat16", 1)):
        ours = rounds_of(work, "search", "margrave", threads)
        theirs = rounds_of(work, "search", side, threads)
        both = sorted(set(ours) & set(theirs))
        if not both:
            continue
        ratios = [theirs[i]["seconds"] / ours[i]["seconds"] for i in both]
        line, other = ours[both[0]], theirs[both[0]]
        figure = statistics.median(ours[i]["seconds_per_point"] for i in both)
        medians.setdefault(threads, figure)
        quality = other["mean_norm"] / line["mean_norm"]
        equal = "equal quality" if abs(quality - 1) <= 0.005 else "PEER IS LOOSER" if quality > 1 else "PEER IS TIGHTER"
        rows.append([
            f"verified break, a point of {line['points']}, {threads} thread{'s' * (threads > 1)}"
            + ("; peer's ascent in bfloat16" if side != "pytorch" else ""), f"{figure:.4f} s",
            f"{statistics.median(theirs[i]['seconds_per_point'] for i in both):.4f} s", f"{statistics.median(ratios):.2f}",
            spread(ratios), "0.03 s (0.015 s with AMX); ratio 3",
            f"searched in {line['precision']}; mean norm {line['mean_norm']:.4f} and {other['mean_norm']:.4f}, {equal}; found {line['found']} and {other['found']}; "
            f"peak RSS {line['peak_rss_mib']} MiB"])
    for threads in (1, 2):
        alone = rounds_of(work, "search", "margrave float32", threads)
        if alone:
            line = next(iter(alone.values()))
            figure = statistics.median(one["seconds_per_point"] for one in alone.values())
            theirs = rounds_of(work, "search", "pytorch", threads)
            ratios = [theirs[i]["seconds"] / alone[i]["seconds"] for i in alone if i in theirs]
            rows.append([
                f"verified break, searched in float32, a point of {line['points']}, {threads} thread{'s' * (threads > 1)}",
                f"{figure:.4f} s", "", f"{statistics.median(ratios):.2f}" if ratios else "", spread(ratios) if ratios else "",
                "0.03 s", f"mean norm {line['mean_norm']:.4f}; found {line['found']}"])
    if len(medians) == 2:
        gain = medians[1] / medians[2]
        rows.append(["search, 2 threads against 1", f"{gain:.2f} x", "", "", "", "1.8 x", ""])
    slow = work.of("published")
    if slow:
        seconds = statistics.median(line["seconds"] for line in slow)
        ours = norms(work.folder / "margrave-1.csv") if (work.folder / "margrave-1.csv").exists() else {}
        pairs = ", ".join(f"{line['margin']} against {ours.get(line['point'], math.nan):.2f}" for line in slow)
        rows.append([f"published estimator, an image of {len(slow)}, 1 thread", "", f"{seconds:.2f} s",
                     f"{seconds / medians[1]:.0f}" if 1 in medians else "", "", "",
                     f"its margins against our verified breaks: {pairs}"])

    known = reference_for(where["model"], o.r)
    measured = work.folder / "margrave-1.csv"
    if known and measured.exists():
        a, b = norms(known), norms(measured)
        common = [i for i in a if i in b and not math.isnan(a[i]) and not math.isnan(b[i])]
        if common:
            each = sorted(b[i] / a[i] for i in common)
            mean = sum(b[i] for i in common) / sum(a[i] for i in common)
            rows.append([f"quality: mean norm to the reference search's, {len(common)} points", f"{mean:.4f}", "", "", "", "1.01", ""])
            rows.append(["quality: largest norm to the reference search's", f"{each[-1]:.3f}", "", "", "", "1.10",
                         f"{sum(x > 1.1 for x in each)} points above 1.10; median {each[len(each) // 2]:.4f}; smallest {each[0]:.3f}"])

    by_points = sorted((line["points"], line) for line in work.of("points"))
    for (n, line), (m, more) in zip(by_points, by_points[1:]):
        rows.append([f"{m:,} points against {n:,}, {line['threads']} threads", f"{more['seconds'] / line['seconds']:.2f} x the time",
                     "", "", "", f"{1.05 * m / n:.1f} x",
                     f"{line['seconds']:.1f} s and {more['seconds']:.1f} s; peak RSS {line['peak_rss_mib']} and {more['peak_rss_mib']} MiB"])
    rows += attack_rows(work)
    for line in work.of("audit"):
        target = "1,200 s; 2 GiB" if line["points"] == 10_000 else "2 GiB"
        rows.append([f"margrave audit, {line['data']}, {line['points']:,} points x 3 radii, {line['contents']}, {line['threads']} threads",
                     f"{line['seconds']:.0f} s", "", "", "", target,
                     f"{line['cpu_seconds']:.0f} CPU s; peak RSS {line['peak_rss_mib']} MiB; run folder {line['run_folder_mib']} MiB"])
    return where, rows


def markdown(where, rows, command):
    text = [f"{where['date']}; {where['cpu']} ({where['cores']} cores; {', '.join(where['flags'])}), {where['memory_gib']} GiB; "
            f"commit {where['commit']}.",
            f"Ours: {where['engine']}, {' '.join(where['blas'])}, {where['java']}. Peer: PyTorch {where['pytorch']} ("
            f"{where['pytorch_blas']}), Python {where['python']}. `{command}`"
            + "".join(f"; {name}={value}" for name, value in where.get("kernel_choices", {}).items()), "",
            "| what | Margrave | PyTorch | ratio | spread | target | note |", "| --- | --- | --- | --- | --- | --- | --- |"]
    text += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(text) + "\n"


def without_folders(value):
    """The same with names where there were absolute paths: where things lay on this machine is of no use to others."""
    if isinstance(value, dict):
        return {key: without_folders(each) for key, each in value.items()}
    if isinstance(value, list):
        return [without_folders(each) for each in value]
    return Path(value).name if isinstance(value, str) and value.startswith("/") else value


def write(o, work, readme):
    """Prints the table and keeps it with every measurement behind it."""
    work.add("finished/0/both/0", lambda: [{}])
    where, rows = summary(o, work)
    command = ("MARGRAVE_MAVEN_OPTS=-Pmkl " if uses_mkl() else "") + "benchmarks/run " + o.command
    text = markdown(where, rows, command)
    print(text)
    if o.quick:
        return
    section = o.command + ("-mkl" if uses_mkl() else "")
    name = f"{where['date']}-{section}"
    RESULTS.mkdir(exist_ok=True)
    kept = json.dumps(without_folders({"surroundings": where, "table": rows, "lines": work.lines}), indent=1)
    (RESULTS / f"{name}.json").write_text(kept + "\n")
    with (RESULTS / f"{name}.csv").open("w", newline="") as out:
        csv.writer(out).writerows([["what", "margrave", "pytorch", "ratio", "spread", "target", "note"], *rows])
    print(f"written: {RESULTS / name}.json and .csv", file=sys.stderr)
    if readme:
        put_into_readme(section, text)
    if o.command == "scaling":
        call([sys.executable, HERE / "plot.py", RESULTS / f"{name}.json", RESULTS / "scaling.svg"])


def put_into_readme(section, text):
    if section == "scaling":
        text += "\n![Cost of a verified break against points, threads and latent dimension](results/scaling.svg)\n"
    path = BENCHMARKS / "README.md"
    marks = re.compile(rf"(<!-- {section} -->\n).*?(<!-- /{section} -->)", re.S)
    path.write_text(marks.sub(lambda match: match.group(1) + text + match.group(2), path.read_text()))


# ------------------------------------------------------------------------------------------------------------------- main


COMMANDS = {
    "full": "steps, Jacobian, bounds, matrix peak and the search, ours and the peers' in turn; about 22 minutes",
    "quick": "the same with little of everything; about 4 minutes",
    "scaling": "cost against points, threads and latent dimension, with the plot; about 10 minutes",
    "attacks": "the maximum-damage attack beside Foolbox, ART and L-BFGS-B: time, and damage measured by one side for all",
    "audit": "whole audits of 1,000 and 10,000 points x 3 radii, time and memory from outside",
    "calibrate": "looks for the peer's cheapest settings of equal quality and writes peers/search.json",
    "profile": "where a search spends its time",
    "reference": "the reference search's norms: slow; stopped, it goes on where it stopped",
    "summary": "the tables of what was measured so far",
}


def main():
    parse = argparse.ArgumentParser(prog="benchmarks/run", formatter_class=argparse.RawDescriptionHelpFormatter,
                                    epilog="\n".join(f"  {name:10} {text}" for name, text in COMMANDS.items()))
    parse.add_argument("command", nargs="?", default="full", choices=COMMANDS)
    parse.add_argument("--model", type=Path, help="folder; else MARGRAVE_BENCHMARK_MODEL; else one is trained, once, into a cache")
    parse.add_argument("--points", type=int, help="points of a search (1000; quick: 128)")
    parse.add_argument("--rounds", type=int, help="rounds of steps (3; quick: 2)")
    parse.add_argument("--search-rounds", type=int, help="rounds of searches (3; quick: 2)")
    parse.add_argument("--threads", type=int, default=min(2, os.cpu_count()), help="most threads (2)")
    parse.add_argument("--r", type=float, default=6)
    parse.add_argument("--only", default="steps,search,published", help="stages of quick and full")
    parse.add_argument("--conv", action="store_true", help="audit: a conv VAE on CIFAR-10, too (trained once)")
    parse.add_argument("--quick", action="store_true", help="little of everything")
    parse.add_argument("--work", type=Path, help="where measurements are kept while a run lasts")
    parse.add_argument("--fresh", action="store_true", help="measure again what the work folder has")
    parse.add_argument("--readme", action="store_true", help="put the table into benchmarks/README.md")
    o = parse.parse_args()
    o.quick = o.quick or o.command == "quick"
    o.points = o.points or (128 if o.quick else 400 if o.command == "calibrate" else 1_000)
    o.rounds = o.rounds or (2 if o.quick else 3)
    o.search_rounds = o.search_rounds or (2 if o.quick else 3)
    o.images = 1 if o.quick else 3
    # Java's compilers take some seconds of a step until they are done with it.
    o.warm_ups, o.iteration = (1, "300ms") if o.quick else (6, "1s")
    unknown = set(o.only.split(",")) - {"steps", "search", "published"}
    if unknown:
        raise SystemExit(f"benchmarks: want stages steps, search, published for --only, got {', '.join(sorted(unknown))}")
    o.layer = False
    work = o.work or BENCHMARKS / "target" / "run" / (o.command + ("-quick" if o.quick and o.command != "quick" else "")
                      + ("-mkl" if uses_mkl() else ""))
    if o.fresh:
        shutil.rmtree(work, ignore_errors=True)
    o.model = o.model or os.environ.get("MARGRAVE_BENCHMARK_MODEL")
    if not o.model:
        o.model = java("io.margrave.benchmarks.TrainModel")[0].split()[-1]
    o.model = Path(o.model).resolve()
    work = Work(work)

    if o.command == "reference":
        reference(o)
        return
    if work.lines and o.command != "summary" and not work.fits(o):
        aside = work.folder.with_name(work.folder.name + "-before")
        shutil.rmtree(aside, ignore_errors=True)
        work.folder.rename(aside)
        work = Work(work.folder)
        print(f"benchmarks: what was measured before is finished, or of another commit or model: it lies in {aside} now, "
              "measuring anew", file=sys.stderr)
    if o.command == "profile":
        profile(o, work)
        return
    if o.command == "calibrate":
        work.add("surroundings/0/both/0", lambda: surroundings(o))
        calibrate(o, work)
        return
    if o.command == "summary":
        for name in ("full", "quick", "scaling", "attacks", "audit"):
            folder = BENCHMARKS / "target" / "run" / name
            if (folder / "lines.jsonl").exists():
                text = markdown(*summary(o, Work(folder)), f"benchmarks/run {name}")
                print(f"## {name}\n\n{text}")
                if o.readme and name != "quick":
                    put_into_readme(name, text)
        return
    work.add("surroundings/0/both/0", lambda: surroundings(o))
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"benchmarks: the machine is busy (load {load:.1f}): the figures will say little", file=sys.stderr)
    if kernel_choices():
        said = " ".join(f"{name}={value}" for name, value in kernel_choices().items())
        print(f"benchmarks: kernels are chosen by the environment ({said}): unset it to measure what users get", file=sys.stderr)
    if o.command in ("quick", "full"):
        chosen = o.only.split(",")
        if "steps" in chosen:
            work.add("forms/0/pytorch/1", lambda: fastest_forms(o))
            steps(o, work)
        if "search" in chosen:
            searches(o, work)
        if "published" in chosen:
            published(o, work)
    if o.command == "scaling":
        scaling(o, work)
    if o.command == "attacks":
        attacks(o, work)
    if o.command == "audit":
        audits(o, work)
    write(o, work, o.readme)


if __name__ == "__main__":
    main()
