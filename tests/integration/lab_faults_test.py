#!/usr/bin/env python3
"""Every fault switch of `sluice-lab s3`, seen by raw sockets and by boto3.

    SLUICE_LAB=build/release/sluice-lab python3 tests/integration/lab_faults_test.py

Needs boto3 (PyPI).
"""

import contextlib
import datetime
import email.utils
import json
import os
import pathlib
import random
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse

from botocore.exceptions import ClientError, FlexibleChecksumError

from lab_boto3_test import MIB, SEED, Lab

BODY = b"0123456789" * 10
HEAD_END = b"\r\n\r\n"


def get(key="k", query=""):
    return f"GET /bkt/{key}{query} HTTP/1.1\r\nHost: h\r\n\r\n".encode()


def put(body, key="k", fields=""):
    return f"PUT /bkt/{key} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode() + body


def body_of(received):
    return received.partition(HEAD_END)[2]


def field_of(received, name):
    for line in received.partition(HEAD_END)[0].decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(": ")
        if key.lower() == name.lower():
            return value
    return None


class Faults(unittest.TestCase):
    """One lab for all; each test begins without faults and with the object "k"."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab("--bucket", "bkt", "--no-verify", "--seed", str(SEED))
        cls.s3 = cls.lab.client()

    @classmethod
    def tearDownClass(cls):
        cls.lab.stop()

    def setUp(self):
        self.set()
        for entry in self.s3.list_objects_v2(Bucket="bkt").get("Contents", []):
            self.s3.delete_object(Bucket="bkt", Key=entry["Key"])
        self.s3.put_object(Bucket="bkt", Key="k", Body=BODY)
        self.lab.control("POST", "/-/lab/reset")

    def set(self, *faults):
        return self.lab.control("PUT", "/-/lab/faults", "\n".join(faults).encode())["faults"]

    def struck(self, **kinds):
        expected = {name.replace("_", "-"): count for name, count in kinds.items()}
        self.assertEqual(self.lab.stats()["faults"], expected)

    def connect(self, timeout=10.0):
        address = urllib.parse.urlsplit(self.lab.endpoint)
        return socket.create_connection((address.hostname, address.port), timeout=timeout)

    def exchange(self, request, timeout=10.0):
        """What comes back, and how it ends: "eof", "reset" or "silence"."""
        with self.connect(timeout) as peer:
            received = b""
            try:
                peer.sendall(request)
                while piece := peer.recv(65536):
                    received += piece
                return received, "eof"
            except (ConnectionResetError, BrokenPipeError):
                return received, "reset"
            except TimeoutError:
                return received, "silence"

    def code_of(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]["Code"]

    def content(self, key="k"):
        return self.s3.get_object(Bucket="bkt", Key=key)["Body"].read()

    # --- how connections end

    def test_ends_at_each_place_of_a_download(self):
        for place, head, body in (("request", 0, 0), ("answer", 0, 0), ("head", 1, 0), ("body", 2, 50), ("end", 2, 100)):
            for how, ending in (("reset", "reset"), ("close", "eof"), ("stall", "silence")):
                with self.subTest(place=place, how=how):
                    self.set(f"{how}={place},op=GetObject")
                    received, ended = self.exchange(get(), timeout=0.5 if how == "stall" else 10)
                    self.assertEqual(ended, ending)
                    self.assertEqual(bool(received), head > 0)
                    self.assertEqual(HEAD_END in received, head == 2)
                    self.assertEqual(len(body_of(received)), body)
                    if head:
                        self.assertTrue(received.startswith(b"HTTP/1.1 200 OK"))
        self.struck(reset=5, close=5, stall=5)

    def test_a_body_ends_where_it_is_told(self):
        self.s3.put_object(Bucket="bkt", Key="big", Body=b"x" * (3 * MIB))
        for how, ending in (("reset", "reset"), ("close", "eof")):
            self.set(f"{how}=body,op=GetObject,at=1M")
            received, ended = self.exchange(get("big"))
            self.assertEqual((len(body_of(received)), ended), (MIB, ending))
            self.assertEqual(field_of(received, "content-length"), str(3 * MIB))

    def test_before_the_effect_nothing_is_done(self):
        for place in ("request", "upload"):
            for how in ("reset", "close"):
                self.set(f"{how}={place},op=PutObject")
                received, ended = self.exchange(put(b"new" * 1000))
                self.assertEqual((received, ended), (b"", "reset" if how == "reset" else "eof"))
                self.set()
                self.assertEqual(self.content(), BODY)
        self.set("reset=request,op=DeleteObject")
        self.assertEqual(self.exchange(b"DELETE /bkt/k HTTP/1.1\r\nHost: h\r\n\r\n"), (b"", "reset"))
        self.set()
        self.assertEqual(self.content(), BODY)

    def test_after_the_effect_it_was_done(self):
        for number, (place, ended) in enumerate((("answer", "reset"), ("head", "reset"), ("end", "reset"))):
            self.set(f"reset={place},op=PutObject")
            received, ending = self.exchange(put(b"new %d" % number))
            self.assertEqual(ending, ended)
            self.assertEqual(HEAD_END in received, place == "end")
            self.set()
            self.assertEqual(self.content(), b"new %d" % number)

    def test_a_stalled_upload_is_not_read_to_its_end(self):
        self.set("stall=upload,op=PutObject,at=1000")
        with self.connect() as peer:
            peer.settimeout(1.0)
            with self.assertRaises(TimeoutError):
                peer.sendall(put(b"x" * (64 * MIB)))
        self.struck(stall=1)

    def test_a_stalled_connection_ends_with_its_client(self):
        self.set("stall=body,op=GetObject")
        before = self.lab.stats()["open_connections"]
        received, ended = self.exchange(get(), timeout=0.3)
        self.assertEqual((len(body_of(received)), ended), (50, "silence"))
        deadline = time.monotonic() + 10
        while self.lab.stats()["open_connections"] > before and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertLessEqual(self.lab.stats()["open_connections"], before)

    def test_the_connection_lives_on_when_the_fault_is_over(self):
        self.set("error=SlowDown,count=1,op=GetObject")
        received, _ = self.exchange(get() + get().replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        self.assertEqual([received.count(b" 503 "), received.count(b" 200 ")], [1, 1])

    # --- how fast

    def timed(self, request):
        begin = time.monotonic()
        with self.connect(30) as peer:
            peer.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            received = b""
            while piece := peer.recv(65536):
                received += piece
        return received, time.monotonic() - begin

    def test_latency_may_be_fixed_or_a_range_and_by_operation(self):
        self.set("latency=300ms,op=GetObject")
        self.assertGreaterEqual(self.timed(get())[1], 0.3)
        self.assertLess(self.timed(b"HEAD /bkt/k HTTP/1.1\r\nHost: h\r\n\r\n")[1], 0.3)
        self.set("latency=100ms..200ms")
        received, seconds = self.timed(get())
        self.assertGreaterEqual(seconds, 0.1)
        self.assertEqual(body_of(received), BODY)
        self.struck(latency=2)
        self.assertEqual(self.lab.stats()["injected"], 0)

    def test_bandwidth_down(self):
        body = random.Random(SEED).randbytes(100_000)
        self.s3.put_object(Bucket="bkt", Key="big", Body=body)
        self.set("download-bandwidth=200000,op=GetObject")
        received, seconds = self.timed(get("big"))
        self.assertEqual(body_of(received), body)
        self.assertGreaterEqual(seconds, 0.45)
        self.assertLess(seconds, 5)

    def test_bandwidth_up(self):
        body = random.Random(SEED).randbytes(100_000)
        self.set("upload-bandwidth=200000")
        received, seconds = self.timed(put(body))
        self.assertTrue(received.startswith(b"HTTP/1.1 200"), received)
        self.assertGreaterEqual(seconds, 0.4)
        self.assertLess(seconds, 5)
        self.assertEqual(self.content(), body)

    def test_trickle(self):
        self.set("trickle=5ms,op=GetObject")
        received, seconds = self.timed(get())
        self.assertEqual(body_of(received), BODY)
        self.assertGreaterEqual(seconds, 0.5)

    # --- wrong bytes

    def test_too_many_bytes(self):
        self.set("overlong=7,op=GetObject")
        with self.connect() as peer:
            peer.sendall(get())
            received = b""
            while len(body_of(received)) < 107:
                received += peer.recv(4096)
        self.assertEqual((field_of(received, "content-length"), body_of(received)), ("100", BODY + b"x" * 7))
        self.struck(overlong=1)

    def test_a_flipped_bit(self):
        self.set("corrupt")
        with self.assertRaises(FlexibleChecksumError):
            self.content()
        received, _ = self.exchange(get().replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        different = [i for i, (a, b) in enumerate(zip(body_of(received), BODY)) if a != b]
        self.assertEqual((different, len(body_of(received))), ([50], 100))

    def test_wrong_checksums(self):
        self.set("wrong-checksum,op=GetObject")
        with self.assertRaises(FlexibleChecksumError):
            self.content()
        right = self.s3.head_object(Bucket="bkt", Key="k", ChecksumMode="ENABLED")["ChecksumCRC32"]
        self.set("wrong-checksum,op=PutObject")
        wrong = self.s3.put_object(Bucket="bkt", Key="k", Body=BODY)["ChecksumCRC32"]
        self.assertNotEqual(wrong, right)
        self.assertEqual(wrong[1:], right[1:])
        self.assertEqual(self.content(), BODY)

    def test_wrong_etags(self):
        right = self.s3.head_object(Bucket="bkt", Key="k")["ETag"]
        self.set("wrong-etag")
        wrong = [self.s3.get_object(Bucket="bkt", Key="k")["ETag"], self.s3.head_object(Bucket="bkt", Key="k")["ETag"],
                 self.s3.list_objects_v2(Bucket="bkt")["Contents"][0]["ETag"],
                 self.s3.put_object(Bucket="bkt", Key="k", Body=BODY)["ETag"],
                 self.s3.copy_object(Bucket="bkt", Key="c", CopySource="bkt/k")["CopyObjectResult"]["ETag"]]
        self.assertEqual(len(set(wrong)), 1, wrong)
        self.assertNotEqual(wrong[0], right)
        self.assertEqual((len(wrong[0]), wrong[0][2:]), (len(right), right[2:]))
        self.struck(wrong_etag=5)

    # --- wrong answers

    def test_errors_by_name_and_bare_statuses(self):
        self.set("error=SlowDown,op=GetObject,retry-after=7")
        received, _ = self.exchange(get().replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        self.assertTrue(received.startswith(b"HTTP/1.1 503 "))
        self.assertEqual((field_of(received, "retry-after"), b"<Code>SlowDown</Code>" in received), ("7", True))
        self.set("error=SlowDown,op=GetObject")
        received, _ = self.exchange(get().replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        self.assertIsNone(field_of(received, "retry-after"))
        self.set("error=502,op=GetObject")
        received, _ = self.exchange(get().replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        self.assertTrue(received.startswith(b"HTTP/1.1 502 Bad Gateway"))
        self.assertEqual((field_of(received, "content-type"), b"<html>" in received), ("text/html", True))
        stats = self.lab.stats()
        self.assertEqual((stats["faults"], stats["injected"], stats["requests"]), ({"error": 3}, 3, 3))
        self.assertEqual(stats["errors"], {"SlowDown": 2})

    def test_an_error_before_the_effect_and_one_after(self):
        self.set("error=InternalError,op=PutObject")
        self.assertEqual(self.code_of(self.s3.put_object, Bucket="bkt", Key="k", Body=b"new"), "InternalError")
        self.assertEqual(self.content(), BODY)
        self.set("late-error=InternalError,op=PutObject")
        self.assertEqual(self.code_of(self.s3.put_object, Bucket="bkt", Key="k", Body=b"new"), "InternalError")
        self.assertEqual(self.content(), b"new")
        self.struck(error=1, late_error=1)

    def test_errors_with_status_200(self):
        self.set("error-in-200=InternalError")
        upload = self.s3.create_multipart_upload(Bucket="bkt", Key="mp")["UploadId"]
        part = self.s3.upload_part(Bucket="bkt", Key="mp", UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
        parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
        for call, arguments in (
                (self.s3.copy_object, dict(Key="c", CopySource="bkt/k")),
                (self.s3.upload_part_copy, dict(Key="mp", UploadId=upload, PartNumber=2, CopySource="bkt/k")),
                (self.s3.complete_multipart_upload, dict(Key="mp", UploadId=upload, MultipartUpload=parts))):
            with self.assertRaises(ClientError) as caught:
                call(Bucket="bkt", **arguments)
            self.assertEqual(caught.exception.response["Error"]["Code"], "InternalError")
        self.assertEqual(self.lab.stats()["statuses"], {"200": 5})
        self.struck(error_in_200=3)
        self.set()
        self.assertEqual([e["Key"] for e in self.s3.list_objects_v2(Bucket="bkt")["Contents"]], ["k"])
        self.s3.complete_multipart_upload(Bucket="bkt", Key="mp", UploadId=upload, MultipartUpload=parts)
        self.assertEqual(self.content("mp"), b"x")
        self.s3.delete_object(Bucket="bkt", Key="mp")

    def test_answers_that_send_elsewhere(self):
        lost = self.lab.client(region="eu-west-1")
        for status, code in ((301, "PermanentRedirect"), (307, "TemporaryRedirect"), (400, "AuthorizationHeaderMalformed")):
            self.set(f"wrong-region={status}")
            signed = get().replace(b"\r\n", b"\r\nConnection: close\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AK/20260101/eu-west-1"
                                   b"/s3/aws4_request, SignedHeaders=host, Signature=0\r\nx-amz-date: 20260101T000000Z\r\n", 1)
            received, _ = self.exchange(signed)
            self.assertTrue(received.startswith(b"HTTP/1.1 %d " % status), received)
            self.assertEqual(field_of(received, "x-amz-bucket-region"), "us-east-1")
            self.assertEqual((f"<Code>{code}</Code>".encode() in received, field_of(received, "location")),
                             (True, "/bkt/k" if status == 307 else None))
            self.assertEqual(self.content(), BODY, "who signs for the right region is served")
            if status != 307:  # botocore follows where S3 tells the region
                self.assertEqual(lost.get_object(Bucket="bkt", Key="k")["Body"].read(), BODY)

    def test_credentials_expire_until_they_change(self):
        lab = Lab("--bucket", "bkt", "--credentials", "AKNEXT:secret:token", "--fault", "expired-token,skip=2")
        self.addCleanup(lab.stop)
        old, new = lab.client(), lab.client(access="AKNEXT", secret="secret", token="token")
        old.put_object(Bucket="bkt", Key="k", Body=b"1")
        old.put_object(Bucket="bkt", Key="k", Body=b"2")
        for _ in range(2):
            self.assertEqual(self.code_of(old.put_object, Bucket="bkt", Key="k", Body=b"3"), "ExpiredToken")
        self.assertEqual(new.get_object(Bucket="bkt", Key="k")["Body"].read(), b"2")
        self.assertEqual(self.code_of(old.list_buckets), "ExpiredToken")
        self.assertEqual(lab.stats()["faults"], {"expired-token": 3})
        wrong = lab.client(access="AKNEXT", secret="secret", token="another")
        self.assertEqual(self.code_of(wrong.list_buckets), "InvalidToken")

    def test_the_clock_is_off(self):
        lab = Lab("--bucket", "bkt", "--fault", "clock-skew=20m")
        self.addCleanup(lab.stop)
        with self.assertRaises(ClientError) as caught:
            lab.client(retries={"total_max_attempts": 1}).list_buckets()
        response = caught.exception.response
        self.assertEqual(response["Error"]["Code"], "RequestTimeTooSkewed")
        date = email.utils.parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"])
        ahead = (date - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
        self.assertTrue(1150 < ahead < 1250, ahead)
        lab.control("POST", "/-/lab/faults?clock-skew=-10m")
        date = lab.client().list_buckets()["ResponseMetadata"]["HTTPHeaders"]["date"]
        behind = (datetime.datetime.now(datetime.timezone.utc) - email.utils.parsedate_to_datetime(date)).total_seconds()
        self.assertTrue(550 < behind < 650, behind)

    # --- listings

    @contextlib.contextmanager
    def listed(self, *faults):
        lab = Lab("--bucket", "bkt", "--no-verify", "--synthetic", "50x1", "--fault", "list-page-size=10",
                  *(word for fault in faults for word in ("--fault", fault)))
        try:
            yield lab, lab.client()
        finally:
            lab.stop()

    def keys(self, s3):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="bkt")
        return [e["Key"] for page in pages for e in page["Contents"]]

    def test_small_pages(self):
        with self.listed() as (lab, s3):
            self.assertEqual(self.keys(s3), [f"object-{i:08}" for i in range(50)])
            self.assertEqual(lab.stats()["operations"], {"ListObjectsV2": 5})

    def test_a_listing_fails_on_page_n(self):
        with self.listed("error=InternalError,page=3") as (lab, s3):
            got = []
            with self.assertRaises(ClientError):
                for page in s3.get_paginator("list_objects_v2").paginate(Bucket="bkt"):
                    got += [e["Key"] for e in page["Contents"]]
            self.assertEqual(got, [f"object-{i:08}" for i in range(20)])
            self.assertEqual(lab.stats()["faults"], {"error": 1, "list-page-size": 3})

    def test_listings_out_of_order(self):
        with self.listed("list-disorder,page=2") as (lab, s3):
            numbers = [int(key[-8:]) for key in self.keys(s3)]
            self.assertEqual(numbers, [*range(10), *range(19, 9, -1), *range(20, 50)])

    def test_a_repeated_token(self):
        with self.listed("list-repeat-token") as (lab, s3):
            first = s3.list_objects_v2(Bucket="bkt")
            second = s3.list_objects_v2(Bucket="bkt", ContinuationToken=first["NextContinuationToken"])
            self.assertEqual(second["NextContinuationToken"], first["NextContinuationToken"])
            self.assertEqual((second["IsTruncated"], second["Contents"][0]["Key"]), (True, "object-00000010"))

    def test_encodings_of_listings(self):
        self.s3.put_object(Bucket="bkt", Key="a b+c", Body=b"")
        for fault, key in (("", b"a+b%2Bc"), ("list-encoding=percent", b"a%20b%2Bc"), ("list-encoding=none", b"a b+c")):
            self.set(*filter(None, [fault]))
            received, _ = self.exchange(b"GET /bkt?list-type=2&encoding-type=url HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            self.assertIn(b"<Key>" + key + b"</Key>", received)
            self.assertEqual(b"<EncodingType>" in received, fault != "list-encoding=none")
        self.s3.delete_object(Bucket="bkt", Key="a b+c")

    # --- conditions

    def test_conditions_of_writes_are_ignored(self):
        self.assertEqual(self.code_of(self.s3.put_object, Bucket="bkt", Key="k", Body=b"n", IfMatch='"no"'), "PreconditionFailed")
        self.set("ignore-conditions")
        self.s3.put_object(Bucket="bkt", Key="k", Body=b"1", IfMatch='"no"')
        self.s3.put_object(Bucket="bkt", Key="k", Body=b"2", IfNoneMatch="*")
        self.assertEqual(self.content(), b"2")
        upload = self.s3.create_multipart_upload(Bucket="bkt", Key="k")["UploadId"]
        part = self.s3.upload_part(Bucket="bkt", Key="k", UploadId=upload, PartNumber=1, Body=b"3")["ETag"]
        self.s3.complete_multipart_upload(Bucket="bkt", Key="k", UploadId=upload, IfMatch='"no"',
                                          MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
        self.assertEqual(self.content(), b"3")
        self.struck(ignore_conditions=3)

    # --- which requests, and the control address

    def test_every_count_and_skip(self):
        self.set("error=500,every=3,op=GetObject")
        for _ in range(9):
            with contextlib.suppress(ClientError):
                self.content()
        self.struck(error=3)
        self.set("error=500,skip=2,count=4,op=GetObject")
        outcome = ""
        for _ in range(9):
            try:
                self.content()
                outcome += "."
            except ClientError:
                outcome += "x"
        self.assertEqual(outcome, "..xxxx...")

    def test_a_fault_for_a_time(self):
        self.set("error=500,op=GetObject,after=300ms,for=500ms")
        begin = time.monotonic()
        outcome = []
        while time.monotonic() - begin < 1.5:
            try:
                self.content()
                outcome.append(".")
            except ClientError:
                outcome.append("x")
            time.sleep(0.02)
        text = "".join(outcome)
        self.assertRegex(text, r"^\.*x+\.+$", "fine, then failing, then fine")

    def test_the_control_address_sets_shows_and_takes_away(self):
        control = self.lab.control
        self.assertEqual(control("GET", "/-/lab/faults"), {"faults": []})
        control("PUT", "/-/lab/faults", b"# a comment\nlatency=1ms,op=GetObject\n\nreset=body,count=0\ncorrupt,every=2\n")
        control("POST", "/-/lab/faults?latency=2ms,op=PutObject&wrong-etag")
        self.content()
        shown = control("GET", "/-/lab/faults")["faults"]
        self.assertEqual([fault["fault"] for fault in shown], ["corrupt,every=2", "latency=2ms,op=PutObject", "wrong-etag"])
        self.assertEqual([(fault["matched"], fault["struck"]) for fault in shown], [(1, 0), (0, 0), (1, 1)])
        for bad in (b"bogus=1", b"latency=1s\nlatency=soon"):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                control("PUT", "/-/lab/faults", bad)
            with refused.exception as answer:
                self.assertEqual(answer.code, 400)
        self.assertEqual(len(control("GET", "/-/lab/faults")["faults"]), 3, "a refused request changes nothing")
        control("POST", "/-/lab/faults?corrupt=off")
        self.assertEqual(len(control("GET", "/-/lab/faults")["faults"]), 2)
        self.assertEqual(control("DELETE", "/-/lab/faults"), {"faults": []})

    def test_faults_from_flags_and_a_configuration_file(self):
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory, "lab.toml")
            config.write_text('[s3]\nbucket = ["bkt", "other"]\nno-verify = true\nfault = ["error=SlowDown,every=10", "latency=1ms..2ms"]\n')
            program = [os.environ["SLUICE_LAB"], "--config", str(config), "s3", "--fault", "corrupt,count=1"]
            flags = Lab.__new__(Lab)
            flags.process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
            flags.info = json.loads(flags.process.stdout.readline())
            flags.endpoint = flags.info["endpoint"]
            self.addCleanup(flags.stop)
            faults = [fault["fault"] for fault in flags.control("GET", "/-/lab/faults")["faults"]]
            self.assertIn("corrupt,count=1", faults)
            self.assertEqual([b["Name"] for b in flags.client().list_buckets()["Buckets"]], ["bkt", "other"])
        answer = subprocess.run([os.environ["SLUICE_LAB"], "s3", "--fault", "reset=nowhere"], capture_output=True, text=True, timeout=20)
        self.assertEqual((answer.returncode, "nowhere" in answer.stderr), (1, True), answer.stderr)

    def test_the_list_of_faults(self):
        text = subprocess.run([os.environ["SLUICE_LAB"], "faults"], capture_output=True, text=True, timeout=20, check=True).stdout
        for name in ("latency=", "reset=PLACE", "expired-token", "list-repeat-token", "op=GetObject|PutObject"):
            self.assertIn(name, text)

    def test_stats_tell_the_cost_and_begin_anew(self):
        for _ in range(20):
            self.content()
        stats = self.lab.stats()
        self.assertAlmostEqual(stats["cpu_seconds"], stats["cpu_user_seconds"] + stats["cpu_system_seconds"], places=2)
        self.assertEqual((stats["operations"], stats["injected"], stats["tls_handshakes"]), ({"GetObject": 20}, 0, 0))
        self.assertGreater(stats["bytes_out"], 2000)
        again = self.lab.control("POST", "/-/lab/reset")
        self.assertEqual((again["requests"], again["operations"], again["bytes_out"]), (0, {}, 0))
        self.assertLess(again["cpu_seconds"], 0.05)


if __name__ == "__main__":
    print(f"SLUICE_SEED={SEED}", flush=True)
    unittest.main()
