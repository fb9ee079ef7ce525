"""The S3 server that every tool is measured against."""
import json
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml
from dataclasses import dataclass

ACCESS_KEY, SECRET_KEY = "AKIDLABEXAMPLE", "labsecretEXAMPLEKEY"
LIST_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass
class Counts:
    requests: int
    connections: int
    cpu: float
    most_open: int

    def since(self, before):
        return Counts(self.requests - before.requests, self.connections - before.connections, self.cpu - before.cpu, self.most_open)


class Lab:
    """sluice-lab, in memory, for one workload. It takes any signature or none, so that the unsigned floor can be measured beside; with
    `verify` only good ones."""

    def __init__(self, program, buckets, arguments=(), certificate=None, verify=False):
        tls = ["--tls-cert", certificate.file, "--tls-key", certificate.key] if certificate else []
        names = [word for bucket in buckets for word in ("--bucket", bucket)]
        self.certificate = certificate
        checks = [] if verify else ["--no-verify"]
        self.process = subprocess.Popen([str(program), "s3", *checks, *names, *tls, *arguments], stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline() or "null")
        if not ready:
            raise RuntimeError(f"{program} did not start")
        self.endpoint, self.control = ready["endpoint"], ready["control"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=60) != 0:
            raise RuntimeError("the lab ended badly")

    def stats(self):
        with urllib.request.urlopen(self.control + "/-/lab/stats", timeout=60) as answer:
            return json.load(answer)

    def set_faults(self, faults):
        """These, and no others."""
        request = urllib.request.Request(self.control + "/-/lab/faults", method="PUT", data="\n".join(faults).encode())
        with urllib.request.urlopen(request, timeout=60):
            pass

    def counts(self):
        stats = self.stats()
        return Counts(stats["requests"], stats["connections"], stats["cpu_seconds"], stats["most_open_connections"])

    def open(self, path):
        return urllib.request.urlopen(self.endpoint + path, timeout=60, context=self.certificate.context() if self.certificate else None)

    def objects(self, bucket, prefix=""):
        """(key, size, ETag) of each, by plain unsigned listings."""
        token = ""
        while token is not None:
            query = {"list-type": "2", "prefix": prefix} | ({"continuation-token": token} if token else {})
            with self.open(f"/{bucket}?" + urllib.parse.urlencode(query)) as answer:
                page = xml.parse(answer).getroot()
            for entry in page.iter(LIST_NAMESPACE + "Contents"):
                text = {child.tag.removeprefix(LIST_NAMESPACE): child.text for child in entry}
                yield text["Key"], int(text["Size"]), text["ETag"].strip('"')
            token = page.findtext(LIST_NAMESPACE + "NextContinuationToken")
