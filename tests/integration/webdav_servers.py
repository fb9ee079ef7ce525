"""WebDAV servers on free loopback ports, for the tests: each with its files, configuration and log in a directory of its own.

    tests/integration/webdav_servers.py apache|nginx|rclone DIRECTORY    prints its URL, and serves until SIGTERM

`url` ends with '/'; `data` is where its files lie. Apache asks for Digest, rclone for Basic, nginx for nothing.
"""
import hashlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

START_LIMIT = 30  # seconds
USER, PASSWORD = "tester", 'pass "word" é'
REALM = "sluice tests"
# The system's own first: bench/run has a newer rclone.
PATH = "/usr/bin:/usr/sbin:" + os.environ.get("PATH", "")
SERVER_USER = "www-data" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name

APACHE_MODULES = "mpm_event authn_core authn_file authz_core authz_user auth_basic auth_digest dav dav_fs mime setenvif dir alias"
APACHE_CONF = """
ServerRoot {root}
DefaultRuntimeDir {root}/run
PidFile {root}/run/pid
Mutex file:{root}/run default
ErrorLog {root}/server.log
Listen 127.0.0.1:{port}
ServerName 127.0.0.1
{modules}
TypesConfig /dev/null
{user}
DocumentRoot {root}/data
Alias /dav {root}/data
DAVLockDB {root}/run/DAVLock
MaxKeepAliveRequests 0
LimitRequestFieldSize 16380
LimitRequestLine 16380
<Directory {root}/data>
  Dav On
  DirectoryIndex disabled
  {auth}
</Directory>
"""
APACHE_AUTH = {
    "none": "Require all granted",
    "digest": 'AuthType Digest\n  AuthName "{realm}"\n  AuthDigestProvider file\n  AuthUserFile {root}/digest\n  {more}\n  Require valid-user',
    "basic": 'AuthType Basic\n  AuthName "{realm}"\n  AuthUserFile {root}/basic\n  Require valid-user',
}

NGINX_CONF = """
load_module {module};
daemon off;
pid {root}/run/pid;
error_log {root}/server.log;
{user}
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {root}/data/.body; proxy_temp_path {root}/run/proxy; fastcgi_temp_path {root}/run/fastcgi;
  uwsgi_temp_path {root}/run/uwsgi; scgi_temp_path {root}/run/scgi;
  client_max_body_size 0;
  large_client_header_buffers 8 32k;
  dav_ext_lock_zone zone=locks:1m;
  server {{
    listen 127.0.0.1:{port};
    location /dav/ {{
      alias {root}/data/files/;
      dav_methods PUT DELETE MKCOL COPY MOVE;
      dav_ext_methods PROPFIND OPTIONS LOCK UNLOCK;
      dav_ext_lock zone=locks;
      create_full_put_path on;
    }}
  }}
}}
"""


def missing(program):
    return None if shutil.which(program, path=PATH) else f"{program} is missing: run tools/setup"


class Server:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory).resolve()
        self.directory.chmod(0o755)
        self.data = self.directory / "data"
        for path in (self.data, self.directory / "run", self.directory / "home"):
            path.mkdir(exist_ok=True)
        self.log = self.directory / "server.log"
        self.prepare()
        for _ in range(5):
            self.port = self.free_port()
            if self.start():
                return
        raise AssertionError(f"{type(self).__name__} does not start:\n{self.log.read_text() if self.log.exists() else ''}")

    def prepare(self):
        pass

    @staticmethod
    def free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def own(self):
        if os.getuid() == 0:
            for path in [self.directory, *self.directory.rglob("*")]:
                shutil.chown(path, SERVER_USER, SERVER_USER)

    def start(self):
        words = self.command()
        self.own()
        with open(self.directory / "output", "wb") as output:
            self.process = subprocess.Popen(words, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                                            env={**os.environ, "HOME": str(self.directory / "home")})
        until = time.monotonic() + START_LIMIT
        while time.monotonic() < until and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return True
            except OSError:
                time.sleep(0.02)
        self.stop()
        return False

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"{self.address}/dav/"

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Apache(Server):
    program = "apache2"

    def __init__(self, directory, auth="digest", more=""):
        self.auth, self.more = auth, more
        super().__init__(directory)
        self.user, self.password = (USER, PASSWORD) if auth != "none" else ("", "")

    def prepare(self):
        digest = hashlib.md5(f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest()
        (self.directory / "digest").write_text(f"{USER}:{REALM}:{digest}\n")
        words = ["openssl", "passwd", "-apr1", "-stdin"]
        hashed = subprocess.run(words, input=PASSWORD.encode(), capture_output=True, check=True).stdout.decode().strip()
        (self.directory / "basic").write_text(f"{USER}:{hashed}\n")

    def command(self):
        modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in APACHE_MODULES.split())
        user = f"User {SERVER_USER}\nGroup {SERVER_USER}" if os.getuid() == 0 else ""
        auth = APACHE_AUTH[self.auth].format(realm=REALM, root=self.directory, more=self.more)
        conf = self.directory / "apache.conf"
        conf.write_text(APACHE_CONF.format(root=self.directory, port=self.port, modules=modules, user=user, auth=auth))
        return [shutil.which("apache2", path=PATH), "-f", str(conf), "-DFOREGROUND"]


class Nginx(Server):
    program = "nginx"
    user = password = ""

    def prepare(self):
        self.files = self.data / "files"
        self.files.mkdir(exist_ok=True)

    def command(self):
        user = f"user {SERVER_USER};" if os.getuid() == 0 else ""
        conf = self.directory / "nginx.conf"
        module = "/usr/lib/nginx/modules/ngx_http_dav_ext_module.so"
        conf.write_text(NGINX_CONF.format(root=self.directory, port=self.port, user=user, module=module))
        return [shutil.which("nginx", path=PATH), "-c", str(conf), "-p", str(self.directory)]


class Rclone(Server):
    program = "rclone"
    user, password = USER, PASSWORD

    def __init__(self, directory, certificate=None, key=None):
        self.tls = ["--cert", str(certificate), "--key", str(key)] if certificate else []
        super().__init__(directory)

    def command(self):
        return [shutil.which("rclone", path=PATH), "serve", "webdav", str(self.data), "--addr", f"127.0.0.1:{self.port}", "--baseurl", "/dav",
                "--user", USER, "--pass", PASSWORD, "--log-file", str(self.log), "--dir-cache-time", "0s", *self.tls]


SERVERS = {"apache": Apache, "nginx": Nginx, "rclone": Rclone}


def main():
    name, directory = sys.argv[1:]
    server = SERVERS[name](directory)
    print(server.url, flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    server.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
