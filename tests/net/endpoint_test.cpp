#include "sluice/net/endpoint.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

using namespace sluice;
using net::parse_url;

TEST_CASE("URL: endpoint and target are taken apart and the target is kept byte for byte") {
  struct Row {
    const char *text, *host;
    int port;
    bool tls;
    const char* target;
  };
  const Row rows[] = {
      {"http://example.com", "example.com", 80, false, "/"},
      {"https://Example.COM/", "example.com", 443, true, "/"},
      {"HTTPS://h:8443/a%2Fb//c?x=%20&y#frag", "h", 8443, true, "/a%2Fb//c?x=%20&y"},
      {"http://h?query", "h", 80, false, "/?query"},
      {"http://h#f", "h", 80, false, "/"},
      {"http://h:/x", "h", 80, false, "/x"},
      {"http://[::1]:9000/b", "::1", 9000, false, "/b"},
      {"https://[FE80::A]/", "fe80::a", 443, true, "/"},
      {"http://my_bucket.s3.amazonaws.com/k", "my_bucket.s3.amazonaws.com", 80, false, "/k"},
      {"http://127.0.0.1:5000/\xff", "127.0.0.1", 5000, false, "/\xff"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const net::Url url = parse_url(row.text);
    CHECK(url.endpoint.host == row.host);
    CHECK(url.endpoint.port == row.port);
    CHECK(url.endpoint.tls == row.tls);
    CHECK(url.target == row.target);
  }
}

TEST_CASE("URL: what is no absolute http URL is refused without repeating it") {
  for (const char* text :
       {"", "example.com", "ftp://h/", "http:/h", "http://", "http:///x", "http://u:secret@h/",
        "http://h:0/", "http://h:65536/", "http://h:12x/", "http://[::1/", "http://[::1]x/",
        "http://[zz]/", "http://a b/", "http://h/a b", "http://h/\n", "http://h\r\nX: y/",
        "http://h%41/", "http://[::1%eth0]/"}) {
    INFO(text);
    bool refused = false;
    try {
      parse_url(text);
    } catch (const Error& error) {
      refused = error.code() == ErrorCode::invalid_input;
      CHECK(std::string(error.what()).find("secret") == std::string::npos);
    }
    CHECK(refused);
  }
}

TEST_CASE("Endpoint: the authority leaves out the scheme's own port and brackets IPv6") {
  CHECK(net::Endpoint{.tls = true, .host = "h", .port = 443}.authority() == "h");
  CHECK(net::Endpoint{.tls = true, .host = "h", .port = 80}.authority() == "h:80");
  CHECK(net::Endpoint{.tls = false, .host = "::1", .port = 81}.authority() == "[::1]:81");
  CHECK(net::Endpoint{.tls = false, .host = "::1", .port = 80}.origin() == "http://[::1]");
}
