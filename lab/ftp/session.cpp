#include "ftp/session.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "proxy/passive_port.hpp"

namespace sluice::lab {

namespace asio = boost::asio;

FtpSession::FtpSession(asio::io_context& loop, FtpFrontState& state, Tcp::socket client)
    : loop_(loop),
      state_(state),
      here_(client.local_endpoint().address()),
      client_(std::move(client)),
      server_(Tcp::socket(loop)) {
  ++state_.sessions;
  state_.most_open = std::max(state_.most_open, ++state_.open);
}

FtpSession::~FtpSession() {
  --state_.open;
}

asio::awaitable<void> FtpSession::run(std::shared_ptr<FtpSession> session) {
  const bool there = co_await session->server_.connect(session->state_.server);
  if (there) co_await session->converse();
  if (session->data_) session->data_->give_up();
  session->client_.close();
  session->server_.close();
}

asio::awaitable<void> FtpSession::converse() {
  FtpStrike greeting = state_.faults.strike("GREETING", state_.open);
  over_ = greeting.has(FtpFaultKind::cut_before);
  if (const FtpFault* const answer = greeting.find(FtpFaultKind::answer)) {
    co_await tell(answer->text + "\r\n");
  } else if (!over_) {
    co_await pass_replies(std::move(greeting));
  }
  while (!over_) {
    Line line = co_await read_line(client_, said_by_client_);
    if (!line) co_return;
    co_await obey(std::move(*line));
  }
}

asio::awaitable<FtpSession::Line> FtpSession::read_line(FtpSide& from, FtpLines& lines) {
  std::array<char, 4096> room;
  for (;;) {
    Line line = lines.take();
    if (line) co_return line;
    const std::size_t count = co_await from.read(room);
    if (count == 0) co_return std::nullopt;
    lines.feed({room.data(), count});
  }
}

asio::awaitable<FtpSession::Line> FtpSession::read_reply() {
  FtpReplyText gathered;
  for (;;) {
    const Line line = co_await read_line(server_, said_by_server_);
    if (!line) co_return std::nullopt;
    Line reply = gathered.add(*line);
    if (reply) co_return reply;
  }
}

/// Who is told that the service closes (421) sees it close.
asio::awaitable<void> FtpSession::tell(std::string text) {
  if (text.empty()) co_return;
  const bool heard = co_await client_.write(text);
  if (!heard || text.starts_with("421")) over_ = true;
}

asio::awaitable<void> FtpSession::obey(std::string line) {
  const FtpCommand command = parse_ftp_command(line);
  ++state_.commands[command.verb];
  FtpStrike strike = state_.faults.strike(command.verb, state_.open);
  if (strike.has(FtpFaultKind::cut_before)) {
    over_ = true;
  } else if (const FtpFault* const answer = strike.find(FtpFaultKind::answer)) {
    co_await tell(answer->text + "\r\n");
  } else if (state_.tls &&
             (command.verb == "AUTH" || command.verb == "PBSZ" || command.verb == "PROT")) {
    co_await offer_tls(command.verb, std::move(strike));
  } else {
    if (const FtpFault* const other = strike.find(FtpFaultKind::argument))
      line = command.verb + ' ' + other->text + "\r\n";
    if (command.is_transfer() && data_) data_->begin(command.is_upload(), strike);
    const bool passed = co_await server_.write(line);
    if (!passed) over_ = true;
    if (passed) co_await pass_replies(std::move(strike));
  }
}

asio::awaitable<void> FtpSession::offer_tls(std::string verb, FtpStrike strike) {
  const bool begins = verb == "AUTH";
  if (verb == "PROT") protected_ = true;
  co_await tell(strike.final(begins ? "234 go on\r\n" : "200 ok\r\n", true));
  if (!begins || over_) co_return;
  const bool secured = co_await client_.begin_tls(*state_.tls);
  if (!secured) over_ = true;
}

asio::awaitable<void> FtpSession::pass_replies(FtpStrike strike) {
  for (bool first = true;; first = false) {
    Line reply = co_await read_reply();
    if (!reply) over_ = true;
    if (over_) co_return;
    if (is_preliminary(*reply)) {
      co_await tell(strike.preliminary(std::move(*reply), first));
      continue;
    }
    if (!first && data_) co_await data_->settled();
    if (data_ && data_->refused()) {
      data_.reset();
      reply = "522 SSL connection failed: session reuse required\r\n";
    }
    std::string told = strike.final(with_our_port(std::move(*reply), strike), first);
    co_await tell(std::move(told));
    if (strike.has(FtpFaultKind::cut_after)) over_ = true;
    co_return;
  }
}

/// A reply that names a port for data, naming one of ours; any other as it is.
std::string FtpSession::with_our_port(std::string reply, const FtpStrike& strike) {
  const auto named = find_passive_port(reply);
  if (!named) return reply;
  if (data_) data_->give_up();
  const Tcp::endpoint there(state_.server.address(), named->port);
  asio::ssl::context* const tls = protected_ ? &*state_.tls : nullptr;
  data_ = std::make_shared<FtpDataWay>(loop_, there, tls);
  const bool refuse = strike.has(FtpFaultKind::refuse);
  const std::uint16_t port = data_->listen(here_, refuse);
  // It ends by itself, or with the loop.
  if (!refuse) asio::co_spawn(loop_, FtpDataWay::serve(data_), tell_ftp_failure);
  reply.replace(named->begin, named->end - named->begin, named->naming(port));
  const FtpFault* const address = strike.find(FtpFaultKind::address);
  const std::size_t open = reply.find('(');
  if (!address || named->extended || open == std::string::npos) return reply;
  std::string host = address->text + ',';
  std::ranges::replace(host, '.', ',');
  return reply.replace(open + 1, named->begin - open - 1, host);
}

}  // namespace sluice::lab
