#!/usr/bin/env python3
"""Server-side encryption and object lock as servers store them (sluice-lab and moto), asked of them with boto3. encryption_test.py SLUICE SLUICE_LAB [SCENARIO ...]"""
import datetime
import os
import socket
import subprocess
import sys
import time

import boto3
from botocore.config import Config

from program import CONFIG, SECRET, Bench, run_scenarios

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_KEY = KEY.replace("1234abcd", "ffffffff")
MIB = 1024 * 1024
KMS = ("--sse", "aws:kms", "--sse-kms-key-id", KEY)


class Moto:
    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.ready = {"endpoint": f"http://127.0.0.1:{port}", "access_key": "AKIDLABEXAMPLE"}
        self.process = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        self.__exit__()
        raise RuntimeError("moto did not start: is moto[server] installed for this Python? (tools/setup)")

    def __enter__(self):
        for bucket in ("test", "other"):
            client(self).create_bucket(Bucket=bucket)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)


def client(server):
    return boto3.client("s3", endpoint_url=server.ready["endpoint"], region_name="us-east-1", aws_access_key_id=server.ready["access_key"],
                        aws_secret_access_key=SECRET, config=Config(s3={"addressing_style": "path"}, proxies={}))


def on_both(bench, check):
    """Runs `check` on the lab and on moto, whose checksums of multipart objects are none of the bytes."""
    check(bench)
    with Moto() as moto:
        other = Bench(moto, bench.directory)
        other.environment["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_required"
        check(other)


def encryption_of(bench, key, bucket="test"):
    head = client(bench.lab).head_object(Bucket=bucket, Key=key)
    return head.get("ServerSideEncryption"), head.get("SSEKMSKeyId"), head.get("BucketKeyEnabled")


def encrypts_new_objects_small_and_in_parts(bench):
    def check(at):
        small, large = at.file("small", b"x" * 1000), at.file("large", os.urandom(11 * MIB))
        for path in (small, large):
            at.run(*KMS, "cp", path, f"s3://test/sse/{path.name}", "--part-size", "5M")
            assert encryption_of(at, f"sse/{path.name}")[:2] == ("aws:kms", KEY)
            back = at.directory / f"back-{path.name}"
            at.run("cp", f"s3://test/sse/{path.name}", back)
            assert back.read_bytes() == path.read_bytes()
        at.run("--sse", "AES256", "cp", small, "s3://test/sse/plain")
        assert encryption_of(at, "sse/plain")[:2] == ("AES256", None)
    on_both(bench, check)


def encrypts_copies_on_the_server_as_told(bench):
    def check(at):
        at.run(*KMS, "cp", at.file("one", b"1"), "s3://test/from/one")
        at.run("--sse", "aws:kms", "--sse-kms-key-id", OTHER_KEY, "cp", "s3://test/from/one", "s3://other/to/one")
        assert encryption_of(at, "to/one", "other")[:2] == ("aws:kms", OTHER_KEY)
        at.run("--sse", "AES256", "sync", "s3://test/from/", "s3://other/plain/")
        assert encryption_of(at, "plain/one", "other")[:2] == ("AES256", None)
    on_both(bench, check)


def an_overwrite_batch_keeps_encryption_key_and_bucket_key(bench):
    def check(at):
        s3 = client(at.lab)
        sizes = {"small": 10, "large": 6 * MIB}
        for name, size in sizes.items():
            s3.put_object(Bucket="test", Key=f"batch/{name}", Body=b"x" * size, ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY,
                          BucketKeyEnabled=True)
        before = encryption_of(at, "batch/small")
        assert before == ("aws:kms", KEY, True), before
        at.run("--sse", "AES256", "--part-size", "5M", "batch", "run", "s3://test/batch/", "--shell", "--exec", "tr x y < {in} > {out}")
        for name, size in sizes.items():
            assert s3.get_object(Bucket="test", Key=f"batch/{name}")["Body"].read() == b"y" * size
            forgotten = at is not bench and name == "large"  # moto forgets the bucket key of a multipart upload
            expected = (*before[:2], None) if forgotten else before
            assert encryption_of(at, f"batch/{name}") == expected, (name, encryption_of(at, f"batch/{name}"))
    on_both(bench, check)


def lock_of(server, key, bucket):
    head = client(server).head_object(Bucket=bucket, Key=key)
    return head.get("ObjectLockMode"), head.get("ObjectLockRetainUntilDate"), head.get("ObjectLockLegalHoldStatus")


def an_overwrite_batch_keeps_retention_and_legal_hold(bench):
    # The lab knows no locks.
    with Moto() as moto:
        at = Bench(moto, bench.directory)
        s3 = client(moto)
        s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
        until = datetime.datetime(2150, 1, 2, tzinfo=datetime.timezone.utc)
        s3.put_object(Bucket="locked", Key="in/one", Body=b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until,
                      ObjectLockLegalHoldStatus="ON")
        at.run("batch", "run", "s3://locked/in/", "--shell", "--exec", "tr x y < {in} > {out}")
        assert s3.get_object(Bucket="locked", Key="in/one")["Body"].read() == b"y"
        assert lock_of(moto, "in/one", "locked") == ("GOVERNANCE", until, "ON"), lock_of(moto, "in/one", "locked")
        at.run("sync", "s3://locked/in/", "s3://test/copy/")
        assert lock_of(moto, "copy/one", "test") == (None, None, None), lock_of(moto, "copy/one", "test")


def a_key_without_its_kind_of_encryption_is_an_error(bench):
    bench.run("--sse-kms-key-id", KEY, "cp", bench.file("one", b"1"), "s3://test/one", expect=CONFIG)
    assert "aws:kms" in bench.stderr, bench.stderr
    bench.run("--sse", "AES256", "--sse-kms-key-id", KEY, "cp", bench.file("one", b"1"), "s3://test/one", expect=CONFIG)


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
