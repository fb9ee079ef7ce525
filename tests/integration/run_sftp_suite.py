#!/usr/bin/env python3
"""Runs the SFTP suite against OpenSSH's server, which it starts and stops again.

    tests/integration/run_sftp_suite.py --way pipes|ssh|libssh2|rclone --suite build/debug/tests/integration/sftp/test_sftp_suite [-- doctest options]

pipes    sftp-server by itself, its input and output being our pipes (openssh-sftp-server)
ssh      sshd on a free loopback port, through ssh(1)                (openssh-server, openssh-client)
libssh2  the same through libssh2, in the program itself
rclone   rclone serve sftp on pipes, which carries out requests in any order

A server that is missing is a failure, not a skip.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from sshd import SSHD_MISSING, USER, Sshd, sftp_server


def environment_for(way, directory, stack):
    if way == "rclone":
        program = shutil.which("rclone", path="/usr/bin:" + os.environ.get("PATH", ""))  # bench/run has a newer one
        if not program:
            sys.exit("run_sftp_suite: rclone is missing: tools/setup installs it")
        command = [program, "serve", "sftp", "--stdio", "--vfs-cache-mode", "writes", "--vfs-write-back", "0", "--cache-dir", str(directory), "/"]
        return {"SLUICE_SFTP_COMMAND": "\n".join(command), "SLUICE_SFTP_SERVER": "rclone", "SLUICE_CONTRACT_FILES": "500"}
    if way == "pipes":
        return {"SLUICE_SFTP_COMMAND": "\n".join([sftp_server(), "-e", "-l", "ERROR"])}
    server = Sshd(directory)
    stack.append(server)
    if way == "libssh2":
        return {"SLUICE_SSH_PORT": str(server.port), "SLUICE_SSH_USER": USER, "SLUICE_SSH_KEY": str(server.key), "SLUICE_SSH_KNOWN_HOSTS": str(server.known_hosts)}
    return {"SLUICE_SFTP_COMMAND": "\n".join(server.ssh_words() + ["-s", "--", "127.0.0.1", "sftp"])}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=["pipes", "ssh", "libssh2", "rclone"], required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    if SSHD_MISSING:
        sys.exit(f"run_sftp_suite: {SSHD_MISSING}")
    servers = []
    with tempfile.TemporaryDirectory() as directory:
        try:
            settings = environment_for(options.way, pathlib.Path(directory), servers)
            return subprocess.run([options.suite, *options.rest], env={**os.environ, **settings}).returncode
        finally:
            for server in servers:
                server.stop()


if __name__ == "__main__":
    sys.exit(main())
