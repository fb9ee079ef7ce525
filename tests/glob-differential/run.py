#!/usr/bin/env python3
"""Compares our globs with the npm package minimatch on hand-written and random patterns.

Usage: run.py <compare program> <directory for npm packages> [pairs with random patterns]
The packages are installed into the directory unless they are there in the pinned versions. SLUICE_SEED repeats a run.
"""
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
minimum_pairs = 200_000


def fail(reason):
    sys.exit(f"glob-differential: {reason}")


def pinned():
    wanted = json.loads((here / "package.json").read_text())
    return {**wanted["dependencies"], **wanted["overrides"]}


def installed(directory):
    def version(name):
        file = directory / "node_modules" / name / "package.json"
        return json.loads(file.read_text())["version"] if file.exists() else None

    return all(version(name) == wanted for name, wanted in pinned().items())


def install(directory):
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copy(here / "package.json", directory / "package.json")
    if installed(directory):
        return
    command = ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=directory, timeout=120).returncode != 0 or not installed(directory):
        fail(f"npm could not install {pinned()}")


def main():
    program, directory = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    pairs = sys.argv[3] if len(sys.argv) > 3 else "60000"
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            fail(f"{tool} is missing (tools/setup installs it)")
    if not program.exists():
        fail(f"{program.name} is not built")
    install(directory)
    seed = os.environ.get("SLUICE_SEED") or str(secrets.randbits(32))
    print(f"glob-differential: SLUICE_SEED={seed}", flush=True)
    generator = subprocess.Popen(["node", str(here / "generate.mjs"), str(directory), seed, pairs], stdout=subprocess.PIPE)
    compared = subprocess.run([str(program)], stdin=generator.stdout, stdout=subprocess.PIPE, text=True)
    generator.stdout.close()
    print(compared.stdout, end="")
    if generator.wait() != 0:
        fail("the generator failed")
    if compared.returncode != 0:
        fail("there are differences")
    checked = int(compared.stdout.split()[-1])
    if checked < minimum_pairs:
        fail(f"only {checked} pairs were compared")


main()
