#!/usr/bin/env python3
"""The program with FTP servers that misbehave: ftp_faults_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Ends with "N passed, N failed".
"""
import os
import sys
import time

from certificates import Authority
from faulty_ftp import FaultyFtp
from program import AUTHENTICATION, FAILED, OLD, PARTIAL, run_scenarios, tree

BODY = os.urandom(400_000)


def down(bench, faults=(), flags=(), expect=0, body=BODY, **options):
    (bench.directory / "a").unlink(missing_ok=True)
    with FaultyFtp({"/d/a": (body, OLD)}, faults, **options) as server:
        bench.run(*flags, "cp", server.url("/d/a"), bench.directory / "a", expect=expect)
        if expect == 0:
            assert (bench.directory / "a").read_bytes() == body
        else:
            assert not (bench.directory / "a").exists()
        return server


def up(bench, faults=(), flags=(), expect=0, body=BODY, files=None, **options):
    bench.file("source", body)
    with FaultyFtp(files, faults, **options) as server:
        bench.run(*flags, "cp", bench.directory / "source", server.url("/d/a"), expect=expect)
        if expect == 0:
            assert server.files["/d/a"][0] == body and server.files["/d/a"][1] == OLD
        assert [path for path in server.files if "sluice-part" in path] == [], server.files.keys()
        return server


def f1_the_pool_learns_what_the_server_takes(bench):
    for mode in ("421", "530", "silent"):
        files = {f"/d/{number}": (b"%d" % number, OLD) for number in range(40)}
        with FaultyFtp(files, [mode], most=3) as server:
            here = bench.directory / mode
            assert bench.summary("sync", server.url("/d"), here)["done"] == 40
            assert len(tree(here)) == 40
            assert server.sessions < 25, (mode, server.sessions)


def f1_a_refused_login_is_tried_once(bench):
    with FaultyFtp({"/a": (b"x", OLD)}, ["refuse-login"] * 9) as server:
        bench.run("cat", server.url("/a").replace("//", "//me@"), expect=AUTHENTICATION, SLUICE_PASSWORD="pass")
        assert server.sessions == 1, server.sessions


def f2_a_server_that_closes_in_between(bench):
    assert down(bench, ["421-in-between"]).sessions == 2
    assert any(command.startswith("REST ") for command in down(bench, ["421-in-between"]).commands)


def f2_a_control_connection_that_dies_after_the_data(bench):
    down(bench, ["lose-control"])
    for body in (b"small", BODY):
        up(bench, ["lose-control"], body=body)


def f3_data_goes_to_the_control_peer_only(bench):
    down(bench, ["no-epsv", "foreign-address"])
    for fault in (["low-port"] * 9, ["no-epsv"] + ["garbage"] * 9):
        down(bench, fault, expect=FAILED)
        assert "port" in bench.stderr, bench.stderr


def f4_a_data_connection_that_is_refused_or_breaks(bench):
    down(bench, ["refuse-data"])
    down(bench, ["cut-data"])
    down(bench, ["short-data"])
    up(bench, ["refuse-data"])
    started = time.monotonic()
    down(bench, ["refuse-data"] * 99, flags=("--max-attempts", "2"), expect=FAILED)
    assert time.monotonic() - started < 30


def f5_words_that_come_early_twice_or_never(bench):
    down(bench, ["early-226"])
    down(bench, ["two-150"])
    with FaultyFtp({f"/d/{number}": (b"%d" % number, OLD) for number in range(6)}, ["two-226"] * 20) as server:
        assert bench.summary("--ftp-connections", "1", "sync", server.url("/d"), bench.directory / "d")["done"] == 6
        assert tree(bench.directory / "d") == {str(number): b"%d" % number for number in range(6)}
    down(bench, ["no-226"] * 9, flags=("--timeout", "1s", "--max-attempts", "1"), expect=FAILED)
    assert "no answer" in bench.stderr, bench.stderr


def secure(bench, faults, expect=0):
    authority = Authority(bench.directory)
    certificate = authority.issue("server", "IP:127.0.0.1")
    with FaultyFtp({"/d/a": (BODY, OLD)}, faults, certificate=certificate) as server:
        bench.run("--ca-file", authority.certificate, "--max-attempts", "2", "cp", server.url("/d/a", "ftpes"), bench.directory / "a", expect=expect)
        return server


def f6_nothing_is_taken_from_before_tls(bench):
    server = secure(bench, ["inject"] * 9, expect=FAILED)
    assert "before TLS" in bench.stderr and not any(command.startswith("PASS") for command in server.commands), bench.stderr


def f6_a_server_without_tls_is_told_no_password(bench):
    with FaultyFtp() as server:
        bench.run("ls", server.url("/", "ftpes"), expect=FAILED)
        assert "TLS" in bench.stderr and not any(command.startswith(("USER", "PASS")) for command in server.commands), server.commands


def f7_a_server_that_wants_the_session_again(bench):
    secure(bench, ["need-reuse"])
    assert (bench.directory / "a").read_bytes() == BODY


def f8_tls_that_ends_without_a_farewell(bench):
    secure(bench, ["no-farewell"])
    assert (bench.directory / "a").read_bytes() == BODY


def f9_listings_that_say_too_little(bench):
    with FaultyFtp({"/d/a": (b"x", OLD)}, ["no-mlst"]) as server:
        bench.run("ls", server.url("/none/"), expect=FAILED)
        assert "none" in bench.stderr
        assert bench.summary("sync", server.url("/d"), bench.directory / "old")["done"] == 1
        assert bench.summary("sync", server.url("/d"), bench.directory / "old")["done"] == 0
    for old in ([], ["no-mlst"]):
        with FaultyFtp({"/d/a": (b"x", OLD)}, [*old, "bad-line", "bad-line"]) as server:
            summary = bench.summary("sync", "--delete", server.url("/d"), bench.directory / f"bad{len(old)}", expect=PARTIAL)
            assert summary["done"] == 1 and summary["failed"] >= 1, summary


def f10_a_server_that_does_not_rename_over_a_file(bench):
    files = {"/d/a": (b"old", OLD)}
    server = up(bench, ["no-rename-over"], expect=FAILED, files=files)
    assert server.files["/d/a"][0] == b"old" and "--allow-non-atomic" in bench.stderr, bench.stderr
    up(bench, ["no-rename-over"], flags=("--allow-non-atomic",), files=files)


def f10_a_rename_whose_answer_is_lost(bench):
    up(bench, ["lose-rename"], body=b"small")
    up(bench, ["lose-rename"], files={"/d/a": (b"old", OLD)})


def f11_names_that_ftp_cannot_say(bench):
    for name in ("line\nbreak", "blank ", "cr\rx", "bell\x07"):
        bench.file("from/" + name)
    (bench.directory / "from" / os.fsdecode(b"iac\xff")).write_bytes(b"x")
    with FaultyFtp() as server:
        summary = bench.summary("sync", bench.directory / "from", server.url("/d"), expect=FAILED)
        assert summary["failed"] == 5 and not server.files, summary
        assert not any("line" in command or "blank" in command or "iac" in command for command in server.commands), server.commands


def bytes_that_get_lost_are_noticed(bench):
    up(bench, ["lose-bytes"] * 9, expect=FAILED)
    assert "bytes of" in bench.stderr, bench.stderr


def a_full_disk_is_told(bench):
    for body in (b"small" * 1000, BODY * 5):
        up(bench, ["full"] * 9, expect=FAILED, body=body)
        assert "quota exceeded" in bench.stderr, bench.stderr


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
