#!/usr/bin/env python3
"""The program with ftp://, ftpes:// and ftps:// URLs, against real servers: ftp_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Ends with "N passed, N failed".
"""
import json
import os
import subprocess
import sys
import time
import urllib.parse

from ftpd import FTPD_MISSING, PASSWORD, Proftpd, PureFtpd, Vsftpd
from program import AUTHENTICATION, FAILED, LAB, OLD, PARTIAL, run_scenarios, tree

NASTY = "hello? sausage/êé/Hello, 世界/ \" ' @ < > & ? + ≠/z.txt"


class Served:
    """A server of `kind`, and what the program must be told of it. With a root for everybody, since some servers are another user."""

    def __init__(self, bench, kind, **options):
        directory = bench.directory / kind.name
        directory.mkdir()
        for path in (bench.directory, directory):
            path.chmod(0o755)
        self.server = kind(directory, directory / "root", **options)
        self.root = self.server.root
        self.root.chmod(0o777)
        self.flags = ("--ca-file", self.server.authority.certificate)
        bench.environment.update(self.server.variables())

    def url(self, path="/"):
        return self.server.url("/~" + urllib.parse.quote(path, safe="/"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()


EVERY = [(Vsftpd, None), (Vsftpd, "explicit"), (Proftpd, "explicit"), (Proftpd, "implicit"), (PureFtpd, "explicit")]


def a_tree_goes_up_and_comes_down_again(bench):
    names = (("a.txt", b"one"), ("d/b.bin", os.urandom(300_000)), ("d/e/empty", b""), (NASTY, b"nasty"), (" leading", b"x"), ("n" * 200, b"long"), ("d/.hidden", b"h"))
    for name, data in names:
        bench.file("from/" + name, data)
    for number, (kind, tls) in enumerate(EVERY):
        inner = type(bench)(bench.lab, bench.directory / f"world{number}")
        inner.directory.mkdir()
        with Served(inner, kind, tls=tls) as served:
            there = served.url("/there")
            assert inner.summary(*served.flags, "sync", bench.directory / "from", there)["done"] == len(names), (kind, tls)
            assert tree(served.root / "there") == tree(bench.directory / "from"), (kind, tls)
            assert os.stat(served.root / "there/a.txt").st_mtime == OLD, (kind, tls)
            again = inner.summary(*served.flags, "sync", bench.directory / "from", there)
            assert again["done"] == 0 and again["skipped"] == len(names), (kind, tls, again)
            assert inner.summary(*served.flags, "sync", there, inner.directory / "back")["done"] == len(names)
            assert tree(inner.directory / "back") == tree(bench.directory / "from")
            again = inner.summary(*served.flags, "sync", there, inner.directory / "back")
            assert again["done"] == 0, (kind, tls, again)
            gone = inner.summary(*served.flags, "sync", "--delete", "--exclude", "d/**", "--exclude", ".*", inner.directory / "back/d", there)
            assert gone["deleted"] >= 3, (kind, tls, gone)


def single_files_and_listings(bench):
    bench.file("one.txt", b"hello\n")
    with Served(bench, Proftpd, tls="explicit") as served:
        there = served.url("/there/two.txt")
        bench.run(*served.flags, "cp", bench.directory / "one.txt", there)
        assert bench.run(*served.flags, "cat", there) == "hello\n"
        listed = bench.run(*served.flags, "ls", served.url("/there"))
        assert "two.txt" in listed and " 6 " in listed, listed
        assert "two.txt" in bench.run(*served.flags, "stat", there)
        bench.run(*served.flags, "cp", "-", there, stdin=b"from a pipe")
        assert (served.root / "there/two.txt").read_bytes() == b"from a pipe"
        bench.run(*served.flags, "rm", there)
        assert not (served.root / "there/two.txt").exists()
        bench.run(*served.flags, "cat", there, expect=FAILED)
        assert "two.txt" in bench.stderr, bench.stderr


def between_s3_and_ftp_nothing_is_spooled(bench):
    data = os.urandom(20_000_000)
    bench.file("big", data)
    bench.run("cp", bench.directory / "big", "s3://test/big")
    with Served(bench, Vsftpd, tls="explicit") as served:
        there = served.url("/there/big")
        bench.run(*served.flags, "cp", "s3://test/big", there)
        assert (served.root / "there/big").read_bytes() == data
        bench.run(*served.flags, "cp", there, "s3://test/again")
        assert bench.run("cat", "s3://test/again") is not None and bench.output == data


def a_server_is_copied_to_itself(bench):
    with Served(bench, Proftpd) as served:
        for number in range(30):
            path = served.root / f"from/{number}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(os.urandom(300_000))
        assert bench.summary("--ftp-connections", "3", "sync", served.url("/from"), served.url("/to"))["done"] == 30
        assert tree(served.root / "from") == tree(served.root / "to")


def a_batch_overwrites_once(bench):
    for kind in (Vsftpd, Proftpd, PureFtpd):
        with Served(bench, kind) as served:
            for number in range(12):
                path = served.root / f"there/d{number % 3}/{number}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"1,2\n")
                path.chmod(0o640 if kind is Proftpd else 0o666)
                if number % 2:
                    os.utime(path, (OLD, OLD))
            for directory in [served.root / "there", *(served.root / "there").iterdir()]:
                directory.chmod(0o777)
            step = ("--shell", "--exec", "cp {in} {out}; echo 3,4 >> {out}", "--include", "**/*.csv")
            assert bench.summary("batch", "run", served.url("/there"), *step)["done"] == 12
            for path in (served.root / "there").rglob("*.csv"):
                assert path.read_bytes() == b"1,2\n3,4\n", path
                if kind is Proftpd:
                    assert path.stat().st_mode & 0o777 == 0o640, path
            again = bench.summary("batch", "run", served.url("/there"), *step)
            assert again["done"] == 0, (kind, again)
            assert all(path.read_bytes() == b"1,2\n3,4\n" for path in (served.root / "there").rglob("*.csv"))


def the_pool_learns_the_limits_of_real_servers(bench):
    for kind in (Vsftpd, Proftpd, PureFtpd):
        with Served(bench, kind, limit=3) as served:
            for number in range(60):
                (served.root / str(number)).write_bytes(b"%d" % number)
            here = bench.directory / f"{kind.name}-here"
            assert bench.summary("sync", served.url("/"), here)["done"] == 60, kind
            assert len(tree(here)) == 60, kind


class Forgetful(PureFtpd):
    most_names = 100


def a_listing_that_is_cut_short_is_a_failure_and_deletes_nothing(bench):
    with Served(bench, Forgetful) as served:
        for number in range(150):
            (served.root / f"{number:03}").write_bytes(b"x")
        here = bench.file("here/149", b"x").parent
        bench.run("sync", "--delete", "--max-delete", "1000", served.url("/"), here, expect=PARTIAL)
        assert "truncated" in bench.stderr and (here / "149").exists(), bench.stderr
        assert 90 < len(tree(here)) <= 101, len(tree(here))


def passwords_are_never_shown(bench):
    bench.file("one.txt", b"hello\n")
    with Served(bench, Proftpd, tls="explicit") as served:
        bench.run(*served.flags, "ls", served.url("/"), expect=AUTHENTICATION, SLUICE_PASSWORD="wrong-password")
        assert "wrong-password" not in bench.stderr, bench.stderr
        del bench.environment["SLUICE_PASSWORD"]
        netrc = bench.file(".netrc", f'machine 127.0.0.1 login tester password "{PASSWORD}"\n'.encode())
        bench.run("--log-level", "debug", *served.flags, "cp", bench.directory / "one.txt", served.url("/a"))
        assert PASSWORD not in bench.stderr + bench.stdout
        netrc.unlink()
        secret = bench.file("secret", PASSWORD.encode() + b"\n")
        bench.run("--password-file", secret, *served.flags, "ls", served.url("/"))
        bench.run(*served.flags, "ls", f"ftpes://tester:{urllib.parse.quote(PASSWORD)}@127.0.0.1:{served.server.port}/", expect=FAILED)
        assert PASSWORD not in bench.stderr and "password" in bench.stderr, bench.stderr


def a_certificate_that_nobody_vouches_for_is_refused(bench):
    with Served(bench, Proftpd, tls="explicit") as served:
        bench.run("ls", served.url("/"), expect=FAILED)
        assert "not trusted" in bench.stderr, bench.stderr


def tls13_serves_as_long_as_its_tickets_do(bench):
    """Servers that want a session on each data connection; without one, it is TLS 1.2 from then on."""
    for number in range(30):
        bench.file(f"from/{number}", os.urandom(1000 if number % 3 else 300_000))
    for kind in (Vsftpd, Proftpd):
        with Served(bench, kind, tls="explicit") as served:
            flags = (*served.flags, "--ftp-tls13")
            assert bench.summary(*flags, "sync", bench.directory / "from", served.url("/there"))["done"] == 30, kind
            assert bench.stderr.count("back to TLS 1.2") <= 1, bench.stderr
            assert tree(served.root / "there") == tree(bench.directory / "from"), kind
            assert bench.summary(*flags, "sync", served.url("/there"), bench.directory / f"{kind.name}-back")["done"] == 30, kind
            assert tree(bench.directory / f"{kind.name}-back") == tree(bench.directory / "from"), kind


def a_bandwidth_limit_holds(bench):
    bench.file("big", os.urandom(3_000_000))
    with Served(bench, Vsftpd) as served:
        for ends in ((bench.directory / "big", served.url("/big")), (served.url("/big"), bench.directory / "back")):
            started = time.monotonic()
            bench.run("--bwlimit", "1M", "cp", *ends)
            assert time.monotonic() - started > 1.5, ends


def a_long_way_costs_round_trips_only(bench):
    with Served(bench, Vsftpd) as served:
        proxy = subprocess.Popen([LAB, "delay", "--ftp", "--to", f"127.0.0.1:{served.server.port}", "--round-trip", "20ms"], stdout=subprocess.PIPE, text=True)
        try:
            served.server.port = json.loads(proxy.stdout.readline())["port"]
            bench.file("one.txt", b"hello\n")
            bench.run("cp", bench.directory / "one.txt", served.url("/there/one.txt"))
            assert (served.root / "there/one.txt").read_bytes() == b"hello\n"
        finally:
            proxy.terminate()
            proxy.communicate(timeout=20)


if __name__ == "__main__":
    if FTPD_MISSING:
        sys.exit(FTPD_MISSING)
    sys.exit(run_scenarios(globals()))
