"""The program's own help, taken apart. A command is the tuple of words that names it; () is the program."""
import re


def help_of(on, command=(), language="en"):
    return on.run("--lang", language, *command, "--help")


def flags(on, command=()):
    return set(re.findall(r"^  (?:-\w,)?(--[a-z0-9-]+)", help_of(on, command), re.MULTILINE))


def subcommands(on, command=()):
    block = re.search(r"^Subcommands:\n((?:  .*\n)+)", help_of(on, command), re.MULTILINE)
    return [line.split()[0] for line in block[1].splitlines()] if block else []


def commands(on):
    found = [()]
    for command in found:
        found += [(*command, name) for name in subcommands(on, command)]
    return found


def all_flags(on):
    return set().union(*(flags(on, command) for command in commands(on)))
