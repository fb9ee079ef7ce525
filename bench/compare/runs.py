"""Runs the workloads: interleaved, each run with a fresh server, its result verified."""
import dataclasses
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .lab import Lab
from .measured import run
from .tools import Job


@dataclass
class Figures:
    """The medians of one tool's runs of one workload."""

    tool: str
    wall: float
    cpu: float
    rss_mib: float
    requests_each: float  # requests an object
    connections_each: float
    most_open: int  # connections at once
    reopened: float  # connections beyond those, as a part of the objects
    server_cpu: float
    runs: list = field(default_factory=list)


class Bench:
    def __init__(self, lab_program, work, certificate, rounds):
        self.lab_program, self.work, self.certificate, self.rounds = lab_program, Path(work), certificate, rounds

    def workload(self, workload, tools):
        """Figures of each tool that can do it."""
        workload.prepare(self.work)
        taking_part = [tool for tool in tools if workload.fits(tool)]
        runs = {tool.name: [] for tool in taking_part}
        for number in range(self.rounds):
            for tool in taking_part:
                if number < workload.rounds_of(tool, self.rounds):
                    say(f"{workload.name}: {tool.name}, round {number + 1}")
                    runs[tool.name].append(self._once(workload, tool))
        return [_figures(name, workload.count, each) for name, each in runs.items()]

    def _once(self, workload, tool):
        directory = Path(tempfile.mkdtemp(dir=self.work))
        target, scratch = directory / "target", directory / "scratch"
        target.mkdir()
        scratch.mkdir()
        certificate = self.certificate if workload.tls else None
        try:
            with Lab(self.lab_program, ["bench"], workload.lab_setup(), certificate) as lab:
                job = Job(lab, scratch)
                workload.before(job, target)
                command = workload.command(tool, job, target)
                before = lab.counts()
                measured = run(command, tool.environment(job), workload.timeout)
                counts = lab.counts().since(before)
                workload.after(job, target)
            return dataclasses.asdict(measured) | dataclasses.asdict(counts) | {"server_cpu": counts.cpu, "cpu": measured.cpu}
        finally:
            shutil.rmtree(directory)


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def _figures(tool, objects, runs):
    def middle(name):
        return statistics.median(each[name] for each in runs)

    connections = middle("connections")
    return Figures(tool, middle("wall"), middle("cpu"), middle("rss") / 1024, middle("requests") / objects, connections / objects,
                   int(middle("most_open")), max(0, connections - middle("most_open")) / objects, middle("server_cpu"), runs)
