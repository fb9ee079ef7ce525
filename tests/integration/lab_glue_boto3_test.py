#!/usr/bin/env python3
"""sluice-lab's Glue as boto3 reads it: lab_glue_boto3_test.py (SLUICE_LAB names the program)

Ends with "N passed, N failed".
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from glue_lab import REGION, SCENARIOS, WORKFLOW, GlueLab

LAB = os.environ["SLUICE_LAB"]


def code_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def ended(glue, run_id, timeout=20):
    deadline = time.time() + timeout
    while time.time() < deadline:
        run = glue.get_workflow_run(Name=WORKFLOW, RunId=run_id, IncludeGraph=True)["Run"]
        if run["Status"] in ("COMPLETED", "STOPPED", "ERROR"):
            return run
        time.sleep(0.05)
    raise AssertionError("the run does not end")


def a_run_fills_the_layers():
    with GlueLab(LAB, "success") as lab:
        glue, s3 = lab.client("glue"), lab.client("s3")
        assert glue.get_workflow(Name=WORKFLOW)["Workflow"]["MaxConcurrentRuns"] == 1
        assert glue.list_workflows()["Workflows"] == [WORKFLOW]
        assert s3.list_objects_v2(Bucket="my-datalake-bronze", Prefix="raw/sales/")["KeyCount"] == 13
        assert s3.list_objects_v2(Bucket="my-datalake-gold")["KeyCount"] == 0
        run_id = glue.start_workflow_run(Name=WORKFLOW, RunProperties={"token": "t"})["RunId"]
        assert glue.get_workflow_run_properties(Name=WORKFLOW, RunId=run_id)["RunProperties"] == {"token": "t"}
        glue.put_workflow_run_properties(Name=WORKFLOW, RunId=run_id, RunProperties={"more": "m"})
        assert glue.get_workflow_run(Name=WORKFLOW, RunId=run_id)["Run"]["Status"] == "RUNNING"
        run = ended(glue, run_id)
        assert run["Status"] == "COMPLETED" and run["WorkflowRunProperties"] == {"token": "t", "more": "m"}, run
        assert run["Statistics"]["SucceededActions"] == run["Statistics"]["TotalActions"] == 8
        kinds = [node["Type"] for node in run["Graph"]["Nodes"]]
        assert kinds.count("JOB") == 7 and kinds.count("CRAWLER") == 1 and kinds.count("TRIGGER") >= 5, kinds
        ids = {node["UniqueId"] for node in run["Graph"]["Nodes"]}
        assert all(edge["SourceId"] in ids and edge["DestinationId"] in ids for edge in run["Graph"]["Edges"])
        assert s3.list_objects_v2(Bucket="my-datalake-gold")["KeyCount"] == 12
        assert len(glue.get_job_runs(JobName="extract-job")["JobRuns"]) == 1


def refusals_are_worded_as_aws_does():
    with GlueLab(LAB, "success") as lab:
        glue = lab.client("glue")
        assert code_of(glue.get_workflow, Name="nothing") == "EntityNotFoundException"
        assert code_of(glue.get_workflow_run, Name=WORKFLOW, RunId="wr_0") == "EntityNotFoundException"
        assert code_of(glue.stop_workflow_run, Name=WORKFLOW, RunId="wr_0") == "EntityNotFoundException"
        run_id = glue.start_workflow_run(Name=WORKFLOW)["RunId"]
        assert code_of(glue.start_workflow_run, Name=WORKFLOW) == "ConcurrentRunsExceededException"
        assert code_of(glue.resume_workflow_run, Name=WORKFLOW, RunId=run_id, NodeIds=["x"]) == "IllegalWorkflowStateException"
        assert code_of(lab.client("glue", secret="wrong").get_workflow, Name=WORKFLOW) == "InvalidSignatureException"


def runs_come_in_pages_newest_first():
    with GlueLab(LAB, "failed_nodes") as lab:
        glue = lab.client("glue")
        first = glue.start_workflow_run(Name=WORKFLOW)["RunId"]
        run = ended(glue, first)
        assert run["Status"] == "COMPLETED" and run["Statistics"]["FailedActions"] == 1, run
        load = next(node for node in run["Graph"]["Nodes"] if node["Name"] == "load-job")
        assert [attempt["JobRunState"] for attempt in load["JobDetails"]["JobRuns"]] == ["FAILED", "FAILED"]
        resumed = glue.resume_workflow_run(Name=WORKFLOW, RunId=first, NodeIds=[load["UniqueId"]])
        assert resumed["NodeIds"] == [load["UniqueId"]]
        assert ended(glue, resumed["RunId"])["Statistics"]["SucceededActions"] == 3
        page = glue.get_workflow_runs(Name=WORKFLOW, MaxResults=1)
        assert page["Runs"][0]["WorkflowRunId"] == resumed["RunId"]
        assert glue.get_workflow_runs(Name=WORKFLOW, MaxResults=1, NextToken=page["NextToken"])["Runs"][0]["WorkflowRunId"] == first


def runs_end_as_told():
    for scenario, status in (("stopped", "STOPPED"), ("error", "ERROR")):
        with GlueLab(LAB, scenario) as lab:
            glue = lab.client("glue")
            run = ended(glue, glue.start_workflow_run(Name=WORKFLOW)["RunId"])
            assert run["Status"] == status, run
    with GlueLab(LAB, "long_run") as lab:
        glue = lab.client("glue")
        run_id = glue.start_workflow_run(Name=WORKFLOW)["RunId"]
        glue.stop_workflow_run(Name=WORKFLOW, RunId=run_id)
        assert ended(glue, run_id)["Status"] == "STOPPED"
    with GlueLab(LAB, "concurrent_run_error") as lab:
        glue = lab.client("glue")
        run = ended(glue, glue.start_workflow_run(Name=WORKFLOW)["RunId"])
        assert run["Status"] == "ERROR" and run["ErrorMessage"].startswith("Concurrent runs exceeded for workflow"), run


def faults_strike_as_told():
    with GlueLab(LAB, "throttled") as lab:
        assert code_of(lab.client("glue").start_workflow_run, Name=WORKFLOW) == "ThrottlingException"
        assert lab.runs() == []
    for scenario, runs in (("ambiguous_start_made", 1), ("ambiguous_start_not_made", 0)):
        with GlueLab(LAB, scenario) as lab:
            try:
                lab.client("glue").start_workflow_run(Name=WORKFLOW)
                raise AssertionError("there is an answer")
            except (ConnectionError, HTTPClientError):
                pass
            assert len(lab.runs()) == runs, scenario
    with GlueLab(LAB, "ambiguous_start_500") as lab:
        assert code_of(lab.client("glue").start_workflow_run, Name=WORKFLOW) == "InternalServiceException"
        assert len(lab.runs()) == 1


def what_is_no_scenario_is_refused_with_its_place():
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / "x.yaml"
        for text, words in (("workflow: w\nnothing: 1\n", ":2:1"), ("workflow: w\njobs:\n  - {name: a, after: [b]}\n", "must stand before it"), ("a: [", ":1:"),
                            ("workflow: w\njobs:\n  - {name: a, seconds: soon}\n", ":3:")):
            file.write_text(text)
            result = subprocess.run([LAB, "s3", "--glue-scenario", str(file)], capture_output=True, text=True, timeout=20)
            assert result.returncode == 1 and str(file) in result.stderr and words in result.stderr, (text, result)


def main():
    passed = failed = 0
    assert REGION and SCENARIOS.is_dir()
    for scenario in (a_run_fills_the_layers, refusals_are_worded_as_aws_does, runs_come_in_pages_newest_first, runs_end_as_told, faults_strike_as_told,
                     what_is_no_scenario_is_refused_with_its_place):
        try:
            scenario()
            print(f"ok {scenario.__name__}", flush=True)
            passed += 1
        except Exception:
            print(f"FAILED {scenario.__name__}\n{traceback.format_exc()}", flush=True)
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
