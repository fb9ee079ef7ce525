"""What the crash tests of file servers share: the program killed or stopped at random moments of a sync up, a sync down and a batch, and run again.

A test calls the three with its server, which has `root` (where its files lie on this machine), `url(PATH)` of a path below it, `flags` for the program,
`stranger` (the name of a temporary file that is nobody's), `is_its_own(PATH)` (what the server itself keeps there while it works) and `own()` (gives it what the test wrote).
The settings of crashes_test.py hold (SLUICE_CRASHES, SLUICE_SEED).
"""
from crashes_test import FILES, PROCESSED, STEP, broken_off, moments, undisturbed_seconds, whole_or_absent
from program import tree

TEMPORARY = ".sluice-part"


class CrashServer:
    """What holds for servers unless they say otherwise."""
    flags = ()
    stranger = "stranger.0123456789abcdef" + TEMPORARY

    def is_its_own(self, path):
        return False

    def own(self):
        pass


class World:
    """One moment's tree on the server and here; a stranger's temporary file among the server's."""

    def __init__(self, bench, server, moment):
        self.bench, self.server = bench, server
        self.there, self.here = server.root / f"there-{moment}", bench.directory / f"here-{moment}"
        self.there.mkdir()
        (self.there / server.stranger).write_bytes(b"not ours")
        server.own()
        self.url = server.url(self.there.name)

    def make(self, where):
        for name, data in FILES.items():
            self.bench.file(f"{where.relative_to(self.bench.directory)}/{name}", data)
        self.server.own()

    def files(self, where):
        if not where.exists():
            return {}
        return {name: data for name, data in tree(where).items() if not name.endswith(TEMPORARY) and not self.server.is_its_own(name)}

    def check_nothing_is_left(self):
        left = [path.name for root in (self.there, self.here) for path in root.rglob("*" + TEMPORARY)]
        assert left == [self.server.stranger], left


def check_sync(bench, server, command_of, target_of, source):
    """`source`: the World that is copied from; `command_of` and `target_of` give a World's command and the tree it writes."""
    for number, moment in moments(undisturbed_seconds(bench, (*server.flags, *command_of(source)))):
        world = World(bench, server, number)
        command = (*server.flags, *command_of(world))
        broken_off(bench, command, number, moment)
        whole_or_absent(world.files(target_of(world)), FILES)
        bench.run(*command)
        assert world.files(target_of(world)) == FILES
        world.check_nothing_is_left()


def sync_up_survives(bench, server):
    source = World(bench, server, "whole")
    source.make(source.here)
    check_sync(bench, server, lambda world: ("sync", source.here, world.url), lambda world: world.there, source)


def sync_down_survives(bench, server):
    source = World(bench, server, "whole")
    source.make(source.there)
    check_sync(bench, server, lambda world: ("sync", source.url, world.here), lambda world: world.here, source)


def batch_survives(bench, server):
    def command(of):
        return (*server.flags, "batch", "run", of.url, "--shell", "--exec", STEP)

    world = World(bench, server, "whole")
    world.make(world.there)
    for number, moment in moments(undisturbed_seconds(bench, command(world))):
        world = World(bench, server, number)
        world.make(world.there)
        broken_off(bench, command(world), number, moment)
        whole_or_absent(world.files(world.there), FILES, PROCESSED)
        bench.run(*command(world))
        assert world.files(world.there) == PROCESSED
        again = bench.summary(*command(world))
        assert again["done"] == 0, again
        world.check_nothing_is_left()
