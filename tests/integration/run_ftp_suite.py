#!/usr/bin/env python3
"""Runs the FTP suite against a real server, which it starts and stops again.

    tests/integration/run_ftp_suite.py --server vsftpd|proftpd|pure-ftpd [--tls explicit|implicit] --suite PROGRAM [-- doctest options]

A server that is missing is a failure, not a skip.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

from ftpd import FTPD_MISSING, PASSWORD, SERVERS

# Of the contract's full directory: each is a connection of its own for data.
FILES = {"SLUICE_CONTRACT_FILES": "1500"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", choices=list(SERVERS), required=True)
    parser.add_argument("--tls", choices=["explicit", "implicit"])
    parser.add_argument("--tls13", action="store_true")
    parser.add_argument("--suite", required=True)
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    if FTPD_MISSING:
        sys.exit(f"run_ftp_suite: {FTPD_MISSING}")
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        directory.chmod(0o755)
        with SERVERS[options.server](directory, directory / "root", tls=options.tls) as server:
            variables = {"SLUICE_FTP_PORT": str(server.port), "SLUICE_FTP_SECURITY": options.tls or "clear", "SLUICE_FTP_USER": server.user or "",
                         "SLUICE_FTP_PASSWORD": PASSWORD, "SLUICE_FTP_CA": str(server.authority.certificate), "SLUICE_FTP_ROOT": str(server.root),
                         "SLUICE_FTP_TLS13": "1" if options.tls13 else ""}
            code = subprocess.run([options.suite, *options.rest], env={**FILES, **os.environ, **variables}).returncode
            if code:
                print(server.log.read_text(errors="replace")[-3000:])
            return code


if __name__ == "__main__":
    sys.exit(main())
