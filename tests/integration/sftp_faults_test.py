#!/usr/bin/env python3
"""The program against an SFTP server that breaks (sluice-lab sftp in the place of ssh): sftp_faults_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Each run ends with the right bytes, or with a named error and nothing half-written. Ends with "N passed, N failed".
"""
import os
import shutil
import sys
import time

from program import AUTHENTICATION, FAILED, LAB, OK, PARTIAL, run_scenarios, tree

DATA = os.urandom(3_000_000)


def server(*faults, once=None, without=(), names=None):
    """Flags for a program that reaches such a server."""
    words = [LAB, "sftp"]
    for fault in faults:
        words += ["--fault", fault]
    for extension in without:
        words += ["--without", extension]
    if once:
        words += ["--once", str(once)]
    if names:
        words += ["--names", str(names)]
    return ("--ssh-command", " ".join(words), "--ssh-connections", "1")


def url(path):
    return f"sftp://lab{path}"


def leftovers(bench, name="there"):
    return [path.name for path in (bench.directory / name).rglob("*") if "sluice-part" in path.name]


def upload(on, *flags, expect=OK, data=DATA):
    on.file("from/a", data)
    shutil.rmtree(on.directory / "there", ignore_errors=True)
    on.run(*flags, "cp", on.directory / "from/a", url(on.directory / "there/a"), expect=expect)
    if expect == OK:
        assert (on.directory / "there/a").read_bytes() == data
    elif (on.directory / "there").exists():
        assert not (on.directory / "there/a").exists()
        assert not leftovers(on), leftovers(on)


def download(on, *flags, expect=OK, data=DATA):
    on.file("source/a", data)
    shutil.rmtree(on.directory / "to", ignore_errors=True)
    on.run(*flags, "cp", url(on.directory / "source/a"), on.directory / "to/a", expect=expect)
    if expect == OK:
        assert (on.directory / "to/a").read_bytes() == data
    else:
        assert not (on.directory / "to").exists() or not list((on.directory / "to").iterdir())


def without_faults(bench):
    upload(bench, *server())
    download(bench, *server())


def S6_answers_that_cannot_be(bench):
    for fault in ("unknown-id", "wrong-type", "oversize"):
        for operation in ("open", "read", "close"):
            flags = server(f"{fault},op={operation},count=1000")
            if (fault, operation) == ("wrong-type", "close"):
                continue  # nobody waits for the answer of a CLOSE after reading
            download(bench, *flags, "--max-attempts", "2", expect=OK if operation == "close" else FAILED)
        upload(bench, *server(f"{fault},op=write,count=1000"), "--max-attempts", "2", expect=FAILED)


def S7_short_data_is_asked_for_again(bench):
    download(bench, *server("short=1000,op=read,count=5"))
    download(bench, *server("short=1,op=read,skip=2,count=3"))
    download(bench, *server("short=0,op=read,count=1"))
    download(bench, *server("short=0,op=read,count=100"), "--max-attempts", "2", expect=FAILED)


def S7_an_early_end_is_no_short_file(bench):
    download(bench, *server("status=1,op=read,skip=3,count=1000"), expect=FAILED)
    assert "changed" in bench.stderr, bench.stderr
    download(bench, *server("status=1,op=read,count=1000"), expect=FAILED, data=b"small")


def S8_failures_of_writes_leave_nothing(bench):
    for operation in ("open", "write", "close", "fsetstat", "fstat", "posix-rename@openssh.com"):
        upload(bench, *server(f"status=4,op={operation},count=1000"), expect=FAILED)
    upload(bench, *server("status=4,op=write,skip=5,count=1"), expect=FAILED)
    upload(bench, *server("status=3,op=open,count=1000"), expect=AUTHENTICATION)
    assert "SSH_FX_PERMISSION_DENIED" in bench.stderr, bench.stderr


def S8_a_failed_overwrite_keeps_what_was_there(bench):
    bench.file("there/a", b"old")
    for fault in ("status=4,op=write,count=1000", "status=4,op=close,count=1000", "status=4,op=posix-rename@openssh.com,count=1000"):
        bench.file("from/a", DATA)
        bench.run(*server(fault), "cp", bench.directory / "from/a", url(bench.directory / "there/a"), expect=FAILED)
        assert tree(bench.directory / "there") == {"a": b"old"}, fault


def S9_a_lost_answer_to_the_rename(bench):
    for number, when in enumerate(("before", "after")):
        upload(bench, *server(f"cut={when},op=posix-rename@openssh.com", once=bench.directory / f"once{number}"))
        assert not leftovers(bench)


def S10_a_server_that_falls_silent(bench):
    for operation in ("open", "read", "fstat"):
        begin = time.monotonic()
        download(bench, *server(f"silence,op={operation},count=1000"), "--timeout", "2s", "--max-attempts", "1", expect=FAILED)
        assert "not a byte came" in bench.stderr and time.monotonic() - begin < 20, bench.stderr
    upload(bench, *server("silence,op=write,count=1000"), "--timeout", "2s", "--max-attempts", "1", expect=FAILED)


def connections_that_end_are_replaced(bench):
    for number, fault in enumerate(("cut=before,op=open", "cut=after,op=open", "cut=before,op=read,skip=2", "cut=after,op=read,skip=4", "cut=before,op=fstat")):
        download(bench, *server(fault, once=bench.directory / f"down{number}"))
    for number, fault in enumerate(("cut=before,op=open", "cut=after,op=open", "cut=before,op=fstat", "cut=after,op=close")):
        upload(bench, *server(fault, once=bench.directory / f"up{number}"), data=b"small enough to be sent again")
        assert not leftovers(bench), fault


def S12_names_that_no_file_has(bench):
    for name in ("../evil", "a/b", "nul%00", "/etc/passwd", ""):
        bench.file("there/good", b"good")
        bench.run(*server(f"name={name},op=readdir"), "sync", url(bench.directory / "there"), bench.directory / "to", expect=PARTIAL)
        assert tree(bench.directory / "to") == {"good": b"good"}, name
        assert not (bench.directory / "evil").exists()


def listings_of_any_shape(bench):
    for number in range(30):
        bench.file(f"there/{number}", b"x" * number)
    (bench.directory / "there/link").symlink_to("1")
    for flags in (server("bare-names,op=readdir,count=1000"), server(names=1), server(names=7)):
        bench.run(*flags, "sync", url(bench.directory / "there"), bench.directory / "to")
        assert len(tree(bench.directory / "to")) == 30
    bench.run(*server("status=4,op=readdir,skip=1"), "ls", url(bench.directory / "there"), expect=FAILED)


def without_posix_rename_nothing_is_replaced_unless_allowed(bench):
    flags = server(without=["posix-rename@openssh.com"])
    upload(bench, *flags)
    again = ("cp", bench.file("from/b", b"other"), url(bench.directory / "there/a"))
    bench.run(*flags, *again, expect=FAILED)
    assert "--allow-non-atomic" in bench.stderr and tree(bench.directory / "there") == {"a": DATA}, bench.stderr
    bench.run(*flags, "--allow-non-atomic", *again)
    assert tree(bench.directory / "there") == {"a": b"other"}


def two_steps_of_a_replacement_lose_nothing(bench):
    """Renames: the one that is refused, the old file aside, the new one into its place."""
    again = ("--allow-non-atomic", "cp", bench.file("from/b", b"other"), url(bench.directory / "there/a"))
    for number, (fault, expect) in enumerate((
            ("status=4,op=rename,skip=2", FAILED), ("status=4,op=rename,skip=1", FAILED),
            ("cut=before,op=rename,skip=1", OK), ("cut=after,op=rename,skip=1", OK),
            ("cut=before,op=rename,skip=2", OK), ("cut=after,op=rename,skip=2", OK),
            ("cut=before,op=remove", OK), ("cut=after,op=remove", OK))):
        upload(bench, *server())
        flags = server(fault, without=["posix-rename@openssh.com"], once=bench.directory / f"once{number}")
        bench.run(*flags, *again, expect=expect)
        assert tree(bench.directory / "there") == {"a": b"other" if expect == OK else DATA}, fault


def an_old_file_that_cannot_get_its_name_back_is_named(bench):
    upload(bench, *server())
    flags = server("status=4,op=rename,skip=2,count=9", without=["posix-rename@openssh.com"])
    bench.run(*flags, "--allow-non-atomic", "cp", bench.file("from/b", b"other"), url(bench.directory / "there/a"), expect=FAILED)
    (name, data), = tree(bench.directory / "there").items()
    assert name.endswith(".sluice-old") and name in bench.stderr and data == DATA, bench.stderr


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
