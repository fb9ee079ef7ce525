#!/usr/bin/env python3
"""The program against a WebDAV server that breaks (sluice-lab webdav before Apache): webdav_faults_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Each run ends with the right bytes, or with a named error and nothing half-written; a fault that did not strike fails its scenario. Ends with "N passed, N failed".
"""
import os
import shutil
import subprocess
import sys
import time

from certificates import Authority
from program import AUTHENTICATION, FAILED, OK, PARTIAL, SLUICE, run_scenarios, tree
from webdav_bench import Front, Served
from webdav_servers import Apache, missing

SMALL = b"a few bytes"
LARGE = os.urandom(3_000_000)
ALWAYS = "count=1000"
MIB = 1024  # of KiB


def upload(on, served, *faults, data=SMALL, expect=OK, flags=()):
    """Returns what the front counted."""
    shutil.rmtree(served.files / "there", ignore_errors=True)
    on.file("from/a", data)
    with Front(served, *faults) as front:
        on.run(*flags, "cp", on.directory / "from/a", front.url("there/a"), expect=expect)
    if expect == OK:
        assert (served.files / "there/a").read_bytes() == data
    else:
        assert not (served.files / "there/a").exists()
    assert not served.temporaries(), served.temporaries()
    return front.counts


def download(on, served, *faults, data=LARGE, expect=OK, flags=()):
    shutil.rmtree(on.directory / "to", ignore_errors=True)
    served.file("source/a", data)
    with Front(served, *faults) as front:
        on.run(*flags, "cp", front.url("source/a"), on.directory / "to/a", expect=expect)
    left = tree(on.directory / "to") if (on.directory / "to").exists() else {}
    assert left == ({"a": data} if expect == OK else {}), left.keys()
    return front.counts


def peak_memory(on, *arguments):
    """The exit code and the most memory (KiB) of a run."""
    with open(on.directory / "output", "wb") as output, open(on.directory / "errors", "wb") as errors:
        process = subprocess.Popen([SLUICE, *map(str, arguments)], env=on.environment, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    on.stdout, on.stderr = ((on.directory / name).read_text(errors="replace") for name in ("output", "errors"))
    return process.returncode, usage.ru_maxrss


def tls_flags(on):
    """The authority's certificate, and flags for a front that speaks TLS."""
    authority = Authority(on.directory)
    certificate, key = authority.issue("server", "IP:127.0.0.1")
    return authority.certificate, ("--tls-cert", certificate, "--tls-key", key)


def without_faults(bench):
    with Served(bench, Apache) as served:
        upload(bench, served)
        counts = upload(bench, served, data=LARGE)
        assert counts["operations"]["MOVE"] == 1, counts
        download(bench, served)


def D1_listings_that_are_none(bench):
    with Served(bench, Apache) as served:
        served.file("there/good", SMALL)
        here = bench.directory / "here"
        for wrong in ("broken", "cut", "wrong-root", "doctype", "nul", "deep", "huge"):
            bench.file("here/mine", b"not to be deleted")
            with Front(served, f"xml={wrong},op=PROPFIND,depth=1,{ALWAYS}") as front:
                bench.run("sync", "--delete", front.url("there"), here, expect=FAILED)
            assert tree(here) == {"mine": b"not to be deleted"}, (wrong, tree(here).keys())


def D1_memory_is_bounded(bench):
    with Served(bench, Apache) as served:
        served.file("there/good", SMALL)
        code, plain = peak_memory(bench, "ls", served.url("there"))
        assert code == OK
        for wrong, expected in (("huge", FAILED), ("deep", FAILED), ("many", OK)):
            with Front(served, f"xml={wrong},op=PROPFIND,depth=1,{ALWAYS}") as front:
                code, peak = peak_memory(bench, "ls", front.url("there"))
            assert code == expected, (wrong, code, bench.stderr)
            assert peak < plain + 64 * MIB, (wrong, plain, peak)
        assert bench.stdout.count("made-up-") == 100_000
        # What answers for one file may be no longer than that takes.
        with Front(served, f"xml=many,op=PROPFIND,depth=0,{ALWAYS}") as front:
            code, peak = peak_memory(bench, "stat", front.url("there/good"))
        assert code == FAILED and peak < plain + 64 * MIB, (code, plain, peak)


def D2_entries_that_cannot_be_used(bench):
    with Served(bench, Apache) as served:
        served.file("there/good", SMALL)
        for wrong, copied, code in (("foreign", {"good": SMALL}, PARTIAL), ("escape", {"good": SMALL}, PARTIAL), ("no-size", {}, FAILED)):
            here = bench.directory / f"here-{wrong}"
            bench.file(f"{here.name}/mine", b"not to be deleted")
            with Front(served, f"xml={wrong},op=PROPFIND,depth=1,{ALWAYS}") as front:
                bench.run("sync", "--delete", front.url("there"), here, expect=code)
            assert tree(here) == {"mine": b"not to be deleted", **copied}, wrong
            assert not list(bench.directory.rglob("escaped"))


def D3_redirects_that_are_not_followed(bench):
    with Served(bench, Apache) as served:
        counts = download(bench, served, f"redirect=/dav/source/b,op=GET,{ALWAYS}", expect=FAILED)
        assert "from place to place" in bench.stderr and counts["operations"]["GET"] == 6, bench.stderr
        with Front(served) as other:
            for place in (other.ready["endpoint"], "http://192.0.2.1"):
                for method in ("GET", "PROPFIND"):
                    download(bench, served, f"redirect={place}/dav/source/a,op={method},{ALWAYS}", expect=FAILED)
                    assert "where this does not go" in bench.stderr, bench.stderr
                upload(bench, served, f"redirect={place}/dav/there/a,op=PUT,{ALWAYS}", expect=FAILED)
        assert other.counts["requests"] == 0, other.counts


def D3_no_redirect_leaves_tls(bench):
    authority, tls = tls_flags(bench)
    with Served(bench, Apache) as served, Front(served) as plain:
        served.file("source/a", SMALL)
        fetch = ("--ca-file", authority, "cat")
        with Front(served, flags=tls) as front:
            assert bench.run(*fetch, front.url("source/a", "webdavs")).encode() == SMALL
        with Front(served, f"redirect={plain.ready['endpoint']}/dav/source/a,op=GET,{ALWAYS}", flags=tls) as front:
            bench.run(*fetch, front.url("source/a", "webdavs"), expect=FAILED)
    assert plain.counts["requests"] == 0, plain.counts


def D4_a_nonce_that_is_too_old_after_the_body(bench):
    with Served(bench, Apache) as served:
        upload(bench, served, "stale-nonce,op=PUT")
        # Its bytes are gone: the upload begins again.
        upload(bench, served, "stale-nonce,op=PUT", data=LARGE)
        with Front(served, "stale-nonce,op=PUT") as front:
            bench.run("cp", "-", front.url("there/pipe"), stdin=LARGE)
        assert (served.files / "there/pipe").read_bytes() == LARGE
        download(bench, served, "stale-nonce,op=GET")


def D4_a_server_that_knows_no_expectations(bench):
    with Served(bench, Apache) as served:
        counts = upload(bench, served, "status=417,op=PUT", data=LARGE)
        assert counts["operations"]["PUT"] == 2, counts


def D5_no_word_before_the_body(bench):
    with Served(bench, Apache) as served:
        begin = time.monotonic()
        upload(bench, served, f"no-continue,op=PUT,{ALWAYS}", data=LARGE)
        assert time.monotonic() - begin < 20


def D5_a_refusal_before_the_body(bench):
    with Served(bench, Apache) as served:
        for status in (403, 413):
            counts = upload(bench, served, f"status={status},op=PUT,{ALWAYS}", data=LARGE, expect=AUTHENTICATION if status == 403 else FAILED)
            assert counts["bytes_in"] < len(LARGE) / 10, counts


def D6_a_lost_answer_to_the_move(bench):
    with Served(bench, Apache) as served:
        for ending in ("reset", "close"):
            counts = upload(bench, served, f"{ending}=answer,op=MOVE")
            assert counts["operations"]["MOVE"] == 1, counts
            counts = upload(bench, served, f"{ending}=request,op=MOVE")
            assert counts["operations"]["MOVE"] == 2, counts


def D6_a_move_that_is_refused(bench):
    with Served(bench, Apache) as served:
        counts = upload(bench, served, "status=423,op=MOVE,count=2")
        assert counts["operations"]["MOVE"] == 3, counts
        upload(bench, served, f"status=423,op=MOVE,{ALWAYS}", flags=("--max-attempts", "2"), expect=FAILED)
        assert "locked" in bench.stderr, bench.stderr
        counts = upload(bench, served, f"status=412,op=MOVE,{ALWAYS}", expect=FAILED)
        assert "another version" in bench.stderr and counts["operations"]["MOVE"] == 1, bench.stderr


def D6_a_server_that_does_not_know_of_tls(bench):
    authority, tls = tls_flags(bench)
    bench.file("a", SMALL)
    with Served(bench, Apache) as served:
        copy = ("--max-attempts", "2", "--ca-file", authority, "cp", bench.directory / "a")
        with Front(served, flags=tls) as front:
            bench.run(*copy, front.url("there/a", "webdavs"))
        with Front(served, f"keep-destination,op=MOVE,{ALWAYS}", flags=tls) as front:
            bench.run(*copy, front.url("there/b", "webdavs"), expect=FAILED)
        assert "proxy" in bench.stderr and tree(served.files / "there") == {"a": SMALL}, bench.stderr


def D6_what_changes_before_the_move_is_kept(bench):
    with Served(bench, Apache) as served:
        path = served.file("there/a", b"1\n")
        with Front(served, "latency=3s,op=MOVE,skip=1") as front:
            command = [SLUICE, "batch", "run", front.url("there"), "--shell", "--exec", "cp {in} {out}; echo ours >> {out}"]
            program = subprocess.Popen(command, env=bench.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            until = time.monotonic() + 20
            while not served.temporaries():
                assert time.monotonic() < until and program.poll() is None
                time.sleep(0.02)
            time.sleep(1)
            path.write_bytes(b"theirs\n")
            output, errors = program.communicate(timeout=60)
        assert program.returncode == FAILED, (program.returncode, output, errors)
        assert b"changed by somebody else" in output + errors, (output, errors)
        assert path.read_bytes() == b"theirs\n" and not served.temporaries()


def D7_downloads_that_break_off(bench):
    with Served(bench, Apache) as served:
        for cut in ("close=body", "reset=body"):
            counts = download(bench, served, f"{cut},op=GET,at=1000000")
            assert counts["operations"]["GET"] == 2, counts
        download(bench, served, "close=body,op=GET,at=1000000", "ignore-range,op=GET,skip=1")
        download(bench, served, "close=body,op=GET,at=1000000", f"wrong-range,op=GET,skip=1,{ALWAYS}", expect=FAILED)
        assert "another range" in bench.stderr, bench.stderr
        download(bench, served, f"close=body,op=GET,at=10,{ALWAYS}", expect=FAILED)
        download(bench, served, f"truncate=1000,op=GET,{ALWAYS}", expect=FAILED)
        assert "changed" in bench.stderr, bench.stderr


def D8_a_server_that_asks_for_time(bench):
    with Served(bench, Apache) as served:
        for status in (429, 503):
            begin = time.monotonic()
            upload(bench, served, f"status={status},retry-after=2,op=PUT")
            assert time.monotonic() - begin >= 2
        for kind in ("status", "late-status"):
            counts = upload(bench, served, f"{kind}=507,op=PUT,{ALWAYS}", expect=FAILED)
            assert "full" in bench.stderr and counts["operations"]["PUT"] == 1, (bench.stderr, counts)


def D9_a_connection_that_closes_as_it_is_used(bench):
    with Served(bench, Apache) as served:
        for name in range(5):
            bench.file(f"some/{name}", SMALL)
        for method in ("PUT", "MOVE", "PROPFIND"):
            for ending in ("close", "reset"):
                with Front(served, f"{ending}=request,op={method},skip=2") as front:
                    done = bench.summary("--transfers", "1", "sync", bench.directory / "some", front.url(f"{ending}-{method}"))
                assert done["done"] == 5 and tree(served.files / f"{ending}-{method}") == tree(bench.directory / "some"), done


def D10_directories_that_others_make_meanwhile(bench):
    for number in range(50):
        bench.file(f"some/x/y/{number % 5}/{number}", SMALL)
    with Served(bench, Apache) as served:
        for answer in ("status=405", "late-status=405", "late-status=301", "late-status=409", "late-status=423"):
            place = answer.replace("=", "-")
            with Front(served, f"{answer},op=MKCOL,count=3") as front:
                bench.run("--transfers", "50", "sync", bench.directory / "some", front.url(place))
            assert tree(served.files / place) == tree(bench.directory / "some"), answer
        # Three programs with files of their own in the same directories.
        for number in range(150):
            bench.file(f"part-{number % 3}/x/y/{number % 5}/{number}", SMALL)
        with Front(served, f"latency=200ms,op=MKCOL,{ALWAYS}") as front:
            programs = [subprocess.Popen([SLUICE, "--transfers", "50", "sync", bench.directory / f"part-{part}", front.url("both")],
                                         env={**bench.environment, "SLUICE_STATE_DIR": str(bench.directory / f"state-{part}")},
                                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for part in range(3)]
            for program in programs:
                _, words = program.communicate(timeout=60)
                assert program.returncode == OK, words.decode()
        assert len(tree(served.files / "both")) == 150


def a_server_that_falls_silent(bench):
    with Served(bench, Apache) as served:
        for method in ("PUT", "MOVE"):
            upload(bench, served, f"stall=answer,op={method}", flags=("--timeout", "2s"))
        download(bench, served, "stall=body,op=GET", flags=("--timeout", "2s"))
        begin = time.monotonic()
        download(bench, served, f"stall=answer,op=GET,{ALWAYS}", flags=("--timeout", "2s", "--max-attempts", "1"), expect=FAILED)
        assert time.monotonic() - begin < 20


if __name__ == "__main__":
    if missing(Apache.program):
        sys.exit(missing(Apache.program))
    sys.exit(run_scenarios(globals()))
