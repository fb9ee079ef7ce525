#!/usr/bin/env python3
"""Every row of the design's tables of failures (6.2), log lines (9.3) and codes (appendix C): glue_tables_test.py SLUICE SLUICE_LAB

A scenario each, named after the row. Ends with "N passed, N failed".
"""
import os
import subprocess
import sys

from glue_lab import KEY, SECRET, WORKFLOW, GlueLab, report, run
from program import SLUICE, run_scenarios

LAB = sys.argv[2]
SOURCE = "s3://my-datalake-bronze/raw/sales/"
QUICK = ("initial_layer_check_timeout: 300", "initial_layer_check_timeout: 2")
# What the four layers of the sample find. A short run makes them unless said otherwise.
LAYERS = {"source": ("my-datalake-bronze", "raw/sales/sales_202411{}.csv"), "staging": ("my-datalake-silver", "staging/sales/sales_cleaned_202411{}.parquet"),
          "transformed": ("my-datalake-silver", "transformed/sales/sales_aggregated_202411{}.parquet"), "final": ("my-datalake-gold", "analytics/sales/sales_final_202411{}.csv")}


def scenario(bench, counts=(), size=1000, extra=""):
    """A file for the lab: one job, and so many objects in each layer (12)."""
    told = {layer: 12 for layer in LAYERS} | dict(counts)
    lines = [f"workflow: {WORKFLOW}", "objects:"]
    for layer, (bucket, key) in LAYERS.items():
        key = key if told[layer] else key.replace("sales_", "other_").replace("{}", "01")
        count = f", count: {told[layer]}" if told[layer] else ""
        lines.append(f"  - {{bucket: {bucket}, key: '{key}', size: {size}{count}}}")
    lines += ["jobs:", "  - {name: load-job, seconds: 0.1}", extra]
    file = bench.directory / "scenario.yaml"
    file.write_text("\n".join(lines))
    return file


def lines_with(log, level, words):
    return [line for line in log.splitlines() if f" - {level} - " in line and words in line]


def check_line(log, level, words):
    assert lines_with(log, level, words), (level, words, log)


def downloaded(directory):
    return (directory / "out/layers").exists()


# --- 6.2 and appendix C -----------------------------------------------------------------------------------------------------------

def E001_a_configuration_that_is_not_there(bench):
    with GlueLab(LAB, "success") as lab:
        _, log = run(SLUICE, lab, bench.directory, "validate", "-c", "/nowhere/config.yaml", expect=1)
    assert "設定ファイルが見つかりません: /nowhere/config.yaml" in log and "sluice glue: E001" in log, log


def E002_a_configuration_that_is_wrong(bench):
    with GlueLab(LAB, "success") as lab:
        _, log = run(SLUICE, lab, bench.directory, change=[("max_workers: 5", "max_workers: many")], expect=1)
        assert "config.yaml:75:16: download.max_workers: " in log and "sluice glue: E002" in log, log
        assert lab.requests("Glue.GetWorkflow") == 0


def E003_a_workflow_that_does_not_exist(bench):
    with GlueLab(LAB, "success") as lab:
        _, log = run(SLUICE, lab, bench.directory, "-w", "nobody", expect=2)
        check_line(log, "ERROR", "Workflowが存在しません: nobody")
        assert lab.requests("Glue.GetWorkflow") == 1


def E004_an_initial_layer_without_files_is_waited_for(bench):
    with GlueLab(LAB, scenario(bench, {"source": 0})) as lab:
        _, log = run(SLUICE, lab, bench.directory, change=[QUICK], expect=3)
        check_line(log, "ERROR", "初期層ファイルが見つかりません: source (タイムアウト: 2秒)")
        assert lab.requests("ListObjectsV2") >= 2 and lab.requests("Glue.StartWorkflowRun") == 0


def E004_too_few_in_the_initial_layer(bench):
    with GlueLab(LAB, scenario(bench, {"source": 2})) as lab:
        _, log = run(SLUICE, lab, bench.directory, change=[QUICK, ("min_files: 1  # 最低限", "min_files: 3  # 最低限")], expect=3)
        check_line(log, "ERROR", "★ ファイル数不足: source (検出: 2件, 最低: 3件)")


def E004_too_many_in_the_initial_layer(bench):
    with GlueLab(LAB, scenario(bench)) as lab:
        _, log = run(SLUICE, lab, bench.directory, change=[QUICK, ("max_files: null  # 最大", "max_files: 5  # 最大")], expect=3)
        check_line(log, "ERROR", "★ ファイル数超過: source (検出: 12件, 最大: 5件)")


def counts_after_the_run_end_it_at_once(bench):
    with GlueLab(LAB, scenario(bench)) as lab:
        _, log = run(SLUICE, lab, bench.directory, "--skip-validation", change=[("max_files: null  # 最大", "max_files: 5  # 最大")], expect=3)
        check_line(log, "ERROR", "★ ファイル数超過: source (検出: 12件, 最大: 5件)")
        assert lab.requests("Glue.StartWorkflowRun") == 1 and lab.requests("ListObjectsV2") == 4 and not downloaded(bench.directory)


def E005_a_layer_that_cannot_be_listed_lets_the_others_end(bench):
    with GlueLab(LAB, "success") as lab:
        gone = ('s3_bucket: "my-datalake-gold"', 's3_bucket: "nobodys-bucket"')
        _, log = run(SLUICE, lab, bench.directory, change=[gone], expect=4)
        check_line(log, "ERROR", "S3アクセスエラー: nobodys-bucket/analytics/sales/ - ")
        check_line(log, "ERROR", "ダウンロード処理が失敗しました: E005 (終了コード 4)")
    assert report(bench.directory)["summary"]["successful"] == 36


def a_listing_is_tried_again(bench):
    with GlueLab(LAB, scenario(bench), "--fault", "error=InternalError,op=ListObjectsV2,count=2") as lab:
        run(SLUICE, lab, bench.directory)
        assert lab.requests("ListObjectsV2") == 7, lab.requests("ListObjectsV2")  # one before the run, four after it


def E006_downloads_that_all_fail(bench):
    with GlueLab(LAB, scenario(bench), "--fault", "error=InternalError,op=GetObject") as lab:
        _, log = run(SLUICE, lab, bench.directory, expect=5)
        check_line(log, "WARNING", f"ダウンロードリトライ: {SOURCE}sales_20241101.csv (試行1/3)")
        check_line(log, "WARNING", f"ダウンロードリトライ: {SOURCE}sales_20241101.csv (試行3/3)")
        check_line(log, "ERROR", f"ダウンロード失敗: {SOURCE}sales_20241101.csv - ")
        assert lab.requests("GetObject") == 4 * 48, lab.requests("GetObject")  # as configured, and the engine adds none


def E007_a_disk_that_is_too_small_is_noticed_before(bench):
    out = bench.directory / "out"
    out.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", out], check=True)
    try:
        with GlueLab(LAB, scenario(bench, size=100_000)) as lab:
            _, log = run(SLUICE, lab, bench.directory, expect=6)
            check_line(log, "ERROR", "ダウンロード処理が失敗しました: E007 (終了コード 6)")
            assert lab.requests("GetObject") == 0
        assert not list(out.glob("layers/*/*"))
    finally:
        subprocess.run(["umount", out], check=True)


def E008_denied(bench):
    denied = "faults: [{operation: StartWorkflowRun, count: 100, error: AccessDeniedException, message: no}]"
    with GlueLab(LAB, scenario(bench, extra=denied)) as lab:
        run(SLUICE, lab, bench.directory, expect=7)
        assert lab.requests("Glue.StartWorkflowRun") == 1
    with GlueLab(LAB, scenario(bench), "--fault", "error=AccessDenied,op=ListObjectsV2") as lab:
        run(SLUICE, lab, bench.directory, expect=7)


def E008_bad_credentials(bench):
    with GlueLab(LAB, scenario(bench)) as lab:
        wrong = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET + "x"}
        _, log = run(SLUICE, lab, bench.directory, change=[("profile: default", "profile: ~")], environment=wrong, expect=7)
        assert SECRET not in log, log


def E009_a_workflow_that_cannot_be_started(bench):
    with GlueLab(LAB, "concurrent_exception") as lab:
        _, log = run(SLUICE, lab, bench.directory, expect=8)
        check_line(log, "ERROR", f"★ Workflow実行エラー: {WORKFLOW} - ")
        assert lab.requests("Glue.StartWorkflowRun") == 1 and not downloaded(bench.directory)


def E010_a_workflow_that_does_not_end_in_time(bench):
    with GlueLab(LAB, "long_run") as lab:
        _, log = run(SLUICE, lab, bench.directory, "--execution-timeout", "2", expect=9)
        check_line(log, "ERROR", f"★ Workflow実行タイムアウト: {WORKFLOW} (タイムアウト: 2秒)")
        assert not downloaded(bench.directory)


def E011_a_workflow_that_fails(bench):
    with GlueLab(LAB, "failed_nodes") as lab:
        _, log = run(SLUICE, lab, bench.directory, expect=10)
        check_line(log, "WARNING", "★ Workflow実行中に一部ジョブが失敗: load-job")
        check_line(log, "ERROR", f"★ Workflow実行失敗: {WORKFLOW} - 失敗ジョブ 1件")
        assert lab.requests("Glue.StartWorkflowRun") == 1 and not downloaded(bench.directory)


def W001_a_file_that_is_there(bench):
    with GlueLab(LAB, scenario(bench)) as lab:
        run(SLUICE, lab, bench.directory)
        _, log = run(SLUICE, lab, bench.directory)
    place = bench.directory / "out/layers/source/sales_20241101.csv"
    check_line(log, "WARNING", f"ファイルが既に存在するためスキップ: {place}")
    check_line(log, "INFO", "ダウンロード完了: 成功0件, 失敗0件, スキップ48件")


def W002_some_downloads_fail(bench):
    flags = ("--fault", "error=InternalError,op=GetObject,key=staging/")
    with GlueLab(LAB, scenario(bench), *flags) as lab:
        _, log = run(SLUICE, lab, bench.directory)
        check_line(log, "INFO", "ダウンロード完了: 成功36件, 失敗12件, スキップ0件")
        assert [layer["status"] for layer in report(bench.directory)["layers"]] == ["success", "failed", "success", "success"]
        run(SLUICE, lab, bench.directory, "--strict", "--overwrite", expect=5)


def a_usage_error_is_1(bench):
    with GlueLab(LAB, "success") as lab:
        run(SLUICE, lab, bench.directory, "--on-timeout", "perhaps", expect=1)
        run(SLUICE, lab, bench.directory, "status", "-c", "/nowhere", expect=1)


# --- 9.3 --------------------------------------------------------------------------------------------------------------------------

def log_lines_of_a_success(bench):
    with GlueLab(LAB, "success") as lab:
        _, log = run(SLUICE, lab, bench.directory)
        run_id = lab.runs()[0]["WorkflowRunId"]
    out = bench.directory / "out"
    for words in (f"main - INFO - 設定ファイル読み込み成功: {bench.directory}/config.yaml", f"workflow - INFO - Workflow検証成功: {WORKFLOW}",
                  "s3 - INFO - 初期層ファイル確認完了: source (12件)", f"workflow - INFO - ★ Workflow実行開始: {WORKFLOW} (run_id: {run_id})",
                  "workflow - INFO - ★ Workflow実行中: 完了ジョブ 8/8, 失敗ジョブ 0", f"workflow - INFO - ★ Workflow実行完了: {WORKFLOW} (所要時間: ",
                  "s3 - INFO - ファイル収集完了: 合計48ファイル (3.0 MB)", "s3 - INFO - 各層のファイル数: final=12件", "downloader - INFO - ダウンロード開始: 48ファイル",
                  "downloader - INFO - ダウンロード完了: 成功48件, 失敗0件, スキップ0件", f"main - INFO - レポート生成完了: {next(out.glob('report_*.html'))}"):
        assert f"glue_workflow_downloader.{words}" in log, (words, log)
    assert (bench.directory / "logs/downloader.log").read_text() == log


def a_layer_in_which_nothing_matches(bench):
    with GlueLab(LAB, scenario(bench, {"staging": 0})) as lab:
        _, log = run(SLUICE, lab, bench.directory)
    check_line(log, "WARNING", "正規表現にマッチするファイルが見つかりません: staging")
    assert report(bench.directory)["layers"][1]["status"] == "empty"


def a_layer_outside_its_range_is_downloaded_all_the_same(bench):
    with GlueLab(LAB, scenario(bench)) as lab:
        _, log = run(SLUICE, lab, bench.directory, change=[("max_files: 100", "max_files: 5")])
    check_line(log, "WARNING", "★ ファイル数が推奨範囲外: transformed (12件, 推奨: 0-5件)")
    assert report(bench.directory)["summary"]["successful"] == 48


def levels_show_what_9_1_says(bench):
    with GlueLab(LAB, scenario(bench, {"staging": 0})) as lab:
        logs = {level: run(SLUICE, lab, bench.directory, "--overwrite", "-l", level)[1] for level in ("DEBUG", "INFO", "WARNING", "ERROR")}
    for level, shown in (("INFO", "ダウンロード完了"), ("WARNING", "正規表現にマッチするファイルが見つかりません")):
        order = ["DEBUG", "INFO", "WARNING", "ERROR"]
        for at in order:
            assert (shown in logs[at]) == (order.index(at) <= order.index(level)), (level, at)
    assert " - DEBUG - " in logs["DEBUG"] and not logs["ERROR"], logs["ERROR"]


# --- other keys of the configuration ----------------------------------------------------------------------------------------------

def a_layer_may_lie_in_another_region(bench):
    with GlueLab(LAB, "success") as glue, GlueLab(LAB, "success", region="us-west-2") as s3:
        places = {"AWS_ENDPOINT_URL_GLUE": glue.endpoint, "AWS_ENDPOINT_URL_S3": s3.endpoint}
        elsewhere = ("    required: ", "    region: us-west-2\n    required: ")
        run(SLUICE, glue, bench.directory, "--no-execute", change=[elsewhere], environment=places)
        assert report(bench.directory)["summary"]["successful"] == 12 and not s3.stats()["errors"], s3.stats()


def metadata_chooses_what_is_downloaded(bench):
    text = scenario(bench, size=10).read_text().splitlines()
    at = next(i for i, line in enumerate(text) if "sales_final" in line)
    text[at] = text[at].replace("size: 10", "size: 10, metadata: {stage: Final}")
    (bench.directory / "scenario.yaml").write_text("\n".join(text))
    with GlueLab(LAB, bench.directory / "scenario.yaml") as lab:
        run(SLUICE, lab, bench.directory, "--skip-validation", change=[("filters:\n", "filters:\n  metadata: {Stage: Final}\n"), ("required: true", "required: false")])
    assert [layer["file_count"] for layer in report(bench.directory)["layers"]] == [0, 0, 0, 12]


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
