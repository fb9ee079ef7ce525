"""A WebDAV server for a bench, and a front before it that misbehaves (sluice-lab webdav)."""
import json
import signal
import subprocess
import urllib.parse

from program import LAB

TEMPORARY = ".sluice-part"


def url_of(server, port, path, scheme):
    user = f"{server.user}@" if server.user else ""
    return f"{scheme}://{user}127.0.0.1:{port}/dav/{urllib.parse.quote(path, safe='/')}"


class Served:
    """A server, and what the program must be told of it."""

    def __init__(self, bench, kind, *arguments, **options):
        directory = bench.directory / kind.__name__
        directory.mkdir()
        bench.directory.chmod(0o755)
        self.server = kind(directory, *arguments, **options)
        self.files = getattr(self.server, "files", self.server.data)
        bench.environment["SLUICE_PASSWORD"] = self.server.password

    def url(self, path="", scheme="webdav"):
        return url_of(self.server, self.server.port, path, scheme)

    def file(self, name, data):
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.server.own()
        return path

    def temporaries(self):
        return [path.name for path in self.files.rglob("*" + TEMPORARY)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()


class Front:
    """The front before a Served. When it has ended, `counts` holds what it saw (lab/README.md)."""

    def __init__(self, served, *faults, flags=()):
        self.served, self.faults = served, faults
        words = [LAB, "webdav", "--to", f"127.0.0.1:{served.server.port}", *map(str, flags)]
        for fault in faults:
            words += ["--fault", fault]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline())

    def url(self, path="", scheme="webdav"):
        return url_of(self.served.server, self.ready["port"], path, scheme)

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        self.process.send_signal(signal.SIGTERM)
        words, _ = self.process.communicate(timeout=20)
        self.counts = json.loads(words)
        if failure is None:
            idle = [fault for fault, struck in zip(self.faults, self.counts["struck"]) if not struck]
            assert not idle, f"did not strike: {idle}"
