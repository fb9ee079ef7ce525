#!/usr/bin/env python3
"""The program with sftp:// URLs, against OpenSSH's server: sftp_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Ends with "N passed, N failed".
"""
import json
import os
import sys
import time
import urllib.parse

from program import AUTHENTICATION, FAILED, LAB, OLD, PARTIAL, USAGE, mounted, run_scenarios, tree
from sshd import SSHD_MISSING, Sshd

NASTY = "hello? sausage/êé/Hello, 世界/ \" ' @ < > & ? + ≠/z.txt"


class Server(Sshd):
    """An sshd, and what the program must be told of it."""

    def __init__(self, bench, **options):
        directory = bench.directory / "ssh"
        directory.mkdir()
        super().__init__(directory, **options)
        self.flags = ("--ssh-config", self.ssh_config())

    def url(self, path=""):
        return super().url(urllib.parse.quote(str(path), safe="/"))


def a_tree_goes_up_and_comes_down_again(bench):
    for name, data in (("a.txt", b"one"), ("d/b.bin", os.urandom(300_000)), ("d/e/empty", b""), (NASTY, b"nasty"), (" leading", b"x"), ("n" * 255, b"long")):
        bench.file("from/" + name, data)
    with Server(bench) as server:
        there = server.url(bench.directory / "there")
        assert bench.summary(*server.flags, "sync", bench.directory / "from", there)["done"] == 6
        assert tree(bench.directory / "there") == tree(bench.directory / "from")
        assert os.stat(bench.directory / "there/a.txt").st_mtime == OLD
        again = bench.summary(*server.flags, "sync", bench.directory / "from", there)
        assert again["done"] == 0 and again["skipped"] == 6, again
        assert bench.summary(*server.flags, "sync", there, bench.directory / "back")["done"] == 6
        assert tree(bench.directory / "back") == tree(bench.directory / "from")
        (bench.directory / "from/a.txt").unlink()
        gone = bench.summary(*server.flags, "sync", "--delete", bench.directory / "from", there)
        assert gone["deleted"] == 1 and not (bench.directory / "there/a.txt").exists(), gone


def names_in_another_character_set_are_utf8_here(bench):
    names = {"表 一覧.csv": b"one", "データ/①.txt": b"two"}
    there = bench.directory / "there"
    for name, data in names.items():
        path = os.fsencode(there) + b"/" + name.encode("cp932")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(data)
    with Server(bench) as server:
        flags = (*server.flags, "--encoding", "EUC-JP", "--encoding", "127.0.0.1=CP932")
        assert bench.summary(*flags, "sync", server.url(there), bench.directory / "here")["done"] == 2
        assert {name: (bench.directory / "here" / name).read_bytes() for name in names} == names
        assert bench.summary(*flags, "sync", server.url(there), bench.directory / "here")["done"] == 0
        bench.run(*flags, "cp", bench.directory / "here/表 一覧.csv", server.url(there / "能登/表.csv"))
        with open(os.fsencode(there) + "/能登/表.csv".encode("cp932"), "rb") as written:
            assert written.read() == b"one"
        bench.run(*flags, "cp", bench.directory / "here/表 一覧.csv", server.url(there / "é.csv"), expect=FAILED)
        assert "cannot be written in CP932" in bench.stderr, bench.stderr
        # Byte for byte without it, and one warning.
        bench.run(*server.flags, "ls", "-r", server.url(there))
        assert bench.stderr.count("are not UTF-8") == 1 and "--encoding" in bench.stderr, bench.stderr
        # What is not written in it fails the run, and nothing is deleted.
        with open(os.fsencode(there) + b"/\xff.csv", "wb"):
            pass
        bench.run(*flags, "sync", "--delete", server.url(there), bench.directory / "here", expect=PARTIAL)
        assert "%FF.csv" in bench.stderr, bench.stderr
        assert (bench.directory / "here/表 一覧.csv").exists()
        bench.run("--encoding", "UTF-16", "ls", bench.directory, expect=USAGE)
        assert "--encoding" in bench.stderr, bench.stderr


def a_full_disk_is_told(bench):
    bench.file("s/a", b"a" * 200_000)
    bench.file("s/big", b"b" * 3_000_000)
    with mounted(bench.directory / "small", "size=1m,mode=777") as mount, Server(bench) as server:
        summary = bench.summary(*server.flags, "sync", bench.directory / "s", server.url(mount), expect=PARTIAL)
        assert summary["failed"] == 1 and summary["failures"][0]["code"] == "no_space", summary
        assert os.listdir(mount) == ["a"], os.listdir(mount)


def single_files_and_listings(bench):
    bench.file("one.txt", b"hello\n")
    with Server(bench) as server:
        there = server.url(bench.directory / "there/two.txt")
        bench.run(*server.flags, "cp", bench.directory / "one.txt", there)
        assert bench.run(*server.flags, "cat", there) == "hello\n"
        listed = bench.run(*server.flags, "ls", server.url(bench.directory / "there"))
        assert "two.txt" in listed and " 6 " in listed, listed
        assert "two.txt" in bench.run(*server.flags, "stat", there)
        bench.run(*server.flags, "cp", "-", there, stdin=b"from a pipe")
        assert (bench.directory / "there/two.txt").read_bytes() == b"from a pipe"
        bench.run(*server.flags, "rm", there)
        assert not (bench.directory / "there/two.txt").exists()
        bench.run(*server.flags, "cat", there, expect=FAILED)
        assert "two.txt" in bench.stderr, bench.stderr


def between_s3_and_sftp_nothing_is_spooled(bench):
    data = os.urandom(20_000_000)
    bench.file("big", data)
    bench.run("cp", bench.directory / "big", "s3://test/big")
    with Server(bench) as server:
        there = server.url(bench.directory / "there/big")
        bench.run(*server.flags, "cp", "s3://test/big", there)
        assert (bench.directory / "there/big").read_bytes() == data
        bench.run(*server.flags, "cp", there, "s3://test/again")
        assert bench.run("cat", "s3://test/again") is not None and bench.output == data


def a_batch_overwrites_once(bench):
    for number in range(12):
        path = bench.file(f"there/d{number % 3}/{number}.csv", b"1,2\n")
        path.chmod(0o640)
    with Server(bench) as server:
        there = server.url(bench.directory / "there")
        step = ("--shell", "--exec", "cp {in} {out}; echo 3,4 >> {out}", "--include", "**/*.csv")
        assert bench.summary(*server.flags, "batch", "run", there, *step)["done"] == 12
        for path in (bench.directory / "there").rglob("*.csv"):
            assert path.read_bytes() == b"1,2\n3,4\n" and path.stat().st_mode & 0o777 == 0o640, path
        again = bench.summary(*server.flags, "batch", "run", there, *step)
        assert again["done"] == 0, again
        assert all(path.read_bytes() == b"1,2\n3,4\n" for path in (bench.directory / "there").rglob("*.csv"))


def a_refused_login_is_tried_once(bench):
    bench.file("one.txt", b"hello\n")
    with Server(bench) as server:
        (server.directory / "authorized_keys").write_text("")
        bench.run(*server.flags, "cp", bench.directory / "one.txt", server.url("/tmp/x"), expect=AUTHENTICATION)
        assert "Permission denied" in bench.stderr, bench.stderr
        assert server.log.read_text().count("Connection from") == 2, server.log.read_text()  # one of them was the test's own look


def a_host_key_that_changed_is_fatal(bench):
    bench.file("one.txt", b"hello\n")
    with Server(bench) as server:
        other = server.known_hosts.read_text().split()[:2] + ["AAAAC3NzaC1lZDI1NTE5AAAAIKq9wkB0rPn1yCkFJ7bVqS3WqOa8pPSgoJ5p4P1fC1Mx"]
        server.known_hosts.write_text(" ".join(other) + "\n")
        bench.run(*server.flags, "cp", bench.directory / "one.txt", server.url("/tmp/x"), expect=AUTHENTICATION)
        assert "HOST IDENTIFICATION HAS CHANGED" in bench.stderr.upper(), bench.stderr
        assert "Accepted" not in server.log.read_text()


def a_large_file_takes_several_connections_over_a_long_way(bench):
    data = os.urandom(40_000_000)
    bench.file("big", data)
    with Server(bench) as server:
        with server.behind(LAB, "--round-trip", "20ms"):
            bench.run(*server.flags, "cp", bench.directory / "big", server.url(bench.directory / "there/big"))
            assert (bench.directory / "there/big").read_bytes() == data
            assert server.log.read_text().count("Accepted publickey") >= 2
            bench.run(*server.flags, "cp", server.url(bench.directory / "there/big"), bench.directory / "back")
            assert (bench.directory / "back").read_bytes() == data
            assert server.log.read_text().count("Accepted publickey") >= 4


def a_bandwidth_limit_holds(bench):
    bench.file("big", os.urandom(3_000_000))
    with Server(bench) as server:
        there = server.url(bench.directory / "there/big")
        for ends in ((bench.directory / "big", there), (there, bench.directory / "back")):
            started = time.monotonic()
            bench.run(*server.flags, "--bwlimit", "1M", "cp", *ends)
            assert time.monotonic() - started > 1.5, ends


def urls_that_cannot_be(bench):
    bench.run("ls", "sftp://user:secret@host/x", expect=FAILED)
    assert "secret" not in bench.stderr and "password" in bench.stderr, bench.stderr
    bench.run("ls", "sftp:///x", expect=FAILED)
    bench.run("ls", "sftp://host:0/x", expect=FAILED)
    bench.run("ls", "sftp://host/50%", expect=FAILED)
    bench.run("ls", "sftp://-oProxyCommand=touch%20x/y", expect=FAILED)


if __name__ == "__main__":
    if SSHD_MISSING:
        sys.exit(SSHD_MISSING)
    sys.exit(run_scenarios(globals()))
