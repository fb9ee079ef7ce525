#!/usr/bin/env python3
"""Whose memory a batch uses, and who may run it, on the program and sluice-lab: batch_test.py SLUICE SLUICE_LAB"""
import subprocess
import sys
import time

from program import FAILED, USAGE, Lab, SLUICE, run_scenarios

STEP = "cat {in} > {out}; echo done >> {out}"  # not idempotent: a second run would show


def wait_for(path):
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not come")


def equal_buckets_of_two_servers_have_memories_of_their_own(bench):
    url = "s3://test/two-servers/"
    with Lab() as other:
        # What one server's batch made is new to the other's.
        for endpoint, data in ((bench.lab.ready["endpoint"], "row\n"), (other.ready["endpoint"], "row\ndone\n")):
            bench.run("cp", bench.file("one/a.csv", data.encode()), url, AWS_ENDPOINT_URL=endpoint)
            bench.run("batch", "run", url, "--shell", "--exec", STEP, AWS_ENDPOINT_URL=endpoint)
            assert bench.run("cat", url + "a.csv", AWS_ENDPOINT_URL=endpoint) == data + "done\n", endpoint


def a_link_to_a_tree_is_that_tree(bench):
    path = bench.file("real/a.csv", b"row\n")
    (bench.directory / "link").symlink_to("real")
    for name in ("real", "link", "link/../real/"):
        bench.run("batch", "run", f"{bench.directory}/{name}", "--shell", "--exec", STEP)
        assert path.read_bytes() == b"row\ndone\n", name


def two_runs_of_a_job_never_overlap(bench):
    root, begun, go_on = bench.directory / "o", bench.directory / "begun", bench.directory / "go-on"
    bench.file("o/a.csv", b"row\n")
    waiting = f"touch {begun}; while [ ! -e {go_on} ]; do sleep 0.05; done; " + STEP
    first = subprocess.Popen([SLUICE, "batch", "run", root, "--shell", "--exec", waiting],
                             env=bench.environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(begun)
        for command in (["run", "--exec", STEP], ["retry"], ["forget", "--all"], ["scan", "-b", bench.directory / "b.gz"]):
            bench.run("batch", *command[:1], root, *command[1:], expect=FAILED)
            assert "another run of this job is active" in bench.stderr, bench.stderr
        bench.run("batch", "status", root)
        assert bench.summary("batch", "run", root, "--job", "other", "--exec", "true")["done"] == 1
    finally:
        go_on.touch()
        assert first.wait(timeout=30) == 0
    assert (root / "a.csv").read_bytes() == b"row\ndone\n"
    bench.run("batch", "retry", root, "--include", "**", "--shell", "--exec", STEP)


def what_is_remembered_is_its_users_alone(bench):
    bench.file("p/a.csv", b"row\n")
    bench.run("cp", bench.directory / "p/a.csv", bench.directory / "copy.csv")  # the journal is there first
    bench.run("batch", "run", bench.directory / "p", "--shell", "--exec", STEP)
    bench.run("batch", "scan", bench.directory / "p", "-b", bench.directory / "named.json.gz")
    state = bench.directory / "state"
    found = [state, bench.directory / "named.json.gz", *state.rglob("*")]
    assert any(path.name.startswith("backlog-") for path in found) and state / "status.sqlite" in found, found
    for path in found:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), (path, oct(path.stat().st_mode))


def a_batch_follows_no_links(bench):
    path = bench.file("f/a.csv", b"row\n")
    (bench.directory / "f/link.csv").symlink_to("a.csv")
    root = bench.directory / "f"
    bench.run("batch", "run", root, "-L", "--shell", "--exec", STEP, expect=USAGE)
    assert path.read_bytes() == b"row\n"
    # A setting for all commands counts for those that have it.
    everywhere = {"SLUICE_FOLLOW_SYMLINKS": "true"}
    assert bench.summary("batch", "run", root, "--shell", "--exec", STEP, **everywhere)["done"] == 1
    assert bench.summary("batch", "run", root, "--shell", "--exec", STEP, **everywhere)["done"] == 0
    assert path.read_bytes() == b"row\ndone\n"


def a_required_flag_may_come_from_the_settings(bench):
    bench.file("s/a.csv", b"row\n")
    root, backlog = bench.directory / "s", bench.directory / "b.json.gz"
    for command in ("scan", "process"):
        bench.run("batch", command, root, "--exec" if command == "process" else "--include", "x", expect=USAGE)
        assert "--backlog" in bench.stderr, bench.stderr
    bench.run("batch", "scan", root, SLUICE_BACKLOG=str(backlog))
    config = bench.file("c.yaml", f"batch:\n  process:\n    backlog: {backlog}\n    exec: 'cp {{in}} {{out}}'\n".encode())
    assert bench.summary("--config", config, "batch", "process", root)["done"] == 1


def wrong_usage_has_its_exit_code_and_only_that(bench):
    bench.file("u/a.csv", b"row\n")
    bench.run("batch", "forget", bench.directory / "u", expect=USAGE)
    assert "--all" in bench.stderr, bench.stderr
    bench.run("batch", "run", bench.directory / "u", expect=USAGE)
    # To read a directory as a list fails with EISDIR, which is no fault of the command line's form.
    bench.run("cp", "--files-from", bench.directory / "u", bench.directory / "u", bench.directory / "v", expect=FAILED)


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
