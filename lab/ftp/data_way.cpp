#include "ftp/data_way.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::lab {
namespace {

namespace asio = boost::asio;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
// How much later the data comes than a final answer that was given early.
constexpr auto late = std::chrono::milliseconds(200);

}  // namespace

FtpDataWay::FtpDataWay(asio::io_context& loop, Tcp::endpoint server, asio::ssl::context* tls)
    : loop_(loop),
      server_address_(std::move(server)),
      tls_(tls),
      acceptor_(loop),
      client_(Tcp::socket(loop)),
      server_(Tcp::socket(loop)),
      changed_(loop) {
  changed_.expires_at(std::chrono::steady_clock::time_point::max());
}

std::uint16_t FtpDataWay::listen(const asio::ip::address& host, bool refuse) {
  acceptor_ = Tcp::acceptor(loop_, Tcp::endpoint(host, 0));
  const std::uint16_t port = acceptor_.local_endpoint().port();
  if (refuse) acceptor_.close();
  settled_ = refuse;
  return port;
}

void FtpDataWay::begin(bool upload, FtpStrike strike) {
  begun_ = true;
  upload_ = upload;
  strike_ = std::move(strike);
  changed_.cancel();
}

void FtpDataWay::give_up() {
  over_ = true;
  boost::system::error_code ignored;  // it may be closed already
  acceptor_.close(ignored);
  changed_.cancel();
}

void FtpDataWay::settle() {
  settled_ = true;
  changed_.cancel();
}

asio::awaitable<void> FtpDataWay::settled() {
  while (!settled_ && !over_)
    co_await changed_.async_wait(quietly);
}

asio::awaitable<void> FtpDataWay::serve(std::shared_ptr<FtpDataWay> way) {
  const bool there = co_await way->connect();
  if (there) {
    const bool ready = co_await way->secure();
    way->settle();
    if (ready) co_await way->pass();
  }
  way->settle();
  way->client_.close();
  way->server_.close();
}

asio::awaitable<bool> FtpDataWay::connect() {
  auto [error, socket] = co_await acceptor_.async_accept(quietly);
  if (error) co_return false;
  client_ = FtpSide(std::move(socket));
  acceptor_.close();
  co_return co_await server_.connect(server_address_);
}

/// Waits for the command, and for the client's TLS, which begins behind it.
asio::awaitable<bool> FtpDataWay::secure() {
  while (!begun_ && !over_)
    co_await changed_.async_wait(quietly);
  if (over_) co_return false;
  if (!tls_) co_return true;
  const bool secured = co_await client_.begin_tls(*tls_);
  refused_ = secured && strike_.has(FtpFaultKind::need_reuse) && !client_.resumed();
  co_return secured && !refused_;
}

void FtpDataWay::reset() {
  client_.reset();
  server_.reset();
}

asio::awaitable<void> FtpDataWay::stall() {
  while (!over_)
    co_await changed_.async_wait(quietly);
}

asio::awaitable<void> FtpDataWay::pass() {
  if (strike_.has(FtpFaultKind::early)) {
    asio::steady_timer pause(loop_, late);
    co_await pause.async_wait(quietly);
  }
  FtpSide& from = upload_ ? client_ : server_;
  FtpSide& to = upload_ ? server_ : client_;
  const bool to_its_end = co_await pass_on(from, to);
  if (!to_its_end) co_return;
  if (upload_) {
    server_.end_writing();
    std::array<char, 512> nothing;
    co_await server_.read(nothing);
  } else if (const FtpFault* const line = strike_.find(FtpFaultKind::line)) {
    const std::string text = line->text + "\r\n";
    co_await client_.write(text);
  }
  co_await client_.end(!strike_.has(FtpFaultKind::no_farewell));
}

/// False if it was broken off.
asio::awaitable<bool> FtpDataWay::pass_on(FtpSide& from, FtpSide& to) {
  std::array<char, 64 * 1024> room;
  const auto stall_at = strike_.bytes(FtpFaultKind::stall);
  const auto reset_at = strike_.bytes(FtpFaultKind::reset);
  const auto most = std::min(stall_at.value_or(UINT64_MAX), reset_at.value_or(UINT64_MAX));
  for (;;) {
    const std::size_t left = std::min<std::uint64_t>(room.size(), most - passed_);
    std::size_t count = 0;
    if (left > 0) count = co_await from.read({room.data(), left});
    if (count > 0) {
      const bool taken = co_await take({room.data(), count}, to);
      if (!taken) co_return false;
      continue;
    }
    if (left > 0) co_return true;
    if (stall_at == most) co_await stall();
    if (reset_at == most) reset();
    co_return false;
  }
}

/// Passes on what is within the bound of a shortened transfer.
asio::awaitable<bool> FtpDataWay::take(std::string_view bytes, FtpSide& to) {
  const std::uint64_t most = strike_.bytes(FtpFaultKind::shorten).value_or(UINT64_MAX);
  const std::uint64_t left = most - std::min(most, passed_);
  passed_ += bytes.size();
  const std::string_view passing = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), left));
  if (passing.empty()) co_return true;
  co_return co_await to.write(passing);
}

}  // namespace sluice::lab
