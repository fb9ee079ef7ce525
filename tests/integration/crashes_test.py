#!/usr/bin/env python3
"""The sluice program killed (SIGKILL) or stopped (SIGTERM) at random moments, and run again: crashes_test.py SLUICE SLUICE_LAB [SCENARIO ...]

At every moment a name holds the whole file or none of it; the rerun ends with the right bytes, nothing is processed twice, nothing of
ours is left (but what no journal can know: an empty upload) and nothing of anybody else is gone. SLUICE_CRASHES is the number of moments of each scenario (3; the proof takes 100),
SLUICE_SEED repeats a run. Needs boto3 (PyPI) to look at the server.
"""
import os
import random
import signal
import subprocess
import sys
import time

import boto3
from botocore.config import Config

from program import OK, SECRET, SLUICE, run_scenarios, tree

SEED = int(os.environ.get("SLUICE_SEED", random.randrange(2**32)))
MOMENTS = int(os.environ.get("SLUICE_CRASHES", 3))
KIB, MIB = 1024, 1024 * 1024
INTERRUPTED, GRACE = 130, 3
FILES = {f"{number % 7}/{number:03d}.txt": b"%d\n" % number * (number * 8) for number in range(120)}
FILES["large.bin"] = random.Random(1).randbytes(11 * MIB + 3)
FLAGS = ("--part-size", "5M", "--transfers", "8", "--part-concurrency", "2", "--grace", f"{GRACE}s")
STEP = "cat {in} > {out}; echo done >> {out}"  # not idempotent: a second run of it would show
PROCESSED = {name: data + b"done\n" for name, data in FILES.items()}


class World:
    """One moment's source, destination and server, with things of a stranger among them."""

    def __init__(self, bench, moment):
        self.bench, self.prefix = bench, f"{bench.directory.name}/{moment}/"
        self.local = bench.directory / f"local-{moment}"
        self.s3 = boto3.client("s3", endpoint_url=bench.lab.ready["endpoint"], aws_access_key_id=bench.lab.ready["access_key"],
                               aws_secret_access_key=SECRET, region_name="us-east-1", config=Config(signature_version="s3v4"))
        self.stranger = self.s3.create_multipart_upload(Bucket="test", Key=self.prefix + "large.bin")["UploadId"]

    url = property(lambda self: f"s3://test/{self.prefix}")

    def make_local(self):
        for name, data in FILES.items():
            self.bench.file(f"{self.local.name}/{name}", data)

    def make_remote(self):
        for name, data in FILES.items():
            self.s3.put_object(Bucket="test", Key=self.prefix + name, Body=data)

    def remote_files(self):
        found = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket="test", Prefix=self.prefix):
            for entry in page.get("Contents", ()):
                found[entry["Key"].removeprefix(self.prefix)] = self.s3.get_object(Bucket="test", Key=entry["Key"])["Body"].read()
        return found

    def local_files(self):
        return {name: data for name, data in tree(self.local).items() if not name.endswith(".sluice-part")} if self.local.exists() else {}

    def check_nothing_is_left(self):
        uploads = [upload["UploadId"] for upload in self.s3.list_multipart_uploads(Bucket="test", Prefix=self.prefix).get("Uploads", [])]
        assert self.stranger in uploads, uploads
        uploads.remove(self.stranger)
        # Killed between the server's making an upload and its name reaching the journal (docs/recovery.md, "What no journal can know"):
        # at most the one file that goes in parts, and not a byte of it.
        assert len(uploads) <= 1, uploads
        for unknown in uploads:
            parts = self.s3.list_parts(Bucket="test", Key=self.prefix + "large.bin", UploadId=unknown).get("Parts", [])
            assert not parts, f"an upload of ours with {len(parts)} parts is left"
            print("an empty upload was left by a kill at the one moment that no journal can know", flush=True)
            self.s3.abort_multipart_upload(Bucket="test", Key=self.prefix + "large.bin", UploadId=unknown)
        left = [str(path) for path in self.bench.directory.rglob("*.sluice-part")]
        assert left == [str(path) for path in self.bench.directory.rglob(".stranger.*")], left
        self.s3.abort_multipart_upload(Bucket="test", Key=self.prefix + "large.bin", UploadId=self.stranger)


def whole_or_absent(found, *versions):
    for name, data in found.items():
        assert any(data == version.get(name) for version in versions), f"{name}: {len(data)} bytes that were never the file"


def moments(duration):
    """Numbered moments of a run of that many seconds."""
    chance = random.Random(SEED)
    print(f"seed {SEED}, {MOMENTS} moments in {duration:.2f} s", flush=True)
    return enumerate(chance.uniform(0, duration) for _ in range(MOMENTS))


def undisturbed_seconds(bench, command):
    begin = time.monotonic()
    bench.run(*command, *FLAGS)
    return time.monotonic() - begin


def broken_off(bench, command, number, moment):
    """Runs the command and ends it after so many seconds: by SIGKILL, or every second time by SIGTERM."""
    process = subprocess.Popen([SLUICE, *map(str, command), *FLAGS], env=bench.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM if number % 2 else signal.SIGKILL)
        _, words = process.communicate(timeout=GRACE + 20)
        assert time.monotonic() - asked < GRACE + 5, "it did not end within its grace period"
        if number % 2 and process.returncode not in (OK, INTERRUPTED, -signal.SIGTERM):
            raise AssertionError(f"exit {process.returncode} after SIGTERM\n{words.decode()}")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def sync_up_survives_every_moment(bench):
    world = World(bench, "whole")
    world.make_local()
    source = world.local
    for number, moment in moments(undisturbed_seconds(bench, ("sync", source, world.url))):
        world = World(bench, number)
        command = ("sync", source, world.url)
        broken_off(bench, command, number, moment)
        whole_or_absent(world.remote_files(), FILES)
        bench.run(*command, *FLAGS)
        assert world.remote_files() == FILES
        world.check_nothing_is_left()


def sync_down_survives_every_moment(bench):
    remote = World(bench, "whole")
    remote.make_remote()
    for number, moment in moments(undisturbed_seconds(bench, ("sync", remote.url, remote.local))):
        world = World(bench, number)
        world.local.mkdir()
        strange = world.local / ".stranger.0123456789abcdef.sluice-part"
        strange.write_bytes(b"not ours")
        command = ("sync", remote.url, world.local)
        broken_off(bench, command, number, moment)
        whole_or_absent(world.local_files(), FILES)
        bench.run(*command, *FLAGS)
        assert world.local_files() == FILES
        world.check_nothing_is_left()
        strange.unlink()


def batch_survives_every_moment(bench):
    def command(world):
        return ("batch", "run", world.url, "--shell", "--exec", STEP)

    world = World(bench, "whole")
    world.make_remote()
    for number, moment in moments(undisturbed_seconds(bench, command(world))):
        world = World(bench, number)
        world.make_remote()
        broken_off(bench, command(world), number, moment)
        whole_or_absent(world.remote_files(), FILES, PROCESSED)
        bench.run(*command(world), *FLAGS)
        assert world.remote_files() == PROCESSED
        again = bench.summary(*command(world), *FLAGS)
        assert again["done"] == 0, again
        world.check_nothing_is_left()


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
