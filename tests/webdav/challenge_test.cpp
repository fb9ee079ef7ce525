#include "sluice/webdav/challenge.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

namespace sluice::webdav {
namespace {

DigestChallenge digest_of(std::string_view field) {
  const auto found = best_digest(parse_challenges(field));
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_CASE("challenges are told apart, however they are written") {
  const auto found = parse_challenges(
      R"(Negotiate, NTLM TlRMTVNTUAAB==, Digest realm="a, \"b\"", nonce=abc ,stale = TRUE,qop="auth, auth-int", Basic realm="x")");
  REQUIRE(found.size() == 4);
  CHECK(found[0].scheme == "negotiate");
  CHECK(found[1].scheme == "ntlm");
  CHECK(found[2].scheme == "digest");
  CHECK(found[2].find("realm") == "a, \"b\"");
  CHECK(found[2].find("nonce") == "abc");
  CHECK(found[2].find("stale") == "TRUE");
  CHECK(found[3].scheme == "basic");
  CHECK(found[3].find("realm") == "x");
  CHECK(found[3].find("none") == "");
  CHECK(parse_challenges("").empty());
  CHECK(parse_challenges("Basic realm=\"cut").size() == 1);
  CHECK(parse_challenges("\"").empty());
}

TEST_CASE("the strongest Digest that can be answered is chosen") {
  const auto found = parse_challenges(
      R"(Digest nonce="a", realm="r", algorithm=MD5, qop="auth", Digest nonce="b", algorithm=SHA-256, qop="auth", Digest nonce="c", algorithm=SHA-512-256, qop="auth")");
  const auto best = best_digest(found);
  REQUIRE(best);
  CHECK(best->nonce == "b");
  CHECK_FALSE(best_digest(parse_challenges(R"(Digest realm="r", nonce="a", qop="auth-int")")));
  CHECK_FALSE(best_digest(parse_challenges(R"(Digest realm="r", qop="auth")")));
  CHECK_FALSE(best_digest(parse_challenges(R"(Basic realm="r")")));
  CHECK(digest_of(R"(Digest nonce="a", stale=true)").stale);
  CHECK_FALSE(best_digest(parse_challenges("Digest nonce=\"a\x02\"")));
}

TEST_CASE("Digest as in the examples of RFC 7616 and RFC 2617") {
  const std::string realm =
      R"(Digest realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", algorithm=)";
  const DigestRequest request{.user = "Mufasa",
                              .password = Secret("Circle of Life"),
                              .method = "GET",
                              .target = "/dir/index.html",
                              .client_nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                              .count = 1};
  const std::string sha = digest_authorization(digest_of(realm + "SHA-256"), request);
  CHECK(sha.find("response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"") !=
        std::string::npos);
  CHECK(sha.find("qop=auth, nc=00000001, cnonce=\"f2/wE4q7") != std::string::npos);
  CHECK(sha.find("opaque=\"FQhe/") != std::string::npos);
  CHECK(sha.find("algorithm=SHA-256") != std::string::npos);
  const std::string md5 = digest_authorization(digest_of(realm + "MD5"), request);
  CHECK(md5.find("response=\"8ca523f5e9506fed4657c9700eebdbec\"") != std::string::npos);
  const DigestRequest older{.user = "Mufasa",
                            .password = Secret("Circle Of Life"),
                            .method = "GET",
                            .target = "/dir/index.html",
                            .client_nonce = "0a4f113b",
                            .count = 1};
  const std::string old = digest_authorization(
      digest_of(
          R"(Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41")"),
      older);
  CHECK(old.find("response=\"6629fae49393a05397450978507c4ef1\"") != std::string::npos);
  CHECK(old.find("algorithm") == std::string::npos);
}

TEST_CASE("names are quoted, and Basic has no colon in them") {
  const DigestRequest request{.user = "a\"b\\c",
                              .password = Secret("p"),
                              .method = "GET",
                              .target = "/",
                              .client_nonce = "n"};
  const std::string field =
      digest_authorization(digest_of(R"(Digest nonce="n", realm="r")"), request);
  CHECK(field.starts_with(R"(Digest username="a\"b\\c", )"));
  CHECK(field.find("qop") == std::string::npos);
  CHECK(basic_authorization("Aladdin", Secret("open sesame")) ==
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK_THROWS_AS(basic_authorization("a:b", Secret("p")), Error);
}

}  // namespace sluice::webdav
