#include "smtp/smtp_server.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/codec/base64.hpp"

namespace sluice::test {
namespace {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

/// The connection, in the clear and then over TLS.
class Wire {
 public:
  explicit Wire(Socket socket) : socket_(std::move(socket)) {}

  /// With its line end; empty if the client is gone.
  Task<std::string> read_line() {
    boost::system::error_code ended;
    std::size_t length = 0;
    if (tls_) {
      length = co_await asio::async_read_until(*tls_, asio::dynamic_buffer(received_), "\r\n",
                                               asio::redirect_error(use_task, ended));
    } else {
      length = co_await asio::async_read_until(socket_, asio::dynamic_buffer(received_), "\r\n",
                                               asio::redirect_error(use_task, ended));
    }
    if (ended) co_return std::string();
    std::string line = received_.substr(0, length);
    received_.erase(0, length);
    co_return line;
  }

  Task<> write(std::string bytes) {
    const auto view = asio::buffer(bytes);
    if (tls_) {
      co_await asio::async_write(*tls_, view, use_task);
    } else {
      co_await asio::async_write(socket_, view, use_task);
    }
  }

  Task<> secure(asio::ssl::context& context) {
    tls_.emplace(socket_, context);
    co_await tls_->async_handshake(asio::ssl::stream_base::server, use_task);
  }

  bool secured() const { return tls_.has_value(); }

 private:
  Socket socket_;
  std::optional<asio::ssl::stream<Socket&>> tls_;
  std::string received_;
};

std::string first_word(const std::string& line) {
  return line.substr(0, line.find_first_of(" \r"));
}

/// What stands between angle brackets.
std::string path_of(const std::string& line) {
  const std::size_t begin = line.find('<') + 1;
  return line.substr(begin, line.find('>') - begin);
}

}  // namespace

struct SmtpServer::State {
  State(Runtime& runtime, SmtpRules given)
      : rules(std::move(given)),
        acceptor(runtime.executor(), asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        port(acceptor.local_endpoint().port()),
        tasks(runtime.executor()) {
    if (rules.certificate.empty()) return;
    tls.emplace(asio::ssl::context::tls_server);
    tls->use_certificate_chain_file(rules.certificate);
    tls->use_private_key_file(rules.key, asio::ssl::context::pem);
    if (!rules.tls_at_once) rules.offers.emplace_back("STARTTLS");
  }

  SmtpRules rules;
  Acceptor acceptor;
  std::uint16_t port;
  TaskGroup tasks;
  std::optional<asio::ssl::context> tls;
  std::vector<std::string> lines;
  std::vector<SeenMail> mails;
  std::size_t connections = 0;
};

namespace {

/// One client from greeting to farewell.
template <class State>
class Conversation {
 public:
  Conversation(State& state, Socket socket) : state_(state), wire_(std::move(socket)) {}

  Task<> run() {
    if (state_.rules.tls_at_once) co_await wire_.secure(*state_.tls);
    bool goes_on = co_await answer("greeting", "220 test ESMTP ready\r\n");
    while (goes_on) {
      const std::string line = co_await read_line();
      if (line.empty()) co_return;
      goes_on = co_await obey(line);
    }
  }

 private:
  Task<std::string> read_line() {
    std::string line = co_await wire_.read_line();
    if (line.empty()) co_return line;
    line.resize(line.size() - 2);
    state_.lines.push_back((wire_.secured() ? "tls: " : "") + line);
    co_return line;
  }

  /// False: the conversation is over.
  Task<bool> answer(std::string step, std::string usual) {
    if (state_.rules.silent.contains(step)) co_await sleep_for(std::chrono::hours(1));
    const auto own = state_.rules.answers.find(step);
    std::string bytes = own == state_.rules.answers.end() ? std::move(usual) : own->second;
    overruled_ = own != state_.rules.answers.end();
    if (bytes.empty()) co_return false;
    co_await wire_.write(std::move(bytes));
    co_return true;
  }

  Task<bool> obey(std::string line) {
    const std::string verb = first_word(line);
    if (verb == "STARTTLS") co_return co_await start_tls();
    if (verb == "AUTH") co_return co_await check_user(std::move(line));
    if (verb == "DATA") co_return co_await take_message();
    if (verb == "MAIL") mail_ = {.from = path_of(line), .data = {}, .to = {}};
    if (verb == "RCPT") co_return co_await take_recipient(path_of(line));
    if (verb == "EHLO") co_return co_await answer(verb, offers());
    if (verb == "QUIT") {
      co_await answer(verb, "221 bye\r\n");
      co_return false;
    }
    co_return co_await answer(verb, "250 OK\r\n");
  }

  std::string offers() const {
    std::string text = "250-test greets you\r\n";
    for (const std::string& offer : state_.rules.offers) {
      if (!wire_.secured() || offer != "STARTTLS") text += "250-" + offer + "\r\n";
    }
    return text + "250 HELP\r\n";
  }

  Task<bool> start_tls() {
    const bool goes_on = co_await answer("STARTTLS", "220 go ahead\r\n");
    if (!goes_on || overruled_) co_return goes_on;
    co_await wire_.secure(*state_.tls);
    co_return true;
  }

  Task<bool> take_recipient(std::string recipient) {
    const std::size_t before = state_.rules.answers.contains("RCPT <" + recipient + ">");
    const std::string step = before ? "RCPT <" + recipient + ">" : "RCPT";
    const bool goes_on = co_await answer(step, "250 OK\r\n");
    if (!overruled_) mail_.to.push_back(std::move(recipient));
    co_return goes_on;
  }

  Task<bool> take_message() {
    const bool asked = co_await answer("DATA", "354 go on\r\n");
    if (!asked || overruled_) co_return asked;
    for (;;) {
      std::string line = co_await wire_.read_line();
      if (line.empty()) co_return false;
      if (line == ".\r\n") break;
      if (line.front() == '.') line.erase(0, 1);
      mail_.data += line;
    }
    const bool goes_on = co_await answer("MESSAGE", "250 2.0.0 taken\r\n");
    if (!overruled_) state_.mails.push_back(std::exchange(mail_, {}));
    co_return goes_on;
  }

  Task<bool> check_user(std::string line) {
    const SmtpRules& rules = state_.rules;
    const std::string nul(1, '\0');
    if (line.starts_with("AUTH PLAIN ")) {
      co_return co_await judge(
          "AUTH", codec::from_base64(line.substr(11)) == nul + rules.user + nul + rules.password);
    }
    const bool asked = co_await answer("AUTH", "334 VXNlcm5hbWU6\r\n");
    if (!asked) co_return false;
    const std::string user = co_await read_line();
    const bool goes_on = co_await answer("PROOF", "334 UGFzc3dvcmQ6\r\n");
    if (!goes_on) co_return false;
    const std::string password = co_await read_line();
    co_return co_await judge("PASSWORD", codec::from_base64(user) == rules.user &&
                                             codec::from_base64(password) == rules.password);
  }

  Task<bool> judge(std::string step, bool right) {
    co_return co_await answer(std::move(step),
                              right ? "235 2.7.0 welcome\r\n" : "535 5.7.8 not you\r\n");
  }

  State& state_;
  Wire wire_;
  SeenMail mail_;
  bool overruled_ = false;
};

template <class State>
Task<> serve(State* state, Socket socket) {
  try {
    Conversation<State> conversation(*state, std::move(socket));
    co_await conversation.run();
  } catch (const boost::system::system_error&) {
    // The client went away, or the server stops: both are what tests do on purpose.
  }
}

template <class State>
Task<> accept_all(State* state) {
  for (;;) {
    Socket socket = co_await state->acceptor.async_accept(use_task);
    ++state->connections;
    state->tasks.spawn(serve(state, std::move(socket)));
  }
}

}  // namespace

SmtpServer::SmtpServer(Runtime& runtime, SmtpRules rules)
    : state_(std::make_shared<State>(runtime, std::move(rules))) {
  state_->tasks.spawn(accept_all(state_.get()));
}
SmtpServer::~SmtpServer() = default;

std::uint16_t SmtpServer::port() const {
  return state_->port;
}
const std::vector<std::string>& SmtpServer::lines() const {
  return state_->lines;
}
const std::vector<SeenMail>& SmtpServer::mails() const {
  return state_->mails;
}
std::size_t SmtpServer::connections() const {
  return state_->connections;
}

Task<> SmtpServer::stop() {
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

}  // namespace sluice::test
