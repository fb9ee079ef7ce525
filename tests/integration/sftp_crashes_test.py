#!/usr/bin/env python3
"""The program killed or stopped at random moments of its work with an SFTP server, and run again: sftp_crashes_test.py SLUICE SLUICE_LAB

As crashes_test.py, whose settings hold (SLUICE_CRASHES, SLUICE_SEED). The server is sluice-lab sftp, in the place of ssh.
"""
import sys

from program import LAB, run_scenarios
from server_crashes import TEMPORARY, CrashServer, batch_survives, sync_down_survives, sync_up_survives


class Served(CrashServer):
    flags = ("--ssh-command", f"{LAB} sftp", "--ssh-connections", "2")
    stranger = ".stranger.0123456789abcdef" + TEMPORARY

    def __init__(self, on):
        self.root = on.directory

    def url(self, path):
        return f"sftp://lab{self.root}/{path}"


def sftp_sync_up_survives_every_moment(bench):
    sync_up_survives(bench, Served(bench))


def sftp_sync_down_survives_every_moment(bench):
    sync_down_survives(bench, Served(bench))


def sftp_batch_survives_every_moment(bench):
    batch_survives(bench, Served(bench))


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
