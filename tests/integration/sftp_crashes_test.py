#!/usr/bin/env python3
"""The program killed or stopped at random moments of its work with an SFTP server, and run again: sftp_crashes_test.py SLUICE SLUICE_LAB

As crashes_test.py, whose settings hold (SLUICE_CRASHES, SLUICE_SEED). The server is sluice-lab sftp in the place of ssh, and once sshd through libssh2.
"""
import sys

from program import LAB, run_scenarios
from server_crashes import TEMPORARY, CrashServer, batch_survives, sync_down_survives, sync_up_survives
from sshd import SSHD_MISSING, Sshd


class Served(CrashServer):
    flags = ("--ssh-command", f"{LAB} sftp", "--ssh-connections", "2")
    stranger = ".stranger.0123456789abcdef" + TEMPORARY

    def __init__(self, on):
        self.root = on.directory

    def url(self, path):
        return f"sftp://lab{self.root}/{path}"


class ThroughLibssh2(CrashServer):
    stranger = Served.stranger

    def __init__(self, on, sshd):
        self.root, self.url_of = on.directory, sshd.url
        self.flags = ("--ssh-transport", "libssh2", "--ssh-key", sshd.key, "--known-hosts", sshd.known_hosts)

    def url(self, path):
        return self.url_of(f"{self.root}/{path}")


def sftp_sync_up_survives_every_moment(bench):
    sync_up_survives(bench, Served(bench))


def sftp_sync_down_survives_every_moment(bench):
    sync_down_survives(bench, Served(bench))


def sftp_batch_survives_every_moment(bench):
    batch_survives(bench, Served(bench))


def libssh2_sync_up_survives_every_moment(bench):
    assert not SSHD_MISSING, SSHD_MISSING
    directory = bench.directory / "sshd"
    directory.mkdir()
    sshd = Sshd(directory)
    try:
        sync_up_survives(bench, ThroughLibssh2(bench, sshd))
    finally:
        sshd.stop()


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
