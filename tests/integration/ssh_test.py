#!/usr/bin/env python3
"""SFTP through libssh2, against OpenSSH's server and agent: ssh_test.py SLUICE SLUICE_LAB [SCENARIO ...]

Ends with "N passed, N failed".
"""
import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys

from program import AUTHENTICATION, CONFIG, FAILED, LAB, OK, SLUICE, run_scenarios, tree
from sshd import SSHD_MISSING, USER, Sshd, make_key

PASSWORD = "open sesame"
PASSWORD_SERVER = pathlib.Path(__file__).with_name("password_sshd.py")


@contextlib.contextmanager
def server(bench, name="ssh", **options):
    directory = bench.directory / name
    directory.mkdir()
    with Sshd(directory, **options) as running:
        yield running


def flags(running, key=None, transport="libssh2"):
    words = ["--ssh-transport", transport, "--known-hosts", running.known_hosts]
    return (*words, "--ssh-key", key or running.key)


def authorize(running, *keys):
    lines = [key.with_name(key.name + ".pub").read_text() for key in keys]
    (running.directory / "authorized_keys").write_text("".join(lines))


def list_root(bench, running, *more, expect=OK, **environment):
    return bench.run(*more, "ls", running.url("/etc/"), expect=expect, **environment)


def connections(running):
    return running.log.read_text().count("Connection from") - 1  # one of them was the test's own look


def key(bench, name, kind, passphrase="", form=None):
    path = bench.directory / name
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path), *(["-m", form] if form else [])], check=True)
    return path


# --- keys ----------------------------------------------------------------------------------------


def keys_of_each_kind_and_form(bench):
    keys = [key(bench, "ed", "ed25519"), key(bench, "ec", "ecdsa"), key(bench, "ec-pem", "ecdsa", form="PEM"), key(bench, "ec-p8", "ecdsa", form="PKCS8")]
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-b", "521", "-N", "", "-f", bench.directory / "ec521"], check=True)
    keys.append(bench.directory / "ec521")
    with server(bench) as running:
        authorize(running, *keys)
        for one in keys:
            list_root(bench, running, *flags(running, one))


def encrypted_keys(bench):
    keys = [key(bench, "ed", "ed25519", "the passphrase"), key(bench, "ec", "ecdsa", "the passphrase"), key(bench, "pem", "ecdsa", "the passphrase", "PEM"),
            key(bench, "p8", "ecdsa", "the passphrase", "PKCS8")]
    with server(bench) as running:
        authorize(running, *keys)
        for one in keys:
            list_root(bench, running, *flags(running, one), SLUICE_SSH_PASSPHRASE="the passphrase")
        list_root(bench, running, *flags(running, keys[0]), SLUICE_SSH_PASSPHRASE_127_0_0_1="the passphrase")
        list_root(bench, running, *flags(running, keys[0]), expect=AUTHENTICATION)
        assert "needs a passphrase" in bench.stderr, bench.stderr
        for one in keys:
            list_root(bench, running, *flags(running, one), "--log-level", "debug", expect=AUTHENTICATION, SLUICE_SSH_PASSPHRASE="wrong passphrase")
            assert "is wrong" in bench.stderr and "wrong passphrase" not in bench.stderr, bench.stderr


def keys_that_cannot_be_used(bench):
    with server(bench) as running:
        list_root(bench, running, *flags(running, bench.directory / "nowhere"), expect=CONFIG)
        assert "there is no such file" in bench.stderr, bench.stderr
        list_root(bench, running, *flags(running, running.key.with_suffix(".pub")), expect=CONFIG)
        assert "others can read it" in bench.stderr or "without .pub" in bench.stderr, bench.stderr
        running.key.chmod(0o644)
        list_root(bench, running, *flags(running), expect=CONFIG)
        assert "others can read it" in bench.stderr, bench.stderr
        assert connections(running) <= 3 and "Accepted" not in running.log.read_text()


def the_usual_keys_and_known_hosts_of_the_home_directory(bench):
    with server(bench) as running:
        home = bench.directory / ".ssh"
        home.mkdir(mode=0o700)
        shutil.copy(running.key, home / "id_ed25519")
        shutil.copy(running.known_hosts, home / "known_hosts")
        list_root(bench, running, "--ssh-transport", "libssh2")


def the_agent(bench):
    socket = bench.directory / "agent"
    words = subprocess.run(["ssh-agent", "-s", "-a", str(socket)], capture_output=True, text=True, check=True).stdout
    agent = int(re.search(r"SSH_AGENT_PID=(\d+)", words)[1])
    try:
        secret = key(bench, "secret", "ed25519", "the passphrase")
        ecdsa = key(bench, "ec", "ecdsa")
        keys = {**os.environ, "SSH_AUTH_SOCK": str(socket), "SSH_ASKPASS": str(bench.directory / "askpass"), "SSH_ASKPASS_REQUIRE": "force"}
        (bench.directory / "askpass").write_text("#!/bin/sh\necho 'the passphrase'\n")
        (bench.directory / "askpass").chmod(0o700)
        with server(bench) as running:
            known = ("--ssh-transport", "libssh2", "--known-hosts", running.known_hosts)
            authorize(running, secret)
            list_root(bench, running, *known, expect=AUTHENTICATION, SSH_AUTH_SOCK=str(socket))  # it holds nothing
            subprocess.run(["ssh-add", "-q", secret, ecdsa], env=keys, check=True)
            list_root(bench, running, *known, SSH_AUTH_SOCK=str(socket))
            # The key in the file needs its passphrase; the agent has it already.
            list_root(bench, running, *flags(running, secret), SSH_AUTH_SOCK=str(socket))
            authorize(running, ecdsa)
            list_root(bench, running, *known, SSH_AUTH_SOCK=str(socket))
            list_root(bench, running, *flags(running, secret), expect=AUTHENTICATION, SSH_AUTH_SOCK=str(socket))
            list_root(bench, running, *flags(running, ecdsa), SSH_AUTH_SOCK=str(bench.directory / "nobody"))
    finally:
        os.kill(agent, signal.SIGTERM)


def a_refused_login_is_tried_once(bench):
    bench.file("one.txt", b"hello\n")
    with server(bench) as running:
        authorize(running)
        bench.run(*flags(running), "cp", bench.directory / "one.txt", running.url("/tmp/x"), expect=AUTHENTICATION)
        assert "Permission denied" in bench.stderr and str(running.key) in bench.stderr, bench.stderr
        assert connections(running) == 1, running.log.read_text()


# --- host keys -----------------------------------------------------------------------------------


def a_host_key_that_changed_is_fatal(bench):
    with server(bench) as running:
        host, kind, _ = running.known_hosts.read_text().split()
        other = make_key(bench.directory / "other").with_suffix(".pub").read_text().split()[1]
        running.known_hosts.write_text(f"{host} {kind} {other}\n")
        for policy in ("strict", "accept-new", "ask"):
            list_root(bench, running, *flags(running), "--host-key-check", policy, expect=AUTHENTICATION)
            assert "HOST IDENTIFICATION HAS CHANGED" in bench.stderr and f"{running.known_hosts}:1" in bench.stderr, bench.stderr
        log = running.log.read_text()
        assert "Accepted" not in log and "Failed" not in log and "userauth" not in log, log


def a_host_that_is_not_known(bench):
    with server(bench) as running:
        good = running.known_hosts.read_text().split()
        running.known_hosts.unlink()
        for policy in ((), ("--host-key-check", "strict"), ("--host-key-check", "ask")):
            list_root(bench, running, *flags(running), *policy, expect=AUTHENTICATION)
            assert "not in known_hosts" in bench.stderr and "SHA256:" in bench.stderr, bench.stderr
            assert not running.known_hosts.exists()
        list_root(bench, running, *flags(running), "--host-key-check", "accept-new")
        assert running.known_hosts.read_text().split() == good and running.known_hosts.stat().st_mode & 0o777 == 0o600
        list_root(bench, running, *flags(running), "--host-key-check", "strict")
        # ssh(1) reads what was written, and a hashed file stays one.
        running.known_hosts.write_text("other.example " + " ".join(good[1:]))
        subprocess.run(["ssh-keygen", "-q", "-H", "-f", running.known_hosts], check=True, capture_output=True)
        list_root(bench, running, *flags(running), "--host-key-check", "accept-new")
        lines = running.known_hosts.read_text().splitlines()
        assert len(lines) == 2 and all(line.startswith("|1|") for line in lines), lines
        found = subprocess.run(["ssh-keygen", "-F", f"[127.0.0.1]:{running.port}", "-f", running.known_hosts], capture_output=True, text=True)
        assert good[2] in found.stdout, found
        list_root(bench, running, *flags(running, transport="ssh"), "--host-key-check", "strict")


def marked_host_keys(bench):
    with server(bench) as running:
        plain = running.known_hosts.read_text()
        running.known_hosts.write_text(plain + "@revoked * " + " ".join(plain.split()[1:]) + "\n")
        list_root(bench, running, *flags(running), expect=AUTHENTICATION)
        assert "is revoked" in bench.stderr, bench.stderr
        running.known_hosts.write_text("@cert-authority " + plain)
        list_root(bench, running, *flags(running), expect=FAILED)
        assert "certificate authority" in bench.stderr and "--ssh-transport ssh" in bench.stderr, bench.stderr


def the_known_kind_of_key_is_asked_for(bench):
    with server(bench, settings=[f"HostKey {make_key(bench.directory / 'second', 'ecdsa')}"]) as running:
        public = (bench.directory / "second.pub").read_text().split()
        running.known_hosts.write_text(f"[127.0.0.1]:{running.port} {public[0]} {public[1]}\n")
        list_root(bench, running, *flags(running))


# --- RSA -----------------------------------------------------------------------------------------


def keys_of_rsa_need_a_newer_libssh2(bench):
    for form in (None, "PEM"):
        rsa = key(bench, f"rsa{form}", "rsa", form=form)
        with server(bench, f"ssh{form}") as running:
            authorize(running, rsa)
            list_root(bench, running, *flags(running, rsa, "ssh"))
            list_root(bench, running, *flags(running, rsa, "auto"))
            list_root(bench, running, *flags(running, rsa, "auto"), SLUICE_PASSWORD="unused")
            result = subprocess.run([sys.argv[1], *map(str, flags(running, rsa)), "ls", running.url("/etc/")], env=bench.environment, capture_output=True, text=True)
            if result.returncode != OK:
                assert result.returncode == FAILED and "cannot use the RSA key" in result.stderr and "--ssh-transport ssh" in result.stderr, result


def a_server_with_rsa_alone_needs_a_newer_libssh2(bench):
    with server(bench, host_key="rsa") as running:
        list_root(bench, running, *flags(running, transport="auto"), SLUICE_PASSWORD="unused")
        result = subprocess.run([sys.argv[1], *map(str, flags(running)), "ls", running.url("/etc/")], env=bench.environment, capture_output=True, text=True)
        if result.returncode == OK:
            return
        assert "cannot use the host key" in result.stderr and "--ssh-transport ssh" in result.stderr, result
        running.known_hosts.unlink()
        list_root(bench, running, *flags(running), "--host-key-check", "accept-new", expect=FAILED)
        assert "RSA only" in bench.stderr and "--ssh-transport ssh" in bench.stderr, bench.stderr
        assert not running.known_hosts.exists()
        # Only the server's own words tell it here; ssh(1) then goes on.
        list_root(bench, running, *flags(running, transport="auto"), "--host-key-check", "accept-new", SLUICE_PASSWORD="unused")


# --- passwords -----------------------------------------------------------------------------------


@contextlib.contextmanager
def password_server(bench, ways):
    directory = bench.directory / ways
    directory.mkdir()
    public = make_key(directory / "host_key").with_suffix(".pub").read_text().split()
    log = directory / "log"
    process = subprocess.Popen([sys.executable, PASSWORD_SERVER, directory, ways], stdout=subprocess.PIPE, stderr=log.open("w"), text=True)
    try:
        ready = process.stdout.readline()
        assert ready, f"asyncssh does not start: run tools/setup\n{log.read_text()}"
        port = json.loads(ready)["port"]
        (directory / "known_hosts").write_text(f"[127.0.0.1]:{port} {public[0]} {public[1]}\n")
        yield ("--ssh-transport", "libssh2", "--known-hosts", directory / "known_hosts", "ls", f"sftp://someone@127.0.0.1:{port}/etc/"), log
    finally:
        process.terminate()
        process.wait(timeout=20)


def a_password_logs_in(bench):
    secret = bench.file("secret", PASSWORD.encode() + b"\n")
    netrc = bench.file("netrc", f'machine 127.0.0.1 login someone password "{PASSWORD}"\n'.encode())
    for ways in ("password", "keyboard-interactive", "password,keyboard-interactive"):
        with password_server(bench, ways) as (words, log):
            bench.run(*words, SLUICE_PASSWORD=PASSWORD)
            bench.run("--password-file", secret, *words)
            bench.run("--netrc-file", netrc, *words)
            assert log.read_text().count("accepted") == 3, log.read_text()
            bench.run(*words, expect=AUTHENTICATION)
            assert "there is no password" in bench.stderr, bench.stderr


def a_wrong_password_is_tried_once_and_never_shown(bench):
    for ways in ("password", "keyboard-interactive"):
        with password_server(bench, ways) as (words, log):
            bench.run("--log-level", "debug", *words, expect=AUTHENTICATION, SLUICE_PASSWORD="not-the-password")
            assert log.read_text().count("refused") == 1, log.read_text()
            assert "Permission denied" in bench.stderr and "not-the-password" not in bench.stderr + bench.stdout, bench.stderr


def a_server_that_asks_more_than_a_password(bench):
    with password_server(bench, "second-factor") as (words, _):
        bench.run(*words, expect=AUTHENTICATION, SLUICE_PASSWORD=PASSWORD)
        assert "Verification code" in bench.stderr and PASSWORD not in bench.stderr, bench.stderr


def a_server_that_wants_two_keys(bench):
    second = key(bench, "second", "ecdsa")
    with server(bench, settings=["AuthenticationMethods publickey,publickey"]) as running:
        authorize(running, running.key, second)
        list_root(bench, running, *flags(running), "--ssh-key", second)
        list_root(bench, running, *flags(running), expect=AUTHENTICATION)
        assert "Permission denied" in bench.stderr, bench.stderr


# --- questions on a terminal -----------------------------------------------------------------------


def on_a_terminal(bench, words, *answers):
    """Runs the program on a terminal of its own, answers each question (what it ends with, the answer); the exit code and all that was shown."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(SLUICE, [SLUICE, *map(str, words)], {**bench.environment, "LANG": "C"})
    shown = ""
    try:
        for question, answer in answers:
            while question not in shown:
                shown += os.read(terminal, 1000).decode()
            os.write(terminal, answer.encode() + b"\n")
        with contextlib.suppress(OSError):  # the terminal's end
            while more := os.read(terminal, 1000):
                shown += more.decode()
    finally:
        os.close(terminal)
        status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status), shown


def a_terminal_is_asked_about_hosts_and_passphrases(bench):
    secret = key(bench, "secret", "ed25519", "the passphrase")
    with server(bench) as running:
        authorize(running, secret)
        running.known_hosts.unlink()
        words = (*flags(running, secret), "ls", running.url("/etc/ssh/"))
        code, shown = on_a_terminal(bench, words, ("(yes/no)? ", "no"))
        assert code == AUTHENTICATION and "was not accepted" in shown and not running.known_hosts.exists(), shown
        code, shown = on_a_terminal(bench, words, ("(yes/no)? ", "yes"), ("secret: ", "the passphrase"))
        assert code == OK and "sshd_config" in shown and "the passphrase" not in shown, shown
        code, shown = on_a_terminal(bench, words, ("secret: ", "the passphrase"))
        assert code == OK and "(yes/no)" not in shown, shown


def a_terminal_is_asked_for_a_password(bench):
    with password_server(bench, "keyboard-interactive") as (words, _):
        code, shown = on_a_terminal(bench, words, (": ", PASSWORD))
        assert code == OK and PASSWORD not in shown, shown


# --- which transport ------------------------------------------------------------------------------


def the_transport_that_is_chosen(bench):
    home = bench.directory / ".ssh"
    home.mkdir(mode=0o700)
    empty = bench.directory / "empty"
    empty.mkdir()
    with server(bench, log_level="DEBUG1") as running:
        (home / "id_ed25519").write_text(running.key.read_text())
        (home / "id_ed25519").chmod(0o600)

        def chosen(*more, key=True, transport="auto", **environment):
            before = len(running.log.read_text())
            known = flags(running, transport=transport) if key else ("--known-hosts", running.known_hosts)
            list_root(bench, running, *known, *more, **environment)
            return re.search(r"remote software version (OpenSSH|libssh2)", running.log.read_text()[before:])[1]

        assert chosen() == "OpenSSH"
        assert chosen(PATH=str(empty)) == "libssh2"
        assert chosen(SLUICE_PASSWORD="unused") == "libssh2"
        assert chosen(SLUICE_SSH_PASSPHRASE="unused") == "libssh2"
        assert chosen(transport="ssh", SLUICE_PASSWORD="unused") == "OpenSSH"
        assert chosen(transport="libssh2") == "libssh2"
        assert chosen("--ssh-command", "ssh", SLUICE_PASSWORD="unused") == "OpenSSH"
        assert chosen(key=False, SLUICE_PASSWORD="unused") == "libssh2"
        (home / "config").write_text("Host *\n  ServerAliveInterval 10\n")
        assert chosen(SLUICE_PASSWORD="unused") == "OpenSSH"


# --- what a connection bears ---------------------------------------------------------------------


def keys_are_exchanged_anew_under_load(bench):
    data = os.urandom(64 << 20)
    bench.file("big", data)
    with server(bench, settings=["RekeyLimit 1M"], log_level="DEBUG1") as running:
        there = running.url(f"{bench.directory}/there")
        for _ in range(2):
            bench.run(*flags(running), "cp", bench.directory / "big", there)
            assert (bench.directory / "there").read_bytes() == data
            bench.run(*flags(running), "cp", there, bench.directory / "back")
            assert (bench.directory / "back").read_bytes() == data
        assert running.log.read_text().count("rekeying in progress") + running.log.read_text().count("SSH2_MSG_NEWKEYS received") >= 200


def uploads_and_downloads_at_once_while_keys_change(bench):
    for number in range(200):
        bench.file(f"from/{number}", os.urandom(200_000 + number))
    with server(bench, settings=["RekeyLimit 1M"]) as running:
        there = running.url(f"{bench.directory}/there/")
        bench.run(*flags(running), "--ssh-connections", "1", "sync", bench.directory / "from", there)
        bench.run(*flags(running), "--ssh-connections", "1", "sync", there, running.url(f"{bench.directory}/again/"))
        for number in range(200):
            assert (bench.directory / f"again/{number}").read_bytes() == (bench.directory / f"from/{number}").read_bytes()


def small_buffers_and_keys_that_change(bench):
    """S5: every write is one of many pieces, and packets of an exchange of keys stand between them."""
    for number in range(64):
        bench.file(f"from/{number}", os.urandom(300_000 + number))
    with server(bench, settings=["RekeyLimit 1M"]) as running, running.behind(LAB, "--socket-buffers", "4K"):
        there = running.url(f"{bench.directory}/there/")
        bench.run(*flags(running), "--ssh-connections", "1", "--transfers", "64", "sync", bench.directory / "from", there)
        bench.run(*flags(running), "--ssh-connections", "1", "--transfers", "64", "sync", there, bench.directory / "back")
        assert tree(bench.directory / "back") == tree(bench.directory / "from")


# --- channels ------------------------------------------------------------------------------------


def carry_a_large_file(bench, running):
    data = os.urandom(40_000_000)
    bench.file("big", data)
    with running.behind(LAB, "--round-trip", "60ms"):
        for ends in ((bench.directory / "big", running.url(f"{bench.directory}/there")), (running.url(f"{bench.directory}/there"), bench.directory / "back")):
            bench.run(*flags(running), "--ssh-connections", "6", "--log-level", "debug", "cp", *ends)
        assert (bench.directory / "back").read_bytes() == data
    return running.log.read_text().count("Accepted publickey") / 2


def a_long_way_takes_several_channels_of_a_connection(bench):
    with server(bench) as running:
        assert carry_a_large_file(bench, running) == 2
        assert "no further channel" not in bench.stderr


def a_server_that_allows_few_channels(bench):
    """S4: the limit is learned, and the work goes on over more connections."""
    with server(bench, settings=["MaxSessions 2"]) as running:
        assert carry_a_large_file(bench, running) == 3
        assert "no further channel" in bench.stderr, bench.stderr


def a_server_without_sftp(bench):
    with server(bench, subsystem="other /bin/true") as running:
        list_root(bench, running, *flags(running), expect=FAILED)
        assert "no subsystem sftp" in bench.stderr and connections(running) == 1, bench.stderr
    with server(bench, "ended", settings=["ForceCommand /bin/false"]) as running:
        list_root(bench, running, *flags(running), "--max-attempts", "1", expect=FAILED)
        assert "ended" in bench.stderr, bench.stderr


def nobody_listens(bench):
    with server(bench) as running:
        pass
    bench.run(*flags(running), "--max-attempts", "2", "ls", running.url("/etc/"), expect=FAILED)
    assert "refused" in bench.stderr.lower(), bench.stderr


if __name__ == "__main__":
    if SSHD_MISSING:
        sys.exit(SSHD_MISSING)
    sys.exit(run_scenarios(globals()))
