#!/usr/bin/env python3
"""The faults of `sluice-lab s3` in how connections end and how fast they are, seen by raw sockets.

Run with SLUICE_LAB set to the path of sluice-lab. Needs boto3 (PyPI).
"""

import random
import time
import unittest

from lab_boto3_test import MIB, SEED
from lab_faults import BODY, HEAD_END, FaultTest, body_of, field_of, get, put


class Connections(FaultTest):
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

    def test_an_upload_that_asks_first_is_told_to_go_on_and_then_broken_off(self):
        self.set("close=upload,op=PutObject,at=1000")
        received, ended = self.exchange(put(b"x" * 3000, fields="Expect: 100-continue\r\n"))
        self.assertEqual((received, ended), (b"HTTP/1.1 100 Continue\r\n\r\n", "eof"))
        self.struck(close=1)

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


if __name__ == "__main__":
    print(f"SLUICE_SEED={SEED}", flush=True)
    unittest.main()
