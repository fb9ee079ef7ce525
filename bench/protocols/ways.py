"""What the benches of all protocols share.

A tool has `name`, words(way, source, target, tree) -> the command, where source and target are (whether on the server, path), and files_at(distant, options):
how many small files it gets. `into_itself`: it copies a directory itself into the target. `workloads`: those it takes part in.

A protocol (a Protocol) has title, missing() (why it cannot be measured here), serving(options, directory) (a context manager of the server, with a port),
served(server, directory) (where what is on the server lies), way(server, options, round_trip, directory), tools(options, rclone) and below_budget(results).
"""
import argparse
import filecmp
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from compare.measured import run as run_measured
from compare.runs import say

SIZE = 4096


class Way:
    """The server as it is reached over a way of so long a round trip."""

    def __init__(self, server, options, round_trip, *more):
        self.server, self.port, self.proxy = server, server.port, None
        if round_trip != "0ms":
            words = [options.programs / "sluice-lab", "delay", *more, "--to", f"127.0.0.1:{server.port}", "--round-trip", round_trip]
            self.proxy = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True)
            self.port = json.loads(self.proxy.stdout.readline())["port"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.proxy:
            self.proxy.terminate()
            self.proxy.wait()


class Tool:
    """One that needs but few round trips a file."""

    def __init__(self, program=None):
        self.program = program

    def files_at(self, distant, options):
        return 10 * options.slow_files if distant else options.files


class Protocol:
    directions = (False, True)

    def bench(self, options, directory, server):
        return Bench(options, directory, self.served(server, directory))

    def add_arguments(self, parser):
        pass


class Bench:
    def __init__(self, options, directory, served):
        self.options, self.directory, self.served = options, directory, served
        self.trees = {}
        self.large = self.served / "large"
        with self.large.open("wb") as out:
            for _ in range(options.mib):
                out.write(os.urandom(1 << 20))
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "SLUICE_STATE_DIR": str(directory / "state")}

    def tree(self, count):
        if count not in self.trees:
            path = self.served / f"tree-{count}"
            path.mkdir()
            for number in range(count):
                (path / f"{number:06}").write_bytes(os.urandom(SIZE))
            self.trees[count] = path
        return self.trees[count]

    def ends(self, source, up, target):
        """(whether on a server, path) of both."""
        return (not up, source), (up, target)

    def once(self, tool, way, workload, up, round_trip):
        count = tool.files_at(round_trip != "0ms", self.options)
        source = self.tree(count) if workload == "small" else self.large
        target = there = (self.served if up else self.directory) / "target"
        if getattr(tool, "into_itself", False) and workload == "small":
            target.mkdir()
            there = target / source.name
        run = run_measured(tool.words(way, *self.ends(source, up, target), workload == "small"), self.environment, 1800)
        if workload == "small":
            wrong = filecmp.cmpfiles(source, there, os.listdir(source), shallow=False)[1:]
            assert not wrong[0] and not wrong[1], (tool.name, wrong)
            shutil.rmtree(target)
        else:
            assert filecmp.cmp(source, target, shallow=False), tool.name
            target.unlink()
        amount = count if workload == "small" else self.options.mib
        return {"rate": amount / run.wall, "cpu": run.cpu / amount, "wall": run.wall, "rss": run.rss}


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def row(round_trip, workload, up, runs):
    unit = "files/s" if workload == "small" else "MiB/s"
    figures = {name: {key: median(each, key) for key in ("rate", "cpu", "rss", "wall")} for name, each in runs.items() if each}
    ours = figures["sluice"]
    text = f"| {round_trip} | {workload} {'up' if up else 'down'} |"
    for name in runs:
        each = figures.get(name)
        if not each:
            text += " - |"
            continue
        ratio = "" if name == "sluice" else f" (1/{ours['rate'] / each['rate']:.1f}; CPU {each['cpu'] / ours['cpu']:.1f})"
        text += f" {each['rate']:,.0f} {unit}, {each['rss'] / 1024:.0f} MiB{ratio} |"
    print(text, flush=True)
    return {"round_trip": round_trip, "workload": workload, "up": up, "figures": figures}


def measure_all(protocol, options, bench, server, directory, tools):
    print("| round trip | | " + " | ".join(tool.name for tool in tools) + " |\n|" + "---|" * (len(tools) + 2), flush=True)
    results = []
    for round_trip in options.round_trips.split(","):
        with protocol.way(server, options, round_trip, directory) as way:
            for workload in ("small", "large"):
                for up in protocol.directions:
                    runs = {tool.name: [] for tool in tools}
                    for _ in range(options.rounds):
                        for tool in tools:
                            if workload in getattr(tool, "workloads", (workload,)):
                                runs[tool.name].append(bench.once(tool, way, workload, up, round_trip))
                    results.append(row(round_trip, workload, up, runs))
    return results


def arguments(protocol, name, words, root):
    parser = argparse.ArgumentParser(prog=f"bench/run {name}", description=protocol.title)
    parser.add_argument("--programs", type=Path, default=root / "build/release", help="where sluice and sluice-lab are (default: build/release)")
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--slow-files", type=int, default=200, help="at a distance, for a tool that needs many round trips a file; the others get ten times as many")
    parser.add_argument("--mib", type=int, default=2048, help="size of the large file")
    parser.add_argument("--round-trips", default="0ms,50ms")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the medians")
    parser.add_argument("--work", type=Path, default=Path("/dev/shm"), help="where files are made: a tmpfs, so that no disk is measured")
    protocol.add_arguments(parser)
    return parser.parse_args(words)


def shown(result):
    return f"{result['workload']} {'up' if result['up'] else 'down'} at {result['round_trip']}"


def shortfall(what, ours, factor, name, rival):
    """[in words] where Sluice's rate is below `factor` times the rival's, which may not have taken part."""
    if not rival or ours["rate"] >= factor * rival["rate"]:
        return []
    return [f"{what}: {ours['rate'] / rival['rate']:.2f} x {name}, wanted {factor}"]


def below_small_files_budget(result):
    """FTP and WebDAV: at a distance three times rclone's rate down and as much up; near, a third of its CPU time."""
    ours, rclone = (result["figures"].get(name) for name in ("sluice", "rclone"))
    if result["workload"] != "small" or not rclone:
        return []
    far, up = result["round_trip"] != "0ms", result["up"]
    if far:
        return shortfall(shown(result), ours, 1 if up else 3, "rclone", rclone)
    if ours["cpu"] <= rclone["cpu"] / 3:
        return []
    return [f"{shown(result)}: {rclone['cpu'] / ours['cpu']:.2f} x less CPU than rclone, wanted 3"]


def measure(protocol, name, words, root):
    """Exit code: 1 if a budget does not hold, 2 if it could not be measured."""
    options = arguments(protocol, name, words, root)
    if protocol.missing():
        say(protocol.missing())
        return 2
    rclone = root / "build/tools/bin/rclone"
    if not rclone.exists():
        say("rclone is not installed (tools/setup --bench) and left out")
    tools = protocol.tools(options, rclone if rclone.exists() else None)
    with tempfile.TemporaryDirectory(dir=options.work) as path:
        directory = Path(path)
        directory.chmod(0o755)  # the server may be another user
        with protocol.serving(options, directory) as server:
            bench = protocol.bench(options, directory, server)
            results = measure_all(protocol, options, bench, server, directory, tools)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    missed = protocol.below_budget(results)
    for each in missed:
        print("below budget:", each)
    return 1 if missed else 0
