#!/usr/bin/env python3
"""The program killed or stopped at random moments of its work with an FTP server (proftpd), and run again: ftp_crashes_test.py SLUICE SLUICE_LAB

As crashes_test.py, whose settings hold (SLUICE_CRASHES, SLUICE_SEED).
"""
import contextlib
import sys

from ftpd import FTPD_MISSING, Proftpd
from program import run_scenarios
from server_crashes import CrashServer, batch_survives, sync_down_survives, sync_up_survives


class Served(CrashServer):
    def __init__(self, server):
        self.server, self.root = server, server.root

    def url(self, path):
        return self.server.url(f"/~/{path}")


@contextlib.contextmanager
def served(on):
    directory = on.directory / "ftpd"
    directory.mkdir()
    with Proftpd(directory, directory / "root") as server:
        on.environment.update(server.variables())
        yield Served(server)


def ftp_sync_up_survives_every_moment(bench):
    with served(bench) as server:
        sync_up_survives(bench, server)


def ftp_sync_down_survives_every_moment(bench):
    with served(bench) as server:
        sync_down_survives(bench, server)


def ftp_batch_survives_every_moment(bench):
    with served(bench) as server:
        batch_survives(bench, server)


if __name__ == "__main__":
    if FTPD_MISSING:
        sys.exit(FTPD_MISSING)
    sys.exit(run_scenarios(globals()))
