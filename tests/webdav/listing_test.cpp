#include <fmt/format.h>

#include "client_fixture.hpp"

namespace sluice::webdav::test {
namespace {

class Names final : public ResourceSink {
 public:
  Task<bool> add(std::vector<Resource> page) override {
    for (Resource& one : page)
      names.push_back(std::move(one.name));
    co_return true;
  }
  std::vector<std::string> names;
};

struct Listed {
  std::vector<std::string> names;
  std::vector<Error> failures;
  std::optional<Error> thrown;
};

Task<> list_into(Client& client, Listed& listed) {
  Names sink;
  listed.thrown = co_await error_of(client.list(OpContext{}, "/d", sink, listed.failures));
  listed.names = std::move(sink.names);
}

Listed list(std::shared_ptr<FakeHttp> http, ClientOptions options = options_for()) {
  Listed listed;
  with_client(std::move(http), std::move(options),
              [&listed](Client& client) { return list_into(client, listed); });
  return listed;
}

std::string entry(std::string_view href,
                  std::string_view inner = "<getcontentlength>1</getcontentlength>") {
  return fmt::format("<response><href>{}</href><propstat><prop>{}</prop></propstat></response>",
                     href, inner);
}

FakeAnswer multistatus(std::string inner) {
  return {.status = 207,
          .body = "<multistatus xmlns='DAV:'>" + std::move(inner) + "</multistatus>"};
}

const std::string self = entry("/d/", "<resourcetype><collection/></resourcetype>");

Listed list(std::string inner) {
  const auto http = std::make_shared<FakeHttp>();
  http->then(multistatus(std::move(inner)));
  return list(http);
}

}  // namespace

TEST_CASE("a listing asks with Depth 1 and a slash, and gives names as they come") {
  const auto http = std::make_shared<FakeHttp>();
  http->then(multistatus(entry("/d/b%20c") + self + entry("/d/a")));
  const Listed listed = list(http);
  CHECK_FALSE(listed.thrown);
  CHECK(listed.names == std::vector<std::string>{"b c", "a"});
  CHECK(http->seen().at(0).target == "/d/");
  CHECK(http->seen().at(0).header("Depth") == "1");
}

TEST_CASE("hrefs are resolved against where a redirect led") {
  const auto http = std::make_shared<FakeHttp>();
  http->then({.status = 301, .headers = {{"Location", "/e/"}}});
  http->then(
      multistatus(entry("/e/", "<resourcetype><collection/></resourcetype>") + entry("/e/a")));
  const Listed listed = list(http);
  CHECK(listed.names == std::vector<std::string>{"a"});
}

TEST_CASE("what a server must not list is told, and never taken") {
  const Listed listed = list(self + entry("https://evil.example/d/a") + entry("/d/..%2f..%2fx") +
                             entry("/other/a") + entry("/d/ok"));
  CHECK_FALSE(listed.thrown);
  CHECK(listed.names == std::vector<std::string>{"ok"});
  REQUIRE(listed.failures.size() == 3);
  for (const Error& failure : listed.failures)
    CHECK(failure.code() == ErrorCode::protocol);
}

TEST_CASE("a name that vanished is none, one that is refused is told") {
  const Listed listed =
      list(self +
           "<response><href>/d/gone</href><status>HTTP/1.1 404 Not Found</status></response>"
           "<response><href>/d/no</href><status>HTTP/1.1 403 Forbidden</status></response>");
  CHECK(listed.names.empty());
  REQUIRE(listed.failures.size() == 1);
  CHECK(listed.failures[0].code() == ErrorCode::permission_denied);
  CHECK(listed.failures[0].subject() == "webdavs://dav.example/d/no");
}

TEST_CASE("a listing without the directory itself is no empty directory") {
  CHECK(list("").thrown->code() == ErrorCode::protocol);
  CHECK(list(entry("/elsewhere/d/")).thrown->code() == ErrorCode::protocol);
}

TEST_CASE("a file is no directory, and a server may not know PROPFIND") {
  CHECK(list(entry("/d")).thrown->code() == ErrorCode::invalid_input);
  const auto http = std::make_shared<FakeHttp>();
  http->then({.status = 200, .body = "<html>"}).then({.status = 405}).then({.status = 404});
  CHECK(list(http).thrown->code() == ErrorCode::unsupported);
  CHECK(list(http).thrown->code() == ErrorCode::unsupported);
  CHECK(list(http).thrown->code() == ErrorCode::not_found);
}

TEST_CASE(
    "a listing that breaks off before its first page is asked for again, later ones are not") {
  const auto http = std::make_shared<FakeHttp>();
  const Error broken(ErrorCode::network, "read", "", "broken off");
  const std::string begin = "<multistatus xmlns='DAV:'>" + self;
  http->then({.status = 207, .body = begin, .body_failure = broken});
  http->then(multistatus(self + entry("/d/a")));
  CHECK(list(http).names == std::vector<std::string>{"a"});

  std::string many = begin;
  for (int i = 0; i < 600; ++i)
    many += entry(fmt::format("/d/{}", i));
  http->then({.status = 207, .body = many, .body_failure = broken});
  const Listed listed = list(http);
  CHECK(listed.names.size() == 500);
  CHECK(listed.thrown->code() == ErrorCode::network);
  CHECK_FALSE(listed.thrown->retryable());
}

TEST_CASE("a listing that is no XML, is cut short or too long is an error") {
  const auto http = std::make_shared<FakeHttp>();
  http->then({.status = 207, .body = "<multistatus xmlns='DAV:'>" + self});
  CHECK(list(http).thrown->code() == ErrorCode::protocol);
  http->then({.status = 207, .body = "not XML"});
  CHECK(list(http).thrown->code() == ErrorCode::protocol);
  http->then(multistatus(self + std::string(200'000, ' ')));
  ClientOptions options = options_for();
  options.most_listing_bytes = 100'000;
  CHECK(list(http, options).thrown->code() == ErrorCode::protocol);
}

}  // namespace sluice::webdav::test
