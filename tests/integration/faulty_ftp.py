"""An FTP server that misbehaves as it is told: for what no real server can be made to do. Files are kept in memory.

A fault is a name in `faults`; each is done once for each mention ("cut-data" twice: two transfers break), but those in ALWAYS, which stay.
"""
import calendar
import socket
import ssl
import struct
import threading
import time

ALWAYS = {"no-mlst", "no-epsv", "foreign-address", "no-rename-over", "empty-list", "no-farewell", "need-reuse", "trim-names"}


def stamp(seconds):
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(seconds))


class FaultyFtp:
    def __init__(self, files=None, faults=(), certificate=None, most=None):
        self.files = dict(files or {})  # path: (bytes, time)
        self.faults, self.most = list(faults), most
        self.commands, self.sessions, self.open, self.addresses = [], 0, 0, []
        self.lock = threading.Lock()
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*map(str, certificate))
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def url(self, path="/", scheme="ftp"):
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def take(self, fault):
        """Whether it is to be done now."""
        with self.lock:
            if fault not in self.faults:
                return False
            if fault not in ALWAYS:
                self.faults.remove(fault)
            return True

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with self.lock:
            self.sessions += 1
            self.open += 1
            too_many = self.most is not None and self.open > self.most
        try:
            if not (too_many and self.take_mode("silent")):
                Session(self, connection, too_many).run()
        except (OSError, ValueError):
            pass  # the client, or a fault, has ended it
        finally:
            connection.close()
            with self.lock:
                self.open -= 1

    def take_mode(self, mode):
        return mode in self.faults

    def directories(self):
        found = {"/"}
        for path in self.files:
            parts = path.split("/")[1:-1]
            for count in range(len(parts) + 1):
                found.add("/" + "/".join(parts[:count]))
        return found | {path for path in getattr(self, "made", ())}


class Session:
    def __init__(self, server, connection, too_many):
        self.server, self.connection, self.too_many = server, connection, too_many
        self.passive, self.offset, self.renaming, self.directory, self.protected = None, 0, None, "/", False
        self.buffer = b""

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")

    def line(self):
        while b"\n" not in self.buffer:
            received = self.connection.recv(4096)
            if not received:
                raise OSError("gone")
            self.buffer += received
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "surrogateescape")

    def run(self):
        if self.too_many and self.server.take_mode("421"):
            return self.say("421 Too many connections from your address")
        self.say("220-hello\r\n 220 not yet\r\n220 ready")
        while True:
            line = self.line()
            self.server.commands.append(line)
            verb, _, argument = line.partition(" ")
            if verb == "QUIT":
                return self.say("221 bye")
            handler = getattr(self, verb.lower(), None)
            if not handler:
                self.say("502 what?")
            elif handler(argument) is False:
                return None

    # --- login ---

    def user(self, _):
        self.say("331 password")

    def password(self):
        return "pass"

    def auth(self, _):
        if not self.server.tls:
            return self.say("502 no TLS")
        injected = "\r\n220 injected" if self.server.take("inject") else ""
        self.say("234 go" + injected)
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)

    def pbsz(self, _):
        self.say("200 ok")

    def prot(self, _):
        self.protected = True
        self.say("200 ok")

    def feat(self, _):
        mlst = "" if self.server.take("no-mlst") else " MLST type*;size*;modify*;\r\n"
        self.say(f"211-have\r\n{mlst} SIZE\r\n MDTM\r\n MFMT\r\n REST STREAM\r\n211 end")

    def pwd(self, _):
        self.say('257 "/" is it')

    def type(self, _):
        self.say("200 ok")

    def noop(self, _):
        self.say("200 ok")

    # --- data ---

    def epsv(self, _):
        if self.server.take("no-epsv"):
            return self.say("500 what?")
        if self.server.take("low-port"):
            return self.say("229 here (|||22|)")
        self._listen()
        self.say(f"229 here (|||{self.passive.getsockname()[1]}|)")
        if self.server.take("refuse-data"):
            self.passive.close()

    def pasv(self, _):
        if self.server.take("garbage"):
            return self.say("227 somewhere")
        self._listen()
        port = self.passive.getsockname()[1]
        host = "192,0,2,1" if self.server.take("foreign-address") else "127,0,0,1"
        self.say(f"227 here ({host},{port // 256},{port % 256})")

    def _listen(self):
        self.passive = socket.create_server(("127.0.0.1", 0))
        self.passive.settimeout(10)

    def _open(self):
        self.say("150 here it comes")
        if self.server.take("two-150"):
            self.say("150 really")
        data, address = self.passive.accept()
        data.settimeout(20)
        if self.protected:
            data = self.server.tls.wrap_socket(data, server_side=True)
            if self.server.take("need-reuse") and not data.session_reused:
                data.close()
                self.say("522 SSL connection failed: session reuse required")
                return None
        return data

    def _close(self, data):
        if self.protected and not self.server.take("no-farewell"):
            data.settimeout(5)
            try:
                data = data.unwrap()
            except OSError:
                pass  # the other side did not say it either
        data.close()

    def _ended(self):
        """The last word of a transfer; False: none, and the connection goes."""
        if self.server.take("lose-control"):
            return False
        if self.server.take("no-226"):
            return None
        self.say("226 done")
        if self.server.take("two-226"):
            self.say("226 done, really")

    def _send(self, data, body):
        if self.server.take("early-226"):
            self.say("226 done already")
            time.sleep(0.2)
            data.sendall(body)
            return self._close(data)
        if self.server.take("421-in-between"):
            data.sendall(body[:len(body) // 2])
            self.say("421 shutting down")
            data.close()
            return False
        if self.server.take("cut-data"):
            data.sendall(body[:len(body) // 2])
            time.sleep(0.2)
            data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            data.close()
            return self.say("426 broken")
        if self.server.take("short-data"):
            body = body[:len(body) // 2]
        data.sendall(body)
        self._close(data)
        return self._ended()

    def rest(self, argument):
        self.offset = int(argument)
        self.say("350 go on")

    def retr(self, path):
        offset, self.offset = self.offset, 0
        if path not in self.server.files:
            return self.say("550 no")
        data = self._open()
        return self._send(data, self.server.files[path][0][offset:]) if data else None

    def stor(self, path):
        if path.rsplit("/", 1)[0] not in self.server.directories() | {""}:
            return self.say("553 no")
        data = self._open()
        if not data:
            return None
        body = b""
        if self.server.take("full"):
            data.recv(1000)
            data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            data.close()
            return self.say("552 quota exceeded")
        while True:
            try:
                piece = data.recv(65536)
            except ssl.SSLError:
                piece = b""
            if not piece:
                break
            body += piece
        if self.server.take("lose-bytes"):
            body = body[:-1]
        self.server.files[path] = (body, time.time())
        self._close(data)
        return self._ended()

    def cwd(self, path):
        path = path.rstrip("/") or "/"
        if path not in self.server.directories():
            return self.say("550 no")
        self.directory = path
        self.say("250 ok")

    def _below(self, directory):
        prefix = directory.rstrip("/") + "/"
        files = {path[len(prefix):]: value for path, value in self.server.files.items() if path.startswith(prefix) and "/" not in path[len(prefix):]}
        inner = {path[len(prefix):] for path in self.server.directories() if path.startswith(prefix) and path != prefix and "/" not in path[len(prefix):]}
        return files, inner - {""}

    def mlsd(self, path):
        path = path.rstrip("/") or "/"
        if path not in self.server.directories():
            return self.say("550 no")
        data = self._open()
        if not data:
            return None
        files, inner = self._below(path)
        text = "".join(f"type=dir;modify=20240101000000; {name}\r\n" for name in inner)
        text += "".join(f"type=file;size={len(body)};modify={stamp(when)}; {name}\r\n" for name, (body, when) in files.items())
        if self.server.take("bad-line"):
            text += "nobody knows\r\n"
        return self._send(data, text.encode("utf-8", "surrogateescape"))

    def list(self, _):
        data = self._open()
        files, inner = self._below(self.directory)
        text = "".join(f"drwxr-xr-x 2 u g 0 Jan  1 2024 {name}\r\n" for name in inner)
        text += "".join(f"-rw-r--r-- 1 u g {len(body)} {time.strftime('%b %d %Y', time.gmtime(when))} {name}\r\n" for name, (body, when) in files.items())
        if self.server.take("bad-line"):
            text += "nobody knows\r\n"
        return self._send(data, text.encode())

    # --- single files ---

    def mlst(self, path):
        if self.server.take("hang"):
            time.sleep(30)
        if path in self.server.files:
            body, when = self.server.files[path]
            return self.say(f"250-it\r\n type=file;size={len(body)};modify={stamp(when)}; {path}\r\n250 end")
        if path.rstrip("/") in self.server.directories() or path == "/":
            return self.say(f"250-it\r\n type=dir;modify=20240101000000; {path}\r\n250 end")
        return self.say("550 no")

    def size(self, path):
        self.say(f"213 {len(self.server.files[path][0])}" if path in self.server.files else "550 no")

    def mdtm(self, path):
        self.say(f"213 {stamp(self.server.files[path][1])}" if path in self.server.files else "550 no")

    def mfmt(self, argument):
        when, path = argument.split(" ", 1)
        self.server.files[path] = (self.server.files[path][0], calendar.timegm(time.strptime(when, "%Y%m%d%H%M%S")))
        self.say(f"213 Modify={when}; {path}")

    def mkd(self, path):
        self.server.made = {*getattr(self.server, "made", ()), path}
        self.say(f'257 "{path}" made')

    def dele(self, path):
        self.say("250 gone" if self.server.files.pop(path, None) else "550 no")

    def rnfr(self, path):
        self.renaming = path
        self.say("350 to what?" if path in self.server.files else "550 no")

    def rnto(self, path):
        if path in self.server.files and self.server.take("no-rename-over"):
            return self.say("550 it exists")
        self.server.files[path] = self.server.files.pop(self.renaming)
        if self.server.take("lose-rename"):
            return False
        self.say("250 ok")


def _pass(self, _):
    if self.too_many and self.server.take_mode("530"):
        self.say("530 Sorry, the maximum number of clients (2) from your host are already connected.")
        return False
    if self.server.take("refuse-login"):
        self.say("530 Login incorrect.")
        return None
    self.say("230 welcome")


setattr(Session, "pass", _pass)  # a word of Python's own
