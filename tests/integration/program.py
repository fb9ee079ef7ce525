"""What the tests that drive the program share: the lab as their server, a bench to run the program on, a runner of scenarios.

The importing test is run as: <test>.py SLUICE SLUICE_LAB [SCENARIO ...]. A scenario is a function whose only parameter is `bench`.
"""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import traceback
import urllib.request

SLUICE, LAB = (str(pathlib.Path(word).resolve()) for word in sys.argv[1:3])
OK, FAILED, USAGE, CONFIG, AUTHENTICATION, PARTIAL, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
SECRET = "labsecretEXAMPLEKEY"
OLD = 1_700_000_000
# What a sanitized program is to do, and where it reports (tools/leak-check): a bench's environment holds nothing else of ours.
SANITIZERS = {name: os.environ[name] for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}


class Lab:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([LAB, "s3", "--bucket", "test", "--bucket", "other", *arguments],
                                        stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    def requests(self):
        with urllib.request.urlopen(self.ready["control"] + "/-/lab/stats", timeout=10) as answer:
            return json.load(answer)


class Bench:
    def __init__(self, lab, directory):
        self.lab, self.directory = lab, directory
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(directory), "SLUICE_STATE_DIR": str(directory / "state"),
            "AWS_ENDPOINT_URL": lab.ready["endpoint"], "AWS_ACCESS_KEY_ID": lab.ready["access_key"],
            "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
            **SANITIZERS,
        }

    def run(self, *arguments, expect=OK, stdin=None, **environment):
        result = subprocess.run([SLUICE, *map(str, arguments)], env={**self.environment, **environment},
                                input=stdin, capture_output=True, timeout=120)
        self.output = result.stdout
        self.stdout, self.stderr = result.stdout.decode(errors="replace"), result.stderr.decode(errors="replace")
        assert result.returncode == expect, f"{arguments}: exit {result.returncode}, not {expect}\n{self.stdout}\n{self.stderr}"
        return self.stdout

    def summary(self, *arguments, expect=OK, **environment):
        last = self.run("--json", *arguments, expect=expect, **environment).splitlines()[-1]
        return json.loads(last)["summary"]

    def file(self, name, data=b"data\n", mtime=OLD):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (mtime, mtime))
        return path


def tree(directory):
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def scenarios(module):
    for name, value in module.items():
        code = getattr(value, "__code__", None)
        if code and code.co_argcount == 1 and code.co_varnames[0] == "bench":
            yield name, value


@contextlib.contextmanager
def mounted(point, options):
    """A tmpfs; needs root."""
    point.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", point], check=True)
    try:
        yield point
    finally:
        subprocess.run(["umount", point], check=True)


def run_scenarios(module):
    """Each scenario of `module` (its globals()) gets a directory of its own. Ends with "N passed, N failed"; returns the exit code."""
    wanted = sys.argv[3:]
    passed = failed = 0
    with Lab() as lab:
        for name, scenario in list(scenarios(module)):
            if wanted and name not in wanted:
                continue
            with tempfile.TemporaryDirectory() as directory:
                try:
                    scenario(Bench(lab, pathlib.Path(directory)))
                    print(f"ok {name}", flush=True)
                    passed += 1
                except Exception:
                    print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)
                    failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
