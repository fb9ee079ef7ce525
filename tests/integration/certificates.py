"""Certificates for tests, made with openssl in a directory of the test's own."""
import pathlib
import subprocess


def openssl(*arguments):
    made = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=60)
    if made.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {made.stderr}")


class Authority:
    """A certificate authority: `certificate` is what its friends trust."""

    def __init__(self, directory, name="authority"):
        self.directory, self.name = pathlib.Path(directory), name
        self.certificate, self._key = self._path("crt"), self._path("key")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
                "-keyout", self._key, "-out", self.certificate)

    def _path(self, suffix):
        return self.directory / f"{self.name}.{suffix}"

    def issue(self, name, alternatives):
        """(certificate, key) for `alternatives`, such as "IP:127.0.0.1,DNS:localhost"; for servers and clients."""
        certificate, key, request = (self.directory / f"{name}.{suffix}" for suffix in ("crt", "key", "csr"))
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", key, "-out", request)
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternatives}\nextendedKeyUsage=serverAuth,clientAuth\n")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial", "-days", "2",
                "-extfile", extensions, "-out", certificate)
        return certificate, key
