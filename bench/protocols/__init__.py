"""Sluice beside its rivals on one server of a protocol: bench/run sftp|ftp|ftps|webdav|s3-sftp.

Small files of 4 KiB and one large file, each way, near and at a distance (sluice-lab delay), by tools that take turns; every result verified. The figures are
medians. A protocol's module has `Protocol`: what serves, which tools take part, and which budgets hold.
"""
from pathlib import Path

from . import ftp, relay, sftp, ways, webdav

PROTOCOLS = {"sftp": sftp.Sftp, "ftp": ftp.Ftp, "ftps": ftp.Ftps, "webdav": webdav.Webdav, "s3-sftp": relay.Relay}


def measure(name, words):
    return ways.measure(PROTOCOLS[name](), name, words, Path(__file__).resolve().parents[2])


def help_lines():
    return [f"{name:16} {protocol.title}" for name, protocol in PROTOCOLS.items()]
