#include "support/scripted_server.hpp"

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"

namespace sluice::test {
namespace {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

template <class Stream>
class StreamPeer final : public Peer {
 public:
  StreamPeer(Stream stream, std::size_t number) : stream_(std::move(stream)), number_(number) {}

  Task<std::string> read_head() override {
    boost::system::error_code ended;
    const std::size_t length =
        co_await asio::async_read_until(stream_, asio::dynamic_buffer(received_), "\r\n\r\n",
                                        asio::redirect_error(use_task, ended));
    co_return ended ? std::string() : take(length);
  }

  Task<std::string> read_bytes(std::size_t count) override {
    const std::size_t missing = count > received_.size() ? count - received_.size() : 0;
    boost::system::error_code ended;
    co_await asio::async_read(stream_, asio::dynamic_buffer(received_),
                              asio::transfer_exactly(missing),
                              asio::redirect_error(use_task, ended));
    co_return take(std::min(count, received_.size()));
  }

  Task<> write(std::string bytes) override {
    const auto view = asio::buffer(bytes);
    co_await asio::async_write(stream_, view, use_task);
  }

  void close() override {
    boost::system::error_code ignored;
    stream_.lowest_layer().close(ignored);
  }
  std::size_t number() const override { return number_; }
  Stream& stream() { return stream_; }

 private:
  std::string take(std::size_t length) {
    std::string front = received_.substr(0, length);
    received_.erase(0, length);
    return front;
  }

  Stream stream_;
  std::size_t number_;
  std::string received_;
};

using TlsStream = asio::ssl::stream<Socket>;

}  // namespace

struct ScriptedServer::State {
  State(Runtime& runtime, Script run)
      : script(std::move(run)),
        acceptor(runtime.executor(), asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        port(acceptor.local_endpoint().port()),
        tasks(runtime.executor()) {}

  Script script;
  Acceptor acceptor;
  std::uint16_t port;
  TaskGroup tasks;
  std::optional<asio::ssl::context> tls;
  std::size_t accepted = 0, open = 0, most_open = 0, resumed = 0;
};

namespace {

Task<> play(ScriptedServer::Script& script, std::shared_ptr<Peer> peer) {
  try {
    co_await script(peer);
  } catch (const boost::system::system_error&) {
    // The client went away, or the server stops: both are what tests do on purpose.
  }
  peer->close();
}

template <class State>
Task<> serve_tls(State& state, Socket socket, std::size_t number) {
  auto peer =
      std::make_shared<StreamPeer<TlsStream>>(TlsStream(std::move(socket), *state.tls), number);
  boost::system::error_code refused;
  co_await peer->stream().async_handshake(asio::ssl::stream_base::server,
                                          asio::redirect_error(use_task, refused));
  if (!refused) {
    state.resumed += SSL_session_reused(peer->stream().native_handle()) == 1 ? 1 : 0;
    co_await play(state.script, peer);
  }
}

template <class State>
Task<> serve(State* state, Socket socket, std::size_t number) {
  ++state->open;
  state->most_open = std::max(state->most_open, state->open);
  try {
    if (state->tls) {
      co_await serve_tls(*state, std::move(socket), number);
    } else {
      const auto peer = std::make_shared<StreamPeer<Socket>>(std::move(socket), number);
      co_await play(state->script, peer);
    }
  } catch (...) {
    --state->open;
    throw;
  }
  --state->open;
}

template <class State>
Task<> accept_all(State* state) {
  for (;;) {
    Socket socket = co_await state->acceptor.async_accept(use_task);
    socket.set_option(asio::ip::tcp::no_delay(true));
    state->tasks.spawn(serve(state, std::move(socket), state->accepted++));
  }
}

}  // namespace

ScriptedServer::ScriptedServer(Runtime& runtime, Script script, ServerTls tls)
    : state_(std::make_shared<State>(runtime, std::move(script))) {
  if (!tls.certificate.empty()) {
    auto& context = state_->tls.emplace(asio::ssl::context::tls_server);
    context.use_certificate_chain_file(tls.certificate);
    context.use_private_key_file(tls.key, asio::ssl::context::pem);
    static constexpr unsigned char id[] = "scripted";
    SSL_CTX_set_session_id_context(context.native_handle(), id, sizeof id);
    if (!tls.client_ca.empty()) {
      context.load_verify_file(tls.client_ca);
      context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }
  }
  state_->tasks.spawn(accept_all(state_.get()));
}

ScriptedServer::~ScriptedServer() = default;

net::Endpoint ScriptedServer::endpoint() const {
  return {.tls = state_->tls.has_value(), .host = "127.0.0.1", .port = state_->port};
}

std::size_t ScriptedServer::accepted() const {
  return state_->accepted;
}
std::size_t ScriptedServer::open_now() const {
  return state_->open;
}
std::size_t ScriptedServer::most_open() const {
  return state_->most_open;
}
std::size_t ScriptedServer::resumed() const {
  return state_->resumed;
}

Task<> ScriptedServer::stop() {
  state_->tasks.cancel();
  std::exception_ptr thrown;
  try {
    co_await state_->tasks.join();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::cancelled) thrown = std::current_exception();
  }
  state_->acceptor.close();
  if (thrown) std::rethrow_exception(thrown);
}

namespace {

Task<> answer_all(std::shared_ptr<Peer> peer, std::string response) {
  for (;;) {
    const std::string head = co_await peer->read_head();
    if (head.empty()) co_return;
    const std::string body = co_await peer->read_bytes(length_of(head));
    co_await peer->write(response);
  }
}

}  // namespace

ScriptedServer::Script always(std::string response) {
  return [response = std::move(response)](std::shared_ptr<Peer> peer) {
    return answer_all(std::move(peer), response);
  };
}

std::string ok(std::string_view body, std::string_view more_headers) {
  std::string text = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  text += more_headers;
  text += "\r\n";
  text += body;
  return text;
}

std::size_t length_of(std::string_view head) {
  constexpr std::string_view name = "Content-Length: ";
  const std::size_t at = head.find(name);
  return at == std::string_view::npos ? 0
                                      : std::stoul(std::string(head.substr(at + name.size(), 20)));
}

}  // namespace sluice::test
