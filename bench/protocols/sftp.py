"""OpenSSH's sftp and rclone, against one sshd; one cipher (aes128-gcm@openssh.com) for all."""
import contextlib

from sshd import SSHD_MISSING, USER, Sshd

from . import ways

CIPHER = "aes128-gcm@openssh.com"


class SshWay(ways.Way):
    def __init__(self, server, options, round_trip, directory):
        super().__init__(server, options, round_trip)
        public = server.host_key.with_suffix(".pub").read_text().split()
        known = directory / f"known_hosts-{round_trip}"
        known.write_text(f"[127.0.0.1]:{self.port} {public[0]} {public[1]}\n")
        self.config = directory / f"config-{round_trip}"
        self.config.write_text(f"Host *\n  Port {self.port}\n  User {USER}\n  IdentityFile {server.key}\n  IdentitiesOnly yes\n  UserKnownHostsFile {known}\n"
                               f"  StrictHostKeyChecking yes\n  Ciphers {CIPHER}\n")
        self.key, self.known = server.key, known


class Sluice(ways.Tool):
    name = "sluice"

    def files_at(self, _, options):
        return options.files

    def login(self, way):
        return ["--ssh-config", way.config]

    def words(self, way, source, target, tree):
        there = f"sftp://{USER}@127.0.0.1:{way.port}"
        ends = [f"{there}{path}" if on_server else path for on_server, path in (source, target)]
        return [self.program, *self.login(way), "-q", "sync" if tree else "cp", *ends]


class SluiceByLibssh2(Sluice):
    """The other transport. It has no AES-GCM before libssh2 1.11, so that the ciphers differ."""
    name = "libssh2"

    def login(self, way):
        return ["--ssh-transport", "libssh2", "--ssh-key", way.key, "--known-hosts", way.known]


class OpenSsh(ways.Tool):
    name, into_itself = "sftp", True

    def files_at(self, distant, options):
        return options.slow_files if distant else options.files

    def words(self, way, source, target, tree):
        verb = "put" if target[0] else "get"
        batch = way.config.with_suffix(".batch")
        batch.write_text(f"{verb} -p{'r' if tree else ''} {source[1]} {target[1]}\n")
        return ["sftp", "-q", "-F", way.config, "-B", "261120", "-R", "64", "-b", batch, "127.0.0.1"]


class Rclone(ways.Tool):
    name = "rclone"

    def flags(self, way):
        return [self.program, "--config", "/dev/null", "--sftp-host", "127.0.0.1", "--sftp-port", way.port, "--sftp-user", USER, "--sftp-key-file", way.key,
                 "--sftp-known-hosts-file", way.known, "--sftp-ciphers", CIPHER, "--sftp-chunk-size", "255k", "--sftp-concurrency", "64",
                 "--sftp-disable-hashcheck", "--transfers", "8", "--checkers", "8", "--multi-thread-streams", "0"]

    def words(self, way, source, target, tree):
        ends = [f":sftp:{path}" if on_server else path for on_server, path in (source, target)]
        return [*self.flags(way), "copy" if tree else "copyto", *ends]


# At least so many times the rival's rate, by workload and whether it is far.
BUDGETS = {("small", True): {"sftp": 300, "rclone": 3}, ("small", False): {"sftp": 1, "rclone": 3}, ("large", True): {"sftp": 4}, ("large", False): {"sftp": 1}}


class Sftp(ways.Protocol):
    title = "beside OpenSSH's sftp and rclone, against one sshd"

    def missing(self):
        return SSHD_MISSING

    def add_arguments(self, parser):
        parser.add_argument("--libssh2", action="store_true", help="the transport libssh2, too; the server then also takes aes128-ctr")

    @contextlib.contextmanager
    def serving(self, options, directory):
        (directory / "ssh").mkdir()
        with Sshd(directory / "ssh", settings=[f"Ciphers {CIPHER}{',aes128-ctr' if options.libssh2 else ''}"]) as server:
            yield server

    def served(self, _, directory):
        return directory

    def way(self, server, options, round_trip, directory):
        return SshWay(server, options, round_trip, directory)

    def tools(self, options, rclone):
        program = options.programs / "sluice"
        return [Sluice(program), OpenSsh(), *([SluiceByLibssh2(program)] if options.libssh2 else []), *([Rclone(rclone)] if rclone else [])]

    def below_budget(self, results):
        missed = []
        for each in results:
            for name, factor in BUDGETS[each["workload"], each["round_trip"] != "0ms"].items():
                missed += ways.shortfall(ways.shown(each), each["figures"]["sluice"], factor, name, each["figures"].get(name))
        return missed
