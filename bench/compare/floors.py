"""What the machine's processor can do at best, for the budgets that allow for it."""
import subprocess


def seconds_a_byte(digest):
    """One pass of OpenSSL over 16 KiB blocks, on one core."""
    output = subprocess.run(["openssl", "speed", "-seconds", "1", "-bytes", "16384", "-evp", digest], check=True, capture_output=True, text=True).stdout
    thousand_bytes_a_second = float(output.split()[-1].rstrip("k"))
    return 1 / (thousand_bytes_a_second * 1000)


def measure():
    return {"sha256": seconds_a_byte("sha256"), "aes-128-gcm": seconds_a_byte("aes-128-gcm")}
