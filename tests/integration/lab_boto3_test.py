#!/usr/bin/env python3
"""Drives `sluice-lab s3` with boto3, so that the lab is held to a parser and a signer that nobody here wrote.

    SLUICE_LAB=build/release/sluice-lab python3 tests/integration/lab_boto3_test.py

Needs boto3 (PyPI).
"""

import base64
import concurrent.futures
import datetime
import hashlib
import http.client
import io
import json
import os
import random
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import zlib
from unittest import mock

import boto3
from botocore.awsrequest import AWSRequest
from botocore.auth import S3SigV4Auth
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

ACCESS_KEY = "AKIDLABEXAMPLE"
SECRET_KEY = "labsecretEXAMPLEKEY"
MIB = 1024 * 1024
SEED = int(os.environ.get("SLUICE_SEED", random.randrange(2**32)))

NASTY_KEYS = [
    "hello? sausage/êé/Hello, 世界/ \" ' @ < > & ? + ≠/z.txt",
    "a//b",
    "/x",
    "../x",
    "a/../../b",
    "./.",
    "+",
    " ",
    "%",
    "%2F",
    "a b+c%20d",
    "tab\tand\nnewline\x01",
    "é" * 512,
    "k" * 1024,
    "trailing/",
    "~tilde*star'(paren)",
    "a=b&c=d;e",
    "\N{GRINNING FACE}",
]


class RawSigner(S3SigV4Auth):
    """Signs the payload hash that the request declares, be it right or wrong."""

    def payload(self, request):
        return request.headers["x-amz-content-sha256"]

    def _modify_request_before_signing(self, request):
        declared = request.headers["x-amz-content-sha256"]
        super(S3SigV4Auth, self)._modify_request_before_signing(request)
        if "x-amz-content-sha256" not in request.headers:
            request.headers["x-amz-content-sha256"] = declared


def signed(method, url, headers, body=b""):
    request = AWSRequest(method=method, url=url, data=body, headers=headers)
    RawSigner(Credentials(ACCESS_KEY, SECRET_KEY), "s3", "us-east-1").add_auth(request)
    return request


class Lab:
    def __init__(self, *arguments, before=()):
        program = os.environ.get("SLUICE_LAB")
        if not program:
            raise SystemExit("set SLUICE_LAB to the path of sluice-lab")
        self.process = subprocess.Popen([program, *before, "s3", *arguments], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"sluice-lab ended with {self.process.wait()} before it was ready")
        self.info = json.loads(line)
        self.endpoint = self.info["endpoint"]

    def client(self, secret=SECRET_KEY, access=ACCESS_KEY, region="us-east-1", token=None, verify=None, **config):
        config.setdefault("retries", {"total_max_attempts": 1})
        config.setdefault("signature_version", "s3v4")
        return boto3.client(
            "s3", endpoint_url=self.endpoint, aws_access_key_id=access, aws_secret_access_key=secret,
            aws_session_token=token, region_name=region, verify=verify, config=Config(**config))

    def control(self, method, path, body=None):
        request = urllib.request.Request(self.info["control"] + path, method=method, data=body)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def stats(self):
        return self.control("GET", "/-/lab/stats")

    def stop(self):
        self.process.terminate()
        last = self.process.stdout.read()
        self.process.stdout.close()
        if self.process.wait(timeout=20) != 0:
            raise AssertionError(f"sluice-lab ended with {self.process.returncode}")
        return json.loads(last)


class LabTest(unittest.TestCase):
    arguments = []

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab("--bucket", "bkt", *cls.arguments)
        cls.s3 = cls.lab.client()

    @classmethod
    def tearDownClass(cls):
        cls.lab.stop()

    def setUp(self):
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket="bkt"):
            # Not by DeleteObjects: XML cannot hold all of these keys.
            for entry in page.get("Contents", []):
                self.s3.delete_object(Bucket="bkt", Key=entry["Key"])
        for upload in self.s3.list_multipart_uploads(Bucket="bkt").get("Uploads", []):
            self.s3.abort_multipart_upload(Bucket="bkt", Key=upload["Key"], UploadId=upload["UploadId"])

    def refused(self, code, status, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        response = caught.exception.response
        self.assertEqual((response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]), (code, status))
        return response

    def body(self, key, **arguments):
        return self.s3.get_object(Bucket="bkt", Key=key, **arguments)["Body"].read()

    def raw(self, method, path, headers=None, body=b"", sign=True):
        """Sends a request as given; `path` is on the wire as it is here."""
        headers = dict(headers or {})
        url = self.lab.endpoint + path
        if sign:
            headers.setdefault("x-amz-content-sha256", hashlib.sha256(body).hexdigest())
            headers = dict(signed(method, url, headers, body).headers.items())
        address = urllib.parse.urlsplit(self.lab.endpoint)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, text


class Objects(LabTest):
    def test_what_was_put_comes_back(self):
        data = random.Random(SEED).randbytes(300_000)
        put = self.s3.put_object(Bucket="bkt", Key="k", Body=data)
        self.assertEqual(put["ETag"], f'"{hashlib.md5(data).hexdigest()}"')
        got = self.s3.get_object(Bucket="bkt", Key="k")
        self.assertEqual(got["Body"].read(), data)
        self.assertEqual(got["ETag"], put["ETag"])
        self.assertEqual(got["ContentLength"], len(data))

    def test_an_empty_object(self):
        self.s3.put_object(Bucket="bkt", Key="empty", Body=b"")
        self.assertEqual(self.body("empty"), b"")
        self.refused("InvalidRange", 416, self.s3.get_object, Bucket="bkt", Key="empty", Range="bytes=0-")

    def test_attributes_come_back_word_for_word(self):
        given = dict(ContentType="text/csv", CacheControl="max-age=3", ContentDisposition='attachment; filename="x"',
                     ContentEncoding="gzip", ContentLanguage="ja", StorageClass="STANDARD_IA",
                     ServerSideEncryption="AES256", Metadata={"mtime": "1614556800.123456789", "other": "a  b"})
        expires = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
        self.s3.put_object(Bucket="bkt", Key="k", Body=b"x", Tagging="a=b%20c&d=", Expires=expires, **given)
        head = self.s3.head_object(Bucket="bkt", Key="k")
        for name, value in given.items():
            self.assertEqual(head[name], value, name)
        self.assertEqual(head["ExpiresString"], "Wed, 02 Jan 2030 03:04:05 GMT")
        tags = self.s3.get_object_tagging(Bucket="bkt", Key="k")["TagSet"]
        self.assertEqual(tags, [{"Key": "a", "Value": "b c"}, {"Key": "d", "Value": ""}])

    def test_metadata_has_a_limit(self):
        self.refused("MetadataTooLarge", 400, self.s3.put_object, Bucket="bkt", Key="k", Metadata={"m": "x" * 2048})

    def test_ranges(self):
        self.s3.put_object(Bucket="bkt", Key="k", Body=b"0123456789")
        for field, expected in {"bytes=2-4": b"234", "bytes=7-": b"789", "bytes=-3": b"789", "bytes=0-99": b"0123456789",
                                "bytes=-99": b"0123456789"}.items():
            got = self.s3.get_object(Bucket="bkt", Key="k", Range=field)
            self.assertEqual((got["Body"].read(), got["ResponseMetadata"]["HTTPStatusCode"]), (expected, 206), field)
        self.assertEqual(self.s3.get_object(Bucket="bkt", Key="k", Range="bytes=2-4")["ContentRange"], "bytes 2-4/10")
        for ignored in ("bytes=4-2", "bytes=x-y", "lines=1-2", "bytes=0-1,3-4"):
            self.assertEqual(self.body("k", Range=ignored), b"0123456789", ignored)
        error = self.refused("InvalidRange", 416, self.s3.get_object, Bucket="bkt", Key="k", Range="bytes=10-")
        self.assertEqual(error["Error"]["ActualObjectSize"], "10")

    def test_read_conditions(self):
        etag = self.s3.put_object(Bucket="bkt", Key="k", Body=b"x")["ETag"]
        modified = self.s3.head_object(Bucket="bkt", Key="k")["LastModified"]
        earlier = modified - datetime.timedelta(seconds=5)
        get = lambda **condition: self.s3.get_object(Bucket="bkt", Key="k", **condition)
        get(IfMatch=etag)
        get(IfMatch="*")
        get(IfNoneMatch='"other"')
        get(IfModifiedSince=earlier)
        get(IfUnmodifiedSince=modified)
        get(IfMatch=etag, IfUnmodifiedSince=earlier)
        error = self.refused("PreconditionFailed", 412, get, IfMatch='"other"')
        self.assertEqual(error["Error"]["Condition"].lower(), "if-match")
        self.refused("PreconditionFailed", 412, get, IfUnmodifiedSince=earlier)
        self.refused("304", 304, get, IfNoneMatch=etag)
        self.refused("304", 304, get, IfModifiedSince=modified)
        self.refused("412", 412, self.s3.head_object, Bucket="bkt", Key="k", IfMatch='"other"')

    def test_write_conditions(self):
        put = lambda **condition: self.s3.put_object(Bucket="bkt", Key="k", Body=b"x", **condition)
        self.refused("NoSuchKey", 404, put, IfMatch='"any"')
        etag = put(IfNoneMatch="*")["ETag"]
        self.refused("PreconditionFailed", 412, put, IfNoneMatch="*")
        put(IfMatch=etag)
        self.refused("PreconditionFailed", 412, put, IfMatch='"other"')
        self.refused("NotImplemented", 501, put, IfMatch=etag, IfNoneMatch="*")

    def test_what_is_missing(self):
        self.refused("NoSuchKey", 404, self.s3.get_object, Bucket="bkt", Key="none")
        self.refused("404", 404, self.s3.head_object, Bucket="bkt", Key="none")
        self.refused("NoSuchBucket", 404, self.s3.get_object, Bucket="nowhere", Key="k")
        self.refused("NoSuchBucket", 404, self.s3.put_object, Bucket="nowhere", Key="k", Body=b"x" * 100_000)
        self.refused("NoSuchBucket", 404, self.s3.list_objects_v2, Bucket="nowhere")
        self.refused("NoSuchVersion", 404, self.s3.get_object, Bucket="bkt", Key=self.key(), VersionId="abc")
        self.assertEqual(self.body(self.key(), VersionId="null"), b"x")
        self.s3.delete_object(Bucket="bkt", Key="none")

    def key(self):
        self.s3.put_object(Bucket="bkt", Key="there", Body=b"x")
        return "there"

    def test_hostile_keys_are_keys_like_others(self):
        for key in NASTY_KEYS:
            self.s3.put_object(Bucket="bkt", Key=key, Body=key.encode())
        for key in NASTY_KEYS:
            self.assertEqual(self.body(key), key.encode(), repr(key))
        listed = [e["Key"] for e in self.s3.list_objects_v2(Bucket="bkt")["Contents"]]
        self.assertEqual(listed, sorted(NASTY_KEYS, key=str.encode))
        self.s3.delete_objects(Bucket="bkt", Delete={"Objects": [{"Key": k} for k in NASTY_KEYS if k.isprintable()]})
        self.refused("KeyTooLongError", 400, self.s3.put_object, Bucket="bkt", Key="k" * 1025, Body=b"")
        answer, text = self.raw("PUT", "/bkt/%FF%FE", body=b"x")
        self.assertEqual((answer.status, b"InvalidURI" in text), (400, True))

    def test_archived_objects_are_not_read(self):
        for storage_class in ("DEEP_ARCHIVE", "GLACIER"):
            self.s3.put_object(Bucket="bkt", Key="k", Body=b"x", StorageClass=storage_class)
            error = self.refused("InvalidObjectState", 403, self.s3.get_object, Bucket="bkt", Key="k")
            self.assertEqual(error["Error"]["StorageClass"], storage_class)
            self.assertEqual(self.s3.head_object(Bucket="bkt", Key="k")["StorageClass"], storage_class)
            self.refused("ObjectNotInActiveTierError", 403, self.s3.copy_object, Bucket="bkt", Key="c", CopySource="bkt/k")
        self.refused("InvalidStorageClass", 400, self.s3.put_object, Bucket="bkt", Key="k", StorageClass="CHEAP")

    def test_kms_objects_have_no_md5_etag(self):
        put = self.s3.put_object(Bucket="bkt", Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="key-1",
                                 BucketKeyEnabled=True)
        self.assertNotEqual(put["ETag"].strip('"'), hashlib.md5(b"x").hexdigest())
        head = self.s3.head_object(Bucket="bkt", Key="k")
        self.assertEqual((head["ServerSideEncryption"], head["SSEKMSKeyId"], head["BucketKeyEnabled"]), ("aws:kms", "key-1", True))

    def test_tags_can_be_replaced_and_removed(self):
        self.s3.put_object(Bucket="bkt", Key="k", Body=b"x", Tagging="a=1")
        self.s3.put_object_tagging(Bucket="bkt", Key="k", Tagging={"TagSet": [{"Key": "ü", "Value": "<&>"}]})
        self.assertEqual(self.s3.get_object_tagging(Bucket="bkt", Key="k")["TagSet"], [{"Key": "ü", "Value": "<&>"}])
        self.assertEqual(self.body("k"), b"x")
        self.s3.delete_object_tagging(Bucket="bkt", Key="k")
        self.assertEqual(self.s3.get_object_tagging(Bucket="bkt", Key="k")["TagSet"], [])
        twice = {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}
        self.refused("InvalidTag", 400, self.s3.put_object_tagging, Bucket="bkt", Key="k", Tagging=twice)

    def test_delete_many(self):
        keys = [f"d/{i:04}" for i in range(1000)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda k: self.s3.put_object(Bucket="bkt", Key=k, Body=b""), keys))
        quiet = self.s3.delete_objects(Bucket="bkt", Delete={"Quiet": True, "Objects": [{"Key": k} for k in keys[:999]]})
        self.assertEqual((quiet.get("Deleted"), quiet.get("Errors")), (None, None))
        long = "k" * 1025
        loud = self.s3.delete_objects(Bucket="bkt", Delete={"Objects": [{"Key": keys[999]}, {"Key": "none"}, {"Key": long}]})
        self.assertEqual([d["Key"] for d in loud["Deleted"]], [keys[999], "none"])
        self.assertEqual([(e["Key"], e["Code"]) for e in loud["Errors"]], [(long, "KeyTooLongError")])
        self.assertEqual(self.s3.list_objects_v2(Bucket="bkt")["KeyCount"], 0)
        too_many = {"Objects": [{"Key": str(i)} for i in range(1001)]}
        self.refused("MalformedXML", 400, self.s3.delete_objects, Bucket="bkt", Delete=too_many)
        document = b"<Delete><Object><Key>a</Key></Object></Delete>"
        answer, text = self.raw("POST", "/bkt?delete", body=document)
        self.assertEqual((answer.status, b"InvalidRequest" in text), (400, True))

    def test_copies(self):
        source = self.s3.put_object(Bucket="bkt", Key="s +é", Body=b"data", ContentType="text/x", Metadata={"a": "1"},
                                    Tagging="t=1", StorageClass="STANDARD_IA")
        place = {"Bucket": "bkt", "Key": "s +é"}
        copied = self.s3.copy_object(Bucket="bkt", Key="c", CopySource=place, CopySourceIfMatch=source["ETag"])
        self.assertEqual(copied["CopyObjectResult"]["ETag"], source["ETag"])
        head = self.s3.head_object(Bucket="bkt", Key="c")
        self.assertEqual((head["ContentType"], head["Metadata"], head.get("StorageClass")), ("text/x", {"a": "1"}, None))
        self.assertEqual(self.s3.get_object_tagging(Bucket="bkt", Key="c")["TagSet"], [{"Key": "t", "Value": "1"}])
        self.s3.copy_object(Bucket="bkt", Key="c", CopySource=place, MetadataDirective="REPLACE", Metadata={"b": "2"},
                            TaggingDirective="REPLACE", Tagging="u=2", StorageClass="GLACIER_IR")
        head = self.s3.head_object(Bucket="bkt", Key="c")
        self.assertEqual((head["ContentType"], head["Metadata"], head["StorageClass"]),
                         ("binary/octet-stream", {"b": "2"}, "GLACIER_IR"))
        self.assertEqual(self.s3.get_object_tagging(Bucket="bkt", Key="c")["TagSet"], [{"Key": "u", "Value": "2"}])
        self.assertEqual(self.body("c"), b"data")
        copy = self.s3.copy_object
        self.refused("PreconditionFailed", 412, copy, Bucket="bkt", Key="c", CopySource=place, CopySourceIfMatch='"x"')
        self.refused("InvalidRequest", 400, copy, Bucket="bkt", Key="s +é", CopySource=place)
        self.refused("NoSuchKey", 404, copy, Bucket="bkt", Key="c", CopySource="bkt/none")
        self.refused("NoSuchBucket", 404, copy, Bucket="bkt", Key="c", CopySource="nowhere/none")

    def test_buckets(self):
        self.s3.create_bucket(Bucket="second")
        self.s3.create_bucket(Bucket="second")
        self.assertEqual([b["Name"] for b in self.s3.list_buckets()["Buckets"]], ["bkt", "second"])
        self.assertEqual(self.s3.head_bucket(Bucket="second")["BucketRegion"], "us-east-1")
        self.assertIsNone(self.s3.get_bucket_location(Bucket="second")["LocationConstraint"])
        self.assertNotIn("Status", self.s3.get_bucket_versioning(Bucket="second"))
        self.s3.put_object(Bucket="second", Key="k", Body=b"")
        self.refused("BucketNotEmpty", 409, self.s3.delete_bucket, Bucket="second")
        self.s3.delete_object(Bucket="second", Key="k")
        self.s3.delete_bucket(Bucket="second")
        self.refused("404", 404, self.s3.head_bucket, Bucket="second")
        self.refused("IllegalLocationConstraintException", 400, self.s3.create_bucket, Bucket="third",
                     CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.refused("InvalidBucketName", 400, self.s3.create_bucket, Bucket="Upper")

    def test_what_is_not_there_says_so(self):
        self.refused("NotImplemented", 501, self.s3.get_bucket_acl, Bucket="bkt")
        self.refused("NotImplemented", 501, self.s3.list_object_versions, Bucket="bkt")

    def test_every_answer_has_request_ids(self):
        for call in (lambda: self.s3.list_buckets(), lambda: self.s3.put_object(Bucket="bkt", Key="k", Body=b"")):
            metadata = call()["ResponseMetadata"]
            self.assertTrue(metadata["RequestId"] and metadata["HostId"])
        error = self.refused("NoSuchKey", 404, self.s3.get_object, Bucket="bkt", Key="none")
        self.assertTrue(error["ResponseMetadata"]["RequestId"])


class DiskObjects(Objects):
    """The same with the data in files; afterwards none is left that no object needs."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.arguments = ["--data", cls.directory.name]
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.directory.cleanup()

    def blobs(self):
        return [name for _, _, names in os.walk(os.path.join(self.directory.name, "blobs")) for name in names]

    def test_removed_objects_leave_no_files(self):
        for i in range(3):
            self.s3.put_object(Bucket="bkt", Key="k", Body=b"x" * 100 * (i + 1))
        self.s3.copy_object(Bucket="bkt", Key="c", CopySource="bkt/k")
        self.assertEqual(len(self.blobs()), 1)
        self.s3.delete_object(Bucket="bkt", Key="k")
        self.assertEqual(self.body("c"), b"x" * 300)
        self.s3.delete_object(Bucket="bkt", Key="c")
        self.assertEqual(self.blobs(), [])

    def test_objects_outlive_a_killed_server(self):
        with tempfile.TemporaryDirectory() as directory:
            lab = Lab("--bucket", "bkt", "--data", directory)
            for key in NASTY_KEYS:
                lab.client().put_object(Bucket="bkt", Key=key, Body=key.encode(), Metadata={"n": "1"}, Tagging="a=b")
            upload = lab.client().create_multipart_upload(Bucket="bkt", Key="mp")["UploadId"]
            parts = [b"a" * 5 * MIB, b"b"]
            etags = [lab.client().upload_part(Bucket="bkt", Key="mp", UploadId=upload, PartNumber=n, Body=part)["ETag"]
                     for n, part in enumerate(parts, 1)]
            lab.client().complete_multipart_upload(Bucket="bkt", Key="mp", UploadId=upload, MultipartUpload={
                "Parts": [{"ETag": etag, "PartNumber": n} for n, etag in enumerate(etags, 1)]})
            before = lab.client().list_objects_v2(Bucket="bkt")["Contents"]
            lab.process.kill()
            lab.process.wait()
            lab.process.stdout.close()
            with open(os.path.join(directory, "blobs", "00", "stray"), "w"):
                pass
            lab = Lab("--bucket", "bkt", "--data", directory)
            self.assertEqual(lab.client().list_objects_v2(Bucket="bkt")["Contents"], before)
            self.assertEqual(lab.client().get_object(Bucket="bkt", Key="mp")["Body"].read(), b"".join(parts))
            self.assertEqual(lab.client().head_object(Bucket="bkt", Key="mp", PartNumber=2)["ContentLength"], 1)
            self.assertEqual(lab.client().get_object(Bucket="bkt", Key=NASTY_KEYS[0])["Metadata"], {"n": "1"})
            self.assertFalse(os.path.exists(os.path.join(directory, "blobs", "00", "stray")))
            lab.stop()


class Listings(LabTest):
    def put_all(self, keys):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda k: self.s3.put_object(Bucket="bkt", Key=k, Body=b"x"), keys))

    def pages(self, **arguments):
        return list(self.s3.get_paginator("list_objects_v2").paginate(Bucket="bkt", **arguments))

    def test_thousands_of_keys_come_in_byte_order_by_pages(self):
        chooser = random.Random(SEED)
        alphabet = "ab/ +é~\u4e16\U0001F600-.Z\x02"
        keys = {"".join(chooser.choices(alphabet, k=chooser.randint(1, 9))) for _ in range(3200)}
        self.put_all(keys)
        expected = sorted(keys, key=str.encode)
        pages = self.pages()
        self.assertEqual([len(p["Contents"]) for p in pages[:-1]], [1000] * (len(pages) - 1))
        self.assertEqual([e["Key"] for p in pages for e in p["Contents"]], expected, f"seed {SEED}")
        for size in (1, 7, 999):
            some = self.pages(Prefix="a", PaginationConfig={"PageSize": size, "MaxItems": 500})
            self.assertEqual([e["Key"] for p in some for e in p["Contents"]],
                             [k for k in expected if k.startswith("a")][:500], f"seed {SEED}")
        middle = expected[len(expected) // 2]
        after = self.pages(StartAfter=middle)
        self.assertEqual([e["Key"] for p in after for e in p["Contents"]], [k for k in expected if k.encode() > middle.encode()])
        self.check_delimited(expected)

    def check_delimited(self, expected):
        for prefix in ("", "a", "a/"):
            inside = [k for k in expected if k.startswith(prefix)]
            common = {prefix + k[len(prefix):].split("/")[0] + "/" for k in inside if "/" in k[len(prefix):]}
            plain = [k for k in inside if "/" not in k[len(prefix):]]
            pages = self.pages(Prefix=prefix, Delimiter="/", PaginationConfig={"PageSize": 13})
            got_common = [c["Prefix"] for p in pages for c in p.get("CommonPrefixes", [])]
            got_plain = [e["Key"] for p in pages for e in p.get("Contents", [])]
            self.assertEqual((got_common, got_plain), (sorted(common, key=str.encode), plain), f"seed {SEED}, {prefix!r}")
            for page in pages:
                self.assertEqual(page["KeyCount"], len(page.get("Contents", [])) + len(page.get("CommonPrefixes", [])))

    def test_a_space_is_written_as_plus(self):
        self.put_all(["a b+c"])
        _, text = self.raw("GET", "/bkt?encoding-type=url&list-type=2")
        self.assertIn(b"<Key>a+b%2Bc</Key>", text)
        _, text = self.raw("GET", "/bkt?list-type=2")
        self.assertIn(b"<Key>a b+c</Key>", text)

    def test_owner_and_limits(self):
        self.put_all(["a", "b"])
        listed = self.s3.list_objects_v2(Bucket="bkt", FetchOwner=True, MaxKeys=1)
        self.assertEqual((listed["Contents"][0]["Owner"]["ID"], listed["IsTruncated"], listed["KeyCount"]), ("sluice-lab", True, 1))
        self.assertNotIn("Owner", self.s3.list_objects_v2(Bucket="bkt")["Contents"][0])
        none = self.s3.list_objects_v2(Bucket="bkt", MaxKeys=0)
        self.assertEqual((none["KeyCount"], none["IsTruncated"]), (0, False))
        self.refused("InvalidArgument", 400, self.s3.list_objects_v2, Bucket="bkt", ContinuationToken="?")

    def test_version_one(self):
        keys = [f"k{i}" for i in range(5)] + ["d/1", "d/2", "e/1"]
        self.put_all(keys)
        pages = list(self.s3.get_paginator("list_objects").paginate(Bucket="bkt", PaginationConfig={"PageSize": 2}))
        self.assertEqual([e["Key"] for p in pages for e in p["Contents"]], sorted(keys))
        pages = list(self.s3.get_paginator("list_objects").paginate(Bucket="bkt", Delimiter="/", PaginationConfig={"PageSize": 1}))
        self.assertEqual([c["Prefix"] for p in pages for c in p.get("CommonPrefixes", [])], ["d/", "e/"])


class Checksums(LabTest):
    VALUES = {"CRC32": "y/Q5Jg==", "CRC32C": "4waSgw==", "CRC64NVME": "rosUhgp5mIg=",
              "SHA1": base64.b64encode(hashlib.sha1(b"123456789").digest()).decode(),
              "SHA256": base64.b64encode(hashlib.sha256(b"123456789").digest()).decode()}

    def test_each_is_verified_kept_and_given_back(self):
        plain = self.lab.client(request_checksum_calculation="when_required")
        for algorithm, value in self.VALUES.items():
            name = f"Checksum{algorithm}"
            put = plain.put_object(Bucket="bkt", Key="k", Body=b"123456789", **{name: value})
            self.assertEqual(put[name], value)
            got = plain.get_object(Bucket="bkt", Key="k", ChecksumMode="ENABLED")
            self.assertEqual((got[name], got["ChecksumType"]), (value, "FULL_OBJECT"))
            self.assertNotIn(name, plain.head_object(Bucket="bkt", Key="k"))
            self.refused("BadDigest", 400, plain.put_object, Bucket="bkt", Key="k", Body=b"123456780", **{name: value})
            self.refused("InvalidRequest", 400, plain.put_object, Bucket="bkt", Key="k", Body=b"1", **{name: "AAA="})
        self.refused("InvalidRequest", 400, plain.put_object, Bucket="bkt", Key="k", Body=b"123456789",
                     ChecksumCRC32=self.VALUES["CRC32"], ChecksumSHA1=self.VALUES["SHA1"])

    def test_without_one_the_server_makes_crc64nvme(self):
        plain = self.lab.client(request_checksum_calculation="when_required")
        plain.put_object(Bucket="bkt", Key="k", Body=b"123456789")
        head = plain.head_object(Bucket="bkt", Key="k", ChecksumMode="ENABLED")
        self.assertEqual((head["ChecksumCRC64NVME"], head["ChecksumType"]), (self.VALUES["CRC64NVME"], "FULL_OBJECT"))

    def test_content_md5(self):
        plain = self.lab.client(request_checksum_calculation="when_required")
        right = base64.b64encode(hashlib.md5(b"x").digest()).decode()
        plain.put_object(Bucket="bkt", Key="k", Body=b"x", ContentMD5=right)
        self.refused("BadDigest", 400, plain.put_object, Bucket="bkt", Key="k", Body=b"y", ContentMD5=right)
        self.refused("InvalidDigest", 400, plain.put_object, Bucket="bkt", Key="k", Body=b"x", ContentMD5="abc")

    def test_the_signed_payload_hash_is_verified(self):
        headers = {"x-amz-content-sha256": hashlib.sha256(b"right").hexdigest()}
        answer, text = self.raw("PUT", "/bkt/k", headers, b"wrong")
        self.assertEqual((answer.status, b"XAmzContentSHA256Mismatch" in text), (400, True))
        self.refused("404", 404, self.s3.head_object, Bucket="bkt", Key="k")

    def test_streams_with_trailers(self):
        """botocore sends an unseekable body as aws-chunked, with the checksum in the trailer (over TLS or unsigned)."""
        body = random.Random(SEED).randbytes(3 * MIB + 5)
        chunked = aws_chunked(body, "x-amz-checksum-crc32", base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode())
        headers = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-trailer": "x-amz-checksum-crc32",
                   "x-amz-decoded-content-length": str(len(body)), "content-encoding": "gzip,aws-chunked"}
        answer, text = self.raw("PUT", "/bkt/k", headers, chunked)
        self.assertEqual(answer.status, 200, text)
        head = self.s3.head_object(Bucket="bkt", Key="k", ChecksumMode="ENABLED")
        self.assertEqual((head["ContentEncoding"], head["ContentLength"], "ChecksumCRC32" in head), ("gzip", len(body), True))
        self.assertEqual(self.body("k"), body)
        wrong = aws_chunked(body, "x-amz-checksum-crc32", "AAAAAA==")
        answer, text = self.raw("PUT", "/bkt/k", headers, wrong)
        self.assertEqual((answer.status, b"BadDigest" in text), (400, True))
        small = aws_chunked(body, "x-amz-checksum-crc32", "AAAAAA==", size=4096)
        answer, text = self.raw("PUT", "/bkt/k", headers, small)
        self.assertEqual((answer.status, b"InvalidChunkSizeError" in text), (403, True))
        short = dict(headers, **{"x-amz-decoded-content-length": str(len(body) + 1)})
        answer, text = self.raw("PUT", "/bkt/k", short, chunked)
        self.assertEqual((answer.status, b"IncompleteBody" in text), (400, True))

    def test_signed_chunks(self):
        body = random.Random(SEED).randbytes(150_000)
        for trailer in (False, True):
            answer, text = self.send_signed_chunks(body, trailer, lambda chunks: chunks)
            self.assertEqual(answer.status, 200, text)
            self.assertEqual(self.body("k"), body)
            tampered = lambda chunks: chunks.replace(body[1000:1010], bytes(10), 1)
            answer, text = self.send_signed_chunks(body, trailer, tampered)
            self.assertEqual((answer.status, b"SignatureDoesNotMatch" in text), (403, True))
        swapped = lambda chunks: chunks.replace(b"x-amz-trailer-signature:", b"x-amz-trailer-signature:0", 1)
        answer, _ = self.send_signed_chunks(body, True, swapped)
        self.assertEqual(answer.status, 403)

    def send_signed_chunks(self, body, trailer, change):
        import hmac
        kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
        headers = {"x-amz-content-sha256": kind, "x-amz-decoded-content-length": str(len(body)), "content-encoding": "aws-chunked"}
        if trailer:
            headers["x-amz-trailer"] = "x-amz-checksum-sha256"
        request = signed("PUT", self.lab.endpoint + "/bkt/k", headers)
        stamp = request.context["timestamp"]
        scope = f"{stamp[:8]}/us-east-1/s3/aws4_request"
        key = b"AWS4" + SECRET_KEY.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        previous = request.headers["Authorization"].rsplit("Signature=", 1)[1]
        empty = hashlib.sha256(b"").hexdigest()
        out = io.BytesIO()
        for start in range(0, len(body) + 65536, 65536):
            chunk = body[start:start + 65536] if start < len(body) else b""
            to_sign = "\n".join(["AWS4-HMAC-SHA256-PAYLOAD", stamp, scope, previous, empty, hashlib.sha256(chunk).hexdigest()])
            previous = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
            out.write(f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk)
            out.write(b"\r\n" if chunk else b"")
        if trailer:
            line = "x-amz-checksum-sha256:" + base64.b64encode(hashlib.sha256(body).digest()).decode()
            to_sign = "\n".join(["AWS4-HMAC-SHA256-TRAILER", stamp, scope, previous, hashlib.sha256((line + "\n").encode()).hexdigest()])
            out.write(f"{line}\r\nx-amz-trailer-signature:{hmac.new(key, to_sign.encode(), 'sha256').hexdigest()}\r\n".encode())
        out.write(b"\r\n")
        return self.raw("PUT", "/bkt/k", dict(request.headers.items()), change(out.getvalue()), sign=False)


def aws_chunked(body, trailer, value, size=65536):
    out = io.BytesIO()
    for start in range(0, len(body), size):
        chunk = body[start:start + size]
        out.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
    out.write(f"0\r\n{trailer}:{value}\r\n\r\n".encode())
    return out.getvalue()


class Multipart(LabTest):
    PARTS = [b"a" * (5 * MIB), b"b" * (5 * MIB + 3), b"c" * 7]
    WHOLE = b"".join(PARTS)

    def start(self, **arguments):
        return self.s3.create_multipart_upload(Bucket="bkt", Key="k", **arguments)["UploadId"]

    def upload(self, upload, number, body, **arguments):
        return self.s3.upload_part(Bucket="bkt", Key="k", UploadId=upload, PartNumber=number, Body=body, **arguments)

    def complete(self, upload, parts, **arguments):
        return self.s3.complete_multipart_upload(Bucket="bkt", Key="k", UploadId=upload, MultipartUpload={"Parts": parts}, **arguments)

    def upload_all(self, upload, **arguments):
        keep = ("ETag", "ChecksumCRC32", "ChecksumCRC32C", "ChecksumSHA256")
        answers = [self.upload(upload, n, part, **arguments) for n, part in enumerate(self.PARTS, 1)]
        return [dict({k: a[k] for k in keep if k in a}, PartNumber=n) for n, a in enumerate(answers, 1)]

    def test_parts_become_one_object(self):
        upload = self.start(ContentType="text/x", Metadata={"a": "1"}, StorageClass="STANDARD_IA", Tagging="t=1")
        parts = [{"ETag": p["ETag"], "PartNumber": p["PartNumber"]} for p in self.upload_all(upload)]
        listed = self.s3.list_multipart_uploads(Bucket="bkt")["Uploads"]
        self.assertEqual([(u["Key"], u["UploadId"]) for u in listed], [("k", upload)])
        pages = list(self.s3.get_paginator("list_parts").paginate(
            Bucket="bkt", Key="k", UploadId=upload, PaginationConfig={"PageSize": 2}))
        self.assertEqual([(p["PartNumber"], p["Size"], p["ETag"]) for page in pages for p in page["Parts"]],
                         [(p["PartNumber"], len(b), p["ETag"]) for p, b in zip(parts, self.PARTS)])
        done = self.complete(upload, parts)
        digests = b"".join(hashlib.md5(p).digest() for p in self.PARTS)
        self.assertEqual(done["ETag"], f'"{hashlib.md5(digests).hexdigest()}-3"')
        self.assertEqual(done["ChecksumType"], "FULL_OBJECT")
        head = self.s3.head_object(Bucket="bkt", Key="k", ChecksumMode="ENABLED")
        self.assertEqual((head["ContentType"], head["Metadata"], head["StorageClass"]), ("text/x", {"a": "1"}, "STANDARD_IA"))
        plain = self.lab.client(request_checksum_calculation="when_required")
        plain.put_object(Bucket="bkt", Key="single", Body=self.WHOLE)
        single = plain.head_object(Bucket="bkt", Key="single", ChecksumMode="ENABLED")
        self.assertEqual(head["ChecksumCRC64NVME"], single["ChecksumCRC64NVME"])
        self.assertEqual(self.body("k"), self.WHOLE)
        self.check_parts_of_the_object()
        self.refused("NoSuchUpload", 404, self.complete, upload=upload, parts=parts)

    def check_parts_of_the_object(self):
        second = self.s3.get_object(Bucket="bkt", Key="k", PartNumber=2)
        self.assertEqual((second["Body"].read(), second["PartsCount"]), (self.PARTS[1], 3))
        self.assertEqual(self.body("k", Range=f"bytes={5 * MIB - 2}-{5 * MIB + 1}"), b"aabb")
        self.refused("InvalidPartNumber", 416, self.s3.get_object, Bucket="bkt", Key="k", PartNumber=4)
        copied = self.s3.copy_object(Bucket="bkt", Key="c", CopySource="bkt/k")
        self.assertEqual(copied["CopyObjectResult"]["ETag"], f'"{hashlib.md5(self.WHOLE).hexdigest()}"')

    def test_composite_checksums(self):
        upload = self.start(ChecksumAlgorithm="SHA256")
        parts = self.upload_all(upload, ChecksumAlgorithm="SHA256")
        digests = b"".join(hashlib.sha256(p).digest() for p in self.PARTS)
        expected = base64.b64encode(hashlib.sha256(digests).digest()).decode() + "-3"
        without = [{"ETag": p["ETag"], "PartNumber": p["PartNumber"]} for p in parts]
        self.refused("InvalidRequest", 400, self.complete, upload=upload, parts=without)
        wrong = [dict(p, ChecksumSHA256=parts[0]["ChecksumSHA256"]) for p in parts]
        self.refused("InvalidPart", 400, self.complete, upload=upload, parts=wrong)
        done = self.complete(upload, parts)
        self.assertEqual((done["ChecksumSHA256"], done["ChecksumType"]), (expected, "COMPOSITE"))
        self.assertEqual(self.s3.head_object(Bucket="bkt", Key="k", ChecksumMode="ENABLED")["ChecksumSHA256"], expected)

    def test_full_object_checksums(self):
        upload = self.start(ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
        parts = self.upload_all(upload, ChecksumAlgorithm="CRC32")
        value = base64.b64encode(zlib.crc32(self.WHOLE).to_bytes(4, "big")).decode()
        self.refused("BadDigest", 400, self.complete, upload=upload, parts=parts, ChecksumCRC32="AAAAAA==", ChecksumType="FULL_OBJECT")
        done = self.complete(upload, parts, ChecksumCRC32=value, ChecksumType="FULL_OBJECT")
        self.assertEqual((done["ChecksumCRC32"], done["ChecksumType"]), (value, "FULL_OBJECT"))
        self.refused("InvalidRequest", 400, self.start, ChecksumAlgorithm="SHA256", ChecksumType="FULL_OBJECT")
        self.refused("InvalidRequest", 400, self.start, ChecksumAlgorithm="CRC64NVME", ChecksumType="COMPOSITE")

    def test_a_checksum_of_another_kind_is_refused(self):
        upload = self.start(ChecksumAlgorithm="SHA256")
        self.refused("InvalidRequest", 400, self.upload, upload=upload, number=1, body=b"x", ChecksumAlgorithm="CRC32")

    def test_what_can_be_wrong(self):
        upload = self.start()
        parts = [{"ETag": self.upload(upload, n, b"x")["ETag"], "PartNumber": n} for n in (1, 2)]
        error = self.refused("EntityTooSmall", 400, self.complete, upload=upload, parts=parts)
        self.assertEqual((error["Error"]["ProposedSize"], error["Error"]["PartNumber"]), ("1", "1"))
        self.refused("InvalidPartOrder", 400, self.complete, upload=upload, parts=parts[::-1])
        self.refused("InvalidPart", 400, self.complete, upload=upload, parts=[{"ETag": '"no"', "PartNumber": 1}])
        self.refused("InvalidPart", 400, self.complete, upload=upload, parts=[dict(parts[0], PartNumber=3)])
        self.refused("MalformedXML", 400, self.complete, upload=upload, parts=[])
        self.refused("NoSuchUpload", 404, self.upload, upload="none", number=1, body=b"x")
        self.refused("InvalidArgument", 400, self.upload, upload=upload, number=10001, body=b"x")
        self.refused("InvalidRequest", 400, self.complete, upload=upload, parts=parts[:1], MpuObjectSize=5)
        self.s3.put_object(Bucket="bkt", Key="k", Body=b"other")
        self.refused("PreconditionFailed", 412, self.complete, upload=upload, parts=parts[:1], IfMatch='"no"')
        self.refused("PreconditionFailed", 412, self.complete, upload=upload, parts=parts[:1], IfNoneMatch="*")
        self.s3.abort_multipart_upload(Bucket="bkt", Key="k", UploadId=upload)
        self.refused("NoSuchUpload", 404, self.s3.abort_multipart_upload, Bucket="bkt", Key="k", UploadId=upload)
        self.assertNotIn("Uploads", self.s3.list_multipart_uploads(Bucket="bkt"))
        self.assertEqual(self.body("k"), b"other")

    def test_part_copies(self):
        source = self.s3.put_object(Bucket="bkt", Key="src", Body=self.WHOLE)["ETag"]
        upload = self.start()
        ranges = [(0, 6 * MIB - 1), (6 * MIB, len(self.WHOLE) - 1)]
        parts = []
        for number, (first, last) in enumerate(ranges, 1):
            copied = self.s3.upload_part_copy(Bucket="bkt", Key="k", UploadId=upload, PartNumber=number, CopySource="bkt/src",
                                              CopySourceIfMatch=source, CopySourceRange=f"bytes={first}-{last}")
            parts.append({"ETag": copied["CopyPartResult"]["ETag"], "PartNumber": number})
        self.refused("InvalidArgument", 400, self.s3.upload_part_copy, Bucket="bkt", Key="k", UploadId=upload, PartNumber=1,
                     CopySource="bkt/src", CopySourceRange=f"bytes=0-{len(self.WHOLE)}")
        self.complete(upload, parts)
        self.assertEqual(self.body("k"), self.WHOLE)

    def test_uploads_are_listed_by_pages(self):
        started = [(key, self.s3.create_multipart_upload(Bucket="bkt", Key=key)["UploadId"]) for key in ("b", "a", "c c", "a")]
        pages = list(self.s3.get_paginator("list_multipart_uploads").paginate(Bucket="bkt", PaginationConfig={"PageSize": 1}))
        listed = [(u["Key"], u["UploadId"]) for p in pages for u in p["Uploads"]]
        self.assertEqual(sorted(listed), sorted(started))
        self.assertEqual([k for k, _ in listed], ["a", "a", "b", "c c"])
        for key, upload in started:
            self.s3.abort_multipart_upload(Bucket="bkt", Key=key, UploadId=upload)

    def test_the_transfer_manager_moves_a_large_file(self):
        data = random.Random(SEED).randbytes(20 * MIB)
        self.s3.upload_fileobj(io.BytesIO(data), "bkt", "k")
        out = io.BytesIO()
        self.s3.download_fileobj("bkt", "k", out)
        self.assertEqual(out.getvalue(), data)


class Signatures(LabTest):
    def test_who_is_refused(self):
        self.refused("SignatureDoesNotMatch", 403, self.lab.client(secret="wrong").list_buckets)
        self.refused("InvalidAccessKeyId", 403, self.lab.client(access="AKIDNOBODY").list_buckets)
        self.refused("InvalidToken", 400, self.lab.client(token="stray").list_buckets)
        error = self.refused("AuthorizationHeaderMalformed", 400, self.lab.client(region="eu-west-1").list_buckets)
        self.assertEqual(error["Error"]["Region"], "us-east-1")
        anonymous, text = self.raw("GET", "/bkt", sign=False)
        self.assertEqual((anonymous.status, b"AccessDenied" in text), (403, True))

    def test_a_client_finds_the_right_region_by_the_errors(self):
        self.s3.put_object(Bucket="bkt", Key="k", Body=b"x")
        lost = self.lab.client(region="eu-west-1")
        self.assertEqual(lost.list_objects_v2(Bucket="bkt")["KeyCount"], 1)
        self.assertEqual(self.lab.client(region="eu-west-1").head_object(Bucket="bkt", Key="k")["ContentLength"], 1)

    def test_a_mismatch_shows_what_the_server_signed(self):
        error = self.refused("SignatureDoesNotMatch", 403, self.lab.client(secret="wrong").list_objects_v2, Bucket="bkt", Prefix="a b")
        self.assertIn("prefix=a%20b", error["Error"]["CanonicalRequest"])
        self.assertTrue(error["Error"]["StringToSign"].startswith("AWS4-HMAC-SHA256\n"))

    def test_the_clock(self):
        for minutes, refused in ((14, False), (-14, False), (16, True), (-16, True)):
            moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
            with mock.patch("botocore.auth.get_current_datetime", return_value=moment.replace(tzinfo=None)):
                if refused:
                    error = self.refused("RequestTimeTooSkewed", 403, self.s3.list_buckets)
                    self.assertEqual(error["Error"]["MaxAllowedSkewMilliseconds"], "900000")
                else:
                    self.s3.list_buckets()

    def test_every_amz_header_must_be_signed(self):
        request = signed("PUT", self.lab.endpoint + "/bkt/k", {"x-amz-content-sha256": hashlib.sha256(b"x").hexdigest()}, b"x")
        headers = dict(request.headers.items(), **{"x-amz-meta-smuggled": "1"})
        answer, text = self.raw("PUT", "/bkt/k", headers, b"x", sign=False)
        self.assertEqual((answer.status, b"<HeadersNotSigned>x-amz-meta-smuggled" in text), (403, True))

    def test_the_path_is_verified_as_sent(self):
        """What a proxy would normalise is another key, and so another signature."""
        answer, _ = self.raw("PUT", "/bkt/a/../b//c/%2E%2E/d%2Fe", body=b"x")
        self.assertEqual(answer.status, 200)
        self.assertEqual([e["Key"] for e in self.s3.list_objects_v2(Bucket="bkt")["Contents"]], ["a/../b//c/../d/e"])

    def test_presigned_urls(self):
        self.s3.put_object(Bucket="bkt", Key=NASTY_KEYS[0], Body=b"data")
        url = self.s3.generate_presigned_url("get_object", ExpiresIn=60, Params={
            "Bucket": "bkt", "Key": NASTY_KEYS[0], "ResponseContentType": "text/x"})
        with urllib.request.urlopen(url) as answer:
            self.assertEqual((answer.read(), answer.headers["Content-Type"]), (b"data", "text/x"))
        put = self.s3.generate_presigned_url("put_object", Params={"Bucket": "bkt", "Key": "up"}, ExpiresIn=60)
        urllib.request.urlopen(urllib.request.Request(put, data=b"up", method="PUT", headers={"Content-Type": "text/plain"})).close()
        self.assertEqual(self.body("up"), b"up")
        self.presigned_refused(403, b"SignatureDoesNotMatch", url.replace("text%2Fx", "text%2Fy"))
        past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=90)
        with mock.patch("botocore.auth.get_current_datetime", return_value=past.replace(tzinfo=None)):
            old = self.s3.generate_presigned_url("get_object", Params={"Bucket": "bkt", "Key": "up"}, ExpiresIn=60)
        self.presigned_refused(403, b"Request has expired", old)
        long = self.s3.generate_presigned_url("get_object", Params={"Bucket": "bkt", "Key": "up"}, ExpiresIn=604801)
        self.presigned_refused(400, b"AuthorizationQueryParametersError", long)

    def presigned_refused(self, status, text, url):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url)
        with caught.exception as answer:
            self.assertEqual((answer.code, text in answer.read()), (status, True))


class Server(unittest.TestCase):
    def start(self, *arguments):
        lab = Lab("--bucket", "bkt", *arguments)
        self.addCleanup(lambda: lab.process.poll() is None and lab.stop())
        return lab

    def test_counts(self):
        lab = self.start()
        s3 = lab.client(max_pool_connections=1)
        lab.control("POST", "/-/lab/reset")
        for i in range(3):
            s3.put_object(Bucket="bkt", Key="k", Body=b"x" * 1000)
            s3.get_object(Bucket="bkt", Key="k")["Body"].read()
        with self.assertRaises(ClientError):
            s3.head_object(Bucket="bkt", Key="none")
        stats = lab.stats()
        self.assertEqual((stats["requests"], stats["connections"]), (7, 1))
        self.assertEqual(stats["operations"], {"PutObject": 3, "GetObject": 3, "HeadObject": 1})
        self.assertEqual((stats["statuses"], stats["errors"]), ({"200": 6, "404": 1}, {"NoSuchKey": 1}))
        self.assertGreater(stats["bytes_in"], 3000)
        self.assertGreater(stats["bytes_out"], 3000)
        last = lab.stop()
        self.assertEqual(last["requests"], 7)

    def test_faults_can_be_changed_while_it_runs(self):
        lab = self.start("--slowdown-rate", "1", "--retry-after", "7", "--seed", str(SEED))
        with self.assertRaises(ClientError) as caught:
            lab.client().put_object(Bucket="bkt", Key="k", Body=b"x" * 100_000)
        response = caught.exception.response
        self.assertEqual((response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]), ("SlowDown", 503))
        self.assertEqual(response["ResponseMetadata"]["HTTPHeaders"]["retry-after"], "7")
        lab.control("POST", "/-/lab/faults?slowdown-rate=0&latency=200ms")
        begin = time.monotonic()
        lab.client().list_buckets()
        self.assertGreaterEqual(time.monotonic() - begin, 0.2)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            lab.control("POST", "/-/lab/faults?latency=soon")
        refused.exception.close()
        faults = lab.control("POST", "/-/lab/faults?error-rate=0.2&latency=0")["faults"]
        self.assertEqual(faults, [{"fault": "error-rate=0.2", "matched": 0, "struck": 0}])
        lab.control("POST", "/-/lab/reset")
        s3 = lab.client(retries={"total_max_attempts": 12})  # so many failures in a row, or none at all in 50, are not seen in a lifetime
        with mock.patch("time.sleep"):
            for i in range(50):
                s3.put_object(Bucket="bkt", Key="k", Body=b"x")
        stats = lab.stats()
        self.assertEqual(stats["requests"] - stats["injected"], 50, f"seed {SEED}")
        self.assertGreater(stats["injected"], 0, f"seed {SEED}")

    def test_synthetic_objects(self):
        for layout in ("flat", "dirs"):
            lab = self.start("--synthetic", "2500x5000", "--layout", layout)
            s3 = lab.client()
            pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="bkt"))
            keys = [e["Key"] for p in pages for e in p["Contents"]]
            self.assertEqual((len(keys), keys), (2500, sorted(keys)))
            for entry in random.Random(SEED).sample([e for p in pages for e in p["Contents"]], 30):
                data = s3.get_object(Bucket="bkt", Key=entry["Key"], IfMatch=entry["ETag"])["Body"].read()
                self.assertEqual((len(data), f'"{hashlib.md5(data).hexdigest()}"'), (5000, entry["ETag"]), f"seed {SEED}")
            s3.delete_object(Bucket="bkt", Key=keys[3])
            s3.put_object(Bucket="bkt", Key=keys[7], Body=b"mine")
            s3.put_object(Bucket="bkt", Key=keys[8] + "x", Body=b"mine")
            expected = sorted(keys[:3] + keys[4:] + [keys[8] + "x"])
            listed = [e["Key"] for p in s3.get_paginator("list_objects_v2").paginate(Bucket="bkt") for e in p["Contents"]]
            self.assertEqual(listed, expected)
            self.assertEqual(s3.get_object(Bucket="bkt", Key=keys[7])["Body"].read(), b"mine")
            with self.assertRaises(ClientError):
                s3.get_object(Bucket="bkt", Key=keys[3])
            lab.stop()

    def test_synthetic_ranges_fit_together(self):
        lab = self.start("--synthetic", "2x3000000")
        s3 = lab.client()
        key = s3.list_objects_v2(Bucket="bkt")["Contents"][1]["Key"]
        whole = s3.get_object(Bucket="bkt", Key=key)
        data = whole["Body"].read()
        self.assertEqual(f'"{hashlib.md5(data).hexdigest()}"', whole["ETag"])
        for first, last in ((0, 9), (1048570, 1048580), (1048573, 2097200), (2999999, 2999999)):
            part = s3.get_object(Bucket="bkt", Key=key, Range=f"bytes={first}-{last}")["Body"].read()
            self.assertEqual(part, data[first:last + 1])

    def test_other_credentials_and_region(self):
        lab = self.start("--region", "eu-west-1", "--access-key", "me", "--secret-key", "s", "--session-token", "t")
        s3 = lab.client(access="me", secret="s", token="t", region="eu-west-1")
        self.assertEqual(s3.get_bucket_location(Bucket="bkt")["LocationConstraint"], "eu-west-1")
        s3.create_bucket(Bucket="new", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        with self.assertRaises(ClientError) as caught:
            s3.create_bucket(Bucket="new", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.assertEqual(caught.exception.response["Error"]["Code"], "BucketAlreadyOwnedByYou")
        with self.assertRaises(ClientError) as caught:
            lab.client(access="me", secret="s", region="eu-west-1").list_buckets()
        self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidToken")

    def test_without_verification_anyone_may(self):
        lab = self.start("--no-verify")
        lab.client(secret="wrong", region="eu-west-1").put_object(Bucket="bkt", Key="k", Body=b"x")
        with urllib.request.urlopen(lab.endpoint + "/bkt/k") as answer:
            self.assertEqual(answer.read(), b"x")

    def test_metadata_beyond_ascii_comes_back_encoded(self):
        lab = self.start("--no-verify")
        request = urllib.request.Request(lab.endpoint + "/bkt/k", method="PUT", data=b"x",
                                         headers={"x-amz-meta-name": "caf\u00e9".encode().decode("latin-1")})
        urllib.request.urlopen(request).close()
        self.assertEqual(lab.client().head_object(Bucket="bkt", Key="k")["Metadata"]["name"], "=?UTF-8?Q?caf=C3=A9?=")

    def test_opaque_etags(self):
        lab = self.start("--etag", "opaque")
        s3 = lab.client()
        etag = s3.put_object(Bucket="bkt", Key="k", Body=b"x")["ETag"]
        self.assertRegex(etag, '^"[0-9a-f]{32}-1"$')
        s3.get_object(Bucket="bkt", Key="k", IfMatch=etag)

    def test_virtual_hosts(self):
        lab = self.start("--domain", "s3.example.test")
        port = urllib.parse.urlsplit(lab.endpoint).port
        request = signed("PUT", f"http://bkt.s3.example.test:{port}/dir/k",
                         {"x-amz-content-sha256": hashlib.sha256(b"x").hexdigest()}, b"x")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers = dict(request.headers.items(), Host=f"bkt.s3.example.test:{port}")
        connection.request("PUT", "/dir/k", body=b"x", headers=headers)
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        self.assertEqual(lab.client().get_object(Bucket="bkt", Key="dir/k")["Body"].read(), b"x")

    def test_tls(self):
        with tempfile.TemporaryDirectory() as directory:
            key, certificate = os.path.join(directory, "key.pem"), os.path.join(directory, "cert.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                            "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
                           check=True, capture_output=True)
            for data in ("memory", os.path.join(directory, "data")):
                lab = self.start("--tls-cert", certificate, "--tls-key", key, "--data", data)
                self.assertTrue(lab.endpoint.startswith("https://"))
                s3 = lab.client(verify=certificate)
                body = random.Random(SEED).randbytes(2 * MIB)
                s3.put_object(Bucket="bkt", Key="k", Body=io.BytesIO(body))
                self.assertEqual(s3.get_object(Bucket="bkt", Key="k")["Body"].read(), body)
                lab.stop()

    def test_pipelined_requests_and_chunked_bodies(self):
        import socket
        lab = self.start("--no-verify")
        address = urllib.parse.urlsplit(lab.endpoint)
        with socket.create_connection((address.hostname, address.port), timeout=20) as peer:
            peer.sendall(b"PUT /bkt/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
                         b"PUT /bkt/j HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
                         b"GET /bkt/k HTTP/1.1\r\nHost: h\r\n\r\nGET /bkt/j HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            text = b""
            while piece := peer.recv(65536):
                text += piece
        self.assertEqual(text.count(b"HTTP/1.1 200 OK"), 4)
        self.assertIn(b"\r\n\r\nabcdefg", text)
        self.assertTrue(text.endswith(b"\r\n\r\nhi"))

    def test_continue_is_answered_at_once(self):
        import socket
        lab = self.start("--no-verify")
        address = urllib.parse.urlsplit(lab.endpoint)
        head = b"PUT /%b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        with socket.create_connection((address.hostname, address.port), timeout=20) as peer:
            peer.sendall(head % b"bkt")
            self.assertEqual(peer.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
            peer.sendall(b"hi")
            self.assertTrue(peer.recv(1000).startswith(b"HTTP/1.1 200 OK"))
            peer.sendall(head % b"none")
            refusal = peer.recv(4000)
            self.assertTrue(refusal.startswith(b"HTTP/1.1 404"))
            self.assertIn(b"Connection: close", refusal)

    def test_broken_requests_are_refused(self):
        import socket
        lab = self.start("--no-verify")
        address = urllib.parse.urlsplit(lab.endpoint)
        for request, status in ((b"nonsense\r\n\r\n", b"400"), (b"GET / HTTP/2.0\r\n\r\n", b"505"), (b"GET /\xff HTTP/1.1\r\n\r\n", b"400"),
                                (b"GET / HTTP/1.1\r\nA b: c\r\n\r\n", b"400"), (b"GET / HTTP/1.1\r\nX: " + b"y" * 70_000, b"431"),
                                (b"PUT /bkt/k HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
                                (b"PUT /bkt/k HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
                                (b"PUT /bkt/k HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400")):
            with socket.create_connection((address.hostname, address.port), timeout=20) as peer:
                peer.sendall(request)
                self.assertEqual(peer.recv(4000)[9:12], status, request[:60])
        lab.client().list_buckets()

    def test_a_client_that_leaves_in_the_middle_leaves_nothing(self):
        import socket
        with tempfile.TemporaryDirectory() as directory:
            lab = self.start("--no-verify", "--data", directory)
            address = urllib.parse.urlsplit(lab.endpoint)
            with socket.create_connection((address.hostname, address.port), timeout=20) as peer:
                peer.sendall(b"PUT /bkt/k HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nhalf")
                time.sleep(0.1)
            deadline = time.monotonic() + 10
            while lab.stats()["open_connections"] and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertEqual([n for _, _, names in os.walk(os.path.join(directory, "blobs")) for n in names], [])
            self.assertEqual(lab.client().list_objects_v2(Bucket="bkt")["KeyCount"], 0)


if __name__ == "__main__":
    print(f"SLUICE_SEED={SEED}", flush=True)
    unittest.main()
