#!/usr/bin/env python3
"""Runs the SFTP suite against OpenSSH's server, which it starts and stops again.

    tests/integration/run_sftp_suite.py --way pipes|ssh --suite build/debug/tests/integration/sftp/test_sftp_suite [-- doctest options]

pipes  sftp-server by itself, its input and output being our pipes (openssh-sftp-server)
ssh    sshd on a free loopback port, through ssh(1)                (openssh-server, openssh-client)

A server that is missing is a failure, not a skip.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

from sshd import SSHD_MISSING, Sshd, sftp_server


def command_for(way, directory, stack):
    if way == "pipes":
        return [sftp_server(), "-e", "-l", "ERROR"]
    server = Sshd(directory)
    stack.append(server)
    return server.ssh_words() + ["-s", "--", "127.0.0.1", "sftp"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=["pipes", "ssh"], required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    if SSHD_MISSING:
        sys.exit(f"run_sftp_suite: {SSHD_MISSING}")
    servers = []
    with tempfile.TemporaryDirectory() as directory:
        try:
            words = command_for(options.way, pathlib.Path(directory), servers)
            return subprocess.run([options.suite, *options.rest], env={**os.environ, "SLUICE_SFTP_COMMAND": "\n".join(words)}).returncode
        finally:
            for server in servers:
                server.stop()


if __name__ == "__main__":
    sys.exit(main())
