"""OpenSSH's server on a free loopback port, for the tests of SFTP and for tools/demo: its keys, its configuration and its log in a directory of its own.

    tests/integration/sshd.py DIRECTORY        prints one JSON line, {"url": ..., "config": ...}, and serves until SIGTERM
"""
import contextlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin")
SFTP_SERVER = next((path for path in ("/usr/lib/openssh/sftp-server", "/usr/libexec/sftp-server") if os.path.exists(path)), None)
SSHD_MISSING = None if SSHD and SFTP_SERVER else "OpenSSH's sshd or sftp-server is missing: run tools/setup"
USER = pwd.getpwuid(os.getuid()).pw_name
START_LIMIT = 30  # seconds


def sftp_server():
    return SFTP_SERVER


def make_key(path, kind="ed25519", passphrase=""):
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path)], check=True)
    return path


class Sshd:
    """`settings`: more lines of sshd_config. `log` is where the server writes."""

    def __init__(self, directory, settings=(), host_key="ed25519", log_level="VERBOSE", subsystem="sftp internal-sftp"):
        settings = (f"LogLevel {log_level}", f"Subsystem {subsystem}", *settings)
        self.directory = pathlib.Path(directory)
        self.host_key = make_key(self.directory / "host_key", host_key)
        self.key = make_key(self.directory / "user_key")
        (self.directory / "authorized_keys").write_text(self.key.with_suffix(".pub").read_text())
        self.log = self.directory / "sshd.log"
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        for _ in range(5):
            self.port = self._free_port()
            if self._start(settings):
                break
        else:
            raise AssertionError(f"sshd does not start:\n{self.log.read_text()}")
        self.known_hosts = self.directory / "known_hosts"
        public = self.host_key.with_suffix(".pub").read_text().split()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {public[0]} {public[1]}\n")

    @staticmethod
    def _free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def _start(self, settings):
        lines = [f"Port {self.port}", "ListenAddress 127.0.0.1", f"HostKey {self.host_key}", f"PidFile {self.directory}/sshd.pid",
                 f"AuthorizedKeysFile {self.directory}/authorized_keys", "StrictModes no", "UsePAM no", "PasswordAuthentication no",
                 "PermitRootLogin yes", "MaxStartups 100", *settings]
        config = self.directory / "sshd_config"
        config.write_text("\n".join(lines) + "\n")
        self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=self.log.open("w"), stdin=subprocess.DEVNULL)
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.05)
        self.stop()
        return False

    def ssh_config(self):
        """A configuration file for ssh -F."""
        config = self.directory / "ssh_config"
        config.write_text(f"Host *\n  IdentityFile {self.key}\n  IdentitiesOnly yes\n  UserKnownHostsFile {self.known_hosts}\n  StrictHostKeyChecking yes\n")
        return config

    def url(self, path=""):
        return f"sftp://{USER}@127.0.0.1:{self.port}{path}"

    def ssh_words(self):
        """ssh with all that it must know, but for the host."""
        return ["ssh", "-F", "/dev/null", "-p", str(self.port), "-l", USER, "-i", str(self.key), "-o", "IdentitiesOnly yes", "-o", "BatchMode yes",
                "-o", f"UserKnownHostsFile {self.known_hosts}", "-o", "StrictHostKeyChecking yes"]

    @contextlib.contextmanager
    def behind(self, lab, *words):
        """Meanwhile it is reached through `sluice-lab delay`, told these words."""
        proxy = subprocess.Popen([lab, "delay", "--to", f"127.0.0.1:{self.port}", *words], stdout=subprocess.PIPE, text=True)
        near, known = self.port, self.known_hosts.read_text()
        try:
            self.port = json.loads(proxy.stdout.readline())["port"]
            self.known_hosts.write_text(known.replace(f":{near} ", f":{self.port} "))
            yield
        finally:
            proxy.terminate()
            proxy.communicate(timeout=20)
            self.port = near
            self.known_hosts.write_text(known)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def main():
    if SSHD_MISSING:
        sys.exit(SSHD_MISSING)
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Sshd(directory) as server:
        print(json.dumps({"url": server.url(), "config": str(server.ssh_config())}), flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
