#!/usr/bin/env python3
"""Keeps the house in order: includes point down only, Beast and TLS stay in net, files stay small.

Prints each violation as file:line and ends with "N passed, N failed" (one check a rule).
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLOOR = {"core": 1, "codec": 2, "async": 2, "net": 3, "aws": 4, "smtp": 4, "sftp": 4, "ssh": 4, "ftp": 4, "webdav": 4, "db": 4, "fs": 5, "state": 5,
         "flow": 6, "glue": 7, "archive": 7, "lake": 7, "cli": 8, "web": 8, "app": 9}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
MAX_LINES = 400
# Generated tables may be long.
LONG_FILES = {"src/codec/glob_unicode_tables.cpp"}


def layer_of(path):
    parts = path.relative_to(ROOT).parts
    if parts[:2] == ("include", "sluice") and len(parts) > 3:
        return parts[2]
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def included_layer(name):
    parts = name.removeprefix("sluice/").split("/")
    return parts[0] if len(parts) > 1 and parts[0] in FLOOR else None


# POSIX has a parent hand down its environment; everything else gets an Environment from app.
READS_ENVIRONMENT = re.compile(r"\b(getenv|secure_getenv|environ|temp_directory_path)\b\s*[;(\[]")
MAY_READ_ENVIRONMENT = {"src/async/child.cpp"}
# app is the program's wiring: main calls cli, which is no library.
MAY_OPEN = {("app", "cli")}


def is_private(name, target, layer):
    return target is not None and target != layer and not name.startswith("sluice/") and (layer, target) not in MAY_OPEN


def sources():
    for top in ("include", "src"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".hpp", ".cpp"):
                yield path


def check():
    arrows, private, beast, long_files, core_asio, environment = [], [], [], [], [], []
    for path in sources():
        layer = layer_of(path)
        shown = path.relative_to(ROOT).as_posix()
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > MAX_LINES and shown not in LONG_FILES:
            long_files.append(f"{shown}: {len(lines)} lines")
        for number, line in enumerate(lines, 1):
            if layer != "app" and shown not in MAY_READ_ENVIRONMENT and READS_ENVIRONMENT.search(line):
                environment.append(f"{shown}:{number} reads the environment")
            match = INCLUDE.match(line)
            if not match:
                continue
            name = match.group(1)
            target = included_layer(name)
            if layer and target and target != layer and FLOOR[target] >= FLOOR[layer]:
                arrows.append(f"{shown}:{number} includes {name}")
            if layer and is_private(name, target, layer):
                private.append(f"{shown}:{number} includes {name}")
            if re.match(r"boost/(beast|asio/ssl)", name) and not (layer == "net" and path.suffix == ".cpp"):
                beast.append(f"{shown}:{number} includes {name}")
            if layer in ("core", "codec") and name.startswith("boost/asio"):
                core_asio.append(f"{shown}:{number} includes {name}")
    return {"includes point down only": arrows,
            "private headers are their own layer's": private,
            "Beast and asio::ssl are included by .cpp files of net only": beast,
            "core and codec know no Asio": core_asio,
            "only app reads the environment": environment,
            f"no file is longer than {MAX_LINES} lines": long_files}


def main():
    passed = failed = 0
    for rule, violations in check().items():
        if violations:
            failed += 1
            print(f"FAILED: {rule}")
            for violation in violations:
                print(f"  {violation}")
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
