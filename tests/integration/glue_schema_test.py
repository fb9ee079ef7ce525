#!/usr/bin/env python3
"""The schema of the configuration and `sluice glue validate` judge alike: glue_schema_test.py SLUICE SLUICE_LAB

The schema itself says what to try: for each of its keys a value that it allows and some that it does not, and a key that nobody knows in
each of its maps. Ends with "N passed, N failed".
"""
import copy
import json
import pathlib
import subprocess

import jsonschema
import yaml

from program import SLUICE, run_scenarios

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/schemas/glue-config.schema.json").read_text())
JUDGE = jsonschema.Draft7Validator(SCHEMA)
SAMPLES = sorted((ROOT / "tests/glue/samples").glob("*.yaml"))

# A file with every key; its ranges are so wide that one end can change alone.
FULL = {
    "version": "1.0",
    "aws": {"region": "ap-northeast-1", "profile": "batch"},
    "workflow": {"name": "w", "execute": True, "validate_before_run": True, "initial_layer_check_timeout": 0, "execution_timeout": 60,
                 "polling_interval": 1, "wait_for_completion": True},
    "layers": [{"name": "source", "display_name": "S", "s3_bucket": "a-bucket", "s3_prefix": "raw/", "region": "us-east-1",
                "file_patterns": ["^a$"], "required": False, "min_files": 0, "max_files": 10**9}],
    "download": {"local_base_dir": "./d", "preserve_structure": True, "overwrite": False, "max_workers": 5, "retry_count": 3,
                 "retry_delay": 5, "compress": "gzip", "incremental": True, "file_mode": "0640"},
    "logging": {"level": "INFO", "file": "./l.log", "console": True, "format": "%(message)s", "lang": "en"},
    "filters": {"date_range": {"enabled": True, "start_date": "2024-11-01", "end_date": "2024-11-30"},
                "file_size": {"enabled": True, "min_mb": 0, "max_mb": 10**12}, "metadata": {"kind": "final"}},
    "notify": {"webhook": {"url": "https://hooks.example/T0", "template": "{}", "when": "failure"},
               "email": {"host": "mail.example", "port": 587, "security": "starttls", "user": "u", "password": "p", "from": "a@example.com",
                         "to": ["b@example.com"], "when": "always"}},
}
REQUIRED = [("aws",), ("layers",), ("aws", "region"), ("layers", 0, "name"), ("layers", 0, "s3_bucket"), ("layers", 0, "s3_prefix"),
            ("layers", 0, "file_patterns"), ("notify", "webhook", "url"), ("notify", "email", "host"), ("notify", "email", "from"),
            ("notify", "email", "to"), ("notify", "email", "user")]  # the last since there is a password
# One value of each kind; which of them a key takes is what the two must agree on. Text is what the program takes any scalar for.
NUMBERS = {-1, 0, 1, 0.5, 1024, 70000, 10**12}


def program_takes(directory, document):
    file = directory / "config.yaml"
    file.write_text(yaml.safe_dump(document))
    result = subprocess.run([SLUICE, "glue", "validate", "-c", str(file)], capture_output=True, text=True, timeout=60,
                            env={"HOME": str(directory)})
    assert result.returncode in (0, 1), result
    return result.returncode == 0, result.stderr


def agree(directory, document, what):
    takes, words = program_takes(directory, document)
    assert JUDGE.is_valid(document) == takes, (what, "the program takes it" if takes else words, [error.message for error in JUDGE.iter_errors(document)])


def resolved(schema):
    while "$ref" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def keys(schema, path=()):
    """Every path to a key, and every path to a map."""
    schema = resolved(schema)
    for name, value in schema.get("properties", {}).items():
        yield path + (name,)
        yield from keys(value, path + (name,))
    if "items" in schema:
        yield from keys(schema["items"], path + (0,))


def put(path, value):
    document = copy.deepcopy(FULL)
    at = document
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    return document


def without(path):
    document = copy.deepcopy(FULL)
    at = document
    for part in path[:-1]:
        at = at[part]
    del at[path[-1]]
    return document


def found(path):
    at = FULL
    for part in path:
        at = at[part]
    return at


def is_text(path):
    at = resolved(SCHEMA)
    for part in path:
        at = resolved(at["items"] if part == 0 else at["properties"][part])
    return at.get("type") == "string" or at.get("type") == ["string", "null"] or any(resolved(one).get("type") == "string" and "pattern" not in resolved(one)
                                                                                      for one in at.get("anyOf", []))


def the_file_with_every_key_is_taken(bench):
    paths = [path for path in keys(SCHEMA) if path[-1] != "file_pattern"]
    for path in paths:
        found(path)
    assert len(paths) > 55, len(paths)
    takes, words = program_takes(bench.directory, FULL)
    assert takes and JUDGE.is_valid(FULL), words


def the_samples_are_taken(bench):
    assert len(SAMPLES) == 4
    for sample in SAMPLES:
        document = yaml.safe_load(sample.read_text())
        JUDGE.validate(json.loads(json.dumps(document, default=str)))  # a date is text in YAML 1.2


def a_key_that_nobody_knows_is_refused(bench):
    maps = {path[:-1] for path in keys(SCHEMA)}
    assert len(maps) > 10
    for path in maps:
        document = put(path + ("nobody",), 1)
        assert not JUDGE.is_valid(document), path
        agree(bench.directory, document, path)


def a_key_that_must_be_there_is_missed(bench):
    for path in {path for path in keys(SCHEMA) if path[-1] != "file_pattern"}:
        document = without(path)
        assert JUDGE.is_valid(document) == (path not in REQUIRED), path
        agree(bench.directory, document, path)


def wrong_types_are_refused(bench):
    tried = 0
    for path in keys(SCHEMA):
        if path[-1] == "file_pattern":
            continue
        values = [{"a": 1}, [], [1, {"b": 2}]]
        if not isinstance(found(path), (dict, list)):
            values += ["nonsense"] if not is_text(path) else []
            values += [] if is_text(path) or path == ("version",) else [True, *NUMBERS]
        for value in values:
            if path == ("filters", "metadata") and value == {"a": 1}:
                continue  # text is any scalar to the program
            agree(bench.directory, put(path, value), (path, value))
            tried += 1
    assert tried > 300, tried


def references_to_the_environment_are_taken(bench):
    for path, value in ((("download", "max_workers"), "${N}"), (("workflow", "execute"), "${B}"), (("filters", "file_size", "min_mb"), "${N}")):
        document = put(path, value)
        assert JUDGE.is_valid(document), path
        file = bench.directory / "config.yaml"
        file.write_text(yaml.safe_dump(document))
        result = subprocess.run([SLUICE, "glue", "validate", "-c", str(file)], capture_output=True, text=True, env={"HOME": str(bench.directory), "N": "7", "B": "false"})
        assert result.returncode == 0, (path, result.stderr)


if __name__ == "__main__":
    raise SystemExit(run_scenarios(globals()))
