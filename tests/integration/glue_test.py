#!/usr/bin/env python3
"""sluice glue against moto, which knows Glue's workflows and S3: glue_test.py SLUICE SLUICE_LAB

What moto does not play (the course of a run) is tested with a scripted Glue in tests/glue. Ends with "N passed, N failed".
"""
import json
import os
import pathlib
import socket
import stat
import subprocess
import sys
import time
import urllib.request

import boto3

from program import SLUICE, run_scenarios

WORKFLOW = "etl-data-pipeline-workflow"
LAYERS = (("my-datalake-bronze", "raw/sales/", "sales_202411{:02}.csv"), ("my-datalake-silver", "staging/sales/", "sales_cleaned_202411{:02}.parquet"),
          ("my-datalake-silver", "transformed/sales/", "sales_aggregated_202411{:02}.parquet"), ("my-datalake-gold", "analytics/sales/", "sales_final_202411{:02}.csv"))
SECRET = "glueTestSecretKeyThatIsNeverShown"
SAMPLE = pathlib.Path(__file__).resolve().parents[1] / "glue/samples/chapter4.yaml"


class Moto:
    """A moto server of this test's own, with the workflow and the files of four layers."""

    def __init__(self, directory):
        self.log = (directory / "moto.log").open("w")
        port = self._free_port()
        self.process = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=self.log, stderr=self.log)
        self.url = f"http://127.0.0.1:{port}"
        self._wait()
        settings = dict(endpoint_url=self.url, region_name="ap-northeast-1", aws_access_key_id="AKIDTEST", aws_secret_access_key=SECRET)
        self.glue, self.s3 = boto3.client("glue", **settings), boto3.client("s3", **settings)
        self.glue.create_workflow(Name=WORKFLOW)
        for bucket in {bucket for bucket, _, _ in LAYERS}:
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
        for bucket, prefix, name in LAYERS:
            for day in range(1, 13):
                self.s3.put_object(Bucket=bucket, Key=prefix + name.format(day), Body=f"{bucket} {day}".encode() * 100)

    @staticmethod
    def _free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def _wait(self):
        for _ in range(300):
            assert self.process.poll() is None, "moto has ended"
            try:
                urllib.request.urlopen(self.url + "/moto-api/", timeout=2).read()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("moto does not answer")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


class Run:
    """One invocation of sluice glue with the design's own sample."""

    def __init__(self, bench, moto, *arguments, config=None, **environment):
        text = SAMPLE.read_text().replace("./logs/", f"{bench.directory}/logs/")
        self.config = bench.directory / "config.yaml"
        self.config.write_text(config or text)
        credentials = bench.directory / "credentials"
        credentials.write_text(f"[default]\naws_access_key_id = AKIDTEST\naws_secret_access_key = {SECRET}\n")
        self.output = bench.directory / "out"
        words = [str(SLUICE), "glue", *arguments]
        if not arguments or arguments[0].startswith("-"):
            words += ["-c", str(self.config), "-o", str(self.output)]
        result = subprocess.run(words, capture_output=True, text=True, timeout=120, env={
            "PATH": os.environ["PATH"], "HOME": str(bench.directory), "AWS_SHARED_CREDENTIALS_FILE": str(credentials), "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": moto.url if moto else "", "TZ": "Asia/Tokyo", **environment})
        self.code, self.out, self.err = result.returncode, result.stdout, result.stderr

    def expect(self, code):
        assert self.code == code, (self.code, self.out, self.err)
        return self


def with_moto(scenario):
    def run(bench):
        moto = Moto(bench.directory)
        try:
            scenario(bench, moto)
        finally:
            moto.stop()
    run.__name__ = scenario.__name__
    return run


@with_moto
def all_layers_are_downloaded_and_reported(bench, moto):
    run = Run(bench, moto, "--no-execute", "-l", "DEBUG").expect(0)
    for layer, (bucket, prefix, name) in zip(("source", "staging", "transformed", "final"), LAYERS):
        for day in range(1, 13):
            file = run.output / "layers" / layer / name.format(day)
            assert file.read_bytes() == f"{bucket} {day}".encode() * 100, file
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    for line in ("設定ファイル読み込み成功: ", f"Workflow検証成功: {WORKFLOW}", "初期層ファイル確認完了: source (12件)", "各層のファイル数: final=12件",
                 "ファイル収集完了: 合計48ファイル", "ダウンロード開始: 48ファイル", "ダウンロード完了: 成功48件, 失敗0件, スキップ0件", "レポート生成完了: "):
        assert line in run.err, (line, run.err)
    logged = (bench.directory / "logs/downloader.log").read_text()
    assert logged == run.err and SECRET not in logged + run.out
    assert stat.S_IMODE((bench.directory / "logs/downloader.log").stat().st_mode) == 0o600
    text, data, page = (next(run.output.glob(f"report_*.{kind}")) for kind in ("txt", "json", "html"))
    assert "総ファイル数: 48 (複数ファイル対応)" in text.read_text() and "実行なし" in text.read_text()
    report = json.loads(data.read_text())
    assert report["summary"]["successful"] == 48 and report["workflow_execution"] is None
    assert report["layers"][0]["files"][0]["matched_pattern"] == r"^sales_\d{8}\.csv$"
    assert SECRET not in page.read_text()
    # Again: everything is there.
    assert "ダウンロード完了: 成功0件, 失敗0件, スキップ48件" in Run(bench, moto, "--no-execute").expect(0).err


@with_moto
def a_dry_run_lists_and_writes_nothing(bench, moto):
    run = Run(bench, moto, "-n", "--lang", "en").expect(0)
    assert f"would start: {WORKFLOW}" in run.out, run.out
    assert run.out.count("would download: s3://") == 48, run.out
    assert not run.output.exists() and not (bench.directory / "logs").exists()
    assert moto.glue.get_workflow_runs(Name=WORKFLOW)["Runs"] == []


@with_moto
def a_run_is_started_once_and_its_id_told(bench, moto):
    config = SAMPLE.read_text().replace("wait_for_completion: true", "wait_for_completion: false").replace("./logs/", f"{bench.directory}/logs/")
    run = Run(bench, moto, config=config).expect(0)
    runs = moto.glue.get_workflow_runs(Name=WORKFLOW)["Runs"]
    assert len(runs) == 1 and runs[0]["WorkflowRunId"] in run.err, (runs, run.err)
    assert "sluice:run-token" in runs[0]["WorkflowRunProperties"], runs
    listed = Run(bench, moto, "runs", "-c", str(run.config)).expect(0)
    assert runs[0]["WorkflowRunId"] in listed.out, listed.out
    assert "layers" not in [path.name for path in run.output.iterdir()]


@with_moto
def a_run_that_does_not_end_in_time_is_exit_code_9(bench, moto):
    config = SAMPLE.read_text().replace("polling_interval: 30", "polling_interval: 1").replace("./logs/", f"{bench.directory}/logs/")
    run = Run(bench, moto, "--execution-timeout", "2", config=config).expect(9)
    assert "★ Workflow実行タイムアウト" in run.err and "--attach" in run.err, run.err
    assert list(run.output.glob("report_*.html"))


@with_moto
def what_is_missing_or_denied_has_its_exit_code(bench, moto):
    assert "Workflowが存在しません: nothing" in Run(bench, moto, "-w", "nothing").expect(2).err
    sample = SAMPLE.read_text().replace("./logs/", f"{bench.directory}/logs/")
    few = Run(bench, moto, "--no-execute", config=sample.replace("min_files: 1  # 最低限", "min_files: 13  # 最低限")).expect(3)
    assert "★ ファイル数不足: source (検出: 12件, 最低: 13件)" in few.err, few.err
    none = Run(bench, moto, "--no-execute", config=sample.replace('"raw/sales/"', '"raw/none/"')).expect(3)
    assert "初期層ファイルが見つかりません: source" in none.err, none.err
    gone = Run(bench, moto, "--no-execute", config=sample.replace("my-datalake-gold", "not-there-at-all")).expect(4)
    assert "S3アクセスエラー: not-there-at-all/analytics/sales/" in gone.err, gone.err
    assert "成功36件" in gone.err, gone.err  # the other layers were downloaded
    Run(bench, moto, "--no-execute", AWS_SHARED_CREDENTIALS_FILE="/dev/null").expect(7)


def what_is_wrong_before_the_run_is_exit_code_1(bench):
    missing = Run(bench, None, "-x").expect(1)
    assert "-x" in missing.err
    for text, words in (("a: [", ":1:"), ("aws: {region: r}\nlayers: []\n", "layers: "), ("x: 1\n", "\"x\"")):
        run = Run(bench, None, "--lang", "en", config=text).expect(1)
        assert str(run.config) in run.err and words in run.err, run.err
    config = bench.directory / "config.yaml"
    config.write_text(SAMPLE.read_text())
    subprocess.run([str(SLUICE), "glue", "validate", "-c", str(config)], check=True)
    explained = subprocess.run([str(SLUICE), "glue", "validate", "--explain", "--lang", "en", "-c", str(config)], check=True, input="sales_20241101.csv\n",
                               capture_output=True, text=True).stdout
    assert r"sales_20241101.csv [source]: pattern 1: ^sales_\d{8}\.csv$" in explained, explained


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
