#!/usr/bin/env python3
"""Whole runs of sluice glue against sluice-lab's Glue, a scenario each: glue_runs_test.py SLUICE SLUICE_LAB

Ends with "N passed, N failed".
"""
import contextlib
import http.server
import json
import re
import signal
import sys
import threading
import time

from glue_lab import SECRET, WORKFLOW, GlueLab, report, run, start
from mail_server import Inbox, serving
from program import SLUICE, run_scenarios

LAB = sys.argv[2]
GOLDEN = """\
================================================================================
Glue Workflow ETL ファイルダウンロード レポート
================================================================================

実行日時: <time>
Workflow名: etl-data-pipeline-workflow
設定ファイル: <path>

--------------------------------------------------------------------------------
★ Workflow実行結果 ★
--------------------------------------------------------------------------------
実行ID: <id>
実行状態: COMPLETED
開始時刻: <time>
終了時刻: <time>
実行時間: <n> 秒 (<n>分<n>秒)
総ジョブ数: 8
完了ジョブ数: 8
失敗ジョブ数: 0
成功率: 100.0%

--------------------------------------------------------------------------------
ダウンロードサマリー
--------------------------------------------------------------------------------
総ファイル数: 48 (複数ファイル対応)
成功: 48 (100.0%)
失敗: 0 (0.0%)
スキップ: 0 (0.0%)
合計サイズ: 3.0 MB
処理時間: <x> 秒
平均速度: <x> MB/秒
"""


def masked(text):
    for pattern, mask in ((r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<time>"), (r"/\S+config\.yaml", "<path>"), (r"wr_[0-9a-f]{64}", "<id>"),
                          (r"実行時間: \d+ 秒 \(\d+分\d+秒\)", "実行時間: <n> 秒 (<n>分<n>秒)"), (r"処理時間: [\d.]+ 秒", "処理時間: <x> 秒"),
                          (r"平均速度: [\d.]+ MB", "平均速度: <x> MB")):
        text = re.sub(pattern, mask, text)
    return text


def a_full_run_in_japanese(bench):
    with GlueLab(LAB, "success") as lab:
        _, log = run(SLUICE, lab, bench.directory, "-l", "DEBUG")
        assert len(lab.runs()) == 1
    for line in ("★ Workflow実行開始: etl-data-pipeline-workflow (run_id: wr_", "★ Workflow実行中: 完了ジョブ ", "★ Workflow実行完了: etl-data-pipeline-workflow (所要時間: ",
                 "ファイル収集完了: 合計48ファイル (3.0 MB)", "ダウンロード完了: 成功48件, 失敗0件, スキップ0件"):
        assert line in log, (line, log)
    assert SECRET not in log
    out = bench.directory / "out"
    assert masked(next(out.glob("report_*.txt")).read_text()).startswith(GOLDEN)
    for layer in ("source", "staging", "transformed", "final"):
        assert len(list((out / "layers" / layer).iterdir())) == 12, layer
    told = report(bench.directory)["workflow_execution"]
    assert told["status"] == "COMPLETED" and [job["status"] for job in told["job_details"]] == ["SUCCEEDED"] * 8, told
    assert next(out.glob("report_*.html")).read_text().count("<svg") == 3


def nodes_that_failed_fail_the_run(bench):
    with GlueLab(LAB, "failed_nodes") as lab:
        _, log = run(SLUICE, lab, bench.directory, expect=10)
    assert "★ Workflow実行失敗: etl-data-pipeline-workflow - 失敗ジョブ 1件" in log, log
    assert "失敗ノード: load-job [FAILED] no such table sales_2024" in log and "/aws-glue/jobs/error" in log, log
    assert "実行されなかったノード: report-job" in log, log
    assert not (bench.directory / "out/layers").exists()
    assert report(bench.directory)["workflow_execution"]["failed_jobs"] == 1


def nodes_that_never_ran_are_a_warning_or_a_failure(bench):
    with GlueLab(LAB, "never_ran") as lab:
        assert "WARNING - ★ 実行されなかったノード: check-job" in run(SLUICE, lab, bench.directory)[1]
        assert "ERROR - ★ 実行されなかったノード: check-job" in run(SLUICE, lab, bench.directory, "--require-nodes", expect=10)[1]


def a_run_that_stops_or_errs_has_failed(bench):
    for scenario, words in (("stopped", "STOPPED"), ("error", "ERROR - Internal service failure")):
        with GlueLab(LAB, scenario) as lab:
            assert f"実行の最終状態: {words}" in run(SLUICE, lab, bench.directory, expect=10)[1]


def a_workflow_that_runs_already_is_told_or_watched(bench):
    for scenario in ("concurrent_exception", "concurrent_run_error"):
        with GlueLab(LAB, scenario) as lab:
            under_way = lab.runs()[-1]["WorkflowRunId"]
            _, log = run(SLUICE, lab, bench.directory, expect=8)
            assert under_way in log and "--attach" in log, log
            assert under_way in run(SLUICE, lab, bench.directory, "--attach")[1]


def what_is_lost_on_the_way_starts_nothing_twice(bench):
    for scenario in ("ambiguous_start_made", "ambiguous_start_not_made", "ambiguous_start_500", "throttled"):
        with GlueLab(LAB, scenario) as lab:
            run(SLUICE, lab, bench.directory, "--overwrite")
            assert len(lab.runs()) == 1, scenario


def a_watch_outlives_what_passes(bench):
    for scenario in ("slow_polls", "expired_token", "lost_polls"):
        with GlueLab(LAB, scenario) as lab:
            run(SLUICE, lab, bench.directory, "--overwrite")


def denied_archived_and_late_have_their_codes(bench):
    with GlueLab(LAB, "denied") as lab:
        run(SLUICE, lab, bench.directory, expect=7)
    with GlueLab(LAB, "archived") as lab:
        _, log = run(SLUICE, lab, bench.directory)
        assert log.count("DEEP_ARCHIVE") == 12 and "ダウンロードリトライ" not in log, log
        assert [layer["status"] for layer in report(bench.directory)["layers"]] == ["success", "success", "failed", "success"]
        run(SLUICE, lab, bench.directory, "--strict", "--overwrite", expect=5)
    with GlueLab(LAB, "long_run") as lab:
        _, log = run(SLUICE, lab, bench.directory, "--execution-timeout", "2", expect=9)
        assert "--attach" in log and lab.runs()[0]["Status"] == "RUNNING"
    with GlueLab(LAB, "long_run") as lab:
        run(SLUICE, lab, bench.directory, "--execution-timeout", "2", "--on-timeout", "stop", expect=9)
        assert lab.runs()[0]["Status"] in ("STOPPING", "STOPPED")


def an_interrupt_leaves_the_run_or_stops_it(bench):
    for choice, states in (("leave", ("RUNNING",)), ("stop", ("STOPPING", "STOPPED")), (None, ("RUNNING",))):
        with GlueLab(LAB, "long_run") as lab:
            process = start(SLUICE, lab, bench.directory, *(["--on-interrupt", choice] if choice else []))
            deadline = time.time() + 30
            while not lab.runs() and time.time() < deadline:
                time.sleep(0.1)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            _, log = process.communicate(timeout=30)
            assert process.returncode == 130, (choice, log)
            assert lab.runs()[0]["Status"] in states, (choice, lab.runs())
            assert list((bench.directory / "out").glob("report_*.txt")), log


class Hook(http.server.BaseHTTPRequestHandler):
    """A webhook that keeps what is posted to it."""

    posted = []

    def do_POST(self):
        Hook.posted.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def webhook():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hooks/T0PSECRET"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def the_end_is_told_by_webhook_and_mail(bench):
    inbox = Inbox()
    with webhook() as url, serving(inbox) as port:
        notify = f"""
notify:
  webhook: {{url: "{url}", template: '{{"run": "{{run_id}}", "got": {{successful}}, "how": "{{status}}", "code": {{exit_code}}}}'}}
  email: {{host: 127.0.0.1, port: {port}, security: none, from: sluice@example.com, to: ops@example.com, when: failure}}
"""
        with GlueLab(LAB, "success") as lab:
            _, log = run(SLUICE, lab, bench.directory, more=notify)
            run_id = lab.runs()[0]["WorkflowRunId"]
        assert Hook.posted.pop() == ("/hooks/T0PSECRET", {"run": run_id, "got": 48, "how": "success", "code": 0})
        assert "T0PSECRET" not in log and not inbox.mails, log
        with GlueLab(LAB, "failed_nodes") as lab:
            run(SLUICE, lab, bench.directory, expect=10, more=notify)
        assert Hook.posted.pop()[1]["code"] == 10
        mail = inbox.mails.pop()["message"]
        assert mail["Subject"] == f"[失敗] Glueワークフロー: {WORKFLOW}", mail["Subject"]
        assert "load-job" in mail.get_content() and "終了コード: 10" in mail.get_content(), mail.get_content()
    with GlueLab(LAB, "success") as lab:  # nobody listens any more
        _, log = run(SLUICE, lab, bench.directory, "--overwrite", more=notify)
        assert log.count("通知を送信できませんでした: 127.0.0.1") == 1 and "T0PSECRET" not in log, log


def runs_are_listed_shown_stopped_and_resumed(bench):
    with GlueLab(LAB, "failed_nodes") as lab:
        run(SLUICE, lab, bench.directory, expect=10)
        config, run_id = str(bench.directory / "config.yaml"), lab.runs()[0]["WorkflowRunId"]
        assert run_id in run(SLUICE, lab, bench.directory, "runs", "-c", config)[0]
        shown = run(SLUICE, lab, bench.directory, "status", "-c", config)[0]
        assert "load-job" in shown and "FAILED" in shown and "no such table" in shown, shown
        run(SLUICE, lab, bench.directory, "resume", "-c", config, "--run-id", run_id)
        resumed = lab.runs()[0]
        assert resumed["PreviousRunId"] == run_id and resumed["WorkflowRunId"] != run_id
    with GlueLab(LAB, "long_run") as lab:
        lab.client("glue").start_workflow_run(Name=WORKFLOW)
        run_id = lab.runs()[0]["WorkflowRunId"]
        run(SLUICE, lab, bench.directory, "stop", "-c", config, "--run-id", run_id)
        assert lab.runs()[0]["Status"] in ("STOPPING", "STOPPED")


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
