#!/usr/bin/env python3
"""Runs the one S3 suite against a server that it starts on a free loopback port and stops again.

    tests/integration/run_s3_suite.py --server lab|moto|versitygw --suite build/debug/tests/integration/s3/test_s3_suite [-- doctest options]

lab        needs the program sluice-lab: --lab, or SLUICE_LAB, or beside the suite's build directory
moto       needs the Python package moto[server]: SLUICE_PYTHON names the interpreter that has it (default: this one)
versitygw  needs the program versitygw: SLUICE_VERSITYGW, or on PATH

--tls           serves HTTPS with a certificate of an authority made for this run, which the suite trusts
--virtual-host  buckets are hosts below s3.localhost; the certificate is for those
                (neither is for moto)

A server that is missing is a failure, not a skip.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import certificates

ACCESS_KEY = "AKIDLABEXAMPLE"
SECRET_KEY = "labsecretEXAMPLEKEY"
REGION = "us-east-1"
BUCKET = "suite-bucket"
DOMAIN = "s3.localhost"
START_LIMIT = 30  # seconds
MOTO_FILES = "2200"  # of the contract's full directory: three pages of a listing


def fail(message):
    sys.exit(f"run_s3_suite: {message}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Place:
    """Where a server is to be and how it is asked."""

    def __init__(self, options, directory):
        self.suite_settings = {}
        self.domain = DOMAIN if options.virtual_host else None
        self.host = self.domain or "127.0.0.1"
        self.certificate = self.key = None
        if options.tls:
            authority = certificates.Authority(directory)
            names = f"DNS:{DOMAIN},DNS:*.{DOMAIN}" if options.virtual_host else "IP:127.0.0.1"
            self.certificate, self.key = authority.issue("server", names)
            self.suite_settings["SLUICE_S3_CA_FILE"] = str(authority.certificate)
        if options.virtual_host:
            self.suite_settings["SLUICE_S3_ADDRESSING"] = "virtual"

    def endpoint(self, port):
        return f"{'https' if self.certificate else 'http'}://{self.host}:{port}"


def accepts(port):
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_it_accepts(port, process):
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        if process.poll() is not None:
            fail(f"the server ended at once with {process.returncode}")
        if accepts(port):
            return
        time.sleep(0.1)
    fail(f"the server does not listen at port {port}")


def wait_until_it_answers(endpoint, process):
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        if process.poll() is not None:
            fail(f"the server ended at once with {process.returncode}")
        try:
            urllib.request.urlopen(endpoint, timeout=2)
            return
        except urllib.error.HTTPError:
            return  # it refuses, so it is there
        except OSError:
            time.sleep(0.1)
    fail(f"the server does not answer at {endpoint}")


def stop(process):
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def lab(options, place):
    program = options.lab or os.environ.get("SLUICE_LAB") or beside_suite(options.suite, "sluice-lab")
    if not program or not os.access(program, os.X_OK):
        fail("sluice-lab is missing: build it, or name it with --lab")
    command = [program, "s3", "--bucket", BUCKET, "--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY, "--region", REGION]
    if place.certificate:
        command += ["--tls-cert", place.certificate, "--tls-key", place.key]
    if place.domain:
        command += ["--domain", place.domain]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        endpoint = json.loads(process.stdout.readline())["endpoint"]
        yield place.endpoint(urllib.parse.urlsplit(endpoint).port)
    finally:
        stop(process)


def beside_suite(suite, name):
    for folder in pathlib.Path(suite).resolve().parents:
        for candidate in (folder / name, folder / "lab" / name):
            if candidate.is_file():
                return str(candidate)
    return None


@contextlib.contextmanager
def moto(options, place):
    if place.certificate or place.domain:
        fail("moto is run over plain HTTP with paths only")
    del options
    python = os.environ.get("SLUICE_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import moto.server"], capture_output=True).returncode != 0:
        fail(f"moto[server] is missing for {python}: tools/setup installs it")
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
        try:
            wait_until_it_answers(endpoint, process)
            yield endpoint
        finally:
            stop(process)


@contextlib.contextmanager
def versitygw(options, place):
    del options
    program = os.environ.get("SLUICE_VERSITYGW") or shutil.which("versitygw")
    if not program or not os.access(program, os.X_OK):
        fail("versitygw is missing: tools/setup installs it, or name it with SLUICE_VERSITYGW")
    port = free_port()
    environment = dict(os.environ, ROOT_ACCESS_KEY=ACCESS_KEY, ROOT_SECRET_KEY=SECRET_KEY)
    # Its posix backend keeps attributes in extended attributes, which a tmpfs may not have.
    with tempfile.TemporaryDirectory(dir=os.environ.get("SLUICE_SCRATCH", "/var/tmp")) as data, tempfile.TemporaryFile() as log:
        command = [program, "--port", f"127.0.0.1:{port}", "--region", REGION]
        if place.certificate:
            command += ["--cert", place.certificate, "--key", place.key]
        if place.domain:
            command += ["--virtual-domain", place.domain]
        command += ["posix", data]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_until_it_accepts(port, process)
            yield place.endpoint(port)
        finally:
            stop(process)


SERVERS = {"lab": lab, "moto": moto, "versitygw": versitygw}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, choices=SERVERS)
    parser.add_argument("--suite", required=True, help="the program test_s3_suite")
    parser.add_argument("--lab", help="the program sluice-lab")
    parser.add_argument("--tls", action="store_true", help="serve HTTPS")
    parser.add_argument("--virtual-host", action="store_true", help="buckets as hosts")
    parser.add_argument("rest", nargs="*", help="passed to the suite (doctest options)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("run_s3_suite: terminated"))  # the server is stopped on the way out
    with contextlib.ExitStack() as stack:
        place = Place(options, stack.enter_context(tempfile.TemporaryDirectory()))
        endpoint = stack.enter_context(SERVERS[options.server](options, place))
        environment = dict(
            os.environ,
            **place.suite_settings,
            **({"SLUICE_CONTRACT_FILES": MOTO_FILES} if options.server == "moto" else {}),
            SLUICE_S3_ENDPOINT=endpoint,
            SLUICE_S3_REGION=REGION,
            SLUICE_S3_ACCESS_KEY=ACCESS_KEY,
            SLUICE_S3_SECRET_KEY=SECRET_KEY,
            SLUICE_S3_BUCKET=BUCKET,
            SLUICE_S3_FLAVOUR=options.server,
        )
        result = subprocess.run([options.suite, *options.rest], env=environment)
    sys.exit(result.returncode)


if __name__ == "__main__":
    main()
