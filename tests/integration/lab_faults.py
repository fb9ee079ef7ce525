"""What the tests of the lab's fault switches share: a lab, an object "k", and an exchange by raw socket."""
import socket
import unittest
import urllib.parse

from botocore.exceptions import ClientError

from lab_boto3_test import SEED, Lab

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


class FaultTest(unittest.TestCase):
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
