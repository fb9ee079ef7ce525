"""rclone, lftp and curl (the large file alone), against one vsftpd, over 16 connections of each tool; uploads go to a temporary name first with all but curl.

The delay of sluice-lab cannot look into TLS: ftps is measured near only. vsftpd wants TLS sessions to be taken up again on data connections then, which rclone
cannot.
"""
import contextlib
import subprocess

from ftpd import FTPD_MISSING, Vsftpd

from . import ways

CONNECTIONS = 16


class FtpWay(ways.Way):
    def __init__(self, server, options, round_trip):
        super().__init__(server, options, round_trip, "--ftp")
        self.scheme, self.ca = server.scheme, server.authority.certificate

    def there(self, path):
        """Below the directory where a login begins: vsftpd shows the real paths above it."""
        return str(path.relative_to(self.server.root))


class Sluice(ways.Tool):
    name = "sluice"

    def words(self, way, source, target, tree):
        ends = [f"{way.scheme}://127.0.0.1:{way.port}/~/{way.there(path)}" if on_server else path for on_server, path in (source, target)]
        return [self.program, "--ca-file", way.ca, "--ftp-connections", CONNECTIONS, "-q", "sync" if tree else "cp", *ends]


class Rclone(ways.Tool):
    name = "rclone"

    def files_at(self, _, options):
        return 10 * options.slow_files  # it waits between files, near as well

    def __init__(self, program):
        super().__init__(program)
        self.password = subprocess.run([program, "obscure", "x"], capture_output=True, text=True, check=True).stdout.strip()

    def words(self, way, source, target, tree):
        flags = ["--config", "/dev/null", "--ftp-host", "127.0.0.1", "--ftp-port", way.port, "--ftp-user", "anonymous", "--ftp-pass", self.password,
                 "--transfers", CONNECTIONS, "--checkers", CONNECTIONS, "--multi-thread-streams", "0"]
        ends = [f":ftp:{way.there(path)}" if on_server else path for on_server, path in (source, target)]
        return [self.program, *flags, "copy" if tree else "copyto", *ends]


class Lftp(ways.Tool):
    name = "lftp"

    def words(self, way, source, target, tree):
        secure = "no" if way.scheme == "ftp" else "yes"
        settings = ("set net:connection-limit 0; set net:reconnect-interval-base 1; set xfer:use-temp-file yes; set cmd:fail-exit yes; "
                    f"set ftp:ssl-allow {secure}; set ftp:ssl-force {secure}; set ftp:ssl-protect-data yes; set ssl:verify-certificate no; ")
        up = target[0]
        from_there, to_there = (source[1], way.there(target[1])) if up else (way.there(source[1]), target[1])
        if tree:
            move = f"mirror {'-R ' if up else ''}-P {CONNECTIONS} {from_there} {to_there}"
        else:
            move = f"{'put' if up else 'get'} {from_there} -o {to_there}"
        return ["lftp", "-c", f"{settings}open -u anonymous,x ftp://127.0.0.1:{way.port}; {move}"]


class Curl(ways.Tool):
    name, workloads = "curl", ("large",)

    def words(self, way, source, target, tree):
        up = target[0]
        remote = f"ftp://127.0.0.1:{way.port}/{way.there(target[1] if up else source[1])}"
        secure = [] if way.scheme == "ftp" else ["--ssl-reqd", "--cacert", way.ca]
        return ["curl", "-sS", *secure, *(["-T", source[1], remote] if up else ["-o", target[1], remote])]


class Ftp(ways.Protocol):
    title, security = "beside lftp, rclone and curl, against one vsftpd", None

    def missing(self):
        return FTPD_MISSING

    @contextlib.contextmanager
    def serving(self, _, directory):
        (directory / "ftpd").mkdir()
        with Vsftpd(directory / "ftpd", directory / "root", tls=self.security) as server:
            yield server

    def served(self, server, _):
        return server.root

    def way(self, server, options, round_trip, _):
        return FtpWay(server, options, round_trip)

    def tools(self, options, rclone):
        return [Sluice(options.programs / "sluice"), Lftp(), Curl(), *([Rclone(rclone)] if rclone else [])]

    def below_budget(self, results):
        missed = []
        for each in results:
            missed += ways.below_small_files_budget(each)
            missed += ways.shortfall(ways.shown(each), each["figures"]["sluice"], 1, "lftp", each["figures"].get("lftp"))
        return missed


class Ftps(Ftp):
    title, security = "beside lftp and curl, against one vsftpd with explicit TLS", "explicit"

    def add_arguments(self, parser):
        parser.set_defaults(round_trips="0ms")

    def tools(self, options, _):
        return super().tools(options, None)
