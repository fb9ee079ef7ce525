#include "sluice/webdav/href.hpp"

#include <doctest/doctest.h>

#include "codec/random_input.hpp"
#include "sluice/core/error.hpp"

namespace sluice::webdav {
namespace {

const net::Endpoint here{.tls = true, .host = "dav.example", .port = 443};

ResolvedHref resolve(std::string_view href, std::string_view base = "/a%20b/d/") {
  return HrefResolver(here, base).resolve(href);
}

}  // namespace

TEST_CASE("hrefs of a directory's own") {
  for (const char* const href :
       {"/a%20b/d/", "/a%20b/d", "/a b/d/", "//dav.example/a%20b/d/",
        "https://dav.example/a%20b/d/", "http://DAV.example:8080/a%20b/d", "/a%20b//d/"})
    CHECK_MESSAGE(resolve(href).kind == HrefKind::self, href);
  CHECK(resolve("/", "/").kind == HrefKind::self);
  CHECK(resolve("https://dav.example", "/").kind == HrefKind::self);
}

TEST_CASE("hrefs of what is in a directory, in the ways that servers encode names") {
  struct Case {
    const char* href;
    const char* name;
  };
  for (const Case one :
       {Case{"/a%20b/d/x", "x"}, Case{"/a%20b/d/x/", "x"}, Case{"/a%20b/d/%c3%a9", "\xC3\xA9"},
        Case{"/a%20b/d/%C3%A9", "\xC3\xA9"}, Case{"/a%20b/d/a+b[1]&c", "a+b[1]&c"},
        Case{"/a%20b/d/%25", "%"}, Case{"/a%20b/d/%3F%23", "?#"}, Case{"x", "x"}, Case{"x/", "x"},
        Case{"https://dav.example/a%20b/d/x", "x"}, Case{"/a%20b/d/a:b", "a:b"},
        Case{"/a%20b/d/%5C", "\\"}, Case{"/a%20b/d/%0A", "\n"}}) {
    const ResolvedHref found = resolve(one.href);
    CHECK_MESSAGE(found.kind == HrefKind::child, one.href);
    CHECK(found.name == one.name);
  }
  CHECK(resolve("/x", "/").name == "x");
}

TEST_CASE("hrefs that lead elsewhere") {
  for (const char* const href :
       {"/a%20b/d/x/y", "/a%20b", "/", "/other/x", "/a%20b/dx", "/a%20b/e/x"})
    CHECK_MESSAGE(resolve(href).kind == HrefKind::outside, href);
  for (const char* const href :
       {"https://evil.example/a%20b/d/x", "//evil.example/a%20b/d/x", "ftp://dav.example/a%20b/d/x",
        "https://dav.example@evil.example/a%20b/d/x"})
    CHECK_MESSAGE(resolve(href).kind == HrefKind::foreign, href);
}

TEST_CASE("hrefs that are no names are refused") {
  for (const char* const href :
       {"", "/a%20b/d/..", "/a%20b/d/%2e%2e", "/a%20b/d/x%2fy", "/a%20b/d/..%2f..%2fetc",
        "/a%20b/d/%00", "/a%20b/d/%", "/a%20b/d/%zz", "/a%20b/d/.", "/a%20b/d/x?y", "/a%20b/d/x#y"})
    CHECK_MESSAGE(resolve(href).kind == HrefKind::refused, href);
  CHECK_THROWS_AS(HrefResolver(here, "/a/../b"), Error);
}

TEST_CASE("every name comes back from the target that is made of it") {
  codec::test::RandomInput random("hrefs");
  for (int round = 0; round < 5000; ++round) {
    std::string name = random.bytes(1 + random.below(20));
    std::erase_if(name, [](char c) { return c == '/' || c == '\0'; });
    if (name.empty() || name == "." || name == "..") continue;
    const ResolvedHref found = resolve(target_of("/a b/d/" + name));
    CHECK(found.kind == HrefKind::child);
    CHECK(found.name == name);
    CHECK(resolve(collection_target_of("/a b/d/" + name)).name == name);
  }
}

}  // namespace sluice::webdav
