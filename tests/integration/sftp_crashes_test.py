#!/usr/bin/env python3
"""The program killed or stopped at random moments of its work with an SFTP server, and run again: sftp_crashes_test.py SLUICE SLUICE_LAB

As crashes_test.py, whose settings hold (SLUICE_CRASHES, SLUICE_SEED). The server is sluice-lab sftp, in the place of ssh.
"""
import sys

from crashes_test import FILES, PROCESSED, STEP, broken_off, moments, undisturbed_seconds, whole_or_absent
from program import LAB, run_scenarios, tree

SFTP = ("--ssh-command", f"{LAB} sftp", "--ssh-connections", "2")
STRANGER = ".stranger.0123456789abcdef.sluice-part"


class World:
    """One moment's tree on the server and here; a stranger's temporary file among the server's."""

    def __init__(self, bench, moment):
        self.bench = bench
        self.there, self.here = bench.directory / f"there-{moment}", bench.directory / f"here-{moment}"
        self.there.mkdir()
        (self.there / STRANGER).write_bytes(b"not ours")
        self.url = f"sftp://lab{self.there}"

    def make(self, where):
        for name, data in FILES.items():
            self.bench.file(f"{where.name}/{name}", data)

    @staticmethod
    def files(where):
        return {name: data for name, data in tree(where).items() if not name.endswith(".sluice-part")} if where.exists() else {}

    def check_nothing_is_left(self):
        left = [path.name for path in self.bench.directory.rglob("*.sluice-part") if path.parent in (self.there, self.here) or self.there in path.parents or self.here in path.parents]
        assert left == [STRANGER], left


def sftp_sync_up_survives_every_moment(bench):
    world = World(bench, "whole")
    world.make(world.here)
    source = world.here
    for number, moment in moments(undisturbed_seconds(bench, (*SFTP, "sync", source, world.url))):
        world = World(bench, number)
        command = (*SFTP, "sync", source, world.url)
        broken_off(bench, command, number, moment)
        whole_or_absent(world.files(world.there), FILES)
        bench.run(*command)
        assert world.files(world.there) == FILES
        world.check_nothing_is_left()


def sftp_sync_down_survives_every_moment(bench):
    remote = World(bench, "whole")
    remote.make(remote.there)
    for number, moment in moments(undisturbed_seconds(bench, (*SFTP, "sync", remote.url, remote.here))):
        world = World(bench, number)
        command = (*SFTP, "sync", remote.url, world.here)
        broken_off(bench, command, number, moment)
        whole_or_absent(world.files(world.here), FILES)
        bench.run(*command)
        assert world.files(world.here) == FILES
        world.check_nothing_is_left()


def sftp_batch_survives_every_moment(bench):
    def command(world):
        return (*SFTP, "batch", "run", world.url, "--shell", "--exec", STEP)

    world = World(bench, "whole")
    world.make(world.there)
    for number, moment in moments(undisturbed_seconds(bench, command(world))):
        world = World(bench, number)
        world.make(world.there)
        broken_off(bench, command(world), number, moment)
        whole_or_absent(world.files(world.there), FILES, PROCESSED)
        bench.run(*command(world))
        assert world.files(world.there) == PROCESSED
        again = bench.summary(*command(world))
        assert again["done"] == 0, again
        world.check_nothing_is_left()


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
