"""One run of a command, with what the operating system says of it."""
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Run:
    wall: float  # seconds
    cpu: float  # user and system seconds of the whole process tree
    rss: int  # peak, KiB, of its largest process


class CommandFailed(Exception):
    pass


def run(command, environment, timeout):
    """Runs it to its end. CommandFailed names the command and its last words, and what ran too long."""
    with tempfile.NamedTemporaryFile("r") as peak, tempfile.TemporaryFile() as words:
        # time(1) forks the command from a small process: a child of ours would begin with our own peak memory.
        process = subprocess.Popen(["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name, *map(str, command)], env=environment,
                                   stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT, start_new_session=True)
        begin = time.monotonic()
        try:
            usage = _wait(process, begin + timeout)
        except BaseException:
            os.killpg(process.pid, 9)
            process.wait()
            raise
        wall = time.monotonic() - begin
        if process.returncode != 0:
            raise CommandFailed(f"{_shown(command)}: exit {process.returncode}\n{_last_words(words)}")
        return Run(wall, usage.ru_utime + usage.ru_stime, int(peak.read().split()[-1]))


def output_of(command, timeout):
    """The lines that a measuring program prints."""
    done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        raise CommandFailed(f"{_shown(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.splitlines()


def _wait(process, until):
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage
        if time.monotonic() > until:
            raise CommandFailed(f"{_shown(process.args[6:])}: still running after its time")
        time.sleep(0.002)


def _shown(command):
    text = " ".join(map(str, command))
    return text if len(text) < 200 else text[:200] + " ..."


def _last_words(words):
    words.seek(0, os.SEEK_END)
    words.seek(max(0, words.tell() - 2000))
    return words.read().decode(errors="replace")
