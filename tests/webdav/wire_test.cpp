#include "client_fixture.hpp"
#include "sluice/net/http1_client.hpp"
#include "support/scripted_server.hpp"

/// What only a real connection shows: answers before the body, connections that close.
namespace sluice::webdav::test {
namespace {

using sluice::test::length_of;
using sluice::test::Peer;
using sluice::test::ScriptedServer;

/// Of `size` bytes, once.
class OnceBody final : public Body, private ByteReader {
 public:
  explicit OnceBody(std::size_t size) : left_(size), size_(size) {}
  std::uint64_t size() const override { return size_; }
  bool can_begin() const override { return left_ == size_; }
  ByteReader& begin() override { return *this; }
  std::size_t left() const { return left_; }

 private:
  Task<std::size_t> read(MutableBytes buffer) override {
    const std::size_t count = std::min(buffer.size(), left_);
    std::fill_n(buffer.begin(), count, std::byte('x'));
    left_ -= count;
    co_return count;
  }
  std::size_t left_, size_;
};

template <class Body>
Task<> with_server(Runtime& runtime, ScriptedServer::Script script, Body body,
                   Credentials credentials = {}) {
  ScriptedServer server(runtime, std::move(script));
  net::Http1Options http;
  http.continue_timeout = std::chrono::milliseconds(50);
  const std::shared_ptr<net::HttpClient> connections = net::make_http1_client(runtime, http);
  std::exception_ptr thrown;
  try {
    ClientOptions options = options_for(false);
    options.endpoint = server.endpoint();
    options.credentials = std::move(credentials);
    Client client(runtime, connections, std::move(options));
    co_await body(client);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await connections->close();
  co_await server.stop();
  if (thrown) std::rethrow_exception(thrown);
}

Task<> answer_before_body(std::shared_ptr<Peer> peer) {
  const std::string head = co_await peer->read_head();
  CHECK(head.find("Expect: 100-continue") != std::string::npos);
  co_await peer->write("HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 0\r\n\r\n");
}

Task<> never_continue(std::shared_ptr<Peer> peer) {
  const std::string head = co_await peer->read_head();
  const std::string body = co_await peer->read_bytes(length_of(head));
  CHECK(body.size() == 3'000'000);
  co_await peer->write("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
}

// The body has not been sent, and the connection cannot tell: it is another one then.
Task<> refuse_expectation(std::shared_ptr<Peer> peer) {
  const std::string head = co_await peer->read_head();
  const bool expects = head.find("Expect: 100-continue") != std::string::npos;
  CHECK(expects == (peer->number() == 0));
  if (expects) {
    co_await peer->write("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
    co_return;
  }
  const std::string body = co_await peer->read_bytes(length_of(head));
  CHECK(body.size() == 3'000'000);
  co_await peer->write("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
}

Task<> close_after_first(std::shared_ptr<Peer> peer) {
  const std::string head = co_await peer->read_head();
  const std::string body = co_await peer->read_bytes(length_of(head));
  if (peer->number() == 0) {
    co_await peer->write("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    // The next request finds the connection closed.
    const std::string next = co_await peer->read_head();
    co_return;
  }
  CHECK(body == "hello");
  co_await peer->write("HTTP/1.1 204 No Content\r\n\r\n");
}

constexpr const char* unauthorized =
    "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: Digest realm=\"r\", "
    "qop=\"auth\", nonce=";

/// Its nonce "one" becomes too old once a body is on its way.
Task<> run_out_of_nonce(std::shared_ptr<Peer> peer) {
  for (;;) {
    const std::string head = co_await peer->read_head();
    if (head.empty()) co_return;
    const bool fresh = head.find("nonce=\"two\"") != std::string::npos;
    if (head.starts_with("PUT") && fresh) {
      const std::string body = co_await peer->read_bytes(length_of(head));
      CHECK(body.size() == 3'000'000);
      co_await peer->write("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    } else if (head.starts_with("PUT")) {
      co_await peer->write(unauthorized + std::string("\"two\", stale=true\r\n\r\n"));
      co_return;
    } else if (head.find("Authorization") == std::string::npos) {
      co_await peer->write(unauthorized + std::string("\"one\"\r\n\r\n"));
    } else {
      co_await peer->write("HTTP/1.1 207 Multi-Status\r\nContent-Length: 0\r\n\r\n");
    }
  }
}

/// Refuses what it has read.
Task<> refuse_after_body(std::shared_ptr<Peer> peer) {
  for (;;) {
    const std::string head = co_await peer->read_head();
    if (head.empty()) co_return;
    const std::string body = co_await peer->read_bytes(length_of(head));
    if (head.starts_with("PUT")) {
      co_await peer->write(unauthorized + std::string("\"two\", stale=true\r\n\r\n"));
    } else if (head.find("Authorization") == std::string::npos) {
      co_await peer->write(unauthorized + std::string("\"one\"\r\n\r\n"));
    } else {
      co_await peer->write("HTTP/1.1 207 Multi-Status\r\nContent-Length: 0\r\n\r\n");
    }
  }
}

const Credentials login{.user = "u", .password = Secret("p")};

Task<> put_large(Client& client, OnceBody& body) {
  co_await client.put(OpContext{}, "/x", body, {});
}

}  // namespace

TEST_CASE("a refusal before the body stops the sending") {
  sluice::test::run([](Runtime& runtime) {
    return with_server(runtime, answer_before_body, [](Client& client) -> Task<> {
      OnceBody body(3'000'000);
      const auto failure = co_await error_of(put_large(client, body));
      CHECK(failure->code() == ErrorCode::no_space);
      CHECK(body.can_begin());
    });
  });
}

TEST_CASE("a server that never says continue gets the body all the same") {
  sluice::test::run([](Runtime& runtime) {
    return with_server(runtime, never_continue, [](Client& client) -> Task<> {
      OnceBody body(3'000'000);
      co_await put_large(client, body);
      CHECK(body.left() == 0);
    });
  });
}

TEST_CASE("a server that does not know Expect gets the body without it") {
  sluice::test::run([](Runtime& runtime) {
    return with_server(runtime, refuse_expectation, [](Client& client) -> Task<> {
      OnceBody body(3'000'000);
      co_await put_large(client, body);
      CHECK(body.left() == 0);
    });
  });
}

TEST_CASE("a nonce that becomes too old costs no body that was not sent") {
  sluice::test::run([](Runtime& runtime) {
    return with_server(
        runtime, run_out_of_nonce,
        [](Client& client) -> Task<> {
          OnceBody body(3'000'000);
          co_await put_large(client, body);
          CHECK(body.left() == 0);
        },
        login);
  });
}

TEST_CASE("a body that is gone is not sent again") {
  sluice::test::run([](Runtime& runtime) {
    return with_server(
        runtime, refuse_after_body,
        [](Client& client) -> Task<> {
          OnceBody body(3'000'000);
          const auto failure = co_await error_of(put_large(client, body));
          CHECK(failure->code() == ErrorCode::unavailable);
          CHECK(failure->retryable());  // by who has the bytes
        },
        login);
  });
}

TEST_CASE("a kept connection that closes as it is used again costs one more") {
  sluice::test::run([](Runtime& runtime) {
    return with_server(runtime, close_after_first, [](Client& client) -> Task<> {
      co_await client.put(OpContext{}, "/x", as_bytes("hello"), {});
      co_await client.put(OpContext{}, "/x", as_bytes("hello"), {});
    });
  });
}

}  // namespace sluice::webdav::test
