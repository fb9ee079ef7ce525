#!/usr/bin/env python3
"""Mail against a real SMTP server (aiosmtpd) on loopback: mail_test.py MAIL_NOTICE [SCENARIO ...]

What arrives is read by Python's own mail parser, which shares nothing with ours.
"""
import pathlib
import ssl
import subprocess
import sys
import tempfile
import traceback

from certificates import Authority
from mail_server import Inbox, serving
from aiosmtpd.smtp import AuthResult, LoginPassword

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
USER, PASSWORD = "alice@example.com", "hunter2 秘密のパスワード"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, auth_data=mechanism if right else None, handled=right)


def tls_context(bench):
    certificate, key = bench.authority.issue("mail", "IP:127.0.0.1,DNS:localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class Bench:
    def __init__(self, directory):
        self.authority = Authority(directory)

    def tell(self, port, security="none", user="", password="", *, ca_file=None, to=("ops@example.com",), host="127.0.0.1"):
        """The log's lines; no password may be in them."""
        words = [host, port, security, ca_file or self.authority.certificate, user, "Sluice 通知 <sluice@example.com>", *to]
        result = subprocess.run([PROGRAM, *map(str, words)], input=password + "\n", capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr
        assert not password or password not in result.stdout, result.stdout
        return result.stdout.splitlines()


def warnings(lines):
    return [line for line in lines if line.startswith("warn ")]


def only(items):
    assert len(items) == 1, items
    return items[0]


def check_content(mail):
    message = mail["message"]
    assert message["Subject"] == "[失敗] Glueワークフロー: etl-data-pipeline-workflow", message["Subject"]
    assert message["From"] == "Sluice 通知 <sluice@example.com>", message["From"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@batch-01.example.com>")
    assert not message.defects, message.defects
    lines = message.get_content().splitlines()
    assert "Run ID: wr_abc123" in lines and "実行時間: 870 秒 (14分30秒)" in lines, lines
    assert "エラー: ★ Workflow実行失敗: etl-data-pipeline-workflow - 失敗ジョブ 1件" in lines, lines
    raw = mail["raw"].decode("latin-1")
    assert all(len(line) <= 78 and line.isascii() for line in raw.split("\r\n")), raw


def in_the_clear(bench):
    inbox = Inbox()
    with serving(inbox) as port:
        lines = bench.tell(port, to=("運用 <ops@example.com>", "data@example.com"))
    assert not warnings(lines), lines
    mail = only(inbox.mails)
    assert (mail["from"], mail["tls"]) == ("sluice@example.com", False), mail
    assert mail["to"] == ["ops@example.com", "data@example.com"], mail
    assert [address.display_name for address in mail["message"]["To"].addresses] == ["運用", ""]
    assert inbox.names == ["batch-01.example.com"]
    check_content(mail)


def starttls_with_password(bench):
    inbox = Inbox()
    with serving(inbox, tls_context=tls_context(bench), require_starttls=True, authenticator=authenticate,
                 auth_required=True) as port:
        lines = bench.tell(port, "starttls", USER, PASSWORD)
        assert not warnings(lines), lines
        by_name = bench.tell(port, "starttls", USER, PASSWORD, host="localhost")
        assert not warnings(by_name), by_name
    for mail in inbox.mails:
        assert (mail["tls"], mail["user"]) == (True, "PLAIN"), mail
        check_content(mail)
    assert len(inbox.mails) == 2
    assert inbox.mails[0]["message"]["Message-ID"] != inbox.mails[1]["message"]["Message-ID"]


def login_where_there_is_no_plain(bench):
    inbox = Inbox()
    with serving(inbox, tls_context=tls_context(bench), authenticator=authenticate, auth_required=True,
                 auth_exclude_mechanism=["PLAIN"]) as port:
        assert not warnings(bench.tell(port, "starttls", USER, PASSWORD))
    assert only(inbox.mails)["user"] == "LOGIN"


def tls_from_the_first_byte(bench):
    inbox = Inbox()
    with serving(inbox, ssl_context=tls_context(bench), authenticator=authenticate, auth_required=True,
                 auth_require_tls=False) as port:
        lines = bench.tell(port, "tls", USER, PASSWORD)
        assert not warnings(lines), lines
    check_content(only(inbox.mails))


def wrong_password(bench):
    inbox = Inbox()
    with serving(inbox, tls_context=tls_context(bench), authenticator=authenticate, auth_required=True) as port:
        warning = only(warnings(bench.tell(port, "starttls", USER, "guessed wrongly")))
    assert "AUTH PLAIN: 535" in warning, warning
    assert not inbox.mails


def untrusted_certificate(bench):
    with tempfile.TemporaryDirectory() as other:
        stranger = Authority(other, "stranger").certificate
        inbox = Inbox()
        with serving(inbox, tls_context=tls_context(bench), authenticator=authenticate, auth_required=True) as port:
            warning = only(warnings(bench.tell(port, "starttls", USER, PASSWORD, ca_file=stranger)))
    assert "certificate" in warning, warning
    assert not inbox.mails


def no_starttls_there(bench):
    inbox = Inbox()
    with serving(inbox, authenticator=authenticate, auth_require_tls=False) as port:
        warning = only(warnings(bench.tell(port, "starttls", USER, PASSWORD)))
    assert "STARTTLS" in warning, warning
    assert not inbox.mails


def some_refused(bench):
    inbox = Inbox(refuse={"gone@example.com": "550 5.1.1 no such user"})
    with serving(inbox) as port:
        lines = bench.tell(port, to=("gone@example.com", "ops@example.com"))
    assert "gone@example.com" in only(warnings(lines)) and "550 5.1.1 no such user" in only(warnings(lines)), lines
    assert only(inbox.mails)["to"] == ["ops@example.com"]


def busy_for_a_while(bench):
    inbox = Inbox(busy=2)
    with serving(inbox) as port:
        lines = bench.tell(port)
    assert not warnings(lines), lines
    only(inbox.mails)


SCENARIOS = [in_the_clear, starttls_with_password, login_where_there_is_no_plain, tls_from_the_first_byte, wrong_password,
             untrusted_certificate, no_starttls_there, some_refused, busy_for_a_while]


def main():
    passed = failed = 0
    wanted = sys.argv[2:]
    for scenario in SCENARIOS:
        if wanted and scenario.__name__ not in wanted:
            continue
        with tempfile.TemporaryDirectory() as directory:
            try:
                scenario(Bench(directory))
                print(f"ok {scenario.__name__}", flush=True)
                passed += 1
            except Exception:
                print(f"FAILED {scenario.__name__}\n{traceback.format_exc()}", flush=True)
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
