#pragma once

#include <memory>
#include <string>

#include "net/transport.hpp"
#include "net/watch.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/net/http1_client.hpp"

namespace sluice::net {

/// What one exchange asks of its connection.
struct ExchangeRules {
  SteadyTime deadline = SteadyTime::max();
  bool minimum_progress = true;
};

/// One connection with its read buffer, its deadlines and what it knows of the exchange that runs
/// on it. Operations throw Error: timeout (naming the rule), network, cancelled.
class Connection final : public Watched, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::unique_ptr<Transport> transport, std::shared_ptr<const Http1Options> options,
             std::string origin);

  /// Between begin() and end() an exchange owns the connection and the watch looks after it.
  void begin(Watch& watch, ExchangeRules rules);
  void end() noexcept;
  /// Whether nothing was received in this exchange.
  bool silent() const { return transport_->received() == received_before_; }
  /// Counts an interim answer; false: there were more of them than anybody needs.
  bool may_be_interim() { return ++interim_ <= most_interim; }
  /// Whether an exchange was completed on it before this one.
  bool used_before() const { return exchanges_ > 1; }

  std::string_view buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) { begin_ += bytes; }
  /// Reads more into the buffer, which grows up to max_head_bytes. 0: the peer ended the stream.
  Task<std::size_t> fill();
  /// Reads past the (empty) buffer. 0: the peer ended the stream.
  Task<std::size_t> read_into(MutableBytes buffer);

  /// Sends head and body together if that goes without waiting; otherwise the rest is sent by
  /// finish_write().
  bool start_write(Bytes head, Bytes body);
  Task<> finish_write();
  /// From now on an answer that comes while we send makes answered_early() true and ends a pending
  /// write with `cancelled`.
  void listen_for_answer();
  void stop_listening() { listening_ = false; }
  bool answered_early() const { return answered_early_; }
  /// Waits for bytes until `moment`; false if none came.
  Task<bool> fill_until(SteadyTime moment);
  /// Lets the rest of the loop run now and then while everything goes without waiting.
  Task<> take_turns();
  SteadyTime now() const { return watch_->now(); }

  /// Whether the last exchange left it fit for another one.
  bool clean() const { return broken_ == Rule::none && !answered_early_ && begin_ == end_; }
  /// Whether the peer has neither sent anything nor closed (costs a system call).
  bool quiet() { return !transport_->readable(); }
  void close() noexcept { transport_->close(); }
  const std::string& origin() const { return origin_; }

  /// Scratch for request heads, kept for its capacity.
  std::string head_text;

 private:
  static constexpr unsigned most_interim = 64;  // small, but each costs time
  enum class Rule : std::uint8_t { none, deadline, idle, progress };

  void check(SteadyTime now) override;
  SteadyTime alarm() const override;
  void break_off(Rule rule) noexcept;
  void check_progress(Duration elapsed);
  std::uint64_t take_moved();
  [[noreturn]] void fail(std::string_view operation, const boost::system::error_code& result) const;
  std::string describe(Rule rule) const;
  bool limited(Direction direction) const;
  Task<> write_limited();
  void wait_for_answer();
  bool only_interim_came();
  void make_room();

  struct Due;  // marks that the peer owes us something
  std::unique_ptr<Transport> transport_;
  std::shared_ptr<const Http1Options> options_;
  std::string origin_;

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_, begin_ = 0, end_ = 0;
  Bytes rest_head_, rest_body_;  // of a write under a bandwidth limit

  Watch* watch_ = nullptr;
  ExchangeRules rules_;
  SteadyTime wake_ = SteadyTime::max();
  bool woken_ = false;
  Rule broken_ = Rule::none;
  std::uint32_t due_ = 0;
  std::uint64_t exchanges_ = 0, received_before_ = 0;
  unsigned turns_ = 0, interim_ = 0;
  bool listening_ = false, waiting_for_answer_ = false, answered_early_ = false;

  SteadyTime checked_at_{};
  std::uint64_t sent_checked_ = 0, received_checked_ = 0, window_bytes_ = 0;
  Duration idle_{}, window_{};
};

}  // namespace sluice::net
