"""A certificate for 127.0.0.1 that signs itself, for the runs over TLS."""
import ssl
import subprocess


class Certificate:
    def __init__(self, directory):
        self.file, self.key = str(directory / "lab.pem"), str(directory / "lab-key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-keyout", self.key, "-out", self.file, "-subj", "/CN=sluice-lab", "-addext", "subjectAltName=IP:127.0.0.1"],
                       check=True, capture_output=True)

    def context(self):
        return ssl.create_default_context(cafile=self.file)
