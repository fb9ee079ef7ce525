"""What the benches beside a server share (bench/sftp, bench/ftp): small files of 4 KiB and a large one, each way, near and at a distance, by tools that
take turns; every result verified.

A tool has `name`, words(way, source, target, tree) -> the command, where source and target are (whether on the server, path), and files_at(distance, options):
how many small files it gets. `into_itself`: it copies a directory itself into the target.
"""
import filecmp
import os
import shutil
import statistics

from compare.measured import run as measure

SIZE = 4096


def add_arguments(parser, root, pathlib):
    parser.add_argument("--programs", type=pathlib.Path, default=root / "build/release")
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--slow-files", type=int, default=200, help="at a distance for a tool that needs many round trips a file")
    parser.add_argument("--mib", type=int, default=2048)
    parser.add_argument("--round-trips", default="0ms,50ms")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/dev/shm"))


class Bench:
    def __init__(self, options, directory, served=None):
        self.options, self.directory = options, directory
        self.served = served or directory  # where what is on the server lies
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

    def once(self, tool, way, workload, up, round_trip):
        count = tool.files_at(round_trip != "0ms", self.options)
        source = self.tree(count) if workload == "small" else self.large
        target = there = (self.served if up else self.directory) / "target"
        if getattr(tool, "into_itself", False) and workload == "small":
            target.mkdir()
            there = target / source.name
        run = measure(tool.words(way, (not up, source), (up, target), workload == "small"), {**self.environment, **getattr(way, "variables", {})}, 1800)
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


def heading(tools):
    print("| round trip | | " + " | ".join(tool.name for tool in tools) + " |\n|" + "---|" * (len(tools) + 2), flush=True)


def measure_all(options, bench, distance, tools, workloads=("small", "large")):
    """`distance(round trip)` is a context manager of the way to the server."""
    results = []
    for round_trip in options.round_trips.split(","):
        with distance(round_trip) as way:
            for workload in workloads:
                for up in (False, True):
                    runs = {tool.name: [] for tool in tools if workload in getattr(tool, "workloads", workloads)}
                    for _ in range(options.rounds):
                        for tool in tools:
                            if tool.name in runs:
                                runs[tool.name].append(bench.once(tool, way, workload, up, round_trip))
                    results.append(row(round_trip, workload, up, runs))
    return results


def row(round_trip, workload, up, runs):
    unit = "files/s" if workload == "small" else "MiB/s"
    figures = {name: {key: median(each, key) for key in ("rate", "cpu", "rss", "wall")} for name, each in runs.items()}
    ours = figures["sluice"]
    text = f"| {round_trip} | {workload} {'up' if up else 'down'} |"
    for name, each in figures.items():
        ratio = "" if name == "sluice" else f" (1/{ours['rate'] / each['rate']:.1f}; CPU {each['cpu'] / ours['cpu']:.1f})"
        text += f" {each['rate']:,.0f} {unit}, {each['rss'] / 1024:.0f} MiB{ratio} |"
    print(text, flush=True)
    return {"round_trip": round_trip, "workload": workload, "up": up, "figures": figures}
