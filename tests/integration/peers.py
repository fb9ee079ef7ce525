"""What may stand between the program and its server: a CONNECT proxy, a front that asks for client certificates.

Each listens on a free loopback port while its `with` block runs.
"""
import socket
import ssl
import threading

LIMIT = 60  # seconds that anything here may wait


class Listener:
    """Calls serve(connection) in a thread for each connection; what serve raises as OSError ends that connection only."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._closing = False

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._closing = True
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept(), which would let one more in
        self._socket.close()

    def _accept(self):
        while not self._closing:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_safely, args=(connection,), daemon=True).start()

    def _serve_safely(self, connection):
        connection.settimeout(LIMIT)
        try:
            self.serve(connection)
        except OSError:
            pass
        finally:
            connection.close()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is closed already


def relay(one, other):
    back = threading.Thread(target=pump, args=(other, one), daemon=True)
    back.start()
    pump(one, other)
    back.join(LIMIT)


class ConnectProxy(Listener):
    """Tunnels to any loopback port. `asked` holds the (authority, Proxy-Authorization) of each CONNECT; `other` counts other requests."""

    def __init__(self, refuse_with=None, authorization=None):
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"
        self.refuse_with, self.authorization = refuse_with, authorization
        self.asked, self.other = [], 0

    def serve(self, connection):
        head = b""
        while b"\r\n\r\n" not in head and len(head) < 65536:
            data = connection.recv(1)  # not a byte of what follows the head
            if not data:
                return
            head += data
        request, *lines = head.decode("latin-1").split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines if line)
        method, authority, _ = request.split(" ")
        if method != "CONNECT":
            self.other += 1
            return
        given = fields.get("Proxy-Authorization")
        self.asked.append((authority, given))
        refusal = self.refuse_with or ("407 Proxy Authentication Required" if given != self.authorization else None)
        if refusal:
            connection.sendall(f"HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        host, port = authority.rsplit(":", 1)
        if host != "127.0.0.1":
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection((host, int(port)), timeout=LIMIT) as target:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            relay(connection, target)


class ClientCertificateFront(Listener):
    """Serves HTTPS to who shows a certificate of `authority`, and hands on to a plain port. `names` are those it let in."""

    def __init__(self, target_port, certificate, key, authority):
        super().__init__()
        self.endpoint = f"https://127.0.0.1:{self.port}"
        self.names = []
        self._target_port = target_port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._context.load_verify_locations(authority)
        self._context.verify_mode = ssl.CERT_REQUIRED

    def serve(self, connection):
        with self._context.wrap_socket(connection, server_side=True) as secure:
            subject = dict(pair[0] for pair in secure.getpeercert()["subject"])
            self.names.append(subject["commonName"])
            with socket.create_connection(("127.0.0.1", self._target_port), timeout=LIMIT) as target:
                relay(secure, target)
