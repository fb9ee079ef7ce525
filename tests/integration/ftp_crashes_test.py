#!/usr/bin/env python3
"""The program killed or stopped at random moments of its work with an FTP server, and run again: ftp_crashes_test.py SLUICE SLUICE_LAB

As crashes_test.py, whose settings hold (SLUICE_CRASHES, SLUICE_SEED). The server is proftpd.
"""
import sys

from crashes_test import FILES, PROCESSED, STEP, broken_off, moments, undisturbed_seconds, whole_or_absent
from ftpd import FTPD_MISSING, Proftpd
from program import run_scenarios, tree

STRANGER = "stranger.0123456789abcdef.sluice-part"


class World:
    """One moment's tree on the server and here; a stranger's temporary file among the server's."""

    def __init__(self, bench, served, moment):
        self.bench = bench
        self.there, self.here = served.root / f"there-{moment}", bench.directory / f"here-{moment}"
        self.there.mkdir()
        (self.there / STRANGER).write_bytes(b"not ours")
        self.url = served.url(f"/~/there-{moment}")

    def make(self, where):
        for name, data in FILES.items():
            self.bench.file(f"{where.relative_to(self.bench.directory)}/{name}", data)

    @staticmethod
    def files(where):
        return {name: data for name, data in tree(where).items() if not name.endswith(".sluice-part")} if where.exists() else {}

    def check_nothing_is_left(self):
        left = [path.name for root in (self.there, self.here) for path in root.rglob("*.sluice-part")]
        assert left == [STRANGER], left


def serve(the_bench):
    directory = the_bench.directory / "ftpd"
    directory.mkdir()
    served = Proftpd(directory, directory / "root")
    the_bench.environment.update(served.variables())
    return served


def ftp_sync_up_survives_every_moment(bench):
    with serve(bench) as served:
        world = World(bench, served, "whole")
        world.make(world.here)
        source = world.here
        for number, moment in moments(undisturbed_seconds(bench, ("sync", source, world.url))):
            world = World(bench, served, number)
            command = ("sync", source, world.url)
            broken_off(bench, command, number, moment)
            whole_or_absent(world.files(world.there), FILES)
            bench.run(*command)
            assert world.files(world.there) == FILES
            world.check_nothing_is_left()


def ftp_sync_down_survives_every_moment(bench):
    with serve(bench) as served:
        remote = World(bench, served, "whole")
        remote.make(remote.there)
        for number, moment in moments(undisturbed_seconds(bench, ("sync", remote.url, remote.here))):
            world = World(bench, served, number)
            command = ("sync", remote.url, world.here)
            broken_off(bench, command, number, moment)
            whole_or_absent(world.files(world.here), FILES)
            bench.run(*command)
            assert world.files(world.here) == FILES
            world.check_nothing_is_left()


def ftp_batch_survives_every_moment(bench):
    def command(world):
        return ("batch", "run", world.url, "--shell", "--exec", STEP)

    with serve(bench) as served:
        world = World(bench, served, "whole")
        world.make(world.there)
        for number, moment in moments(undisturbed_seconds(bench, command(world))):
            world = World(bench, served, number)
            world.make(world.there)
            broken_off(bench, command(world), number, moment)
            whole_or_absent(world.files(world.there), FILES, PROCESSED)
            bench.run(*command(world))
            assert world.files(world.there) == PROCESSED
            again = bench.summary(*command(world))
            assert again["done"] == 0, again
            world.check_nothing_is_left()


if __name__ == "__main__":
    if FTPD_MISSING:
        sys.exit(FTPD_MISSING)
    sys.exit(run_scenarios(globals()))
