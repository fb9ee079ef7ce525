"""The pieces of work that the tools are compared on: what the server holds, what each tool is told, and whether it did it."""
import filecmp
import hashlib
import os
import shutil
from dataclasses import dataclass, field

from .tools import CONCURRENCY

MIB = 1024 * 1024


class WrongResult(Exception):
    pass


@dataclass
class Budget:
    """`figure` of Sluice is at most `factor` times the rival's, or at most `factor` itself (no rival). From the architecture's section 6."""

    figure: str
    factor: float
    rival: str = ""
    plus: str = ""  # a floor's name: its seconds may come on top


@dataclass
class Workload:
    name: str
    title: str
    count: int  # objects
    size: int  # bytes of each
    tls: bool = False
    budgets: list = field(default_factory=list)
    lab_arguments: tuple = ()
    floor: bool = True  # curl takes part (it gives up at the first 503)
    plain: bool = False  # slow tools take part
    rival_rounds = None  # where a run takes minutes
    needs = ""  # the method that a tool must have
    timeout = 900

    def fits(self, tool):
        return hasattr(tool, self.needs) and (self.floor or tool.name != "curl") and (self.plain or not tool.slow)

    def rounds_of(self, tool, rounds):
        return 1 if tool.slow else rounds if tool.name == "sluice" else min(rounds, self.rival_rounds or rounds)

    def synthetic(self):
        return ("--synthetic", f"{self.count}x{self.size}")

    def prepare(self, directory):
        """Once, before all runs: makes the files that runs begin with."""

    def lab_setup(self):
        return self.lab_arguments

    def before(self, job, target):
        """Before each run, outside the clock."""

    def after(self, job, target):
        """After each run: WrongResult if the work was not done."""


class Download(Workload):
    def lab_setup(self):
        return (*self.synthetic(), *self.lab_arguments)

    def before(self, job, target):
        next(job.lab.objects("bench", self.first_key()))  # made and hashed by the server now, not under the clock

    def first_key(self):
        return "object-00000000"


class TreeDown(Download):
    needs = "tree_down"

    def command(self, tool, job, target):
        return tool.tree_down(job, "bench", target)

    def after(self, job, target):
        """Each file against the server's own word for it (an MD5 that the lab computed)."""
        for key, size, tag in job.lab.objects("bench"):
            with open(target / key, "rb") as file:
                data = file.read()
            if len(data) != size or hashlib.md5(data).hexdigest() != tag:
                raise WrongResult(f"{key} did not arrive as it is")
        found = sum(len(files) for _, _, files in os.walk(target))
        if found != self.count:
            raise WrongResult(f"{found} files, not {self.count}")


class ObjectDown(Download):
    needs = "object_down"

    def command(self, tool, job, target):
        return tool.object_down(job, "bench", self.first_key(), target / "object")

    def after(self, job, target):
        [(_, size, tag)] = job.lab.objects("bench")
        with open(target / "object", "rb") as file:
            digest = hashlib.file_digest(file, "md5").hexdigest()
        if digest != tag:
            raise WrongResult(f"the object of {size} bytes did not arrive as it is")


class Upload(Workload):
    def prepare(self, directory):
        self.source = directory / f"source-{self.count}x{self.size}"
        if self.source.exists():
            return
        partial = directory / "source.partial"
        partial.mkdir()
        for number in range(self.count):
            with open(partial / f"object-{number:08}", "wb") as file:
                for _ in range(0, self.size, MIB):
                    file.write(os.urandom(min(self.size, MIB)))
        partial.rename(self.source)

    def sent(self, number=0):
        return self.source / f"object-{number:08}"


class TreeUp(Upload):
    needs = "tree_up"

    def command(self, tool, job, target):
        return tool.tree_up(job, self.source, "bench")

    def after(self, job, target):
        found = 0
        for key, size, tag in job.lab.objects("bench"):
            data = (self.source / key).read_bytes()
            if len(data) != size or hashlib.md5(data).hexdigest() != tag:
                raise WrongResult(f"{key} was not stored as it is")
            found += 1
        if found != self.count:
            raise WrongResult(f"{found} objects, not {self.count}")


class ObjectUp(Upload):
    needs = "object_up"

    def command(self, tool, job, target):
        return tool.object_up(job, self.sent(), "bench", "object")

    def after(self, job, target):
        with job.lab.open("/bench/object") as answer, open(target / "back", "wb") as back:
            shutil.copyfileobj(answer, back, MIB)
        if not filecmp.cmp(self.sent(), target / "back", shallow=False):
            raise WrongResult("the object was not stored as it is")


class SyncDown(Workload):
    """A tree that is there already, but for `changed` files that are missing and as many that the server does not have."""

    needs = "sync_down"
    timeout = 3600
    rival_rounds = 1
    changed = 0
    layout = "flat"

    def lab_setup(self):
        return (*self.synthetic(), "--layout", self.layout, *self.lab_arguments)

    def key(self, number):
        return f"object-{number:08}" if self.layout == "flat" else f"dir-{number // 100:06}/object-{number:08}"

    def prepare(self, directory):
        """Sparse files: no tool reads what it need not copy."""
        self.local = directory / f"local-{self.layout}-{self.count}"
        if self.local.exists():
            return
        partial = directory / "local.partial"
        partial.mkdir()
        for number in range(self.count):
            path = partial / self.key(number)
            if number % 100 == 0:
                path.parent.mkdir(exist_ok=True)
            with open(path, "wb") as file:
                file.truncate(self.size)
        partial.rename(self.local)

    def command(self, tool, job, target):
        return tool.sync_down(job, "bench", self.local)

    def missing(self):
        return range(0, self.count, self.count // self.changed) if self.changed else ()

    def before(self, job, target):
        for number in self.missing():
            (self.local / self.key(number)).unlink()
            (self.local / (self.key(number) + ".extra")).write_bytes(b"extra")

    def after(self, job, target):
        names = {os.path.relpath(os.path.join(top, name), self.local) for top, _, files in os.walk(self.local) for name in files}
        if names != {self.key(number) for number in range(self.count)}:
            raise WrongResult("the tree does not hold what the server holds")
        for number in self.missing():
            if (self.local / self.key(number)).stat().st_size != self.size:
                raise WrongResult(f"{self.key(number)} has the wrong size")


class ListLocal(SyncDown):
    """A walk of that tree, each file with its size and time."""

    needs = "list_local"

    def command(self, tool, job, target):
        return tool.list_local(job, self.local)


class ListLocalDirectories(ListLocal):
    layout = "dirs"


class SyncDownDirectories(SyncDown):
    layout = "dirs"


class ChangedSyncDown(SyncDown):
    @property
    def changed(self):
        return self.count // 100


def all_workloads(quick):
    """The issue's list; --quick keeps the shapes and cuts the numbers."""
    small, medium = (2000, 50) if quick else (20_000, 2000)
    large = (64 if quick else 1024) * MIB
    million = 20_000 if quick else 1_000_000
    against_rivals = [Budget("cpu", 1 / 8, "rclone"), Budget("most_open", CONCURRENCY), Budget("requests_each", 1.01), Budget("reopened", 0.01)]
    down = [Budget("cpu", 0.8, "curl"), Budget("cpu", 1 / 12, "s5cmd"), *against_rivals]
    up = [Budget("cpu", 1, "curl"), Budget("cpu", 1 / 8, "s5cmd"), *against_rivals]
    floor = [Budget("cpu", 1, "curl")]
    fastest = [Budget("wall", 1, name) for name in ("s5cmd", "rclone", "aws")]
    hashed = [Budget("cpu", 1, "curl", plus="sha256")]
    idle = [Budget("rss_mib", 64), Budget("cpu", 1 / 8, "rclone")]
    return [
        TreeDown("small-down", f"{small:,} × 4 KiB down", small, 4096, plain=True, budgets=down),
        TreeUp("small-up", f"{small:,} × 4 KiB up", small, 4096, plain=True, budgets=up),
        TreeDown("small-down-tls", f"{small:,} × 4 KiB down, TLS", small, 4096, tls=True, budgets=floor),
        TreeUp("small-up-tls", f"{small:,} × 4 KiB up, TLS", small, 4096, tls=True, budgets=floor),
        TreeDown("medium-down", f"{medium:,} × 1 MiB down", medium, MIB, plain=True),
        TreeUp("medium-up", f"{medium:,} × 1 MiB up", medium, MIB, plain=True),
        ObjectDown("large-down", f"1 × {large // MIB} MiB down", 1, large, plain=True, budgets=floor + fastest),
        ObjectUp("large-up", f"1 × {large // MIB} MiB up", 1, large, plain=True, budgets=hashed + fastest),
        ObjectDown("large-down-tls", f"1 × {large // MIB} MiB down, TLS", 1, large, tls=True, budgets=floor + fastest),
        ObjectUp("large-up-tls", f"1 × {large // MIB} MiB up, TLS", 1, large, tls=True, budgets=floor + fastest),
        TreeDown("latency-down", f"{small:,} × 4 KiB down, 20 ms latency", small, 4096, lab_arguments=("--latency", "20ms")),
        TreeDown("slowdown-down", f"{small:,} × 4 KiB down, 2 % 503", small, 4096, floor=False,
                 lab_arguments=("--slowdown-rate", "0.02", "--seed", "7")),
        SyncDown("nothing-flat", f"sync, nothing to do, {million:,} files in one directory", million, 4096, budgets=idle),
        SyncDownDirectories("nothing-dirs", f"sync, nothing to do, {million:,} files in {million // 100:,} directories", million, 4096, budgets=idle),
        ListLocal("walk-flat", f"walk of {million:,} local files in one directory", million, 4096),
        ListLocalDirectories("walk-dirs", f"walk of {million:,} local files in {million // 100:,} directories", million, 4096),
        ChangedSyncDown("changed", f"sync, 1 % changed and 1 % deleted of {million:,}", million, 4096),
    ]
