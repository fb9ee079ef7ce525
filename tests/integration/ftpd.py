"""FTP servers on free loopback ports, for the tests: vsftpd, proftpd and pure-ftpd as tools/setup unpacked them (build/tools/ftpd), each with its
configuration, certificate and log in a directory of its own.

    tests/integration/ftpd.py SERVER DIRECTORY        prints one JSON line, {"url": ..., "ca": ...}, and serves until SIGTERM
"""
import json
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import sys
import time

from certificates import Authority

ROOT = pathlib.Path(__file__).resolve().parents[2] / "build/tools/ftpd"
FTPD_MISSING = None if (ROOT / ".complete").exists() else "the FTP servers are missing: run tools/setup"
USER = pwd.getpwuid(os.getuid()).pw_name
PASSWORD = "pass word"  # of proftpd and pure-ftpd; vsftpd takes anybody
START_LIMIT = 30  # seconds
DATA_PORTS = 200


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_range():
    """The first of DATA_PORTS ports, below those that the system gives out by itself."""
    for begin in range(10240 + os.getpid() % 4000, 30000, DATA_PORTS):
        try:
            for port in range(begin, begin + DATA_PORTS, 20):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return begin
        except OSError:
            continue
    raise AssertionError("no free ports")


def encrypted_password():
    return subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True).stdout.strip()


class Ftpd:
    """`root` is the tree that is served. `tls`: None, "explicit" or "implicit". `settings`: more lines of its configuration."""

    def __init__(self, directory, root, tls=None, settings=(), limit=None):
        self.directory, self.root, self.tls, self.settings, self.limit = pathlib.Path(directory), pathlib.Path(root), tls, settings, limit
        self.root.mkdir(parents=True, exist_ok=True)
        self.log = self.directory / "ftpd.log"
        self.authority = Authority(self.directory)
        certificate, key = self.authority.issue("server", "IP:127.0.0.1,DNS:localhost")
        self.pem = self.directory / "server.pem"
        self.pem.write_bytes(key.read_bytes() + certificate.read_bytes())
        self.pem.chmod(0o600)
        for _ in range(5):
            self.port, self.data_ports = free_port(), free_range()
            if self._start():
                return
        raise AssertionError(f"{self.name} does not start:\n{self.log.read_text(errors='replace')}")

    def _start(self):
        libraries = ROOT / "usr/lib/x86_64-linux-gnu"
        found = [str(path) for path in (ROOT / "usr/lib").glob("*-linux-gnu*")] + [str(path) for path in (ROOT / "lib").glob("*-linux-gnu*")]
        environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(found or [str(libraries)])}
        self.process = subprocess.Popen(self.command(), env=environment, stdin=subprocess.DEVNULL, stdout=self.log.open("w"), stderr=subprocess.STDOUT)
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.05)
        self.stop()
        return False

    def write(self, name, lines):
        path = self.directory / name
        path.write_text("\n".join([*lines, *self.settings]) + "\n")
        path.chmod(0o600)
        return path

    @property
    def scheme(self):
        return {None: "ftp", "explicit": "ftpes", "implicit": "ftps"}[self.tls]

    def url(self, path=""):
        user = f"{self.user}@" if self.user else ""
        return f"{self.scheme}://{user}127.0.0.1:{self.port}{path}"

    def variables(self):
        return {"SLUICE_PASSWORD": PASSWORD} if self.user else {}

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Vsftpd(Ftpd):
    """No MLSD; anonymous only, since others need PAM; wants the TLS session of the control connection on each data connection."""
    name, user = "vsftpd", None

    def command(self):
        yes_no = "YES" if self.tls else "NO"
        lines = ["listen=YES", "listen_address=127.0.0.1", f"listen_port={self.port}", "background=NO", "run_as_launching_user=YES",
                 f"ftp_username={USER}", "anonymous_enable=YES", "local_enable=NO", "no_anon_password=NO", f"anon_root={self.root}",
                 "write_enable=YES", "anon_upload_enable=YES", "anon_mkdir_write_enable=YES", "anon_other_write_enable=YES",
                 "anon_world_readable_only=NO", "anon_umask=022", "seccomp_sandbox=NO", "isolate=NO", "isolate_network=NO", "mdtm_write=YES",
                 f"pasv_min_port={self.data_ports}", f"pasv_max_port={self.data_ports + DATA_PORTS - 1}", "pasv_address=127.0.0.1",
                 f"ssl_enable={yes_no}", "log_ftp_protocol=YES", "xferlog_enable=YES", f"vsftpd_log_file={self.directory}/vsftpd.log"]
        if self.tls:
            lines += ["allow_anon_ssl=YES", "force_anon_data_ssl=YES", "force_anon_logins_ssl=YES", f"rsa_cert_file={self.pem}",
                      f"rsa_private_key_file={self.pem}", "ssl_ciphers=HIGH", "require_ssl_reuse=YES"]
        if self.tls == "implicit":
            lines.append("implicit_ssl=YES")
        if self.limit:
            lines.append(f"max_per_ip={self.limit}")
        return [str(ROOT / "usr/sbin/vsftpd"), str(self.write("vsftpd.conf", lines))]


class Proftpd(Ftpd):
    """MLSD; wants the TLS session of the control connection on each data connection."""
    name, user = "proftpd", "tester"

    def command(self):
        passwords = self.directory / "passwd"
        passwords.write_text(f"tester:{encrypted_password()}:{os.getuid()}:{os.getgid()}::{self.root}:/bin/sh\n")
        passwords.chmod(0o600)
        group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
        modules = next((ROOT / "usr/lib").glob("proftpd"))
        lines = [f"ModulePath {modules}", "LoadModule mod_tls.c", "ServerType standalone", f"Port {self.port}", "DefaultAddress 127.0.0.1",
                 f"User {USER}", f"Group {group}", "RootLogin on", f"AuthUserFile {passwords}", "AuthOrder mod_auth_file.c", "RequireValidShell off",
                 "UseFtpUsers off", "LogFormat all \"%P %m %J -> %s %S\"", f"ExtendedLog {self.directory}/commands.log ALL all", f"ScoreboardFile {self.directory}/scoreboard", f"PidFile {self.directory}/proftpd.pid",
                 f"SystemLog {self.directory}/system.log", f"TransferLog {self.directory}/transfer.log", "WtmpLog off", "DelayEngine off",
                 "AllowOverwrite on", "AllowStoreRestart on", "UseReverseDNS off", "MaxInstances 300", "Umask 022",
                 f"PassivePorts {self.data_ports} {self.data_ports + DATA_PORTS - 1}", "UseIPv6 off"]
        if self.limit:
            lines.append(f"MaxClientsPerHost {self.limit}")
        if self.tls:
            lines += ["TLSEngine on", "TLSRequired on", f"TLSRSACertificateFile {self.pem}", f"TLSRSACertificateKeyFile {self.pem}", "TLSVerifyClient off",
                      f"TLSLog {self.directory}/tls.log"]
            # An EC key, under the directives for it.
            lines = [line.replace("TLSRSA", "TLSEC") for line in lines]
        if self.tls == "implicit":
            lines.append("TLSOptions UseImplicitSSL")
        return [str(ROOT / "usr/sbin/proftpd"), "-n", "-c", str(self.write("proftpd.conf", lines))]


class PureFtpd(Ftpd):
    """MLSD; UTF8 always on; no implicit TLS; as root only, for logins from a file."""
    name, user = "pure-ftpd", "tester"
    most_names = 20_000  # of a listing; 10,000 by itself

    def command(self):
        database = self.directory / "users.pdb"
        pure_pw = ROOT / "usr/bin/pure-pw"
        libraries = ":".join(str(path) for path in (ROOT / "usr/lib").glob("*-linux-gnu*"))
        # By pure-pw itself the password would be kept under a hash that takes seconds at each login.
        nobody, users = pwd.getpwnam("nobody"), self.directory / "users"
        users.write_text(f"tester:{encrypted_password()}:{nobody.pw_uid}:{nobody.pw_gid}::{self.root}/./::::::::::::\n")
        subprocess.run([str(pure_pw), "mkdb", str(database), "-f", str(users)], check=True, capture_output=True, env={**os.environ, "LD_LIBRARY_PATH": libraries})
        # The server becomes that user, who must reach the tree.
        for path in [self.root, *self.root.parents]:
            if path.stat().st_uid == os.getuid() and path != pathlib.Path("/"):
                path.chmod(path.stat().st_mode | 0o111)
        os.chown(self.root, nobody.pw_uid, nobody.pw_gid)
        tls = {None: "0", "explicit": "3"}[self.tls]
        limit = str(self.limit or 300)
        words = [str(ROOT / "usr/sbin/pure-ftpd"), "-S", f"127.0.0.1,{self.port}", "-l", f"puredb:{database}", "-E", "-H", "-4",
                 "-p", f"{self.data_ports}:{self.data_ports + DATA_PORTS - 1}", "-Y", tls, "-2", str(self.pem), "-g", str(self.directory / "pure.pid"), "-u", "1",
                 "-c", "300", "-C", limit, "-U", "022:022", "-L", f"{self.most_names}:20"]
        return [*words, *self.settings]


SERVERS = {server.name: server for server in (Vsftpd, Proftpd, PureFtpd)}


def main():
    if FTPD_MISSING:
        sys.exit(FTPD_MISSING)
    directory = pathlib.Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with SERVERS[sys.argv[1]](directory, directory / "root", tls=os.environ.get("TLS")) as server:
        print(json.dumps({"url": server.url(), "ca": str(server.authority.certificate)}), flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
