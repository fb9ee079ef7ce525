#!/usr/bin/env python3
"""The program with webdav:// URLs, against Apache, nginx and rclone: webdav_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Ends with "N passed, N failed".
"""
import os
import signal
import subprocess
import sys
import time

from certificates import Authority
from program import AUTHENTICATION, CONFIG, FAILED, OLD, SLUICE, run_scenarios, tree
from webdav_bench import TEMPORARY, Front, Served
from webdav_servers import PASSWORD, USER, Apache, Nginx, Rclone, missing

NASTY = "hello? sausage/êé/Hello, 世界/ \" ' @ < > & ? + ≠/z.txt"


def a_tree_goes_up_and_comes_down_again(bench):
    for name, data in (("a.txt", b"one"), ("d/b.bin", os.urandom(300_000)), ("d/e/empty", b""), (NASTY, b"nasty"), (" leading", b"x"), ("n" * 255, b"long")):
        bench.file("from/" + name, data)
    for kind in (Apache, Nginx, Rclone):
        with Served(bench, kind) as served:
            assert bench.summary("sync", bench.directory / "from", served.url("there"))["done"] == 6, kind
            assert tree(served.files / "there") == tree(bench.directory / "from"), kind
            again = bench.summary("sync", bench.directory / "from", served.url("there"))
            assert again["done"] == 0 and again["skipped"] == 6, (kind, again)
            back = bench.directory / "back" / kind.__name__
            assert bench.summary("sync", served.url("there"), back)["done"] == 6
            assert tree(back) == tree(bench.directory / "from"), kind
            again = bench.summary("sync", served.url("there"), back)
            assert again["done"] == 0 and again["skipped"] == 6, (kind, again)
            (back / "a.txt").unlink()
            gone = bench.summary("sync", "--delete", back, served.url("there"))
            assert gone["deleted"] == 1 and not (served.files / "there/a.txt").exists(), (kind, gone)


def single_files_and_listings(bench):
    bench.file("one.txt", b"hello\n")
    with Served(bench, Apache) as served:
        there = served.url("there/two.txt")
        bench.run("cp", bench.directory / "one.txt", there)
        assert bench.run("cat", there) == "hello\n"
        listed = bench.run("ls", served.url("there"))
        assert "two.txt" in listed and " 6 " in listed, listed
        assert "two.txt" in bench.run("stat", there)
        bench.run("cp", "-", there, stdin=b"from a pipe")
        assert (served.files / "there/two.txt").read_bytes() == b"from a pipe"
        large = os.urandom(3_000_000)
        bench.run("cp", "-", there, stdin=large)
        assert (served.files / "there/two.txt").read_bytes() == large
        bench.run("rm", there)
        assert not (served.files / "there/two.txt").exists()
        bench.run("cat", there, expect=FAILED)
        assert "two.txt" in bench.stderr, bench.stderr
        bench.run("rm", served.url("there"), expect=FAILED)
        assert (served.files / "there").is_dir()


def between_s3_and_webdav_nothing_is_spooled(bench):
    data = os.urandom(20_000_000)
    bench.file("big", data)
    bench.run("cp", bench.directory / "big", "s3://test/big")
    with Served(bench, Apache) as served:
        bench.run("cp", "s3://test/big", served.url("there/big"))
        assert (served.files / "there/big").read_bytes() == data
        bench.run("cp", served.url("there/big"), "s3://test/again")
        assert bench.run("cat", "s3://test/again") is not None and bench.output == data


def a_batch_overwrites_once(bench):
    for kind in (Apache, Nginx, Rclone):
        with Served(bench, kind) as served:
            for number in range(12):
                path = served.files / f"there/d{number % 3}/{number}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"1,2\n")
            served.server.own()
            step = ("--shell", "--exec", "cp {in} {out}; echo 3,4 >> {out}", "--include", "**/*.csv")
            assert bench.summary("batch", "run", served.url("there"), *step)["done"] == 12, kind
            assert all(path.read_bytes() == b"1,2\n3,4\n" for path in (served.files / "there").rglob("*.csv")), kind
            time.sleep(1.1)  # Apache's weak tags become strong
            again = bench.summary("batch", "run", served.url("there"), *step)
            assert again["done"] == 0, (kind, again)
            assert all(path.read_bytes() == b"1,2\n3,4\n" for path in (served.files / "there").rglob("*.csv")), kind


def a_wrong_password_is_tried_once_and_is_never_shown(bench):
    bench.file("one.txt", b"hello\n")
    with Served(bench, Apache) as served:
        bench.run("cp", bench.directory / "one.txt", served.url("x"), expect=AUTHENTICATION, SLUICE_PASSWORD="wrong-word")
        assert "wrong-word" not in bench.stderr, bench.stderr
    with Served(bench, Rclone) as served:
        bench.run("ls", served.url(""), expect=AUTHENTICATION, SLUICE_PASSWORD="wrong-word")
        assert "wrong-word" not in bench.stderr, bench.stderr


def a_nonce_that_runs_out_is_replaced(bench):
    with Served(bench, Apache, more="AuthDigestNonceLifetime 1\n  LogLevel auth_digest:info") as served:
        program = subprocess.Popen([SLUICE, "cp", "-", served.url("late")], env=bench.environment, stdin=subprocess.PIPE)
        time.sleep(2.5)  # the login is made meanwhile, and becomes too old
        program.communicate(b"x" * 300_000, timeout=60)
        assert program.returncode == 0 and (served.files / "late").read_bytes() == b"x" * 300_000
        assert "nonce" in served.server.log.read_text(), "no nonce ran out"


def a_large_file_is_not_there_before_it_is_whole(bench):
    bench.file("big", os.urandom(8_000_000))
    with Served(bench, Rclone) as served:
        program = subprocess.Popen([SLUICE, "--bwlimit", "1M", "cp", bench.directory / "big", served.url("there/big")],
                                   env=bench.environment, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not list(served.files.rglob("*" + TEMPORARY)):
            assert time.monotonic() < until and program.poll() is None
            time.sleep(0.02)
        time.sleep(0.5)
        program.send_signal(signal.SIGKILL)
        program.wait(20)
        assert not (served.files / "there/big").exists()
        assert list(served.files.rglob("*" + TEMPORARY)), "rclone keeps what an upload that broke off has sent"
        # The next run that goes there removes it.
        bench.run("ls", served.url("there"))
        assert not list(served.files.rglob("*" + TEMPORARY))


def what_an_interrupt_leaves_is_removed_at_once(bench):
    bench.file("big", os.urandom(8_000_000))
    with Served(bench, Rclone) as served:
        program = subprocess.Popen([SLUICE, "--bwlimit", "1M", "--grace", "0s", "cp", bench.directory / "big", served.url("there/big")],
                                   env=bench.environment, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not list(served.files.rglob("*" + TEMPORARY)):
            assert time.monotonic() < until and program.poll() is None
            time.sleep(0.02)
        program.send_signal(signal.SIGINT)
        program.wait(20)
        assert tree(served.files) == {}, tree(served.files).keys()


def over_tls_with_basic(bench):
    bench.file("one.txt", b"hello\n")
    authority = Authority(bench.directory)
    certificate, key = authority.issue("server", "IP:127.0.0.1")
    with Served(bench, Rclone, certificate, key) as served:
        there = served.url("there/one.txt", "webdavs")
        bench.run("cp", bench.directory / "one.txt", there, expect=FAILED)  # whose certificate is it?
        bench.run("--ca-file", authority.certificate, "cp", bench.directory / "one.txt", there)
        assert bench.run("--ca-file", authority.certificate, "cat", there) == "hello\n"


def a_tree_is_copied_within_a_server(bench):
    with Served(bench, Apache) as served:
        for number in range(20):
            path = served.files / f"from/{number}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(os.urandom(1_500_000))
        served.server.own()
        with Front(served) as front:
            assert bench.summary("--transfers", "4", "sync", front.url("from"), front.url("to"))["done"] == 20
        assert tree(served.files / "from") == tree(served.files / "to")
        made = front.counts["operations"]
        assert made["COPY"] == 20 and "GET" not in made and "PUT" not in made, made


def a_login_from_netrc(bench):
    with Served(bench, Rclone) as served:
        del bench.environment["SLUICE_PASSWORD"]
        netrc = bench.file("netrc", f'machine 127.0.0.1 login {USER} password "{PASSWORD}"\n'.replace('"word"', '\\"word\\"').encode())
        netrc.chmod(0o600)
        url = served.url("").replace(f"{USER}@", "")
        bench.run("--netrc-file", netrc, "ls", url)


def urls_and_settings_that_cannot_be(bench):
    bench.run("ls", "webdav://user:secret@host/x", expect=FAILED)
    assert "secret" not in bench.stderr and "password" in bench.stderr, bench.stderr
    bench.run("ls", "webdav:///x", expect=FAILED)
    # A token would go to another machine in the clear: no connection is even tried.
    bench.run("ls", "webdav://192.0.2.1/x", expect=CONFIG, SLUICE_TOKEN="abcdef")
    assert "abcdef" not in bench.stderr and "--allow-clear-password" in bench.stderr, bench.stderr


if __name__ == "__main__":
    for server in (Apache, Nginx, Rclone):
        if missing(server.program):
            sys.exit(missing(server.program))
    sys.exit(run_scenarios(globals()))
