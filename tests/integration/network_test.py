#!/usr/bin/env python3
"""The program and the network between it and its server: TLS, proxies, names, bandwidth. network_test.py SLUICE SLUICE_LAB [SCENARIO ...]"""
import contextlib
import os
import resource
import sys
import time
import urllib.parse

from certificates import Authority
from peers import ClientCertificateFront, ConnectProxy
from program import AUTHENTICATION, CONFIG, FAILED, SECRET, Bench, Lab, run_scenarios, tree

MIB = 1024 * 1024


@contextlib.contextmanager
def secure_lab(bench, names="IP:127.0.0.1", **settings):
    """A bench whose lab serves HTTPS; its authority is trusted if the scenario says so."""
    authority = Authority(bench.directory)
    certificate, key = authority.issue("server", names)
    arguments = [word for name, value in settings.items() for word in (f"--{name}", value)]
    with Lab("--tls-cert", certificate, "--tls-key", key, *arguments) as lab:
        secure = Bench(lab, bench.directory)
        secure.authority = authority
        yield secure


def port_of(lab):
    return urllib.parse.urlsplit(lab.ready["endpoint"]).port


def there_and_back(at, *options, **environment):
    """A small object and one in parts go up and come down again."""
    for name, size in (("small", 1000), ("large", 6 * MIB)):
        path = at.file(f"in/{name}", os.urandom(size))
        back = at.directory / f"back-{name}"
        at.run(*options, "cp", path, f"s3://test/net/{name}", "--part-size", "5M", **environment)
        at.run(*options, "cp", f"s3://test/net/{name}", back, **environment)
        assert back.read_bytes() == path.read_bytes()
        back.unlink()


def speaks_tls_with_whom_a_file_of_authorities_trusts(bench):
    with secure_lab(bench) as secure:
        assert secure.environment["AWS_ENDPOINT_URL"].startswith("https://")
        there_and_back(secure, AWS_CA_BUNDLE=str(secure.authority.certificate))
        there_and_back(secure, "--ca-file", secure.authority.certificate)
        stranger = Authority(bench.directory, "stranger").certificate
        there_and_back(secure, "--ca-file", secure.authority.certificate, AWS_CA_BUNDLE=str(stranger))


def refuses_a_server_whose_authority_it_does_not_trust(bench):
    stranger = Authority(bench.directory, "stranger").certificate
    with secure_lab(bench) as secure:
        before = secure.lab.requests()["requests"]
        for environment in ({}, {"AWS_CA_BUNDLE": str(stranger)}):
            secure.run("ls", "s3://test/", expect=FAILED, **environment)
            assert "certificate" in secure.stderr and "--ca-file" in secure.stderr, secure.stderr
            target = secure.directory / "nothing"
            secure.run("cp", "s3://test/none", target, expect=FAILED, **environment)
            assert not target.exists()
        secure.run("ls", "s3://test/", expect=CONFIG, AWS_CA_BUNDLE=str(bench.directory / "missing.pem"))
        assert "missing.pem" in secure.stderr, secure.stderr
        assert secure.lab.requests()["requests"] == before, "something was sent to a server that is not trusted"
        secure.run("--no-verify-ssl", "ls", "s3://test/")


def refuses_a_server_with_another_name_on_its_certificate(bench):
    with secure_lab(bench, names="DNS:s3.example,DNS:*.s3.localhost") as secure:
        trusting = {"AWS_CA_BUNDLE": str(secure.authority.certificate)}
        before = secure.lab.requests()["requests"]
        for host in ("127.0.0.1", "localhost", "other.localhost"):
            secure.run("ls", "s3://test/", expect=FAILED, AWS_ENDPOINT_URL=f"https://{host}:{port_of(secure.lab)}", **trusting)
            assert "mismatch" in secure.stderr, secure.stderr
        assert secure.lab.requests()["requests"] == before


def shows_its_certificate_to_a_server_that_wants_one(bench):
    authority = Authority(bench.directory)
    server, client = authority.issue("server", "IP:127.0.0.1"), authority.issue("client", "DNS:client.test")
    stranger = Authority(bench.directory, "stranger").issue("nobody", "DNS:client.test")
    with ClientCertificateFront(port_of(bench.lab), *server, authority.certificate) as front:
        environment = {"AWS_ENDPOINT_URL": front.endpoint, "AWS_CA_BUNDLE": str(authority.certificate)}
        there_and_back(bench, "--client-cert", client[0], "--client-key", client[1], **environment)
        assert set(front.names) == {"client"}, front.names
        let_in = len(front.names)
        bench.run("--max-attempts", "1", "ls", "s3://test/", expect=FAILED, **environment)
        bench.run("--max-attempts", "1", "--client-cert", stranger[0], "--client-key", stranger[1], "ls", "s3://test/",
                  expect=FAILED, **environment)
        assert len(front.names) == let_in, front.names


def finds_buckets_as_hosts_below_localhost(bench):
    with secure_lab(bench, names="DNS:*.s3.localhost", domain="s3.localhost") as secure:  # not for s3.localhost itself
        environment = {"AWS_CA_BUNDLE": str(secure.authority.certificate),
                       "AWS_ENDPOINT_URL": f"https://s3.localhost:{port_of(secure.lab)}"}
        there_and_back(secure, "--addressing-style", "virtual", **environment)
        secure.run("--addressing-style", "path", "ls", "s3://test/", expect=FAILED, **environment)
        assert "mismatch" in secure.stderr, secure.stderr


def goes_through_a_proxy_to_a_server_over_tls(bench):
    with secure_lab(bench) as secure, ConnectProxy() as proxy:
        trusting = {"AWS_CA_BUNDLE": str(secure.authority.certificate)}
        there_and_back(secure, HTTPS_PROXY=proxy.url, **trusting)
        assert proxy.asked and set(proxy.asked) == {(f"127.0.0.1:{port_of(secure.lab)}", None)}, proxy.asked
        asked = len(proxy.asked)
        there_and_back(secure, HTTPS_PROXY=proxy.url, NO_PROXY="127.0.0.1", **trusting)
        there_and_back(secure, HTTPS_PROXY=proxy.url, NO_PROXY="example.com,127.0.0.0/8", **trusting)
        there_and_back(secure, HTTP_PROXY=proxy.url, http_proxy=proxy.url, **trusting)
        assert (len(proxy.asked), proxy.other) == (asked, 0), proxy.asked
        secure.run("ls", "s3://test/", HTTPS_PROXY=proxy.url, NO_PROXY="127.0.0.2", **trusting)
        assert len(proxy.asked) == asked + 1, proxy.asked


def tells_its_name_to_a_proxy_that_asks(bench):
    with secure_lab(bench) as secure, ConnectProxy(authorization="Basic dXNlcjpwYTpzcw==") as proxy:
        trusting = {"AWS_CA_BUNDLE": str(secure.authority.certificate)}
        address = f"127.0.0.1:{proxy.port}"
        there_and_back(secure, HTTPS_PROXY=f"http://user:pa%3Ass@{address}", **trusting)
        tunnels = len(proxy.asked)
        for url, reason in ((proxy.url, "asks for a user"), (f"http://user:wrong-word@{address}", "does not accept")):
            secure.run("ls", "s3://test/", expect=AUTHENTICATION, HTTPS_PROXY=url, **trusting)
            assert reason in secure.stderr and "wrong-word" not in secure.stderr, secure.stderr
        assert len(proxy.asked) == tunnels + 2, "a refusal that stays was asked for again"


def says_why_a_proxy_let_it_not_through(bench):
    with secure_lab(bench) as secure:
        trusting = {"AWS_CA_BUNDLE": str(secure.authority.certificate)}
        before = secure.lab.requests()["requests"]
        with ConnectProxy(refuse_with="403 Forbidden") as proxy:
            target = secure.directory / "nothing"
            secure.run("cp", "s3://test/none", target, expect=AUTHENTICATION, HTTPS_PROXY=proxy.url, **trusting)
            assert "proxy" in secure.stderr and f"127.0.0.1:{proxy.port}" in secure.stderr, secure.stderr
            assert len(proxy.asked) == 1 and not target.exists(), proxy.asked
        with ConnectProxy(refuse_with="502 Bad Gateway") as proxy:
            secure.run("--max-attempts", "2", "ls", "s3://test/", expect=FAILED, HTTPS_PROXY=proxy.url, **trusting)
            assert "502" in secure.stderr, secure.stderr
            assert len(proxy.asked) == 2, proxy.asked
        secure.run("--max-attempts", "1", "ls", "s3://test/", expect=FAILED, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}", **trusting)
        assert "by its proxy" in secure.stderr, secure.stderr
        secure.run("ls", "s3://test/", expect=CONFIG, HTTPS_PROXY="socks5://127.0.0.1:1", **trusting)
        assert secure.lab.requests()["requests"] == before, "something went past the proxy"


def keeps_to_its_bandwidth_in_both_directions(bench):
    """The limit is a rate over the whole transfer: 3 MiB at 1 MiB/s take 3 s, but for what may pass at once. The upper bound is for slow machines."""
    size, rate = 3 * MIB, MIB
    path = bench.file("three", os.urandom(size))
    back = bench.directory / "back"

    def seconds(*arguments):
        begin = time.monotonic()
        bench.run(*arguments)
        return time.monotonic() - begin

    free = seconds("cp", path, "s3://test/free") + seconds("cp", "s3://test/free", bench.directory / "free")
    up = seconds("--bwlimit", "1M:off", "cp", path, "s3://test/limited")
    down = seconds("--bwlimit", "off:1M", "cp", "s3://test/limited", back)
    assert back.read_bytes() == path.read_bytes()
    for direction, took in (("up", up), ("down", down)):
        assert 0.7 * size / rate <= took <= 4 * size / rate + free, f"{direction}: {took:.1f} s"
    other = seconds("--bwlimit", "1M:off", "cp", "s3://test/limited", back) + seconds("--bwlimit", "off:1M", "cp", path, "s3://test/other")
    assert other < 0.7 * 2 * size / rate + free, f"the limit of the other direction was applied: {other:.1f} s"


def shows_both_sides_of_a_disputed_signature(bench):
    wrong = {"AWS_SECRET_ACCESS_KEY": "wrongEXAMPLE", "AWS_SESSION_TOKEN": "tokenEXAMPLE"}
    with Lab("--session-token", wrong["AWS_SESSION_TOKEN"]) as lab:
        strict = Bench(lab, bench.directory)
        strict.run("--log-level", "debug", "ls", "s3://test/", expect=AUTHENTICATION, **wrong)
        for words in ("our_string_to_sign", "server_string_to_sign", "our_canonical_request", "server_canonical_request",
                      "x-amz-security-token:***"):
            assert words in strict.stderr, strict.stderr
        for secret in (*wrong.values(), SECRET):
            assert secret not in strict.stderr, f"{secret} was logged"
        strict.run("ls", "s3://test/", expect=AUTHENTICATION, **wrong)
        assert "string_to_sign" not in strict.stderr, strict.stderr


def many_transfers_raise_the_limit_of_descriptors(bench):
    for number in range(400):
        bench.file(f"many/{number:03}", bytes(100))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Lab("--latency", "300ms") as lab:
        slow = Bench(lab, bench.directory)
        slow.run("--transfers", "300", "cp", "-r", bench.directory / "many", "s3://test/many/")
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
        try:
            slow.run("--transfers", "300", "cp", "-r", "s3://test/many/", bench.directory / "back")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert lab.requests()["most_open_connections"] > 150, lab.requests()
    assert tree(bench.directory / "back") == tree(bench.directory / "many")


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
