#!/usr/bin/env python3
"""Drives the sluice program against sluice-lab on loopback: cli_test.py SLUICE SLUICE_LAB

One scenario a function; each gets a directory, a bucket and a state directory of its own. Ends with "N passed, N failed".
"""
import gzip
import json
import os
import signal
import subprocess
import sys
import time

from program import (AUTHENTICATION, CONFIG, FAILED, INTERRUPTED, OLD, PARTIAL, SLUICE, USAGE, Lab, mounted, run_scenarios, tree)

NASTY = "hello? sausage/êé/Hello, 世界/ \" ' @ < > & ? + ≠/z.txt"


def copies_one_file_there_and_back(bench):
    path = bench.file("in/a.csv", b"x" * 100_000)
    bench.run("cp", path, "s3://test/one/")
    assert bench.run("cat", "s3://test/one/a.csv") == "x" * 100_000
    stat = json.loads(bench.run("stat", "s3://test/one/a.csv"))
    assert stat["size"] == 100_000 and stat["content_type"] == "text/csv", stat
    assert stat["metadata"]["mtime"].startswith(str(OLD)), stat
    bench.run("cp", "s3://test/one/a.csv", bench.directory / "back.csv")
    assert (bench.directory / "back.csv").read_bytes() == path.read_bytes()
    bench.run("cp", "s3://test/one/a.csv", bench.directory / "back.csv", "--no-clobber", expect=FAILED)


def copies_large_files_in_parts(bench):
    data = os.urandom(23 * 1024 * 1024 + 17)
    path = bench.file("big.bin", data)
    bench.run("cp", path, "s3://test/big.bin", "--part-size", "5M", "--part-concurrency", "3")
    assert "-" in json.loads(bench.run("stat", "s3://test/big.bin"))["etag"]
    bench.run("cp", "s3://test/big.bin", bench.directory / "back.bin", "--part-size", "5M")
    assert (bench.directory / "back.bin").read_bytes() == data


def syncs_both_ways_and_finds_nothing_to_do_the_second_time(bench):
    source = bench.directory / "tree"
    for name in ("a", "a-b", "a.d/x", "dir/b.txt", "dir/sub/c", NASTY, ".hidden/f", "empty"):
        bench.file(f"tree/{name}", b"" if name == "empty" else name.encode())
    assert bench.summary("sync", source, "s3://test/tree/")["done"] == 8
    before = bench.lab.requests()["requests"]
    again = bench.summary("sync", source, "s3://test/tree/")
    assert again["done"] == 0 and again["skipped"] == 8, again
    after = bench.lab.requests()["requests"]
    assert after - before <= 2, f"{after - before} requests for a sync with nothing to do"
    down = bench.directory / "down"
    assert bench.summary("sync", "s3://test/tree/", down)["done"] == 8
    assert tree(down) == tree(source)
    before = bench.lab.requests()["requests"]
    assert bench.summary("sync", "s3://test/tree/", down)["done"] == 0
    assert bench.lab.requests()["requests"] - before <= 2
    bench.file("tree/dir/b.txt", b"changed, and longer")
    assert bench.summary("sync", source, "s3://test/tree/")["done"] == 1


def syncs_between_buckets_on_the_server(bench):
    for number in range(5):
        bench.file(f"t/{number}", b"data %d" % number)
    bench.run("sync", bench.directory / "t", "s3://test/t/", "--metadata", "owner=me")
    time.sleep(1.1)  # what was written in the second of its copy is copied once more
    before = bench.lab.requests()
    assert bench.summary("sync", "s3://test/t/", "s3://other/copy/")["done"] == 5
    after = bench.lab.requests()
    assert after["operations"].get("CopyObject", 0) - before["operations"].get("CopyObject", 0) == 5, after
    stat = json.loads(bench.run("stat", "s3://other/copy/3"))
    assert stat["metadata"]["owner"] == "me", stat
    assert bench.summary("sync", "s3://test/t/", "s3://other/copy/")["done"] == 0


def keeps_original_mtimes_by_metadata(bench):
    bench.file("m/a", b"1", OLD + 5)
    bench.run("sync", bench.directory / "m", "s3://test/m/", "--metadata-mtime")
    bench.run("sync", "s3://test/m/", bench.directory / "n", "--metadata-mtime")
    assert int((bench.directory / "n/a").stat().st_mtime) == OLD + 5
    assert bench.summary("sync", "s3://test/m/", bench.directory / "n", "--metadata-mtime")["done"] == 0
    assert bench.summary("sync", bench.directory / "m", "s3://test/m/", "--metadata-mtime")["done"] == 0


def deletes_only_what_it_may(bench):
    source, target = bench.directory / "s", bench.directory / "t"
    for name in ("keep", "x/1", "x/2"):
        bench.file(f"s/{name}")
    bench.run("sync", source, target)
    for name in ("x/1", "x/2"):
        (source / name).unlink()
    bench.run("sync", source, target, "--delete", "--max-delete", "1", expect=PARTIAL)
    assert (target / "x/1").exists()
    bench.run("sync", source, target, "--delete", "--dry-run")
    assert (target / "x/1").exists()
    assert bench.summary("sync", source, target, "--delete")["deleted"] == 2
    assert not (target / "x").exists() and (target / "keep").exists()
    (source / "keep").unlink()
    bench.run("sync", source, target, "--delete", expect=FAILED)
    assert (target / "keep").exists(), "an empty source must not empty the destination"


def a_file_in_the_way_of_a_directory_waits_for_the_deletions(bench):
    source, target = bench.directory / "s", bench.directory / "t"
    bench.file("s/a/b", b"new")
    bench.file("s/c", b"new")
    bench.file("t/a", b"old file")
    bench.file("t/c/d", b"old dir")
    summary = bench.summary("sync", source, target, "--delete")
    assert summary["failed"] == 0 and tree(target) == {"a/b": b"new", "c": b"new"}, (summary, tree(target))


def refuses_trees_that_overlap(bench):
    bench.file("o/a")
    bench.file("o/sub/b")
    source, link = bench.directory / "o", bench.directory / "link"
    link.symlink_to("o")
    before = tree(source)
    for arguments in (("sync", source, source / "zz/back"), ("cp", "-r", source, link / "back"), ("sync", source, link),
                      ("sync", "--delete", source / "sub", source), ("sync", "-n", source, source / "zz")):
        bench.run(*arguments, expect=USAGE)
        assert "below the other" in bench.stderr, bench.stderr
        assert tree(source) == before, arguments
    bench.run("sync", source, "s3://test/overlap/")
    bench.run("sync", "s3://test/overlap", "s3://test/overlap/copy", expect=USAGE)
    bench.run("sync", "--delete", "s3://test/overlap/sub/", "s3://test/overlap/", expect=USAGE)
    bench.run("sync", "s3://test/overlap", "s3://test/overlap/", expect=USAGE)
    bench.run("cp", "-r", "--storage-class", "STANDARD_IA", "s3://test/overlap", "s3://test/overlap/")
    assert json.loads(bench.run("stat", "s3://test/overlap/a"))["storage_class"] == "STANDARD_IA"
    bench.run("sync", "s3://test/overlap", "s3://test/overlap-2")
    assert bench.run("ls", "-r", "s3://test/overlap/").count("\n") == 2
    bench.run("cp", source, source / "by-list", "--files-from", "-", stdin=b"a\nsub/b\n")
    assert (source / "by-list/sub/b").exists()


def reports_hostile_keys_and_writes_nothing_outside(bench):
    for key in ("ok", "../escape", "/absolute", "a//b", "x/../../escape2", "n" * 300):
        source = bench.file("one")
        bench.run("cp", source, f"s3://test/hostile/{key}")
    summary = bench.summary("sync", "s3://test/hostile/", bench.directory / "safe/inner", expect=PARTIAL)
    assert summary["done"] == 1 and summary["failed"] == 5, summary
    assert tree(bench.directory / "safe") == {"inner/ok": b"data\n"}


def names_what_is_wrong_with_usage_and_configuration(bench):
    bench.run("sync", "a", expect=USAGE)
    bench.run("ls", "s3://test", "--no-such-flag", expect=USAGE)
    bench.run("ls", "s3://test", "--min-size", "lots", expect=USAGE)
    assert "--min-size" in bench.stderr and "lots" in bench.stderr, bench.stderr
    bench.run("ls", "gopher://x", expect=FAILED)
    config = bench.file("bad.yaml", b"transfers: 4\nsync:\n  delte: true\n")
    bench.run("--config", config, "sync", "a", "b", expect=CONFIG)
    assert "bad.yaml:3" in bench.stderr and "delte" in bench.stderr, bench.stderr
    config = bench.file("wrong.yaml", b"transfers: many\n")
    bench.run("--config", config, "sync", "a", "b", expect=CONFIG)
    assert "wrong.yaml:1" in bench.stderr, bench.stderr
    bench.run("ls", "s3://test", expect=CONFIG, SLUICE_TRANSFERS="many")
    assert "SLUICE_TRANSFERS" in bench.stderr, bench.stderr
    bench.run("ls", "s3://test", "--profile", "nobody", expect=CONFIG)
    assert "nobody" in bench.stderr, bench.stderr


def takes_settings_from_environment_and_file(bench):
    for name in ("a.csv", "b.txt"):
        bench.file(f"e/{name}")
    config = bench.file("good.yaml", b"verbose: true\nls:\n  include: ['*.csv']\n  recursive: true\n")
    assert bench.run("--config", config, "ls", bench.directory / "e").split()[-1] == "a.csv"
    assert bench.run("ls", "-r", bench.directory / "e", SLUICE_INCLUDE="*.txt").split()[-1] == "b.txt"
    assert bench.run("--config", config, "ls", "--include", "*.txt", bench.directory / "e").split()[-1] == "b.txt"


def tells_failures_of_authentication_and_absence_apart(bench):
    bench.run("ls", "s3://test/", expect=AUTHENTICATION, AWS_SECRET_ACCESS_KEY="wrong")
    assert "SignatureDoesNotMatch" in bench.stderr, bench.stderr
    assert "wrong" not in bench.stderr.replace("wrong clock", "")
    bench.run("ls", "s3://no-such-bucket/", expect=FAILED)
    assert "no-such-bucket" in bench.stderr, bench.stderr
    bench.run("cat", "s3://test/no-such-key", expect=FAILED)
    bench.run("sync", bench.directory / "nowhere", "s3://test/", expect=FAILED)
    assert "nowhere" in bench.stderr, bench.stderr
    bench.run("ls", "s3://test/", expect=AUTHENTICATION, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")


def reports_a_full_disk_and_leaves_nothing_half_written(bench):
    source = bench.directory / "s"
    bench.file("s/a", b"a" * 200_000)
    bench.file("s/big", b"b" * 3_000_000)
    with mounted(bench.directory / "small", "size=1m") as mount:
        summary = bench.summary("sync", source, mount, expect=PARTIAL)
        assert summary["failed"] == 1 and summary["failures"][0]["code"] == "no_space", summary
        assert set(tree(mount)) == {"a"}, tree(mount).keys()


def filters_by_pattern_size_and_list(bench):
    for name, size in (("a.csv", 10), ("b.csv", 2000), ("c.txt", 10), ("d/e.csv", 10)):
        bench.file(f"f/{name}", b"x" * size)
    root = bench.directory / "f"
    names = lambda *arguments: sorted(line.split()[-1] for line in bench.run("ls", "-r", root, *arguments).splitlines())
    assert names() == ["a.csv", "b.csv", "c.txt", "d/e.csv"]
    assert names("--include", "*.csv") == ["a.csv", "b.csv"]
    assert names("--include", "**/*.csv", "--exclude", "d/**") == ["a.csv", "b.csv"]
    assert names("--min-size", "1k") == ["b.csv"]
    assert names("--max-age", "1h") == []
    assert names("--max-depth", "1") == ["a.csv", "b.csv", "c.txt"]
    bench.run("cp", "--files-from", "-", root, "s3://test/list/", stdin=b"a.csv\nd/e.csv\nmissing\n", expect=PARTIAL)
    assert sorted(line.split()[-1] for line in bench.run("ls", "-r", "s3://test/list/").splitlines()) == ["a.csv", "d/e.csv"]


def removes_files_and_trees(bench):
    for name in ("a", "b", "c/d"):
        bench.run("cp", bench.file("one"), f"s3://test/rm/{name}")
    bench.run("rm", "s3://test/rm/a")
    bench.run("rm", "s3://test/rm/a", expect=FAILED)
    bench.run("rm", "-r", "--dry-run", "s3://test/rm/")
    assert bench.summary("rm", "-r", "s3://test/rm/")["deleted"] == 2
    assert bench.run("ls", "-r", "s3://test/rm/") == ""


def a_removal_whose_listing_breaks_off_is_partial(bench):
    with Lab("--fault", "list-page-size=1000", "--fault", "error=InternalError,op=ListObjectsV2,page=2") as lab:
        there = {"AWS_ENDPOINT_URL": lab.ready["endpoint"]}
        for number in range(1005):
            bench.file(f"rm/{number:04d}", b"")
        bench.run("sync", bench.directory / "rm", "s3://test/rm/", **there)
        summary = bench.summary("rm", "-r", "s3://test/rm/", "--max-attempts", "1", expect=PARTIAL, **there)
        assert summary["deleted"] == 1000 and summary["failures"][0]["code"] == "unavailable", summary


def only_what_writes_needs_a_state_directory(bench):
    path = bench.file("home/a", b"data\n")
    for name in ("HOME", "SLUICE_STATE_DIR"):
        del bench.environment[name]
    assert bench.run("ls", path.parent).split()[-1] == "a"
    assert bench.run("cat", path) == "data\n"
    bench.run("ls", "s3://test/no-home/")
    bench.run("cp", path, bench.directory / "b", expect=CONFIG)
    assert "--state-dir" in bench.stderr and not (bench.directory / "b").exists(), bench.stderr
    bench.run("batch", "status", path.parent, expect=CONFIG)
    bench.run("cp", path, bench.directory / "b", SLUICE_STATE_DIR=str(bench.directory / "state"))


STEP = "cat {in} > {out}; echo done >> {out}"  # not idempotent: a second run would show


def runs_the_overwrite_batch_once(bench):
    for number in range(30):
        bench.file(f"b/{number:02d}.csv", b"row %d\n" % number)
    bench.run("sync", bench.directory / "b", "s3://test/batch2/", "--metadata", "keep=this")
    url = "s3://test/batch2/"
    summary = bench.summary("batch", "run", url, "--shell", "--exec", STEP)
    assert summary["done"] == 30 and summary["failed"] == 0, summary
    assert bench.run("cat", url + "07.csv") == "row 7\ndone\n"
    stat = json.loads(bench.run("stat", url + "07.csv"))
    assert stat["metadata"]["keep"] == "this" and stat["content_type"] == "text/csv", stat
    assert bench.summary("batch", "run", url, "--shell", "--exec", STEP)["done"] == 0
    assert bench.run("cat", url + "07.csv") == "row 7\ndone\n"
    counts = json.loads(bench.run("--json", "batch", "status", url).splitlines()[0])
    assert counts["completed"] == 30 and counts["errors"] == 0, counts


def batch_works_in_place_on_local_files_keeps_modes_and_passes_over_links(bench):
    path = bench.file("l/a.csv", b"row\n")
    path.chmod(0o640)
    (bench.directory / "l/link.csv").symlink_to("a.csv")
    root = bench.directory / "l"
    assert bench.summary("batch", "run", root, "--shell", "--exec", STEP)["done"] == 1
    assert path.read_bytes() == b"row\ndone\n" and path.stat().st_mode & 0o777 == 0o640
    assert (root / "link.csv").is_symlink()
    assert bench.summary("batch", "run", root, "--shell", "--exec", STEP)["done"] == 0
    path.write_bytes(b"new\n")
    assert bench.summary("batch", "run", root, "--shell", "--exec", STEP)["done"] == 1


def writes_through_links_within_the_tree_and_never_out_of_it(bench):
    for name in ("link", "out", "dangling"):
        bench.file(f"s/{name}", name.encode())
    target = bench.directory / "t"
    bench.file("t/real/file", b"old")
    outside = bench.file("outside", b"not ours")
    (target / "link").symlink_to("real/file")
    (target / "out").symlink_to(outside)
    (target / "dangling").symlink_to("nowhere")
    bench.run("sync", bench.directory / "s", "s3://test/links/")
    for source in (bench.directory / "s", "s3://test/links/"):
        (target / "real/file").write_bytes(b"old")
        summary = bench.summary("sync", source, target, expect=PARTIAL)
        failures = {failure["path"]: failure["code"] for failure in summary["failures"]}
        assert summary["done"] == 1 and failures == {"out": "invalid_input", "dangling": "conflict"}, summary
        assert all((target / name).is_symlink() for name in ("link", "out", "dangling"))
        assert (target / "real/file").read_bytes() == b"link" and outside.read_bytes() == b"not ours"


def batch_remembers_failures_and_retries_them(bench):
    bench.file("r/good", b"1\n")
    bench.file("r/bad", b"2\n")
    root = bench.directory / "r"
    step = "grep -q 1 {in} || { echo no one here >&2; exit 9; }; cp {in} {out}; echo done >> {out}"
    summary = bench.summary("batch", "run", root, "--shell", "--exec", step, expect=PARTIAL)
    assert summary["done"] == 1 and summary["failed"] == 1, summary
    assert "no one here" in summary["failures"][0]["error"] and summary["failures"][0]["path"] == "bad", summary
    assert bench.summary("batch", "run", root, "--shell", "--exec", STEP)["done"] == 0, "it must wait for its time"
    assert "bad" in bench.run("batch", "status", root)
    assert bench.summary("batch", "retry", root, "--include", "**", "--shell", "--exec", STEP)["done"] == 1
    assert (root / "bad").read_bytes() == b"2\ndone\n"


def batch_halves_work_on_a_backlog_file(bench):
    for name in ("a", "b"):
        bench.file(f"h/{name}", b"1\n")
    root, backlog = bench.directory / "h", bench.directory / "backlog.json.gz"
    bench.run("batch", "scan", root, "-b", backlog)
    lines = [json.loads(line) for line in gzip.open(backlog)]
    assert [line["path"] for line in lines] == ["a", "b"] and lines[0]["size"] == 2, lines
    assert bench.summary("batch", "process", root, "-b", backlog, "--shell", "--exec", STEP)["done"] == 2
    again = bench.summary("batch", "process", root, "-b", backlog, "--shell", "--exec", STEP)
    assert again["done"] == 0 and again["skipped"] == 2, again
    backlog.write_bytes(backlog.read_bytes()[:-4])
    bench.run("batch", "process", root, "-b", backlog, "--shell", "--exec", STEP, expect=FAILED)
    assert "backlog.json.gz" in bench.stderr, bench.stderr


def ends_in_time_when_interrupted_and_goes_on_in_the_next_run(bench):
    for number in range(200):
        bench.file(f"i/{number:03d}", b"1\n")
    root = bench.directory / "i"
    scratch = bench.directory / "scratch"
    scratch.mkdir()
    process = subprocess.Popen([SLUICE, "--transfers", "4", "batch", "run", root, "--shell", "--exec", "sleep 0.05; " + STEP,
                                "--temp-dir", scratch], env=bench.environment, stderr=subprocess.PIPE)
    time.sleep(1.0)
    process.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    assert process.wait(timeout=20) == INTERRUPTED
    assert time.monotonic() - begin < 15
    process.stderr.close()
    done = sum(data == b"1\ndone\n" for data in tree(root).values())
    assert 0 < done < 200 and all(data in (b"1\n", b"1\ndone\n") for data in tree(root).values())
    summary = bench.summary("batch", "run", root, "--shell", "--exec", STEP)
    assert summary["done"] == 200 - done, (summary, done)
    assert all(data == b"1\ndone\n" for data in tree(root).values())
    assert not list(scratch.iterdir()), list(scratch.iterdir())


def interrupted(bench, arguments, second_signal):
    """Interrupts the command once it works, lets the grace period end or asks again; the summary that it prints."""
    process = subprocess.Popen([SLUICE, "--json", *map(str, arguments)], env=bench.environment,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    if second_signal:
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == INTERRUPTED, (process.returncode, stderr)
    return json.loads(stdout.splitlines()[-1])["summary"]


def prints_the_summary_when_the_grace_period_ends(bench):
    for name in ("bad", "good", "slow1", "slow2"):
        bench.file(f"g/{name}", name.encode())
    step = "grep -q good {in} && exit 0; grep -q bad {in} && { echo broken >&2; exit 9; }; sleep 60"
    for second_signal, grace in ((False, "500ms"), (True, "1m")):
        summary = interrupted(bench, ("--grace", grace, "batch", "run", bench.directory / "g", "--job", grace, "--shell", "--exec", step),
                              second_signal)
        assert summary["done"] == 1 and summary["failed"] == 1, summary
        assert [failure["path"] for failure in summary["failures"]] == ["bad"], summary
    bench.file("b/a", b"a")
    bench.file("b/big", b"b" * 5_000_000)
    bench.run("sync", bench.directory / "b", "s3://test/grace/")
    summary = interrupted(bench, ("--bwlimit", "100k", "sync", "s3://test/grace/", bench.directory / "back"), second_signal=True)
    assert summary["done"] == 1 and summary["failed"] == 0 and summary["bytes"] < 5_000_000, summary
    assert tree(bench.directory / "back") == {"a": b"a"}


def a_bucket_that_is_not_there_ends_a_sync(bench):
    for number in range(200):
        bench.file(f"n/{number}")
    before = bench.lab.requests()["requests"]
    summary = bench.summary("sync", bench.directory / "n", "s3://nowhere-at-all/x/", expect=FAILED)
    assert summary["failed"] == 1 and "NoSuchBucket" in summary["failures"][0]["error"], summary
    assert bench.lab.requests()["requests"] - before <= 3


def survives_kill_and_processes_nothing_twice(bench):
    for number in range(100):
        bench.file(f"k/{number:03d}", b"1\n")
    root = bench.directory / "k"
    for wait in (0.4, 0.7, 1.0):
        process = subprocess.Popen([SLUICE, "--transfers", "4", "batch", "run", root, "--shell", "--exec", STEP],
                                   env=bench.environment, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        process.kill()
        process.wait()
        # What it was writing just then still has a temporary name.
        final = {name: data for name, data in tree(root).items() if not name.endswith(".sluice-part")}
        assert len(final) == 100 and set(final.values()) <= {b"1\n", b"1\ndone\n"}, tree(root)
    bench.run("batch", "run", root, "--shell", "--exec", STEP)
    assert tree(root) == {f"{number:03d}": b"1\ndone\n" for number in range(100)}


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
