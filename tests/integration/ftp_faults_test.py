#!/usr/bin/env python3
"""The program with FTP servers that misbehave (sluice-lab ftp before a real one): ftp_faults_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Each run ends with the right bytes, or with a named error and nothing half-written. Ends with "N passed, N failed".
"""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time

from ftpd import FTPD_MISSING, Proftpd, Vsftpd
from program import AUTHENTICATION, FAILED, LAB, OLD, PARTIAL, run_scenarios, tree

BODY = os.urandom(400_000)
LEARNING = ",count=1000,above=3"  # for sessions beyond three


class World:
    """A real server in the clear, for a scenario, and the fronts before it."""

    def __init__(self, bench, kind=Proftpd):
        self.bench = bench
        directory = bench.directory / kind.name
        directory.mkdir()
        for path in (bench.directory, directory):
            path.chmod(0o755)
        self.server = kind(directory, directory / "root")
        self.root = self.server.root
        self.root.chmod(0o777)
        bench.environment.update(self.server.variables())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()

    def file(self, path, data=BODY):
        there = self.root / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.parent.chmod(0o777)
        there.write_bytes(data)
        there.chmod(0o666)
        os.utime(there, (OLD, OLD))
        return there

    @contextlib.contextmanager
    def front(self, *faults, tls=False, sessions="all"):
        words = [LAB, "ftp", "--to", f"127.0.0.1:{self.server.port}", *(word for fault in faults for word in ("--fault", fault))]
        if tls:
            certificate, key = self.server.authority.issue("front", "IP:127.0.0.1")
            words += ["--tls-cert", str(certificate), "--tls-key", str(key), "--tls-sessions", sessions]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        front = Front(json.loads(process.stdout.readline())["port"], self.server.user, "ftpes" if tls else "ftp")
        try:
            yield front
        finally:
            process.terminate()
            front.counts = json.loads(process.communicate(timeout=20)[0])

    def flags(self):
        return ("--ca-file", self.server.authority.certificate)

    def down(self, *faults, flags=(), expect=0, body=BODY, **options):
        """Copies a file from the server; returns the counts of the front."""
        self.file("d/a", body)
        here = self.bench.directory / "a"
        here.unlink(missing_ok=True)
        with self.front(*faults, **options) as front:
            self.bench.run(*self.flags(), *flags, "cp", front.url("/d/a"), here, expect=expect)
        if expect == 0:
            assert here.read_bytes() == body
        else:
            assert not here.exists()
        return front.counts

    def up(self, *faults, flags=(), expect=0, body=BODY, over=None, **options):
        """Copies a file to the server, where `over` is that file before."""
        shutil.rmtree(self.root / "d", ignore_errors=True)
        if over is not None:
            self.file("d/a", over)
        self.bench.file("source", body)
        with self.front(*faults, **options) as front:
            self.bench.run(*self.flags(), *flags, "cp", self.bench.directory / "source", front.url("/d/a"), expect=expect)
        there = self.root / "d/a"
        if expect == 0:
            assert there.read_bytes() == body and there.stat().st_mtime == OLD
        else:
            assert (there.read_bytes() if there.exists() else None) == over
        assert [path for path in tree(self.root) if "sluice-" in path] == []
        return front.counts


class Front:
    def __init__(self, port, user, scheme):
        self.port, self.user, self.scheme = port, user, scheme

    def url(self, path="/", user=None):
        user = user or self.user
        return f"{self.scheme}://{user + '@' if user else ''}127.0.0.1:{self.port}/~{path}"


def many(fault, count=9):
    return f"{fault},count={count}"


def without_faults(bench):
    with World(bench) as world:
        for tls in (False, True):
            world.down(tls=tls)
            world.up(tls=tls)
            world.up(tls=tls, body=b"small", over=b"old")


def f1_the_pool_learns_what_the_server_takes(bench):
    with World(bench) as world:
        for number in range(40):
            world.file(f"d/{number}", b"%d" % number)
        refusals = {"421": "answer=421 Too many connections from your address,op=GREETING",
                    "530": "answer=530 Sorry%2C the maximum number of clients (3) from your host are already connected.,op=PASS",
                    "silent": "cut=before,op=GREETING"}
        for name, refusal in refusals.items():
            with world.front(refusal + LEARNING) as front:
                here = bench.directory / name
                assert bench.summary("sync", front.url("/d"), here)["done"] == 40
            assert tree(here) == {str(number): b"%d" % number for number in range(40)}
            assert front.counts["sessions"] < 25, (name, front.counts)


def f1_a_refused_login_is_tried_once(bench):
    with World(bench) as world, world.front(many("answer=530 Login incorrect.,op=PASS")) as front:
        bench.run("cat", front.url("/a", user="me"), expect=AUTHENTICATION, SLUICE_PASSWORD="pass")
    assert front.counts["sessions"] == 1, front.counts


def f2_a_server_that_closes_in_between(bench):
    with World(bench) as world:
        counts = world.down("short=200000,op=RETR", "last=421 shutting down,op=RETR")
        assert counts["sessions"] == 2 and counts["commands"]["REST"] == 1, counts


def f2_a_control_connection_that_dies_after_the_data(bench):
    with World(bench) as world:
        world.down("cut=after,op=RETR")
        for body in (b"small", BODY):
            world.up("cut=after,op=STOR", body=body)


def f3_data_goes_to_the_control_peer_only(bench):
    with World(bench) as world:
        counts = world.down("answer=500 what?,op=EPSV", "address=192.0.2.1,op=PASV")
        assert counts["commands"]["PASV"] == 1, counts
        world.down(many("answer=229 here (|||22|),op=EPSV"), expect=FAILED)
        assert "port 22" in bench.stderr, bench.stderr
        world.down("answer=500 what?,op=EPSV", many("answer=227 somewhere,op=PASV"), expect=FAILED)
        assert "no port" in bench.stderr, bench.stderr


def f4_a_data_connection_that_is_refused_or_breaks(bench):
    with World(bench) as world:
        for tls in (False, True):
            world.down("refuse,op=EPSV", tls=tls)
            world.up("refuse,op=EPSV", tls=tls)
            for fault in ("reset", "short"):
                assert world.down(f"{fault}=200000,op=RETR", tls=tls)["commands"]["REST"] == 1, fault
        started = time.monotonic()
        world.down(many("refuse,op=EPSV", 99), flags=("--max-attempts", "2"), expect=FAILED)
        assert time.monotonic() - started < 30


def f4_a_data_connection_that_stalls(bench):
    with World(bench) as world:
        assert world.down("stall=200000,op=RETR", flags=("--timeout", "1s"))["commands"]["REST"] == 1
        world.down(many("stall=200000,op=RETR"), flags=("--timeout", "1s", "--max-attempts", "1"), expect=FAILED)
        assert "no answer within" in bench.stderr, bench.stderr
        world.up(many("stall=200000,op=STOR"), flags=("--timeout", "1s", "--max-attempts", "1"), expect=FAILED, body=BODY * 30)


def f4_an_upload_that_breaks_begins_again(bench):
    breaks = ("reset=300000,op=STOR", "cut=after,op=STOR")
    with World(bench) as world:
        assert world.up(*breaks, body=BODY * 5)["sessions"] >= 2
        world.up(*map(many, breaks), body=BODY * 5, expect=FAILED)


def f5_words_that_come_early_twice_or_never(bench):
    with World(bench) as world:
        world.down("early=226 done already,op=RETR")
        world.down("before=150 really,op=RETR")
        world.down(many("silence,op=RETR"), flags=("--timeout", "1s", "--max-attempts", "1"), expect=FAILED)
        assert "no answer" in bench.stderr, bench.stderr
        shutil.rmtree(world.root / "d")
        for number in range(6):
            world.file(f"d/{number}", b"%d" % number)
        with world.front(many("behind=226 done%2C really,op=RETR", 20)) as front:
            assert bench.summary("--ftp-connections", "1", "sync", front.url("/d"), bench.directory / "d")["done"] == 6
        assert tree(bench.directory / "d") == {str(number): b"%d" % number for number in range(6)}
        assert front.counts["struck"] == 6, front.counts


def f6_nothing_is_taken_from_before_tls(bench):
    with World(bench) as world:
        counts = world.down(many("behind=220 injected,op=AUTH"), tls=True, expect=FAILED)
        assert "before TLS" in bench.stderr and not {"USER", "PASS"} & set(counts["commands"]), counts


def f6_a_server_without_tls_is_told_no_password(bench):
    with World(bench) as world, world.front() as front:
        bench.run("ls", front.url().replace("ftp:", "ftpes:"), expect=FAILED)
        assert "TLS" in bench.stderr, bench.stderr
    assert not {"USER", "PASS"} & set(front.counts["commands"]), front.counts


def f7_a_server_that_wants_the_session_again(bench):
    with World(bench) as world:
        for flags in ((), ("--ftp-tls13",)):
            world.down(many("need-reuse", 1000), tls=True, flags=flags)
            world.up(many("need-reuse", 1000), tls=True, flags=flags)
            assert "TLS 1.2" not in bench.stderr, bench.stderr


def f7_without_tickets_tls12_is_used_from_then_on(bench):
    with World(bench) as world:
        for number in range(20):
            world.file(f"d/{number}", b"%d" % number)
        with world.front(many("need-reuse", 1000), tls=True, sessions="tls12") as front:
            flags = (*world.flags(), "--ftp-tls13")
            assert bench.summary(*flags, "sync", front.url("/d"), bench.directory / "d")["done"] == 20
            assert bench.stderr.count("back to TLS 1.2") == 1, bench.stderr
        assert tree(bench.directory / "d") == tree(world.root / "d")
        for body in (b"small", BODY * 5):
            world.up(many("need-reuse", 1000), tls=True, sessions="tls12", flags=("--ftp-tls13",), body=body)
            assert bench.stderr.count("back to TLS 1.2") == 1, bench.stderr


def f7_a_server_that_takes_no_session_is_told_of(bench):
    with World(bench) as world:
        for flags in ((), ("--ftp-tls13",)):
            world.down(many("need-reuse", 1000), tls=True, sessions="none", flags=flags, expect=FAILED)
            assert "require_ssl_reuse=NO" in bench.stderr, bench.stderr


def f8_tls_that_ends_without_a_farewell(bench):
    with World(bench) as world:
        world.down("no-farewell,op=RETR", tls=True)
        with world.front(many("no-farewell,op=MLSD"), tls=True) as front:
            bench.run(*world.flags(), "ls", front.url("/d/"), expect=FAILED)
        assert "farewell" in bench.stderr, bench.stderr


def f8_tls_that_never_begins_is_a_timeout(bench):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"ftps://127.0.0.1:{silent.getsockname()[1]}/"
        begin = time.monotonic()
        bench.run("--connect-timeout", "1s", "--max-attempts", "1", "ls", url, expect=FAILED)
        assert time.monotonic() - begin < 10 and "TLS" in bench.stderr, bench.stderr


def f9_listings_that_say_too_little(bench):
    for kind, verb in ((Proftpd, "MLSD"), (Vsftpd, "LIST")):
        with World(bench, kind) as world:
            world.file("d/a", b"x")
            with world.front() as front:
                bench.run("ls", front.url("/none/"), expect=FAILED)
                assert "none" in bench.stderr, bench.stderr
                here = bench.directory / f"here-{verb}"
                assert bench.summary("sync", front.url("/d"), here)["done"] == 1
                assert bench.summary("sync", front.url("/d"), here)["done"] == 0
            with world.front(many(f"line=nobody knows,op={verb}")) as front:
                summary = bench.summary("sync", "--delete", front.url("/d"), bench.directory / f"bad-{verb}", expect=PARTIAL)
                assert summary["done"] == 1 and summary["failed"] >= 1, summary


def f10_a_server_that_does_not_rename_over_a_file(bench):
    with World(bench) as world:
        refusal = ("argument=/none/a,op=RNTO", "last=550 it exists,op=RNTO")
        world.up(*refusal, expect=FAILED, over=b"old")
        assert "--allow-non-atomic" in bench.stderr, bench.stderr
        world.up(*refusal, flags=("--allow-non-atomic",), over=b"old")


def f10_two_steps_of_a_replacement_lose_nothing(bench):
    """RNTO: the one that is refused, the old file aside, the new one into its place."""
    refusal = ("argument=/none/a,op=RNTO", "last=550 it exists,op=RNTO")
    allowed = ("--allow-non-atomic",)
    with World(bench) as world:
        world.up(*refusal, "argument=/none/a,op=RNTO,skip=2", flags=allowed, over=b"old", expect=FAILED)
        world.up(*refusal, "argument=/none/a,op=RNTO,skip=1", flags=allowed, over=b"old", expect=FAILED)
        for place in ("before", "after"):
            for step in ("op=RNTO,skip=1", "op=RNTO,skip=2", "op=DELE"):
                world.up(*refusal, f"cut={place},{step}", flags=allowed, over=b"old")


def f10_an_old_file_that_cannot_get_its_name_back_is_named(bench):
    with World(bench) as world:
        world.file("d/a", b"old")
        faults = ("argument=/none/a,op=RNTO", "last=550 it exists,op=RNTO", "argument=/none/a,op=RNTO,skip=2,count=9")
        with world.front(*faults) as front:
            bench.run(*world.flags(), "--allow-non-atomic", "cp", bench.file("source", BODY), front.url("/d/a"), expect=FAILED)
        (name, data), = tree(world.root).items()
        assert name.endswith(".sluice-old") and os.path.basename(name) in bench.stderr and data == b"old", bench.stderr


def f10_a_rename_whose_answer_is_lost(bench):
    with World(bench) as world:
        world.up("cut=after,op=RNTO", body=b"small")
        world.up("cut=after,op=RNTO", over=b"old")


def f11_names_that_ftp_cannot_say(bench):
    for name in ("line\nbreak", "blank ", "cr\rx", "bell\x07"):
        bench.file("from/" + name)
    (bench.directory / "from" / os.fsdecode(b"iac\xff")).write_bytes(b"x")
    with World(bench) as world, world.front() as front:
        summary = bench.summary("sync", bench.directory / "from", front.url("/d"), expect=FAILED)
        assert summary["failed"] == 5 and not tree(world.root), summary
    assert not {"STOR", "RNTO"} & set(front.counts["commands"]), front.counts


def bytes_that_get_lost_are_noticed(bench):
    with World(bench) as world:
        world.up(many("short=399999,op=STOR"), expect=FAILED)
        assert "bytes of" in bench.stderr, bench.stderr


def a_full_disk_is_told(bench):
    with World(bench) as world:
        for body in (b"small" * 1000, BODY * 5):
            world.up(many("reset=1000,op=STOR"), many("last=552 quota exceeded,op=STOR"), expect=FAILED, body=body)
            assert "quota exceeded" in bench.stderr, bench.stderr


if __name__ == "__main__":
    if FTPD_MISSING:
        sys.exit(FTPD_MISSING)
    sys.exit(run_scenarios(globals()))
