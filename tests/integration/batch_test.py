#!/usr/bin/env python3
"""Whose memory a batch uses, and who may run it, on the program and sluice-lab: batch_test.py SLUICE SLUICE_LAB"""
import sys

from program import Lab, run_scenarios

STEP = "cat {in} > {out}; echo done >> {out}"  # not idempotent: a second run would show


def equal_buckets_of_two_servers_have_memories_of_their_own(bench):
    url = "s3://test/two-servers/"
    with Lab() as other:
        # What one server's batch made is new to the other's.
        for endpoint, data in ((bench.lab.ready["endpoint"], "row\n"), (other.ready["endpoint"], "row\ndone\n")):
            bench.run("cp", bench.file("one/a.csv", data.encode()), url, AWS_ENDPOINT_URL=endpoint)
            bench.run("batch", "run", url, "--shell", "--exec", STEP, AWS_ENDPOINT_URL=endpoint)
            assert bench.run("cat", url + "a.csv", AWS_ENDPOINT_URL=endpoint) == data + "done\n", endpoint


def a_link_to_a_tree_is_that_tree(bench):
    path = bench.file("real/a.csv", b"row\n")
    (bench.directory / "link").symlink_to("real")
    for name in ("real", "link", "link/../real/"):
        bench.run("batch", "run", f"{bench.directory}/{name}", "--shell", "--exec", STEP)
        assert path.read_bytes() == b"row\ndone\n", name


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
