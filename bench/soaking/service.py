"""The process that is soaked: commands in, reports out, and what the kernel says about it."""
import json
import os
import select
import subprocess
import time

from .content import Wrong

LONGEST_STEP = 240  # seconds; every wait of the service is bounded by a few seconds, but a step has hundreds of requests


def words_of(path):
    with open(path) as file:
        return dict(line.split(":", 1) for line in file if ":" in line)


def rss_kib(pid):
    return int(words_of(f"/proc/{pid}/status")["VmRSS"].split()[0])


def cpu_seconds(pid):
    """With its children that have ended."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


class Service:
    def __init__(self, program, endpoint, directory):
        # glibc keeps what large freed buffers took, up to the highest tide so far: a leak below it would not be seen for hours. With a
        # fixed threshold they go back to the system, and what is resident is what is used.
        environment = {"PATH": os.environ["PATH"], "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
        with open(directory / "log", "wb") as log:
            self.process = subprocess.Popen([program, endpoint, directory], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=log)
        self.pid, self.buffer = self.process.pid, b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def line(self):
        end = time.monotonic() + LONGEST_STEP
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise Wrong(f"a step has not ended in {LONGEST_STEP} s")
            piece = os.read(self.process.stdout.fileno(), 1 << 16)
            if not piece:
                raise Wrong(f"the service has ended, exit code {self.process.wait()}")
            self.buffer += piece
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def does(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()
        return {"withheld": 0, "done": 0, "skipped": 0, "deleted": 0, **json.loads(self.line())}

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=60)
        if code != 0:
            raise Wrong(f"the service ended with exit code {code}")

    def usage(self):
        descriptors = [os.readlink(f"/proc/{self.pid}/fd/{name}") for name in os.listdir(f"/proc/{self.pid}/fd")]
        return {"rss_kib": rss_kib(self.pid), "descriptors": len(descriptors),
                "sockets": sum(each.startswith("socket:") for each in descriptors), "threads": len(os.listdir(f"/proc/{self.pid}/task"))}
