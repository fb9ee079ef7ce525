#!/usr/bin/env python3
"""cp and cat with standard input and output, against sluice-lab: streams_test.py SLUICE SLUICE_LAB

Ends with "N passed, N failed".
"""
import json
import os
import signal
import subprocess
import sys
import time

from program import FAILED, INTERRUPTED, SLUICE, USAGE, run_scenarios

MIB = 1024 * 1024


def start(on, *arguments, **pipes):
    return subprocess.Popen([SLUICE, *map(str, arguments)], env=on.environment, **pipes)


def names(bench, prefix):
    return [line.split()[-1] for line in bench.run("ls", "-r", f"s3://test/{prefix}/").splitlines()]


def operations(on):
    return on.lab.requests()["operations"]


def standard_input_becomes_a_file(bench):
    for data in (b"", b"a,b\n1,2\n", os.urandom(300_000)):
        bench.run("cp", "-", "s3://test/in/data.csv", stdin=data)
        bench.run("cat", "s3://test/in/data.csv")
        assert bench.output == data
        bench.run("cp", "-", bench.directory / "local", stdin=data)
        assert (bench.directory / "local").read_bytes() == data
    stat = json.loads(bench.run("stat", "s3://test/in/data.csv"))
    assert stat["content_type"] == "text/csv", stat
    bench.run("cp", "-", "s3://test/in/data.csv", "--no-clobber", stdin=b"x", expect=FAILED)
    bench.run("cp", "-", "s3://test/in/other", "--metadata", "owner=me", stdin=b"x")
    assert json.loads(bench.run("stat", "s3://test/in/other"))["metadata"]["owner"] == "me"
    shown = json.loads(bench.run("--json", "cp", "-", "s3://test/in/other", stdin=b"xyz"))
    assert shown == {"action": "copied", "path": "in/other", "size": 3}, shown


def long_input_goes_up_in_parts(bench):
    data = os.urandom(23 * MIB + 17)
    bench.run("cp", "-", "s3://test/parts/big", "--part-size", "5M", stdin=data)
    assert json.loads(bench.run("stat", "s3://test/parts/big"))["etag"].endswith("-5")
    bench.run("cp", "s3://test/parts/big", "-", "--part-size", "5M")
    assert bench.output == data


def the_expected_size_chooses_the_parts(bench):
    bench.run("cp", "-", "s3://test/hint/a", "--part-size", "5M", "--expected-size", "100GiB", stdin=b"x" * (12 * MIB))
    assert json.loads(bench.run("stat", "s3://test/hint/a"))["etag"].endswith("-2")  # of 11 MiB, for 10,000 parts
    bench.run("cp", "-", "s3://test/hint/a", "--expected-size", "much", stdin=b"", expect=USAGE)
    assert "--expected-size" in bench.stderr, bench.stderr


def memory_stays_bounded_however_long_the_input(bench):
    def peak(mebibytes):
        process = start(bench, "--buffer-memory", "32M", "cp", "-", "s3://test/memory/a", stdin=subprocess.PIPE)
        block = os.urandom(MIB)
        for _ in range(mebibytes):
            process.stdin.write(block)
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_maxrss // 1024
    short, long = peak(48), peak(240)
    assert long < short * 1.2 + 4, f"{short} MiB for 48 MiB, {long} MiB for 240 MiB"


def input_that_cannot_be_read_makes_nothing_visible(bench):
    for stdin in (os.open(bench.directory, os.O_RDONLY), os.open("/dev/null", os.O_WRONLY)):
        process = start(bench, "cp", "-", "s3://test/broken/a", stdin=stdin, stderr=subprocess.PIPE)
        os.close(stdin)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == FAILED and b"standard input" in stderr, (process.returncode, stderr)
    closed = subprocess.run(["sh", "-c", '"$0" cp - s3://test/broken/a <&-', SLUICE], env=bench.environment, capture_output=True, timeout=60)
    assert closed.returncode == FAILED and b"standard input" in closed.stderr, closed
    assert names(bench, "broken") == []


def an_interrupt_makes_nothing_visible(bench):
    for close_too in (False, True):  # Ctrl-C ends the producer as well
        aborted = operations(bench).get("AbortMultipartUpload", 0)
        process = start(bench, "cp", "-", "s3://test/stopped/a", "--part-size", "5M", stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdin.write(b"x" * (12 * MIB))
        process.stdin.flush()
        time.sleep(0.5)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        if close_too:
            process.stdin.close()
        assert process.wait(timeout=60) == INTERRUPTED
        assert time.monotonic() - begin < 15, "the grace period is not for a silent pipe"
        process.stdin.close()
        assert names(bench, "stopped") == []
        assert operations(bench)["AbortMultipartUpload"] == aborted + 1


def a_failed_upload_fails_at_once_and_leaves_nothing(bench):
    bench.run("cp", "-", "s3://no-such-bucket/a", stdin=b"x", expect=FAILED)
    assert "no-such-bucket" in bench.stderr, bench.stderr
    bench.run("cp", "-", "s3://no-such-bucket/a", "--part-size", "5M", stdin=b"x" * (12 * MIB), expect=FAILED)


def an_interrupt_ends_waiting_for_a_list_of_names(bench):
    bench.file("l/a")
    process = start(bench, "cp", "--files-from", "-", bench.directory / "l", "s3://test/named/", stdin=subprocess.PIPE)
    process.stdin.write(b"a\nhalf-a-na")
    process.stdin.flush()
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == INTERRUPTED
    process.stdin.close()
    assert names(bench, "named") == ["a"]


def an_output_that_cannot_be_written_is_a_failure(bench):
    bench.run("cp", "-", "s3://test/out/a", stdin=b"x" * MIB)
    for command in (("cat", "s3://test/out/a"), ("cp", "s3://test/out/a", "-"), ("ls", "s3://test/out/")):
        with open("/dev/full", "wb") as full:
            process = start(bench, *command, stdout=full, stderr=subprocess.PIPE)
            _, stderr = process.communicate(timeout=60)
        assert process.returncode == FAILED and b"standard output" in stderr, (command, process.returncode, stderr)
    reader = start(bench, "cat", "s3://test/out/a", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    reader.stdout.close()
    assert b"standard output" in reader.stderr.read() and reader.wait(timeout=60) == FAILED
    reader.stderr.close()


def an_interrupt_ends_waiting_for_a_full_pipe(bench):
    bench.run("cp", "-", "s3://test/out/b", stdin=b"x" * MIB)
    process = start(bench, "cat", "s3://test/out/b", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=15) == INTERRUPTED
    process.stdout.close()


def work_goes_on_while_nobody_reads_its_results(bench):
    count, target = 1500, bench.directory / "target"
    for number in range(count):
        bench.file(f"many/{number:04d}-{'n' * 100}", b"")
    process = start(bench, "sync", "-v", bench.directory / "many", target, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not target.exists() or len(list(target.iterdir())) < count:
        assert time.monotonic() < deadline, "the copies wait for the reader"
        time.sleep(0.1)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert sorted(line.split()[1][:4] for line in output.decode().splitlines()) == [f"{number:04d}" for number in range(count)]


def an_interrupt_ends_waiting_for_who_does_not_read_results(bench):
    for number in range(1500):
        bench.file(f"many/{number:04d}-{'n' * 100}", b"")
    for command in (["sync", "-v", bench.directory / "many", bench.directory / "target"], ["ls", "-r", bench.directory / "many"]):
        process = start(bench, *command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        time.sleep(2)
        assert process.poll() is None, "the pipe holds less than the results"
        process.send_signal(signal.SIGINT)
        begin = time.monotonic()
        assert process.wait(timeout=20) == INTERRUPTED, command
        assert time.monotonic() - begin < 5, command
        process.stdout.close()


def says_what_a_stream_cannot_do(bench):
    for command in (("cp", "-", "-"), ("cp", "-r", "-", "s3://test/x"), ("cp", "s3://test/x", "-", "--files-from", "list"),
                    ("sync", "-", "s3://test/x"), ("sync", "s3://test/x", "-"), ("cp", "-", "s3://test/x/"), ("cp", "-", "s3://test")):
        bench.run(*command, expect=USAGE)
        assert bench.stderr.startswith("sluice: read "), bench.stderr
    assert "would copy - to s3://test/x" in bench.run("cp", "--dry-run", "-", "s3://test/x")
    assert names(bench, "x") == []


def lists_buckets(bench):
    for url in ("s3://", "s3:"):
        lines = bench.run("ls", url).splitlines()
        assert [line.split()[-1] for line in lines] == ["other", "test"], lines
        assert all(len(line.split()) == 3 for line in lines), lines  # date, time, name
    shown = [json.loads(line) for line in bench.run("--json", "ls", "s3://").splitlines()]
    assert [bucket["bucket"] for bucket in shown] == ["other", "test"] and shown[0]["created"].endswith("Z"), shown
    bench.run("ls", "-r", "s3://", expect=USAGE)
    bench.run("ls", "s3://", "--include", "t*", expect=USAGE)


def elsewhere_a_bucket_must_be_named(bench):
    path = bench.file("a")
    for command in (("cat", "s3://"), ("stat", "s3://"), ("rm", "s3://"), ("rm", "-r", "s3:"), ("cp", path, "s3://"), ("cp", "-", "s3://"),
                    ("sync", bench.directory, "s3://"), ("sync", "s3://", bench.directory / "b"), ("ls", "s3:///key"),
                    ("batch", "status", "s3://")):
        bench.run(*command, expect=FAILED)
        assert "bucket is missing" in bench.stderr, (command, bench.stderr)


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
