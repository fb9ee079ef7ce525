"""From S3 to SFTP beside rclone: sluice-lab and one sshd. Nothing is kept on the way; near, and with the SFTP server at a distance."""
import contextlib
import os
import subprocess

from compare.lab import ACCESS_KEY, SECRET_KEY, Lab

from . import sftp, ways

BUCKET = "bench"


class Servers:
    def __init__(self, ssh, lab):
        self.ssh, self.lab = ssh, lab


class RelayBench(ways.Bench):
    """What is on the server to be read from was put there by Sluice, from the files that results are compared with."""

    def __init__(self, options, directory, endpoint):
        super().__init__(options, directory, directory)
        self.program, self.there = options.programs / "sluice", set()
        self.environment |= {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint,
                             "AWS_EC2_METADATA_DISABLED": "true", "LANG": os.environ.get("LANG", "C.UTF-8")}

    def ends(self, source, up, target):
        if source not in self.there:
            verb = "sync" if source.is_dir() else "cp"
            subprocess.run([self.program, "-q", verb, source, f"s3://{BUCKET}/{source.name}"], env=self.environment, check=True)
            self.there.add(source)
        return source.name, target


class Sluice(sftp.Sluice):
    def words(self, way, source, target, tree):
        ends = [f"s3://{BUCKET}/{source}", f"sftp://{sftp.USER}@127.0.0.1:{way.port}{target}"]
        return [self.program, *self.login(way), "-q", "sync" if tree else "cp", *ends]


class Rclone(sftp.Rclone):
    def words(self, way, source, target, tree):
        flags = ["--s3-provider", "Other", "--s3-env-auth", "--s3-endpoint", way.endpoint, "--s3-region", "us-east-1", "--s3-force-path-style"]
        return [*self.flags(way), *flags, "copy" if tree else "copyto", f":s3:{BUCKET}/{source}", f":sftp:{target}"]


class Relay(ways.Protocol):
    title, directions = "from S3 to SFTP beside rclone", (True,)

    def missing(self):
        return sftp.SSHD_MISSING

    @contextlib.contextmanager
    def serving(self, options, directory):
        (directory / "ssh").mkdir()
        with sftp.Sshd(directory / "ssh", settings=[f"Ciphers {sftp.CIPHER}"]) as ssh, Lab(options.programs / "sluice-lab", [BUCKET]) as lab:
            yield Servers(ssh, lab)

    def bench(self, options, directory, server):
        return RelayBench(options, directory, server.lab.endpoint)

    def way(self, server, options, round_trip, directory):
        way = sftp.SshWay(server.ssh, options, round_trip, directory)
        way.endpoint = server.lab.endpoint
        return way

    def tools(self, options, rclone):
        return [Sluice(options.programs / "sluice"), *([Rclone(rclone)] if rclone else [])]

    def below_budget(self, results):
        """None is set: as fast as rclone at least is what is wanted."""
        return [missed for each in results
                for missed in ways.shortfall(ways.shown(each), each["figures"]["sluice"], 1, "rclone", each["figures"].get("rclone"))]
