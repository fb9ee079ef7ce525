#!/usr/bin/env python3
"""What a person at a terminal sees of sluice glue, and how the examples run it: glue_terminal_test.py SLUICE SLUICE_LAB

Ends with "N passed, N failed".
"""
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import sys
import time

from glue_lab import KEY, SAMPLE, SECRET, GlueLab, start
from program import SLUICE, run_scenarios

LAB = sys.argv[2]
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples/glue"


class Terminal:
    """A run of sluice glue whose three streams are a terminal."""

    def __init__(self, lab, directory, *arguments):
        self.shown = ""
        self._master, end = pty.openpty()
        self.process = start(SLUICE, lab, directory, *arguments, terminal=end)
        os.close(end)

    def read_until(self, words, seconds=60):
        until = time.monotonic() + seconds
        while words not in self.shown:
            assert time.monotonic() < until, (words, self.shown)
            if not self._read(until):
                break
        assert words in self.shown, (words, self.shown)

    def type(self, text):
        os.write(self._master, text.encode())

    def end(self):
        until = time.monotonic() + 60
        while self._read(until):
            assert time.monotonic() < until, self.shown
        os.close(self._master)
        return self.process.wait(timeout=20)

    def _read(self, until):
        if not select.select([self._master], [], [], max(0, until - time.monotonic()))[0]:
            return True
        try:
            piece = os.read(self._master, 65536)
        except OSError:
            return False  # EIO: the other end is closed
        self.shown += piece.decode(errors="replace")
        return bool(piece)


def wait_for_run(lab):
    until = time.monotonic() + 30
    while not lab.runs():
        assert time.monotonic() < until
        time.sleep(0.1)


def the_graph_is_shown_while_it_runs(bench):
    with GlueLab(LAB, "failed_nodes") as lab:
        terminal = Terminal(lab, bench.directory)
        code = terminal.end()
    assert code == 10, terminal.shown
    frames = terminal.shown.split("\x1b[J") if "\x1b[J" in terminal.shown else terminal.shown.split("\x1b[K")
    assert any("▶" in frame and "RUNNING" in frame for frame in frames), terminal.shown
    assert any("✗ load-job" in frame and "no such table sales_2024" in frame for frame in frames), terminal.shown
    assert any("✓ extract-job" in frame for frame in frames), terminal.shown
    # What stays are the log's lines: after the last one nothing is left of the view.
    assert "▶" not in terminal.shown.rsplit("ダウンロード処理が失敗しました", 1)[1], terminal.shown


def a_person_is_asked_what_becomes_of_the_run(bench):
    for answer, states in (("s\n", ("STOPPING", "STOPPED")), ("\n", ("RUNNING",))):
        with GlueLab(LAB, "long_run") as lab:
            terminal = Terminal(lab, bench.directory)
            wait_for_run(lab)
            terminal.read_until("▶")
            terminal.process.send_signal(signal.SIGINT)
            terminal.read_until("(Enter)?")
            terminal.type(answer)
            assert terminal.end() == 130, terminal.shown
            assert lab.runs()[0]["Status"] in states, (answer, lab.runs(), terminal.shown)


def a_second_interrupt_ends_the_question(bench):
    with GlueLab(LAB, "long_run") as lab:
        terminal = Terminal(lab, bench.directory)
        wait_for_run(lab)
        terminal.read_until("▶")
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_until("(Enter)?")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 130, terminal.shown
        assert lab.runs()[0]["Status"] == "RUNNING"


def example_environment(bench, lab, programs):
    programs.mkdir()
    shutil.copy(SLUICE, programs / "sluice")
    return {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(bench.directory), "OUTPUT_DIR": str(bench.directory / "data"),
            "LOG_DIR": str(bench.directory / "logs"), "AWS_ENDPOINT_URL": lab.endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_EC2_METADATA_DISABLED": "true", "TZ": "Asia/Tokyo"}


def the_script_for_cron_downloads_and_forgets_old_days(bench):
    config = bench.directory / "config.yaml"
    text = SAMPLE.read_text().replace("polling_interval: 30", "polling_interval: 1").replace("profile: default", "profile: ~")
    config.write_text(text.replace('file: "./logs/downloader.log"', "file: ~"))
    old = bench.directory / "data/20200101"
    old.mkdir(parents=True)
    os.utime(old, (1_577_836_800, 1_577_836_800))
    for scenario, code in (("success", 0), ("failed_nodes", 10)):
        with GlueLab(LAB, scenario) as lab:
            environment = example_environment(bench, lab, bench.directory / f"bin-{scenario}")
            result = subprocess.run([EXAMPLES / "daily_download.sh", config], env=environment, capture_output=True, text=True, timeout=120)
        # That of sluice, not that of tee.
        assert result.returncode == code, (result.stdout, result.stderr)
    assert not old.exists() and (bench.directory / "data").is_dir()
    today = next((bench.directory / "data").iterdir())
    assert len(list(today.glob("layers/*/*"))) == 48
    log = next((bench.directory / "logs").glob("download_*.log")).read_text()
    assert "ダウンロード完了: 成功48件" in log and "★ Workflow実行失敗" in log, log


def the_example_configuration_is_valid(bench):
    variables = {"HOME": str(bench.directory), "SLACK_WEBHOOK_URL": "https://hooks.example/T0"}
    result = subprocess.run([SLUICE, "glue", "validate", "-c", EXAMPLES / "config.yaml"], env=variables, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
