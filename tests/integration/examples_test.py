#!/usr/bin/env python3
"""Installs the library, builds each example against it through pkg-config, and runs it: examples_test.py BUILD_DIRECTORY."""
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CXX = shlex.split(os.environ.get("CXX", "clang++-19"))


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise AssertionError(f"{command}: exit {result.returncode}\n{result.stdout}\n{result.stderr}")
    return result.stdout


def pkg_config(prefix):
    """The flags as they are for a library installed at `prefix` (it was staged there from its configured place)."""
    package = next(prefix.rglob("sluice.pc"), None)
    assert package, "sluice.pc is not installed"
    lines = package.read_text().splitlines()
    package.write_text("\n".join(f"prefix={prefix}" if line.startswith("prefix=") else line for line in lines) + "\n")
    environment = dict(os.environ, PKG_CONFIG_PATH=str(package.parent))
    return shlex.split(run("pkg-config", "--cflags", "--libs", "--static", "sluice", env=environment))


def build(name, flags, directory):
    program = directory / name
    run(*CXX, "-O0", "-Wall", "-Wextra", "-Werror", ROOT / "examples" / f"{name}.cpp", "-o", program, *flags)
    return program


def check_copy(program, directory):
    (directory / "from" / "b").mkdir(parents=True)
    (directory / "from" / "a.txt").write_text("one")
    (directory / "from" / "b" / "c.txt").write_text("two")
    out = run(program, directory / "from", directory / "to")
    assert "2 copied, 0 unchanged, 0 failed" in out, out
    assert (directory / "to" / "b" / "c.txt").read_text() == "two"
    out = run(program, directory / "from", directory / "to")
    assert "0 copied, 2 unchanged, 0 failed" in out, out


def check_list(program, directory):
    out = run(program, directory / "from")
    assert [line.split()[-1] for line in out.splitlines()] == ["a.txt", "b/c.txt"], out


def check_overwrite_batch(program, directory):
    state = directory / "state"
    state.mkdir()
    out = run(program, directory / "to", state)
    assert "2 to process, 2 done, 0 failed" in out, out
    assert (directory / "to" / "a.txt").read_text() == "ONE"
    out = run(program, directory / "to", state)
    assert "0 to process, 0 done, 0 failed" in out, out


def check_own_parts(program, directory):
    out = run(program, directory / "state")
    assert "2 done, then 0; 2 uploads" in out, out


def check_image(prefix):
    """Whatever a user finds installed beside the library."""
    for program in ("sluice", "sluice-lab"):
        assert "Usage" in run(prefix / "bin" / program, "--help") and os.access(prefix / "bin" / program, os.X_OK)
    shares = {"man/man1/sluice.1": "docs/sluice.1", "bash-completion/completions/sluice": "tools/completions/sluice.bash",
              "sluice/glue-config.schema.json": "docs/schemas/glue-config.schema.json",
              "sluice/glue-report.schema.json": "docs/schemas/glue-report.schema.json", "zsh/site-functions/_sluice": "tools/completions/_sluice",
              "fish/vendor_completions.d/sluice.fish": "tools/completions/sluice.fish"}
    for name, source in shares.items():
        assert (prefix / "share" / name).read_bytes() == (ROOT / source).read_bytes(), name


def main():
    build_directory = sys.argv[1]
    passed = 0
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        prefix = directory / "prefix"
        run("meson", "install", "-C", build_directory, "--no-rebuild", "--destdir", directory / "image")
        installed = next(path for path in (directory / "image").rglob("include/sluice/sluice.hpp")).parents[2]
        shutil.move(installed, prefix)
        check_image(prefix)
        print("ok image")
        passed += 1
        flags = pkg_config(prefix)
        for check in (check_copy, check_list, check_overwrite_batch, check_own_parts):
            name = check.__name__.removeprefix("check_")
            check(build(name, flags, directory), directory)
            print(f"ok {name}")
            passed += 1
    print(f"{passed} passed, 0 failed")


if __name__ == "__main__":
    main()
