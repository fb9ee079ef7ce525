"""What is measured: Sluice, its rivals, and curl as the floor. Each says how it is told to do a piece of work.

All get the same concurrency, part size and server; their own safety is left as it is by default (reference: docs/performance.md).
"""
import os
import shutil
import subprocess
from dataclasses import dataclass

from .lab import ACCESS_KEY, SECRET_KEY

CONCURRENCY = 64
PARTS = 8
PART_MIB = 8


@dataclass
class Job:
    """One run's world: the lab, and a directory for what a tool keeps (state, lists of files)."""

    lab: object
    scratch: object


class Tool:
    name = ""
    slow = False  # one round of the plainest workloads is enough: its figures are many times the noise

    def __init__(self, program):
        self.program = str(program)

    def environment(self, job):
        base = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        certificate = {"AWS_CA_BUNDLE": job.lab.certificate.file} if job.lab.certificate else {}
        return base | certificate | {
            "HOME": str(job.scratch), "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": job.lab.endpoint, "AWS_EC2_METADATA_DISABLED": "true"}

    def version(self):
        # What `go install` made does not know its own version; the module's is written into the program.
        go = shutil.which("go")
        lines = subprocess.run([go, "version", "-m", self.program], capture_output=True, text=True).stdout.splitlines() if go else []
        module = next((line.split() for line in lines if line.startswith("\tmod\t")), None)
        if module:
            return module[2].lstrip("v")
        words = subprocess.run([self.program, *self.version_words], capture_output=True, text=True).stdout.split()
        return next((word.split("/")[-1].lstrip("v") for word in words if any(c.isdigit() for c in word)), "?")

    version_words = ("--version",)


class Sluice(Tool):
    name = "sluice"

    def environment(self, job):
        # As often as s5cmd and rclone try by default.
        return super().environment(job) | {"SLUICE_STATE_DIR": str(job.scratch / "state"), "SLUICE_MAX_ATTEMPTS": "10"}

    def _command(self, *words):
        return [self.program, "-q", "--transfers", CONCURRENCY, "--part-size", f"{PART_MIB}M", "--part-concurrency", PARTS, *words]

    def tree_down(self, job, bucket, directory):
        return self._command("cp", "-r", f"s3://{bucket}/", f"{directory}/")

    def tree_up(self, job, directory, bucket):
        return self._command("cp", "-r", f"{directory}/", f"s3://{bucket}/")

    def object_down(self, job, bucket, key, file):
        return self._command("cp", f"s3://{bucket}/{key}", file)

    def object_up(self, job, file, bucket, key):
        return self._command("cp", file, f"s3://{bucket}/{key}")

    def sync_down(self, job, bucket, directory):
        return self._command("sync", "--size-only", "--delete", f"s3://{bucket}/", f"{directory}/")

    def list_local(self, job, directory):
        return self._command("ls", "-r", f"{directory}/")


class S5cmd(Tool):
    name = "s5cmd"
    version_words = ("version",)

    def environment(self, job):
        return super().environment(job) | {"S3_ENDPOINT_URL": job.lab.endpoint}

    def _command(self, *words):
        return [self.program, "--log", "error", "--numworkers", CONCURRENCY, *words]

    def _copy(self, *words):
        return self._command("cp", "--concurrency", PARTS, "--part-size", PART_MIB, *words)

    def tree_down(self, job, bucket, directory):
        return self._copy(f"s3://{bucket}/*", f"{directory}/")

    def tree_up(self, job, directory, bucket):
        return self._copy(f"{directory}/", f"s3://{bucket}/")

    def object_down(self, job, bucket, key, file):
        return self._copy(f"s3://{bucket}/{key}", file)

    def object_up(self, job, file, bucket, key):
        return self._copy(file, f"s3://{bucket}/{key}")

    def sync_down(self, job, bucket, directory):
        return self._command("sync", "--size-only", "--delete", f"s3://{bucket}/*", f"{directory}/")


class Rclone(Tool):
    name = "rclone"

    def environment(self, job):
        settings = {"TYPE": "s3", "PROVIDER": "Other", "ENV_AUTH": "true", "ENDPOINT": job.lab.endpoint, "REGION": "us-east-1",
                    "FORCE_PATH_STYLE": "true", "NO_CHECK_BUCKET": "true"}
        base = {name: value for name, value in super().environment(job).items() if name != "AWS_CA_BUNDLE"}
        return base | {f"RCLONE_CONFIG_LAB_{name}": value for name, value in settings.items()} | {"RCLONE_CONFIG": str(job.scratch / "rclone.conf")}

    def _command(self, job, *words):
        tls = ["--ca-cert", job.lab.certificate.file] if job.lab.certificate else []
        return [self.program, "-q", "--stats", 0, *tls, "--transfers", CONCURRENCY, "--checkers", CONCURRENCY, "--s3-upload-concurrency", PARTS,
                "--s3-chunk-size", f"{PART_MIB}M", "--s3-upload-cutoff", f"{PART_MIB}M", "--multi-thread-streams", PARTS,
                "--multi-thread-cutoff", f"{PART_MIB}M", "--multi-thread-chunk-size", f"{PART_MIB}M", *words]

    def tree_down(self, job, bucket, directory):
        return self._command(job, "copy", "--ignore-times", "--no-traverse", f"lab:{bucket}", directory)

    def tree_up(self, job, directory, bucket):
        return self._command(job, "copy", "--ignore-times", "--no-traverse", directory, f"lab:{bucket}")

    def object_down(self, job, bucket, key, file):
        return self._command(job, "copyto", "--ignore-times", f"lab:{bucket}/{key}", file)

    def object_up(self, job, file, bucket, key):
        return self._command(job, "copyto", "--ignore-times", file, f"lab:{bucket}/{key}")

    def sync_down(self, job, bucket, directory):
        return self._command(job, "sync", "--fast-list", "--size-only", f"lab:{bucket}", directory)

    def list_local(self, job, directory):
        return self._command(job, "lsf", "-R", "--files-only", "--format", "tsp", directory)


class AwsCli(Tool):
    name = "aws"
    slow = True

    def environment(self, job):
        config = job.scratch / "aws-config"
        config.write_text(f"[default]\ns3 =\n  max_concurrent_requests = {CONCURRENCY}\n  max_queue_size = 10000\n"
                          f"  multipart_threshold = {PART_MIB}MB\n  multipart_chunksize = {PART_MIB}MB\n")
        return super().environment(job) | {"AWS_CONFIG_FILE": str(config)}

    def _command(self, verb, *words):
        return [self.program, "s3", verb, "--only-show-errors", *words]

    def tree_down(self, job, bucket, directory):
        return self._command("cp", "--recursive", f"s3://{bucket}/", directory)

    def tree_up(self, job, directory, bucket):
        return self._command("cp", "--recursive", directory, f"s3://{bucket}/")

    def object_down(self, job, bucket, key, file):
        return self._command("cp", f"s3://{bucket}/{key}", file)

    def object_up(self, job, file, bucket, key):
        return self._command("cp", file, f"s3://{bucket}/{key}")

    def sync_down(self, job, bucket, directory):
        return self._command("sync", "--size-only", "--delete", f"s3://{bucket}/", directory)


class Curl(Tool):
    """The floor: no signature, no checksum, no listing, no temporary name; it is told each URL. It cannot sync."""

    name = "curl"

    def _command(self, job, *words):
        tls = ["--cacert", job.lab.certificate.file] if job.lab.certificate else []
        return [self.program, "-sSf", *tls, *words]

    def _parallel(self, job, lines):
        config = job.scratch / "curl-config"
        config.write_text("\n".join(lines) + "\n")
        return self._command(job, "-Z", "--parallel-max", CONCURRENCY, "--create-dirs", "-K", config)

    def tree_down(self, job, bucket, directory):
        return self._parallel(job, (f'url = "{job.lab.endpoint}/{bucket}/{key}"\noutput = "{directory}/{key}"'
                                    for key, _, _ in job.lab.objects(bucket)))

    def tree_up(self, job, directory, bucket):
        names = sorted(os.path.relpath(os.path.join(top, name), directory) for top, _, files in os.walk(directory) for name in files)
        return self._parallel(job, (f'url = "{job.lab.endpoint}/{bucket}/{name}"\nupload-file = "{directory}/{name}"' for name in names))

    def object_down(self, job, bucket, key, file):
        return self._command(job, "-o", file, f"{job.lab.endpoint}/{bucket}/{key}")

    def object_up(self, job, file, bucket, key):
        return self._command(job, "-T", file, f"{job.lab.endpoint}/{bucket}/{key}")


class Find(Tool):
    """The floor of a walk: every file's time, size and path, in whatever order the disk has."""

    name = "find"

    def list_local(self, job, directory):
        return [self.program, directory, "-type", "f", "-printf", "%TY-%Tm-%Td %s %P\\n"]


def installed(root, sluice, names):
    """Those of the tools that are there, in order, and the names of those that are not."""
    places = {Sluice: sluice, S5cmd: root / "build/tools/bin/s5cmd", Rclone: root / "build/tools/bin/rclone",
              AwsCli: root / "build/tools/awscli/bin/aws", Curl: shutil.which("curl") or "curl", Find: shutil.which("find") or "find"}
    wanted = {kind: place for kind, place in places.items() if not names or kind.name in names or kind is Sluice}
    there = [kind(place) for kind, place in wanted.items() if shutil.which(str(place))]
    return there, [kind.name for kind, place in wanted.items() if not shutil.which(str(place))]
