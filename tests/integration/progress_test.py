#!/usr/bin/env python3
"""What the program shows while it works: progress_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Ends with "N passed, N failed".
"""
import os
import pty
import re
import subprocess
import sys
import time
import urllib.request

from program import OK, SLUICE, run_scenarios


def set_faults(on, *rules):
    request = urllib.request.Request(on.lab.ready["control"] + "/-/lab/faults", method="PUT", data="\n".join(rules).encode())
    urllib.request.urlopen(request, timeout=10).close()


def on_a_terminal(on, *arguments):
    """What a terminal gets from standard error, and what standard output is given."""
    terminal, end = pty.openpty()
    process = subprocess.Popen([SLUICE, *map(str, arguments)], env={**on.environment, "TERM": "xterm"}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=end)
    os.close(end)
    shown = b""
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
    except OSError:
        pass  # EIO: the other end is closed
    os.close(terminal)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == OK, shown
    return shown.decode(), output


def a_terminal_sees_progress_that_leaves_nothing_behind(bench):
    for number in range(6):
        bench.file(f"s/{number}", b"x" * 1000)
    set_faults(bench, "latency=400ms,op=PutObject")
    shown, output = on_a_terminal(bench, "--transfers", "1", "sync", bench.directory / "s", "s3://test/bar/")
    bars = re.findall(r"(\d) files?, [^\r\n]*", shown)
    assert bars and bars == sorted(bars) and len(set(bars)) >= 4, shown
    assert shown.count("\r\x1b[K") >= len(set(bars)) - 1 and not output, shown
    last = shown.split("\r\x1b[K")[-1]
    assert last.startswith("Copied 6 files"), shown
    for quiet in ("--quiet", "--no-progress"):
        shown, _ = on_a_terminal(bench, quiet, "sync", "--size-only", bench.directory / "s", "s3://test/bar/")
        assert "\x1b[K" not in shown, shown


def a_batch_on_a_terminal_has_a_bar(bench):
    for number in range(4):
        bench.file(f"b/{number}", b"1")
    shown, _ = on_a_terminal(bench, "--transfers", "1", "batch", "run", bench.directory / "b", "--shell", "--exec",
                             "sleep 0.4; cp {in} {out}; echo >> {out}")
    assert re.search(r"\[#+\.+\] [1-3]/4 ", shown), shown


def a_log_gets_a_line_every_30_s_even_when_nothing_moves(bench):
    bench.file("s/one", b"data")
    set_faults(bench, "latency=33s,op=PutObject")
    begin = time.monotonic()
    bench.run("sync", bench.directory / "s", "s3://test/slow/")
    set_faults(bench)
    assert time.monotonic() - begin > 32
    lines = bench.stderr.splitlines()
    assert len(lines) == 2 and lines[0].startswith("0 files, 4 B") and lines[1].startswith("Copied 1 file"), bench.stderr
    assert "\x1b" not in bench.stderr and "\r" not in bench.stderr


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
