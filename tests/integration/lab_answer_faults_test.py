#!/usr/bin/env python3
"""The faults of `sluice-lab s3` in what it answers, seen by raw sockets and boto3.

Run with SLUICE_LAB set to the path of sluice-lab. Needs boto3 (PyPI).
"""

import contextlib
import datetime
import email.utils
import unittest

from botocore.exceptions import ClientError, FlexibleChecksumError

from lab_boto3_test import SEED, Lab
from lab_faults import BODY, FaultTest, body_of, field_of, get


class Answers(FaultTest):
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


if __name__ == "__main__":
    print(f"SLUICE_SEED={SEED}", flush=True)
    unittest.main()
