"""A sluice-lab that plays a Glue scenario, and a run of sluice glue against it."""
import json
import os
import pathlib
import subprocess
import urllib.request

import jsonschema

SCENARIOS = pathlib.Path(__file__).resolve().parents[1] / "glue/scenarios"
REPORT_JUDGE = jsonschema.Draft7Validator(json.loads((SCENARIOS.parents[2] / "docs/schemas/glue-report.schema.json").read_text()))
SAMPLE = pathlib.Path(__file__).resolve().parents[1] / "glue/samples/chapter4.yaml"
WORKFLOW = "etl-data-pipeline-workflow"
REGION, KEY, SECRET = "ap-northeast-1", "AKIDLABEXAMPLE", "labsecretEXAMPLEKEY"


class GlueLab:
    def __init__(self, lab, scenario, *flags, region=REGION):
        file = scenario if isinstance(scenario, pathlib.Path) else SCENARIOS / f"{scenario}.yaml"
        words = [str(lab), "s3", "--region", region, "--glue-scenario", str(file), *flags]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        ready = json.loads(line)
        self.endpoint, self.control = ready["endpoint"], ready["control"]

    def stats(self):
        with urllib.request.urlopen(self.control + "/-/lab/stats", timeout=10) as answer:
            return json.load(answer)

    def requests(self, operation):
        """How many there were of one operation: "ListObjectsV2", "Glue.StartWorkflowRun"."""
        return self.stats()["operations"].get(operation, 0)

    def client(self, service, secret=SECRET, **more):
        import boto3
        from botocore.config import Config
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=secret,
                            config=Config(retries={"max_attempts": 0, "mode": "standard"}, **more))

    def runs(self):
        return self.client("glue").get_workflow_runs(Name=WORKFLOW)["Runs"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=20)


def start(program, lab, directory, *arguments, interval=1, more="", change=(), environment=(), terminal=None):
    """sluice glue with the design's own sample, polling each second: `more` YAML below it, and for each (old, new) of `change` the one for the other.

    Its streams are `terminal`, if there is one.
    """
    text = SAMPLE.read_text() + more
    for old, new in (("./logs/", f"{directory}/logs/"), ("polling_interval: 30", f"polling_interval: {interval}"), ("retry_delay: 5", "retry_delay: 0"), *change):
        assert old in text, old
        text = text.replace(old, new)
    (directory / "config.yaml").write_text(text)
    (directory / "credentials").write_text(f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
    words = [str(program), "glue", *arguments]
    if not arguments or arguments[0].startswith("-"):
        words += ["-c", str(directory / "config.yaml"), "-o", str(directory / "out")]
    env = {"PATH": os.environ["PATH"], "HOME": str(directory), "AWS_SHARED_CREDENTIALS_FILE": str(directory / "credentials"),
           "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": lab.endpoint, "TZ": "Asia/Tokyo", **dict(environment)}
    if terminal is not None:
        return subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal, env={**env, "TERM": "xterm"}, start_new_session=True)
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, stdin=subprocess.DEVNULL)


def run(program, lab, directory, *arguments, expect=0, **more):
    process = start(program, lab, directory, *arguments, **more)
    out, err = process.communicate(timeout=120)
    assert process.returncode == expect, (process.returncode, out, err)
    return out, err


def report(directory):
    """The last run's, which is what its schema says: a directory keeps a report of each."""
    told = json.loads(max((directory / "out").glob("report_*.json"), key=lambda file: file.stat().st_mtime_ns).read_text())
    REPORT_JUDGE.validate(told)
    return told
