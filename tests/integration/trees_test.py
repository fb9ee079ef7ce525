#!/usr/bin/env python3
"""Trees that are not as one would wish: trees_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Names that no server should send, disks that cannot be written, files that go while they are on the way, failures by the thousand.
Ends with "N passed, N failed".
"""
import contextlib
import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

from program import AUTHENTICATION, FAILED, PARTIAL, SLUICE, mounted, run_scenarios, tree


class HostileServer(http.server.ThreadingHTTPServer):
    """An S3 server that lists whatever keys (bytes) it is told to, and serves each: its body is the key."""
    daemon_threads = True

    def __init__(self, keys):
        self.keys = sorted(keys)
        super().__init__(("127.0.0.1", 0), Answers)


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if "list-type=2" in query:
            return self.answer(self.listing().encode())
        key = urllib.parse.unquote_to_bytes(path).removeprefix(b"/bucket/")
        return self.answer(key) if key in self.server.keys else self.send_error(404)

    def listing(self):
        entries = "".join(f"<Contents><Key>{urllib.parse.quote(key)}</Key><Size>{len(key)}</Size><ETag>&quot;e&quot;</ETag>"
                          "<LastModified>2024-01-01T00:00:00.000Z</LastModified></Contents>" for key in self.server.keys)
        return f"<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"e"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def hostile_server(keys):
    with HostileServer(keys) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def faults(bench, *rules):
    def control(method, body=b""):
        request = urllib.request.Request(bench.lab.ready["control"] + "/-/lab/faults", method=method, data=body)
        urllib.request.urlopen(request, timeout=10).close()
    control("PUT", "\n".join(rules).encode())
    try:
        yield
    finally:
        control("DELETE")


def bytes_tree(directory):
    root = os.fsencode(directory)
    found = {}
    for at, _, names in os.walk(root):
        for name in names:
            path = os.path.join(at, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = file.read()
    return found


GOOD = [b"plain", b"a\\..\\b", b"con", b"C:", b"nul.txt", b"\xff\xfe", b"caf\xe9/x", b"new\nline", b" ", b"-rf", b"~",
        "日本/é".encode()]
BAD = [b"../up", b"a/../../up", b"/absolute", b"a//b", b"./x", b"a/./b", b"..", b"nul\0byte", b"n" * 256, b"d/" * 2100 + b"deep",
       b"/".join([b"k" * 219] * 5), b".x.0123456789abcdef.sluice-part"]
REASONS = ('the part "."', 'the part ".."', "an empty part", "more than 255 bytes", "a NUL byte", "longer than 1,024 bytes", "reserved for temporary")


def hostile_keys_are_written_as_they_are_or_not_at_all(bench):
    target = bench.directory / "outer/inner"
    with hostile_server(GOOD + BAD) as endpoint:
        arguments = ("sync", "s3://bucket/", target, "--endpoint-url", endpoint, "--no-sign-request")
        summary = bench.summary(*arguments, expect=PARTIAL)
        assert summary["done"] == len(GOOD) and summary["failed"] == len(BAD), summary
        for failure in summary["failures"]:
            assert failure["code"] == "invalid_input" and any(reason in failure["error"] for reason in REASONS), failure
        assert bytes_tree(target) == {key: key for key in GOOD}, bytes_tree(target)
        assert [path.name for path in (bench.directory / "outer").iterdir()] == ["inner"]
        again = bench.summary(*arguments, "--size-only", "--delete", expect=PARTIAL)
        assert again["done"] == 0 and again["deleted"] == 0, again


def a_destination_that_cannot_be_written_is_named(bench):
    for name in ("a", "sub/b"):
        bench.file(f"s/{name}")
    bench.run("sync", bench.directory / "s", "s3://test/unwritable/")
    for source in (bench.directory / "s", "s3://test/unwritable/"):
        with mounted(bench.directory / "all", "ro,size=1m") as target:
            summary = bench.summary("sync", source, target, expect=AUTHENTICATION)
            assert summary["failed"] == 2 and summary["done"] == 0, summary
            assert all("Read-only file system" in failure["error"] for failure in summary["failures"]), summary
        with mounted(bench.directory / "part/sub", "ro,size=1m"):
            summary = bench.summary("sync", source, bench.directory / "part", expect=PARTIAL)
            assert [failure["path"] for failure in summary["failures"]] == ["sub/b"] and summary["done"] == 1, summary
            assert tree(bench.directory / "part") == {"a": b"data\n"}
        (bench.directory / "part/a").unlink()


def files_that_go_or_change_on_the_way_harm_no_others(bench):
    for number in range(6):
        bench.file(f"s/{number}", b"old")
    with faults(bench, "latency=1500ms,op=PutObject,count=1"):
        process = subprocess.Popen([SLUICE, "--json", "--transfers", "1", "sync", bench.directory / "s", "s3://test/vanish/"],
                                   env=bench.environment, stdout=subprocess.PIPE)
        time.sleep(0.7)  # all are listed, the first one is on the way
        (bench.directory / "s/3").unlink()
        bench.file("s/4", b"another, and longer")
        output, _ = process.communicate(timeout=60)
    summary = json.loads(output.splitlines()[-1])["summary"]
    assert process.returncode == PARTIAL, summary
    codes = {failure["path"]: failure["code"] for failure in summary["failures"]}
    assert codes.pop("3") == "not_found" and set(codes.items()) <= {("4", "conflict")}, summary
    bench.run("sync", "s3://test/vanish/", bench.directory / "back")
    got = tree(bench.directory / "back")
    assert got.pop("4", b"another, and longer") == b"another, and longer", got
    assert got == {name: b"old" for name in "0125"}, got


def an_object_that_goes_on_the_way_harms_no_others(bench):
    for number in range(4):
        bench.file(f"s/{number}")
    bench.run("sync", bench.directory / "s", "s3://test/gone/")
    bench.file("d/only-here")
    with faults(bench, "error=NoSuchKey,op=GetObject,key=gone/2"):
        summary = bench.summary("sync", "--delete", "s3://test/gone/", bench.directory / "d", expect=PARTIAL)
    assert [(failure["path"], failure["code"]) for failure in summary["failures"]] == [("2", "not_found")], summary
    assert sorted(tree(bench.directory / "d")) == ["0", "1", "3"], "the listings were whole: what the source has not may go"


def a_destination_whose_listing_fails_loses_nothing(bench):
    bench.file("s/!new")
    for number in range(12):
        bench.run("cp", bench.file("one"), f"s3://test/there/{number:02d}")
    for fault, code, exit_code in (("error=InternalError,page=2", "unavailable", PARTIAL), ("list-disorder", "protocol", FAILED),
                                   ("list-repeat-token", "protocol", PARTIAL), ("close=body,page=3", "network", PARTIAL)):
        with faults(bench, "list-page-size=4,op=ListObjectsV2", f"{fault},op=ListObjectsV2"):
            summary = bench.summary("sync", "--delete", bench.directory / "s", "s3://test/there/", expect=exit_code)
        assert summary["deleted"] == 0 and not summary["listing_complete"], (fault, summary)
        assert code in {failure["code"] for failure in summary["failures"]}, (fault, summary)
        names = [line.split()[-1] for line in bench.run("ls", "-r", "s3://test/there/").splitlines()]
        assert [name for name in names if name != "!new"] == [f"{number:02d}" for number in range(12)], (fault, names)


def many_failures_are_counted_and_the_first_ones_named(bench):
    missing = b"".join(b"missing-%05d\n" % number for number in range(10_005))
    arguments = ("cp", "--files-from", "-", bench.directory, bench.directory / "to")
    summary = json.loads(bench.run("--json", *arguments, stdin=missing, expect=FAILED).splitlines()[-1])["summary"]
    assert summary["failed"] == 10_005 and len(summary["failures"]) == 10_000, (summary["failed"], len(summary["failures"]))
    bench.run("--log-level", "off", *arguments, stdin=missing, expect=FAILED)
    named = [line for line in bench.stderr.splitlines() if line.startswith("sluice: missing-")]
    assert len(named) == 20 and "9985 more" in bench.stderr.replace(",", ""), bench.stderr[-600:]


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
