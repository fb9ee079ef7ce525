#!/usr/bin/env python3
"""The program killed or stopped at random moments of its work with a WebDAV server (Apache), and run again: webdav_crashes_test.py SLUICE SLUICE_LAB

As crashes_test.py, whose settings hold (SLUICE_CRASHES, SLUICE_SEED).
"""
import sys

from program import run_scenarios
from server_crashes import CrashServer, batch_survives, sync_down_survives, sync_up_survives
from webdav_bench import Served
from webdav_servers import Apache, missing


class DavServer(CrashServer):
    def __init__(self, served):
        self.root, self.own, self.url = served.files, served.server.own, served.url

    def is_its_own(self, path):
        return path.rpartition("/")[2].startswith(".davfs.tmp")


def webdav_sync_up_survives_every_moment(bench):
    with Served(bench, Apache) as served:
        sync_up_survives(bench, DavServer(served))


def webdav_sync_down_survives_every_moment(bench):
    with Served(bench, Apache) as served:
        sync_down_survives(bench, DavServer(served))


def webdav_batch_survives_every_moment(bench):
    with Served(bench, Apache) as served:
        batch_survives(bench, DavServer(served))


if __name__ == "__main__":
    if missing(Apache.program):
        sys.exit(missing(Apache.program))
    sys.exit(run_scenarios(globals()))
