#!/usr/bin/env python3
"""Which requests the faults of `sluice-lab s3` strike, its control address, its configuration and its counts.

Run with SLUICE_LAB set to the path of sluice-lab. Needs boto3 (PyPI).
"""

import contextlib
import os
import pathlib
import subprocess
import tempfile
import time
import unittest
import urllib.error

from botocore.exceptions import ClientError

from lab_boto3_test import SEED, Lab
from lab_faults import FaultTest


class Control(FaultTest):
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

    def set_in(self, lab):
        return [fault["fault"] for fault in lab.control("GET", "/-/lab/faults")["faults"]]

    def test_faults_from_flags_and_a_configuration_file(self):
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory, "lab.toml")
            config.write_text('[s3]\nbucket = ["bkt", "other"]\nno-verify = true\nfault = ["error=SlowDown,every=10", "latency=1ms..2ms"]\n')
            lab = Lab(before=("--config", str(config)))
            self.addCleanup(lab.stop)
            self.assertEqual(self.set_in(lab), ["error=SlowDown,every=10", "latency=1ms..2ms"])
            self.assertEqual([b["Name"] for b in lab.client().list_buckets()["Buckets"]], ["bkt", "other"])
            lab = Lab("--fault", "corrupt,count=1", "--slowdown-rate", "0.5", "--retry-after", "3", before=("--config", str(config)))
            self.addCleanup(lab.stop)
            self.assertEqual(self.set_in(lab), ["slowdown-rate=0.5,retry-after=3", "corrupt,count=1"], "flags win")
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
