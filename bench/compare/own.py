"""What has no rival: thousands of transfers at once on one loop, and the backlog. Measured by programs of their own."""
import json
import os
import shutil
import tempfile
from pathlib import Path

from .lab import Lab
from .measured import output_of

IN_FLIGHT = {"in-flight": "5,000 transfers in flight", "in-flight-tls": "5,000 transfers in flight, TLS"}
BACKLOG = {"backlog": "backlog of 1,000,000 files", "backlog-etags": "backlog of 1,000,000 files with ETags"}
NAMES = IN_FLIGHT | BACKLOG


def _leave_first_processor(process):
    """It is the loop's that is measured: what the system takes from it is no stall of ours."""
    others = os.sched_getaffinity(process) - {0}
    if others:
        os.sched_setaffinity(process, others)


def _budget(words, value, limit):
    return {"budget": words, "limit": limit, "value": value, "met": value <= limit}


def in_flight(bench, programs, name, quick):
    """5,000 downloads at once, each answered after 1 s; how late a 1 ms timer of the same loop fires."""
    transfers = 200 if quick else 5000
    certificate = bench.certificate if name.endswith("tls") else None
    target = Path(tempfile.mkdtemp(dir=bench.work))
    arguments = ("--synthetic", f"{transfers * 4}x4096", "--fault", "latency=1s,op=GetObject")
    try:
        with Lab(bench.lab_program, ["bench"], arguments, certificate) as lab:
            _leave_first_processor(lab.process.pid)
            ca_file = [certificate.file] if certificate else []
            [line] = output_of([programs / "bench/in_flight_bench", lab.endpoint, "bench", target, transfers, *ca_file], 300)
    finally:
        shutil.rmtree(target)
    figures = json.loads(line)
    late, busy = figures["late_us"], figures["busy_us"]
    text = (f"{figures['done']:,} × 4 KiB, {figures['most_in_flight']:,} at once: {figures['wall']:.2f} s wall, {figures['cpu']:.2f} s CPU, "
            f"{figures['rss_kib'] / 1024:.0f} MiB; timer late by {late['p50']} µs (p50), {late['p99']} (p99), {late['p999']} (p99.9), {late['max']} (max); "
            f"of that the loop's own work {busy['p99']}, {busy['p999']}, {busy['max']} µs")
    budgets = [_budget("transfers short of the wish", transfers - figures["most_in_flight"], 0),
               _budget("RSS MiB", figures["rss_kib"] / 1024, 640 if certificate else 256), _budget("late p99.9 µs", late["p999"], 5000)]
    return {"workload": name, "title": f"{transfers:,} transfers in flight{', TLS' if certificate else ''}", "text": text, "figures": figures,
            "budgets": budgets}


def backlog(bench, programs, name, quick):
    files, etags = 20_000 if quick else 1_000_000, int(name.endswith("etags"))
    lines = [json.loads(line) for line in output_of([programs / "bench/backlog_bench", files, etags, bench.work], 300)]
    phases = {line["phase"]: line["wall"] for line in lines if "phase" in line}
    phases["write"] -= phases["walk"]  # the files are made up while they are written
    shrunk = lines[-1]["plain_to_packed"]
    text = "; ".join(f"{phase} {phases[phase]:.2f} s" for phase in ("write", "count", "read"))
    text += f"; {lines[-2]['rss_mib']:.1f} MiB; 1/{shrunk:.1f} of the plain size"
    limits = {"write": 1.0, "count": 0.3, "read": 1.0}
    budgets = [_budget(f"{phase} s", phases[phase], limit) for phase, limit in limits.items()]
    budgets.append(_budget("packed part of the plain size", 1 / shrunk, 1 / 3.5 if etags else 1 / 5))
    return {"workload": name, "title": f"backlog of {files:,} files{' with ETags' if etags else ''}", "text": text, "figures": lines,
            "budgets": budgets}


def measure(bench, programs, name, quick):
    return (in_flight if name in IN_FLIGHT else backlog)(bench, programs, name, quick)
