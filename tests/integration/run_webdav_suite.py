#!/usr/bin/env python3
"""Runs the WebDAV suite against a real server, which it starts and stops again.

    tests/integration/run_webdav_suite.py --server apache|nginx|rclone --suite build/debug/tests/integration/webdav/test_webdav_suite
        [-- doctest options]

apache  mod_dav, with Digest                        (apache2-bin)
nginx   with libnginx-mod-http-dav-ext, no login    (nginx-light, libnginx-mod-http-dav-ext)
rclone  serve webdav, with Basic                    (rclone)

A server that is missing is a failure, not a skip.
"""
import argparse
import os
import subprocess
import sys
import tempfile

from webdav_servers import SERVERS, missing

# rclone stores a control character under another one's code, and then does not find the file by the name that it was given.
CANNOT = {"rclone": ["-sce=control characters*"]}
# Of the contract's full directory: rclone reads all of it again at each change.
FILES = {"rclone": "500"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", choices=sorted(SERVERS), required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    kind = SERVERS[options.server]
    if missing(kind.program):
        sys.exit(f"run_webdav_suite: {missing(kind.program)}")
    with tempfile.TemporaryDirectory() as directory:
        server = kind(directory)
        try:
            environment = {"SLUICE_WEBDAV_URL": server.url, "SLUICE_WEBDAV_USER": server.user, "SLUICE_WEBDAV_PASSWORD": server.password,
                           "SLUICE_WEBDAV_FILES": str(getattr(server, "files", server.data))}
            code = subprocess.run([options.suite, *CANNOT.get(options.server, []), *options.rest], env={"SLUICE_CONTRACT_FILES": FILES.get(options.server, "2000"), **os.environ, **environment}).returncode
            if code != 0 and server.log.exists():
                sys.stderr.write(server.log.read_text(errors="replace")[-3000:])
            return code
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
