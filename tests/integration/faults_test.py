#!/usr/bin/env python3
"""The sluice program against a server that breaks in every way the lab knows: faults_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Whatever happens, a run ends in time, with the right bytes or with a named error; nothing half-written has a final name, nothing of ours
is left, and no more requests are made than the faults and the retry budget account for. Needs boto3 (PyPI) to look at the server.
"""
import json
import os
import random
import re
import subprocess
import sys
import time
import urllib.request

import boto3
from botocore.config import Config

from program import AUTHENTICATION, CONFIG, FAILED, OK, PARTIAL, SECRET, SLUICE, Bench, Lab, run_scenarios, tree

SEED = int(os.environ.get("SLUICE_SEED", random.randrange(2**32)))
KIB, MIB = 1024, 1024 * 1024
# Small ones, one that is streamed, one that goes in parts, and names that listings and URLs encode.
FILES = {f"{number:02d}.bin": random.Random(number).randbytes(4 * KIB) for number in range(12)}
FILES |= {"a b+c%20d.txt": b"spaces and plus", "dir/empty": b"", "middle.bin": random.Random(100).randbytes(600 * KIB),
          "zz-large.bin": random.Random(101).randbytes(11 * MIB + 17)}
# Short limits, so that a stall costs seconds.
LIMITS = ("--timeout", "1500ms", "--connect-timeout", "5s", "--part-size", "5M", "--transfers", "8", "--part-concurrency", "4")
ATTEMPTS = 3  # of a request, with the first
BUDGET = 500 // 5  # retries of an endpoint while nothing succeeds; each success gives a fifth of one back
# A fault that strikes eight requests cannot strike one of them more often than it is tried.
OFTEN, PATIENT = "every=3,count=8", ("--max-attempts", "10")
STEP = "cat {in} > {out}; echo done >> {out}"  # not idempotent: a second run would show


class Broken(Bench):
    """A bench whose lab has faults while the program runs, and none while we look."""

    def __init__(self, bench, lab=None, authority=None):
        super().__init__(lab or bench.lab, bench.directory)
        if authority:
            self.environment["AWS_CA_BUNDLE"] = str(authority)
        self.prefix = bench.directory.name + "/"
        self.s3 = boto3.client(
            "s3", endpoint_url=self.lab.ready["endpoint"], aws_access_key_id=self.lab.ready["access_key"], aws_secret_access_key=SECRET,
            region_name="us-east-1", verify=authority and str(authority), config=Config(signature_version="s3v4", retries={"total_max_attempts": 1}))

    def control(self, method, path, body=b""):
        request = urllib.request.Request(self.lab.ready["control"] + path, method=method, data=body)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def under(self, faults, *arguments, codes=(), seconds=40, **environment):
        """Runs `sluice ARGUMENTS` under the faults. Without `codes` it must end well, else with failures of those codes only."""
        self.control("PUT", "/-/lab/faults", "\n".join(faults).encode())
        self.control("POST", "/-/lab/reset")
        begin = time.monotonic()
        try:
            output = self.run("--json", *arguments, *LIMITS, expect=ANY, **environment)
        finally:
            self.took = time.monotonic() - begin
            self.stats = self.control("GET", "/-/lab/stats")
            self.control("DELETE", "/-/lab/faults")
        assert self.took < seconds, f"{self.took:.1f} s under {faults}"
        self.lines = [json.loads(line) for line in output.splitlines()]
        summaries = [line["summary"] for line in self.lines if "summary" in line]
        self.failures = summaries[-1]["failures"] if summaries else []
        words = f"{faults}: exit {self.code}, {self.failures}, {self.stats}\n{self.stderr}"
        if not codes:
            assert self.code == OK, words
        else:
            assert self.code in (FAILED, PARTIAL, AUTHENTICATION, CONFIG), words
            assert {failure["code"] for failure in self.failures} <= set(codes), words
            named = self.failures or any(re.search(f"sluice: .*({WORDS.get(code, code)})", self.stderr) for code in codes)
            assert named, words
        assert all(self.stats["faults"].get(kind, 0) > 0 for kind in kinds_of(faults)), f"a fault did not strike: {words}"
        return self.stats

    def run(self, *arguments, expect=OK, **options):
        if expect is not ANY:
            return super().run(*arguments, expect=expect, **options)
        environment = {**self.environment, **options}
        result = subprocess.run([SLUICE, *map(str, arguments)], env=environment, capture_output=True, timeout=120)
        self.code, self.stdout, self.stderr = result.returncode, result.stdout.decode(), result.stderr.decode(errors="replace")
        return self.stdout

    def few_requests(self, clean, slack=2):
        """No request that neither the work nor a fault accounts for, and no storm."""
        requests, injected = self.stats["requests"], self.stats["injected"] + self.stats["faults"].get("trickle", 0)
        assert requests <= clean + injected + slack, f"{requests} requests, {clean} for the work and {injected} struck"
        assert requests <= clean + BUDGET + clean // 5 + slack, f"{requests} requests, {clean} for the work: more than the budget"

    def objects(self, bucket="test"):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=self.prefix)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return {key[len(self.prefix):]: self.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}

    def no_uploads(self, known=0):
        uploads = self.s3.list_multipart_uploads(Bucket="test").get("Uploads", [])
        for upload in uploads:
            self.s3.abort_multipart_upload(Bucket="test", Key=upload["Key"], UploadId=upload["UploadId"])
        assert len(uploads) <= known, [upload["Key"] for upload in uploads]


ANY = object()
# A command that fails as a whole tells it in words only.
WORDS = {"network": "reset by peer|Broken pipe|closed the connection|connection ended", "protocol": "out of order|repeats", "timeout": "timeout|minimum progress",
         "unavailable": "HTTP 50", "config": "the region '.*' is wrong"}


def kinds_of(faults):
    short = {"error-rate": "error", "slowdown-rate": "error"}
    return {short.get(name, name) for name in (fault.partition(",")[0].partition("=")[0] for fault in faults)}


def only_right(found, wanted, whole):
    wrong = [name for name, data in found.items() if wanted.get(name) != data]
    assert not wrong, f"half-written, or left behind: {wrong}"
    if whole:
        assert found.keys() == wanted.keys(), f"missing: {wanted.keys() - found.keys()}"


def put_all(broken):
    for name, data in FILES.items():
        broken.s3.put_object(Bucket="test", Key=broken.prefix + name, Body=data)


def sync_down(bench, faults, codes=(), seconds=40, options=(), target="down", broken=None, **environment):
    broken = broken or Broken(bench)
    put_all(broken)
    target = bench.directory / target
    broken.under(faults, "sync", f"s3://test/{broken.prefix}", target, *options, codes=codes, seconds=seconds, **environment)
    only_right(tree(target) if target.exists() else {}, FILES, whole=not codes)
    broken.few_requests(clean=1 + len(FILES) + 1 + 3)  # a listing, an object a file, a HEAD and three ranges
    return broken


def sync_up(bench, faults, codes=(), seconds=40, options=(), known_uploads=0):
    broken = Broken(bench)
    for name, data in FILES.items():
        bench.file(f"up/{name}", data)
    broken.under(faults, "sync", bench.directory / "up", f"s3://test/{broken.prefix}", *options, codes=codes, seconds=seconds)
    only_right(broken.objects(), FILES, whole=not codes)
    broken.no_uploads(known_uploads)
    # A listing, an object a file, three parts and their three requests; giving up costs an abort, a lost answer a look.
    broken.few_requests(clean=1 + len(FILES) + 5, slack=2 + broken.stats["injected"])
    return broken


def batch(bench, faults, codes=(), options=(), seconds=60):
    broken = Broken(bench)
    names = [f"{number:02d}.csv" for number in range(12)]
    for name in names:
        broken.s3.put_object(Bucket="test", Key=broken.prefix + name, Body=b"row\n")
    url = f"s3://test/{broken.prefix}"
    broken.under(faults, "batch", "run", url, "--shell", "--exec", STEP, *options, codes=codes, seconds=seconds)
    objects = broken.objects()
    assert objects.keys() == set(names)
    assert set(objects.values()) <= {b"row\n", b"row\ndone\n"}, objects
    assert codes or set(objects.values()) == {b"row\ndone\n"}, objects
    broken.run("batch", "retry", url)
    broken.run("batch", "run", url, "--shell", "--exec", STEP)
    assert set(broken.objects().values()) == {b"row\ndone\n"}, "the step ran twice on a file, or never"
    return broken


def sync_across(bench, faults, codes=(), options=()):
    """From one bucket to another, by the server's own copies."""
    broken = Broken(bench)
    put_all(broken)
    broken.under(faults, "sync", f"s3://test/{broken.prefix}", f"s3://other/{broken.prefix}", *options, codes=codes)
    only_right(broken.objects("other"), FILES, whole=not codes)
    broken.no_uploads()
    broken.few_requests(clean=2 + len(FILES) + 3, slack=2 + broken.stats["injected"])


def remove_all(bench, faults, codes=(), options=()):
    broken = Broken(bench)
    put_all(broken)
    broken.s3.put_object(Bucket="test", Key=f"another-{broken.prefix}kept", Body=b"")
    broken.under(faults, "rm", "-r", f"s3://test/{broken.prefix}", *options, codes=codes)
    assert codes or broken.objects() == {}
    only_right(broken.objects(), FILES, whole=False)
    broken.s3.head_object(Bucket="test", Key=f"another-{broken.prefix}kept")
    broken.few_requests(clean=2)


def one_copy(bench, faults, codes=(), size=300 * KIB):
    """cp of a file up, then down."""
    data = random.Random(SEED).randbytes(size)
    broken = Broken(bench)
    path, url, back = bench.file("one", data), f"s3://test/{broken.prefix}one", bench.directory / "back"
    broken.under(faults[0], "cp", path, url, codes=codes)
    if not codes:
        assert broken.objects() == {"one": data}
    broken.no_uploads()
    broken.s3.put_object(Bucket="test", Key=broken.prefix + "one", Body=data)
    broken.under(faults[1], "cp", url, back, codes=codes)
    found = {name: data for name, data in tree(bench.directory).items() if not name.startswith("state/")}
    only_right(found, {"one": data, "back": data}, whole=not codes)


CASES = []


def case(title, kind, *faults, **options):
    def scenario(bench):
        kind(bench, list(faults), **options)
    scenario.__name__ = title
    CASES.append(scenario)


GET, PUT = "op=GetObject", "op=PutObject|UploadPart"
FINISH, WRITES = "op=CompleteMultipartUpload", "op=PutObject|UploadPart|CompleteMultipartUpload"

# --- how fast
case("down_late", sync_down, "latency=20ms..80ms")
case("down_narrow", sync_down, f"download-bandwidth=4M,{GET}")
case("down_trickling_once", sync_down, f"trickle=100ms,{GET},key=,count=1,skip=3", seconds=60)
case("down_trickling", sync_down, f"trickle=200ms,{GET}", codes={"timeout"}, seconds=90)
case("up_late", sync_up, "latency=20ms..80ms")
case("up_narrow", sync_up, "upload-bandwidth=4M")

# --- connections that end
for place in ("request", "answer", "head", "body", "end"):
    for how in ("reset", "close"):
        case(f"down_{how}_{place}", sync_down, f"{how}={place},{GET},{OFTEN}", options=PATIENT)
        case(f"down_listing_{how}_{place}", sync_down, f"{how}={place},op=ListObjectsV2,count=1")
    case(f"down_stall_{place}", sync_down, f"stall={place},{GET},skip=2,count=2")
    case(f"up_reset_{place}", sync_up, f"reset={place},{WRITES},{OFTEN}", options=PATIENT)
    case(f"up_close_{place}", sync_up, f"close={place},{WRITES},{OFTEN}", options=PATIENT)
    case(f"up_stall_{place}", sync_up, f"stall={place},{PUT},skip=2,count=2")
case("down_always_reset", sync_down, f"reset=body,{GET},at=1000", codes={"network"})
case("down_always_closed", sync_down, f"close=body,{GET},at=0", codes={"network"})
case("down_always_stalled", sync_down, f"stall=body,{GET},at=0", codes={"timeout"}, seconds=90)
case("up_reset_upload", sync_up, f"reset=upload,{PUT},{OFTEN}", options=PATIENT)
case("up_close_upload", sync_up, f"close=upload,{PUT},{OFTEN}", options=PATIENT)
case("up_stall_upload", sync_up, f"stall=upload,{PUT},skip=2,count=2,at=0")
case("up_always_reset", sync_up, f"reset=upload,{PUT}", codes={"network"})
case("up_always_stalled", sync_up, f"stall=answer,{PUT}", codes={"timeout"}, seconds=90)
case("cp_reset", one_copy, [f"reset=answer,{PUT},count=1"], [f"reset=body,{GET},count=1"])
case("cp_always_reset", one_copy, [f"reset=answer,{PUT}"], [f"reset=body,{GET},at=10"], codes={"network"})

# --- errors
for name, error, code in (("internal", "InternalError", "unavailable"), ("slowdown", "SlowDown", "throttled"), ("proxy", "502", "unavailable"),
                          ("slowdown_with_time", "SlowDown,retry-after=1", "throttled")):
    case(f"down_{name}", sync_down, f"error={error},{GET},{OFTEN}", options=PATIENT)
    case(f"up_{name}", sync_up, f"error={error},{PUT},{OFTEN}", options=PATIENT)
    case(f"down_always_{name}", sync_down, f"error={error},{GET}", codes={code})
    case(f"up_always_{name}", sync_up, f"error={error},{PUT}", codes={code})
case("up_done_but_said_to_fail", sync_up, f"late-error=InternalError,{PUT},{OFTEN}", f"late-error=InternalError,{FINISH},count=1",
     options=PATIENT)
case("up_completed_and_lost", sync_up, f"reset=answer,{FINISH},count=1")
case("up_completion_fails_late", sync_up, f"error-in-200=InternalError,{FINISH},count=1")
case("up_completion_never_succeeds", sync_up, f"error-in-200=InternalError,{FINISH}", codes={"unavailable"})
case("up_upload_vanished", sync_up, "error=NoSuchUpload,op=UploadPart,skip=1,count=1", codes={"not_found"})
case("up_no_uploads_begin", sync_up, "error=InternalError,op=CreateMultipartUpload", codes={"unavailable"})
# An upload of which only the server knows is nobody's to abort: the bucket's lifecycle rule is for that.
case("up_upload_begun_and_lost", sync_up, "reset=answer,op=CreateMultipartUpload,count=1", known_uploads=1)
case("up_denied", sync_up, f"error=AccessDenied,{PUT}", codes={"permission_denied"})

# --- wrong bytes
case("down_too_long", sync_down, f"overlong=7,{GET},every=2", options=PATIENT)
case("down_listing_too_long", sync_down, "overlong=1000,op=ListObjectsV2")
case("down_corrupt", sync_down, f"corrupt,{GET},skip=2,count=1", codes={"integrity"})
case("down_corrupt_range", sync_down, "list-page-size=1000", f"corrupt,{GET},every=1,rate=1,count=3,skip=14", codes={"integrity"})
case("down_wrong_checksums", sync_down, f"wrong-checksum,{GET},every=3", codes={"integrity"})
case("down_wrong_tags", sync_down, f"wrong-etag,{GET}")
case("down_wrong_tags_to_pin", sync_down, "wrong-etag,op=HeadObject", codes={"conflict"})
case("up_wrong_tags_of_parts", sync_up, "wrong-etag,op=UploadPart", codes={"invalid_input", "conflict", "integrity"})
case("up_wrong_tags", sync_up, "wrong-etag,op=PutObject")
case("up_wrong_checksums", sync_up, f"wrong-checksum,{WRITES}")

# --- copies and deletions on the server
for title, fault in (("fail_late", "error-in-200=InternalError,op=CopyObject"), ("unheard", "reset=answer,op=CopyObject"),
                     ("done_but_said_to_fail", "late-error=503,op=CopyObject"), ("cut", "close=body,op=CopyObject")):
    case(f"copies_{title}", sync_across, f"{fault},{OFTEN}", options=PATIENT)
case("copies_never_succeed", sync_across, "error-in-200=SlowDown,op=CopyObject", codes={"throttled"})
for title, fault in (("unheard", "reset=answer"), ("done_but_said_to_fail", "late-error=InternalError"), ("stalled", "stall=head"), ("cut", "close=body")):
    case(f"deletions_{title}", remove_all, f"{fault},op=DeleteObjects,count=1")
case("deletions_denied", remove_all, "error=AccessDenied,op=DeleteObjects", codes={"permission_denied"})

# --- elsewhere, another time, another key
for status in (301, 307, 400):
    case(f"down_region_{status}", sync_down, f"wrong-region={status}", AWS_REGION="eu-west-1")
case("down_region_for_ever", sync_down, "wrong-region=301,region=eu-north-1", codes={"config"})
case("down_clock_ahead", sync_down, "clock-skew=40m")
case("down_clock_behind", sync_down, "clock-skew=-40m")
case("up_clock_ahead", sync_up, "clock-skew=40m")
# A HEAD of the large one can only say 400.
case("down_expired", sync_down, "expired-token,skip=5", codes={"unauthenticated", "invalid_input"})


# --- listings

def keeps_what_an_unseen_source_may_have(bench, faults, codes):
    """A sync --delete whose listing fails deletes nothing."""
    broken = Broken(bench)
    put_all(broken)
    target = bench.directory / "down"
    bench.file("down/not-in-the-source", b"mine")
    broken.under(faults, "sync", f"s3://test/{broken.prefix}", target, "--delete", codes=codes)
    only_right(tree(target), {**FILES, "not-in-the-source": b"mine"}, whole=False)
    assert (target / "not-in-the-source").exists(), "deleted although the listing failed"


case("down_small_pages", sync_down, "list-page-size=50", "list-encoding=percent")
case("down_plain_names", sync_down, "list-encoding=none")
for title, fault, codes in (("fails", "error=InternalError,page=3", {"unavailable"}), ("cut", "close=body,page=3", {"network"}),
                            ("disorder", "list-disorder", {"protocol"}), ("loop", "list-repeat-token", {"protocol"}),
                            ("stalls", "stall=body,page=2", {"timeout"})):
    case(f"listing_{title}", keeps_what_an_unseen_source_may_have, "list-page-size=4", f"{fault},op=ListObjectsV2", codes=codes)

# --- the batch: its step is not idempotent
for title, fault in (("answer_lost", f"reset=answer,op=PutObject,{OFTEN}"), ("said_to_fail", f"late-error=InternalError,op=PutObject,{OFTEN}"),
                     ("slowdown", f"error=SlowDown,{OFTEN}"), ("reset_body", f"reset=body,{GET},{OFTEN}"),
                     ("conditions_ignored", "ignore-conditions"), ("late", "latency=10ms..50ms")):
    case(f"batch_{title}", batch, fault, options=PATIENT)
# Written, and never heard of: the rerun must find that out, and not run the step on its own output.
case("batch_never_hears", batch, "reset=answer,op=PutObject", codes={"network"}, options=("--retry-after", "0s"))
case("batch_corrupt", batch, f"corrupt,{GET},count=2", codes={"integrity"}, options=("--retry-after", "0s"))
case("batch_denied", batch, "error=AccessDenied,op=PutObject,skip=2", codes={"permission_denied"}, options=("--retry-after", "0s"))


# --- on the whole

def an_outage_is_not_answered_by_a_storm(bench):
    """300 files, and a server that is down: what is spent is the budget, not attempts times files."""
    broken = Broken(bench)
    for number in range(300):
        bench.file(f"many/{number:03d}", b"x")
    broken.under(["error=ServiceUnavailable,op=PutObject"], "sync", bench.directory / "many", f"s3://test/{broken.prefix}",
                 codes={"unavailable", "throttled"}, seconds=60)
    puts = broken.stats["operations"]["PutObject"]
    assert 300 < puts <= 300 + BUDGET, puts
    assert broken.objects() == {}


def does_not_overwrite_what_another_wrote_though_conditions_are_ignored(bench):
    broken = Broken(bench)
    key = broken.prefix + "a.csv"
    for name in ("a.csv", "b.csv"):
        broken.s3.put_object(Bucket="test", Key=broken.prefix + name, Body=b"row\n")
    other = f"{SLUICE} cp {bench.file('theirs', b'theirs')} s3://test/{key} --quiet; cat {{in}} {{in}} > {{out}}"
    broken.under(["ignore-conditions"], "batch", "run", f"s3://test/{broken.prefix}", "--include", "a.csv", "--shell", "--exec", other,
                 codes={"conflict"})
    assert broken.objects()["a.csv"] == b"theirs"


def renews_credentials_that_expire(bench):
    with Lab("--credentials", "AKNEXT:secret:token") as lab:
        broken = Broken(bench, lab)
        put_all(broken)
        keys = [{"Version": 1, "AccessKeyId": broken.lab.ready["access_key"], "SecretAccessKey": SECRET},
                {"Version": 1, "AccessKeyId": "AKNEXT", "SecretAccessKey": "secret", "SessionToken": "token"}]
        for number, key in enumerate(keys):
            bench.file(f"key{number}.json", json.dumps(key).encode())
        script = bench.file("next-key", f"""#!/bin/sh
cd {bench.directory}
if [ -e asked ]; then cat key1.json; else touch asked; cat key0.json; fi
""".encode())
        script.chmod(0o755)
        bench.file(".aws/config", f"[default]\ncredential_process = {script}\n".encode())
        target = bench.directory / "down"
        broken.under(["expired-token,skip=6"], "sync", f"s3://test/{broken.prefix}", target, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="",
                     AWS_CONFIG_FILE=bench.directory / ".aws/config")
        only_right(tree(target), FILES, whole=True)
        broken.few_requests(clean=1 + len(FILES) + 4)


def an_end_over_tls_without_a_farewell_is_no_end(bench):
    """A cut line looks like an orderly end of TCP; only TLS's close_notify, or the length, tells the difference."""
    certificate, key = bench.directory / "cert.pem", bench.directory / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout", key,
                    "-out", certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    with Lab("--tls-cert", certificate, "--tls-key", key) as lab:
        broken = Broken(bench, lab, certificate)
        for how in ("close", "reset"):
            sync_down(bench, [f"{how}=body,{GET},{OFTEN}"], options=PATIENT, target=how, broken=broken)
        sync_down(bench, [f"close=body,{GET}"], codes={"network"}, target="never", broken=broken)
        assert broken.stats["tls_handshakes"] > 0


OTHERS = (an_outage_is_not_answered_by_a_storm, does_not_overwrite_what_another_wrote_though_conditions_are_ignored,
          renews_credentials_that_expire, an_end_over_tls_without_a_farewell_is_no_end)


def main():
    print(f"SLUICE_SEED={SEED}", flush=True)
    return run_scenarios({scenario.__name__: scenario for scenario in (*CASES, *OTHERS)})


if __name__ == "__main__":
    sys.exit(main())
