#include "client_fixture.hpp"

namespace sluice::webdav::test {
namespace {

constexpr const char* digest_field = R"(Digest realm="r", nonce="one", qop="auth", algorithm=MD5)";
constexpr const char* digest_again =
    R"(Digest realm="r", nonce="two", qop="auth", algorithm=MD5, stale=true)";

FakeAnswer unauthorized(const char* challenge) {
  return {.status = 401, .headers = {{"WWW-Authenticate", challenge}}};
}

FakeAnswer redirect(std::string location) {
  return {.status = 301, .headers = {{"Location", std::move(location)}}};
}

ClientOptions with_login(ClientOptions options) {
  options.credentials = {.user = "u", .password = Secret("p")};
  return options;
}

Task<> find_x(Client& client) {
  const auto found = co_await client.find(OpContext{}, "/x");
  REQUIRE(found);
  CHECK(found->size == 5);
}

Task<> put_x(Client& client) {
  const std::string text(100'000, 'x');
  co_await client.put(OpContext{}, "/d/x", as_bytes(text), {});
}

std::optional<Error> failure_of_find(std::shared_ptr<FakeHttp> http, ClientOptions options) {
  std::optional<Error> failure;
  with_client(http, std::move(options), [&failure](Client& client) {
    return [](Client& one, std::optional<Error>& out) -> Task<> {
      out = co_await error_of(one.find(OpContext{}, "/x"));
    }(client, failure);
  });
  return failure;
}

}  // namespace

TEST_CASE("over TLS the first request has the password, in the clear none has") {
  const auto safe = std::make_shared<FakeHttp>();
  safe->then(one_file());
  with_client(safe, with_login(options_for()), find_x);
  CHECK(safe->seen().at(0).header("Authorization") == "Basic dTpw");
  CHECK(safe->seen().at(0).header("Depth") == "0");

  const auto local = std::make_shared<FakeHttp>();
  local->then(unauthorized("Basic realm=\"r\"")).then(one_file());
  with_client(local, with_login(options_for(false, "127.0.0.1")), find_x);
  CHECK(local->seen().at(0).header("Authorization") == "");
  CHECK(local->seen().at(1).header("Authorization") == "Basic dTpw");

  const auto clear = std::make_shared<FakeHttp>();
  clear->then(unauthorized("Basic realm=\"r\""));
  const auto failure = failure_of_find(clear, with_login(options_for(false)));
  REQUIRE(failure);
  CHECK(failure->code() == ErrorCode::config);
  CHECK(clear->seen().size() == 1);

  const auto allowed = std::make_shared<FakeHttp>();
  allowed->then(unauthorized("Basic realm=\"r\"")).then(one_file());
  ClientOptions options = with_login(options_for(false));
  options.credentials.allow_clear = true;
  with_client(allowed, options, find_x);
}

TEST_CASE("a token goes as it is, and never in the clear") {
  const auto http = std::make_shared<FakeHttp>();
  http->then(one_file());
  ClientOptions options = options_for();
  options.credentials.token = Secret("abc");
  with_client(http, options, find_x);
  CHECK(http->seen().at(0).header("Authorization") == "Bearer abc");
  options.endpoint.tls = false;
  CHECK_THROWS_AS(with_client(http, options, find_x), Error);
}

TEST_CASE("a token that is refused is not tried again, and what to do is said") {
  ClientOptions options = options_for();
  options.credentials.token = Secret("abc");
  const auto http = std::make_shared<FakeHttp>();
  http->then(unauthorized("Bearer error=\"invalid_token\", error_description=\"it is old\""));
  const auto failure = failure_of_find(http, options);
  REQUIRE(failure);
  CHECK(failure->code() == ErrorCode::unauthenticated);
  CHECK(failure->status() == 401);
  CHECK(failure->message().find("it is old") != std::string::npos);
  CHECK(failure->message().find("SLUICE_TOKEN") != std::string::npos);
  CHECK(http->seen().size() == 1);
}

TEST_CASE("Digest is asked for before a large body is sent, and its nonce is used on") {
  const auto http = std::make_shared<FakeHttp>();
  http->then(unauthorized(digest_field)).then(one_file()).then({.status = 201}).then(one_file());
  with_client(http, with_login(options_for(false)), [](Client& client) -> Task<> {
    co_await put_x(client);
    co_await find_x(client);
  });
  const auto& seen = http->seen();
  REQUIRE(seen.size() == 4);
  CHECK(seen[0].method == "PROPFIND");
  CHECK(seen[0].target == "/d/");
  CHECK(seen[0].body == "");
  CHECK(seen[2].method == "PUT");
  CHECK(seen[2].body.size() == 100'000);
  CHECK(seen[2].header("Authorization").find("nc=00000002") != std::string::npos);
  CHECK(seen[3].header("Authorization").find("nc=00000003") != std::string::npos);
}

TEST_CASE("a nonce that became too old is replaced, a wrong password is not tried again") {
  const auto http = std::make_shared<FakeHttp>();
  http->then(unauthorized(digest_field)).then(one_file());
  http->then(unauthorized(digest_again)).then(one_file());
  with_client(http, with_login(options_for(false)), [](Client& client) -> Task<> {
    co_await find_x(client);
    co_await find_x(client);
  });
  CHECK(http->seen().at(3).header("Authorization").find("nonce=\"two\"") != std::string::npos);
  CHECK(http->seen().at(3).header("Authorization").find("nc=00000001") != std::string::npos);

  const auto wrong = std::make_shared<FakeHttp>();
  wrong->then(unauthorized(digest_field)).then(unauthorized(digest_field));
  const auto failure = failure_of_find(wrong, with_login(options_for()));
  REQUIRE(failure);
  CHECK(failure->code() == ErrorCode::unauthenticated);
  CHECK(wrong->seen().size() == 2);

  const auto endless =
      std::make_shared<FakeHttp>([](const SeenRequest&) { return unauthorized(digest_again); });
  CHECK(failure_of_find(endless, with_login(options_for()))->code() == ErrorCode::unauthenticated);
  CHECK(endless->seen().size() == 5);
}

TEST_CASE("ways to log in that are not known are named") {
  const auto http = std::make_shared<FakeHttp>();
  http->then(unauthorized("NTLM, Negotiate"));
  const auto failure = failure_of_find(http, with_login(options_for()));
  CHECK(failure->code() == ErrorCode::unauthenticated);
  CHECK(failure->message().find("ntlm, negotiate") != std::string::npos);
}

TEST_CASE("redirects: a slash is added, another origin is refused and hears no password") {
  const auto slash = std::make_shared<FakeHttp>();
  slash->then(redirect("http://dav.example/x/")).then(one_file());
  with_client(slash, with_login(options_for()), find_x);
  CHECK(slash->seen().at(1).target == "/x/");
  CHECK(slash->seen().at(1).endpoint.tls);

  const auto away = std::make_shared<FakeHttp>();
  away->then(redirect("https://evil.example/x/"));
  CHECK(failure_of_find(away, with_login(options_for()))->code() == ErrorCode::protocol);
  CHECK(away->seen().size() == 1);

  const auto round = std::make_shared<FakeHttp>(
      [](const SeenRequest& request) { return redirect(request.target == "/x" ? "/y" : "/x"); });
  CHECK(failure_of_find(round, options_for())->code() == ErrorCode::protocol);
  CHECK(round->seen().size() == 6);
}

TEST_CASE("417 is answered without Expect, 423, 425 and 503 by another try, 507 by none") {
  const auto http = std::make_shared<FakeHttp>();
  http->then({.status = 417}).then({.status = 423}).then({.status = 425});
  http->then({.status = 503, .headers = {{"Retry-After", "0"}}}).then({.status = 201});
  const std::string large(2'000'000, 'x');
  with_client(http, options_for(), [&large](Client& client) {
    return [](Client& one, Bytes bytes) -> Task<> {
      co_await one.put(OpContext{}, "/x", bytes, {});
    }(client, as_bytes(large));
  });
  CHECK(http->seen().at(0).expect_continue);
  CHECK_FALSE(http->seen().at(1).expect_continue);
  CHECK(http->seen().size() == 5);

  const auto full = std::make_shared<FakeHttp>();
  full->then({.status = 507});
  std::optional<Error> failure;
  with_client(full, options_for(), [&failure](Client& client) {
    return [](Client& one, std::optional<Error>& out) -> Task<> {
      out = co_await error_of(one.put(OpContext{}, "/x", as_bytes("x"), {}));
    }(client, failure);
  });
  CHECK(failure->code() == ErrorCode::no_space);
}

TEST_CASE("answers hold no connection once they are read") {
  const auto http = std::make_shared<FakeHttp>();
  http->then({.status = 500, .body = "no"}).then(one_file()).then(redirect("/x/")).then(one_file());
  with_client(http, options_for(), [](Client& client) -> Task<> {
    co_await find_x(client);
    co_await find_x(client);
  });
  for (const SeenRequest& request : http->seen())
    CHECK(request.open_answers == 0);
}

TEST_CASE("MOVE names its destination whole, and fails by a 207") {
  const auto http = std::make_shared<FakeHttp>();
  http->then({.status = 201}).then({.status = 207, .body = "<multistatus xmlns='DAV:'/>"});
  with_client(http, options_for(), [](Client& client) -> Task<> {
    co_await client.move(OpContext{}, "/a b", "/c d", {.overwrite = true});
    const auto failure = co_await error_of(client.move(OpContext{}, "/a", "/b", {}));
    CHECK(failure.has_value());
  });
  CHECK(http->seen().at(0).target == "/a%20b");
  CHECK(http->seen().at(0).header("Destination") == "https://dav.example/c%20d");
  CHECK(http->seen().at(0).header("Overwrite") == "T");
  CHECK(http->seen().at(1).header("Overwrite") == "F");
}

TEST_CASE("MOVE and COPY say what they are to replace") {
  const auto http =
      std::make_shared<FakeHttp>([](const SeenRequest&) { return FakeAnswer{.status = 201}; });
  with_client(http, options_for(), [](Client& client) -> Task<> {
    co_await client.move(OpContext{}, "/a", "/c d", {.overwrite = true, .replaces = "v1"});
    co_await client.move(OpContext{}, "/a", "/b", {.overwrite = true, .replaces = "not\"one"});
    co_await client.copy(OpContext{}, "/a b", "/c");
  });
  CHECK(http->seen().at(0).header("If") == "<https://dav.example/c%20d> ([\"v1\"]) ([W/\"v1\"])");
  CHECK(http->seen().at(1).header("If").empty());
  CHECK(http->seen().at(2).method == "COPY");
  CHECK(http->seen().at(2).target == "/a%20b");
  CHECK(http->seen().at(2).header("Destination") == "https://dav.example/c");
  CHECK(http->seen().at(2).header("Overwrite") == "T");
  CHECK(http->seen().at(2).header("Depth") == "0");
}

namespace {

/// Refuses to look below /file, and holds a directory /d.
FakeAnswer strict_answer(const SeenRequest& request) {
  if (request.target == "/file") return one_file();
  if (request.target == "/d/")
    return {.status = 207,
            .body =
                "<multistatus xmlns='DAV:'><response><href>/d/</href><propstat><prop>"
                "<resourcetype><collection/></resourcetype></prop></propstat></response>"
                "</multistatus>"};
  return {.status = 400};
}

Task<std::optional<Resource>> find_path(Client& client, std::string path) {
  return client.find(OpContext{}, std::move(path));
}

}  // namespace

TEST_CASE("what a server refuses to look at below a file is not there") {
  const auto http = std::make_shared<FakeHttp>(strict_answer);
  with_client(http, options_for(), [](Client& client) -> Task<> {
    for (const char* const path : {"/file/a", "/file/a/b", "/file/a/"}) {
      const auto found = co_await find_path(client, path);
      CHECK_FALSE(found);
    }
    for (const char* const path : {"/d/a", "/file/"}) {
      const auto failure = co_await error_of(find_path(client, path));
      REQUIRE(failure);
      CHECK(failure->status() == 400);
    }
  });
}

TEST_CASE("a server that takes no names of properties is asked for all") {
  const auto http = std::make_shared<FakeHttp>([](const SeenRequest& request) {
    return request.body.find("allprop") == std::string::npos ? FakeAnswer{.status = 422}
                                                             : one_file();
  });
  with_client(http, options_for(), [](Client& client) -> Task<> {
    co_await find_x(client);
    co_await find_x(client);
  });
  CHECK(http->seen().size() == 3);
}

TEST_CASE("ranges must be those that were asked for") {
  const auto get = [](FakeAnswer answer) {
    const auto http = std::make_shared<FakeHttp>();
    http->then(std::move(answer));
    std::optional<Error> failure;
    with_client(http, options_for(), [&failure](Client& client) {
      return [](Client& one, std::optional<Error>& out) -> Task<> {
        GetOptions options{.offset = 2, .length = 3, .if_range = "\"t\""};
        out = co_await error_of(one.get(OpContext{}, "/x", std::move(options)));
      }(client, failure);
    });
    CHECK(http->seen().at(0).header("Range") == "bytes=2-4");
    CHECK(http->seen().at(0).header("If-Range") == "\"t\"");
    return failure;
  };
  const auto part = [](std::string range) {
    return FakeAnswer{
        .status = 206, .body = "abc", .headers = {{"Content-Range", std::move(range)}}};
  };
  CHECK_FALSE(get(part("bytes 2-4/9")));
  CHECK_FALSE(get({.status = 200, .body = "whole"}));
  for (const char* const wrong : {"bytes 3-5/9", "bytes 2-5/9", "bytes 2-3/9", "nonsense", ""})
    CHECK(get(part(wrong))->code() == ErrorCode::protocol);
  CHECK(get({.status = 416})->code() == ErrorCode::conflict);
}

}  // namespace sluice::webdav::test
