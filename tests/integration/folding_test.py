#!/usr/bin/env python3
"""Writing to a file system that takes names which differ only in case for one: folding_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Needs root, /dev/fuse and Debian's python3-fusepy. Ends with "N passed, N failed".
"""
import contextlib
import os
import pathlib
import subprocess
import sys
import time

from program import PARTIAL, run_scenarios, tree

FOLDING_FS = pathlib.Path(__file__).with_name("folding_fs.py")


@contextlib.contextmanager
def folding(bench):
    """A mount point, and the directory below it as it really is."""
    real, mounted = bench.directory / "real", bench.directory / "mounted"
    real.mkdir()
    mounted.mkdir()
    # The system's Python, where Debian's packages are.
    server = subprocess.Popen(["/usr/bin/python3", FOLDING_FS, real, mounted])
    try:
        for _ in range(100):
            if os.path.ismount(mounted):
                break
            assert server.poll() is None, f"the file system ended with {server.returncode}"
            time.sleep(0.1)
        assert os.path.ismount(mounted), "not mounted after 10 s"
        yield mounted, real
    finally:
        subprocess.run(["umount", mounted], check=server.poll() is None)
        server.wait(timeout=20)


def failed_paths(summary):
    assert {failure["code"] for failure in summary["failures"]} == {"conflict"}, summary
    return sorted(failure["path"] for failure in summary["failures"])


def names_of_one_spelling_do_not_replace_those_of_another(bench):
    for name in ("A", "a", "Dir/x", "dir/x", "dir/y"):
        bench.file(f"source/{name}", name.encode())
    bench.run("sync", bench.directory / "source", "s3://test/folding/")
    with folding(bench) as (mounted, real):
        for number, source in enumerate((bench.directory / "source", "s3://test/folding/")):
            target = mounted / str(number)
            summary = bench.summary("sync", source, target, expect=PARTIAL)
            there = tree(real / str(number))
            assert summary["done"] == 3 == len(there) and summary["failed"] == 2, (summary, there)
            assert all(there[name] == name.encode() for name in there if not name.endswith("/y")), there
            assert "would replace the file" in summary["failures"][0]["error"], summary
            again = bench.summary("sync", source, target, expect=PARTIAL)
            assert tree(real / str(number)) == there, "a second run alternates"
            assert set(failed_paths(summary)) <= set(failed_paths(again)), again


def a_new_version_is_written_over_the_old_one(bench):
    path = bench.file("source/Report.CSV", b"1\n")
    with folding(bench) as (mounted, real):
        bench.run("sync", bench.directory / "source", mounted)
        path.write_bytes(b"longer\n")
        assert bench.summary("sync", bench.directory / "source", mounted)["done"] == 1
        assert tree(real) == {"Report.CSV": b"longer\n"}
        assert bench.summary("batch", "run", mounted, "--shell", "--exec", "cat {in} {in} > {out}")["done"] == 1
        assert tree(real) == {"Report.CSV": b"longer\nlonger\n"}


def files_spelled_anew_in_the_source_survive_the_deletions(bench):
    for name in ("a", "dir/x"):
        bench.file(f"source/{name}", b"new")
    with folding(bench) as (mounted, real):
        for name in ("A", "Dir/x"):
            bench.file(f"real/{name}", b"old")
        summary = bench.summary("sync", "--delete", bench.directory / "source", mounted)
        assert summary["deleted"] == 2 and summary["failed"] == 0, summary
        assert tree(real) == {"a": b"new", "dir/x": b"new"}, tree(real)
        # libfuse 2 sets no mtime alone.
        assert bench.summary("sync", "--delete", "--size-only", bench.directory / "source", mounted)["done"] == 0


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
