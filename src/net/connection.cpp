#include "net/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstring>
#include <utility>

#include "net/response_head.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::net {
namespace {

// One for each connection as long as it lives: with the head of a small answer its body arrives
// too.
constexpr std::size_t buffer_size = 16 << 10;
constexpr std::size_t limited_piece = 64 << 10;
constexpr unsigned pieces_a_turn = 4;

}  // namespace

struct Connection::Due {
  explicit Due(Connection& owner) : connection(owner) { ++connection.due_; }
  Due(const Due&) = delete;
  Due& operator=(const Due&) = delete;
  ~Due() { --connection.due_; }
  Connection& connection;
};

Connection::Connection(std::unique_ptr<Transport> transport,
                       std::shared_ptr<const Http1Options> options, std::string origin)
    : transport_(std::move(transport)),
      options_(std::move(options)),
      origin_(std::move(origin)),
      buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)),
      capacity_(buffer_size) {}

void Connection::begin(Watch& watch, ExchangeRules rules) {
  watch_ = &watch;
  rules_ = rules;
  ++exchanges_;
  received_before_ = transport_->received();
  sent_checked_ = transport_->sent();
  received_checked_ = transport_->received();
  interim_ = 0;
  checked_at_ = SteadyTime{};
  idle_ = window_ = Duration{};
  window_bytes_ = 0;
  answered_early_ = false;
  watch.add(*this);
}

void Connection::end() noexcept {
  if (watch_) std::exchange(watch_, nullptr)->remove(*this);
  listening_ = false;
}

void Connection::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ < capacity_) return;
  if (begin_ == 0) {
    const std::size_t larger = capacity_ * 2;
    auto buffer = std::make_unique_for_overwrite<char[]>(larger);
    std::memcpy(buffer.get(), buffer_.get(), end_);
    buffer_ = std::move(buffer);
    capacity_ = larger;
    return;
  }
  std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
}

Task<std::size_t> Connection::fill() {
  make_room();
  const MutableBytes room(reinterpret_cast<std::byte*>(buffer_.get()) + end_, capacity_ - end_);
  const std::size_t count = co_await read_into(room);
  end_ += count;
  co_return count;
}

Task<std::size_t> Connection::read_into(MutableBytes buffer) {
  const bool slow = limited(Direction::down);
  if (slow) buffer = buffer.first(std::min(buffer.size(), limited_piece));
  boost::system::error_code result;
  std::size_t count = 0;
  {
    const Due due(*this);
    count = co_await transport_->read_some(buffer, result);
  }
  if (result && result != asio::error::eof) fail("receiving", result);
  if (slow && count > 0) co_await options_->bandwidth->pass(Direction::down, count);
  co_return count;
}

Task<bool> Connection::fill_until(SteadyTime moment) {
  wake_ = moment;
  woken_ = false;
  watch_->sooner(moment);
  std::optional<Error> failure;
  std::size_t count = 0;
  try {
    count = co_await fill();
  } catch (const Error& error) {
    failure = error;
  }
  wake_ = SteadyTime::max();
  if (failure && failure->code() == ErrorCode::cancelled && woken_) co_return false;
  if (failure) throw *failure;
  if (count == 0)
    throw Error(ErrorCode::network, "receiving", origin_, "the peer closed the connection");
  co_return true;
}

bool Connection::start_write(Bytes head, Bytes body) {
  if (limited(Direction::up)) {
    rest_head_ = head;
    rest_body_ = body;
    return false;
  }
  boost::system::error_code result;
  const bool sent = transport_->start_write(head, body, result);
  if (result) fail("sending", result);
  return sent;
}

Task<> Connection::finish_write() {
  if (!rest_head_.empty() || !rest_body_.empty()) co_await write_limited();
  boost::system::error_code result;
  {
    const Due due(*this);
    co_await transport_->finish_write(result);
  }
  if (result) fail("sending", result);
}

Task<> Connection::take_turns() {
  if (++turns_ % pieces_a_turn != 0) co_return;
  co_await asio::post(transport_->socket().get_executor(), use_task);
}

Task<> Connection::write_limited() {
  for (Bytes* rest : {&rest_head_, &rest_body_}) {
    while (!rest->empty()) {
      const Bytes piece = rest->first(std::min(rest->size(), limited_piece));
      *rest = rest->subspan(piece.size());
      co_await options_->bandwidth->pass(Direction::up, piece.size());
      boost::system::error_code result;
      const bool sent = transport_->start_write(piece, {}, result);
      if (!result && !sent) {
        const Due due(*this);
        co_await transport_->finish_write(result);
      }
      if (result) fail("sending", result);
    }
  }
}

bool Connection::limited(Direction direction) const {
  return options_->bandwidth && options_->bandwidth->limited(direction);
}

void Connection::listen_for_answer() {
  listening_ = true;
  if (!waiting_for_answer_) wait_for_answer();
}

void Connection::wait_for_answer() {
  waiting_for_answer_ = true;
  // The handler may come after the exchange: it owns the connection and looks at its state only.
  auto on_readable = [self = shared_from_this()](const boost::system::error_code& result) {
    self->waiting_for_answer_ = false;
    if (result || !self->listening_) return;
    // On TLS a session ticket also wakes us.
    if (!self->transport_->readable() || self->only_interim_came()) return self->wait_for_answer();
    self->listening_ = false;
    self->answered_early_ = true;
    self->transport_->stop_writing();
  };
  transport_->socket().async_wait(Socket::wait_read, std::move(on_readable));
}

/// Takes in what has arrived. A 1xx is no answer (RFC 9110 section 15.2): some servers send 100
/// twice, and one may come after we stopped waiting for it. The body goes on then. What is too long
/// or too much ends the sending: whoever reads the answer refuses it.
bool Connection::only_interim_came() {
  make_room();
  const MutableBytes room(reinterpret_cast<std::byte*>(buffer_.get()) + end_, capacity_ - end_);
  const std::size_t count = transport_->read_now(room);
  if (count == 0) return false;
  end_ += count;
  constexpr std::string_view interim = "HTTP/1.1 1";
  for (;;) {
    const std::string_view came = buffered();
    const std::string_view begin = came.substr(0, std::min(came.size(), interim.size()));
    if (begin != interim.substr(0, begin.size())) return false;
    const std::size_t length = head_length(came, 0);
    // Nothing, or the beginning of one.
    if (length == 0) return came.size() < options_->max_head_bytes;
    consume(length);
    if (!may_be_interim()) return false;
  }
}

SteadyTime Connection::alarm() const {
  return std::min(rules_.deadline, wake_);
}

void Connection::check(SteadyTime now) {
  if (broken_ != Rule::none) return;
  if (now >= rules_.deadline) return break_off(Rule::deadline);
  if (now >= wake_) {
    wake_ = SteadyTime::max();
    woken_ = true;
    transport_->interrupt();
  }
  const bool first = checked_at_ == SteadyTime{};
  const Duration elapsed = first ? Duration{} : now - checked_at_;
  checked_at_ = now;
  check_progress(elapsed);
}

/// The bytes since the last check. While a body is on its way to the peer, what the peer says does
/// not count: it could keep us for ever without reading.
std::uint64_t Connection::take_moved() {
  const std::uint64_t sent = transport_->sent() - std::exchange(sent_checked_, transport_->sent());
  const std::uint64_t received =
      transport_->received() - std::exchange(received_checked_, transport_->received());
  return listening_ ? sent : sent + received;
}

void Connection::check_progress(Duration elapsed) {
  const std::uint64_t moved = take_moved();
  idle_ = due_ == 0 || moved > 0 ? Duration{} : idle_ + elapsed;
  if (idle_ >= options_->idle_timeout) return break_off(Rule::idle);
  // Only a message on its way can trickle; a peer that has not begun to answer is thinking (the
  // idle rule bounds that).
  const bool moving = listening_ || !silent();
  if (!rules_.minimum_progress || due_ == 0 || !moving) return;
  window_ += elapsed;
  window_bytes_ += moved;
  if (window_ < options_->progress_window) return;
  if (window_bytes_ < options_->minimum_bytes) return break_off(Rule::progress);
  window_ = Duration{};
  window_bytes_ = 0;
}

void Connection::break_off(Rule rule) noexcept {
  broken_ = rule;
  transport_->close();
}

std::string Connection::describe(Rule rule) const {
  const auto seconds = [](Duration duration) {
    return std::chrono::duration<double>(duration).count();
  };
  switch (rule) {
    case Rule::deadline:
      return "the operation's deadline passed";
    case Rule::idle:
      return fmt::format("no byte came or went for {} s (idle timeout)",
                         seconds(options_->idle_timeout));
    case Rule::progress:
      return fmt::format("only {} bytes moved in {} s (minimum progress)", window_bytes_,
                         seconds(window_));
    case Rule::none:
      break;
  }
  return "broken off";
}

void Connection::fail(std::string_view operation, const boost::system::error_code& result) const {
  if (broken_ != Rule::none)
    throw Error(ErrorCode::timeout, std::string(operation), origin_, describe(broken_));
  if (result == cut_off) {
    throw Error(ErrorCode::network, std::string(operation), origin_,
                "the TLS stream was cut off without a farewell");
  }
  throw error_from(result, std::string(operation), origin_);
}

}  // namespace sluice::net
