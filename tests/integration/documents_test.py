#!/usr/bin/env python3
"""Holds the manual page, the completions and the documents to the program's own help: documents_test.py SLUICE SLUICE_LAB

Ends with "N passed, N failed".
"""
import os
import pathlib
import re
import subprocess
import sys

from program import SLUICE, run_scenarios
from program_help import all_flags, commands, flags, help_of, subcommands

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPLETIONS = ROOT / "tools/completions"
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
# Of tools/setup, pkg-config and the AWS CLI, where the documents tell how to use them.
OTHERS = {"--bench", "--bucket", "--build-only", "--cflags", "--libs", "--lifecycle-configuration", "--static"}


def compare(what, said, true):
    assert said == true, f"{what}: lacks {sorted(true - said)}, has {sorted(said - true)} that do not exist"


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, **options)
    assert result.returncode == 0, (command, result.stdout, result.stderr)
    return result


def manual():
    return re.sub(r"\\f[BIR]", "", (ROOT / "docs/sluice.1").read_text()).replace("\\-", "-")


def the_manual_page_names_each_command_and_flag(bench):
    compare("docs/sluice.1", set(FLAG.findall(manual())), all_flags(bench))
    for command in commands(bench):
        if command in ((), ("batch",)):
            continue  # it does nothing by itself
        assert re.search(rf"^\.B {' '.join(command)}\b", manual(), re.MULTILINE), f"docs/sluice.1 lacks {command}"


def the_manual_page_is_set_without_a_warning(bench):
    result = run("groff", "-man", "-t", "-ww", "-Tutf8", "-P-cbou", ROOT / "docs/sluice.1")
    assert result.stderr == "" and "EXIT STATUS" in result.stdout, result.stderr


def the_documents_name_each_command_and_flag(bench):
    texts = {name: (ROOT / "docs" / name).read_text() for name in ("commands.md", "configuration.md")}
    compare("docs/commands.md and docs/configuration.md", set(FLAG.findall("".join(texts.values()))), all_flags(bench))
    for command in commands(bench):
        if command in ((), ("batch",)):
            continue
        assert f"| `{' '.join(command)} " in texts["commands.md"], f"docs/commands.md lacks {command}"


def no_document_names_a_flag_that_does_not_exist(bench):
    known = all_flags(bench) | OTHERS
    for name in ("README.md", "README.ja.md", "docs/glue.md", "docs/glue.ja.md", "docs/recovery.md", "docs/security.md"):
        ours = re.sub(r"`aws [^`]*`", "", (ROOT / name).read_text())  # another program's flags
        unknown = set(FLAG.findall(ours)) - known
        assert not unknown, f"{name}: {sorted(unknown)}"


def the_exit_codes_are_the_same_everywhere(bench):
    codes = re.findall(r"^  (\d+)  ", help_of(bench)[help_of(bench).index("Exit codes"):], re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "5", "130"], codes
    assert re.findall(r"^(\d+)\t", manual(), re.MULTILINE) == codes
    for name in ("docs/commands.md", "README.ja.md"):
        assert re.findall(r"^\| (\d+) \|", (ROOT / name).read_text(), re.MULTILINE) == codes, name


def environment(on):
    """One in which `sluice` is the program under test."""
    programs = on.directory / "bin"
    programs.mkdir(exist_ok=True)
    if not (programs / "sluice").exists():
        (programs / "sluice").symlink_to(SLUICE)
    return {**on.environment, "PATH": f"{programs}:{os.environ['PATH']}"}


def bash_offers(on, *line):
    script = 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sluice sluice "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf "%s\\n" "${COMPREPLY[@]}"'
    return set(run("bash", "-c", script, COMPLETIONS / "sluice.bash", *line, env=environment(on)).stdout.split())


def zsh_offers(on, *line):
    script = '_describe() { print -rl -- ${(P)2} }; _files() { print files }; words=("${@:2}"); CURRENT=$#words; source $1'
    offers = run("zsh", "-f", "-c", script, "zsh", COMPLETIONS / "_sluice", *line, env=environment(on)).stdout
    return {offer.split(":")[0] for offer in offers.splitlines()}


def fish_offers(on, *line):
    script = "source $argv[1]; complete -C (string join ' ' -- $argv[2..])"
    offers = run("fish", "--no-config", "-c", script, COMPLETIONS / "sluice.fish", *line, env=environment(on)).stdout
    return {offer.split("\t")[0] for offer in offers.splitlines()}


def check_completion(on, offers):
    compare("commands", offers(on, "sluice", ""), set(subcommands(on)))
    for group in ("batch", "glue"):
        compare("actions", offers(on, "sluice", group, ""), set(subcommands(on, (group,))))
    compare("flags of the program", offers(on, "sluice", "--"), flags(on))
    for command in commands(on):
        compare(f"flags of {command}", offers(on, "sluice", *command, "--"), flags(on) | flags(on, command))
    for language in ("en", "ja"):
        on.environment["SLUICE_LANG"] = language
        assert "--expected-size" in offers(on, "sluice", "--transfers", "4", "cp", "a", "--exp"), language


def bash_completes_what_there_is(bench):
    check_completion(bench, bash_offers)
    assert bash_offers(bench, "sluice", "--lang", "") == {"en", "ja"}
    assert bash_offers(bench, "sluice", "cp", "--log-level", "d") == {"debug"}
    assert bash_offers(bench, "sluice", "cp", "/etc/hostnam") == {"/etc/hostname"}


def zsh_completes_what_there_is(bench):
    check_completion(bench, zsh_offers)
    assert zsh_offers(bench, "sluice", "cp", "") == {"files"}


def fish_completes_what_there_is(bench):
    check_completion(bench, fish_offers)
    assert "/etc/hostname" in fish_offers(bench, "sluice", "cp", "/etc/hostnam")


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
