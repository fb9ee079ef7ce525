#include "sluice/sftp/client.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

#include "sluice/async/errors.hpp"

namespace sluice::sftp {
namespace {

// A server's limit may be another program's, which ends.
constexpr auto pause_after_failure = std::chrono::minutes(1);

Task<> close_later(std::shared_ptr<Connection> connection) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await connection->close();
}

/// Whether the server knows us and says no: another try would be counted against us.
bool is_refusal(const Error& error) {
  return !error.retryable() && error.code() != ErrorCode::cancelled &&
         error.code() != ErrorCode::timeout;
}

}  // namespace

Client::Client(Runtime& runtime, ClientOptions options)
    : runtime_(runtime),
      options_(std::move(options)),
      retrier_(runtime, options_.retry),
      changed_(runtime.executor()),
      background_(runtime.executor()) {}

Client::~Client() = default;

void Client::drop_failed() {
  const auto failed = [](const auto& connection) { return connection->failed(); };
  for (const auto& connection : open_) {
    if (failed(connection)) background_.spawn(close_later(connection));
  }
  std::erase_if(open_, failed);
}

std::shared_ptr<Connection> Client::least_busy() const {
  const auto found = std::ranges::min_element(
      open_, {}, [](const auto& connection) { return connection->waiting(); });
  return found == open_.end() ? nullptr : *found;
}

std::size_t Client::useful_connections() const {
  if (!round_trip_) return 1;
  constexpr double window = 2.0 * 1024 * 1024, bytes_a_second = 300e6;
  constexpr auto a_while = std::chrono::seconds(2);
  const double on_the_way = std::chrono::duration<double>(*round_trip_).count() * bytes_a_second;
  const auto by_length = static_cast<std::size_t>(std::ceil(on_the_way / window));
  // Each takes a processor here, and one at a server that is this near.
  const std::size_t processors = std::max(2U, std::thread::hardware_concurrency());
  const auto by_time =
      std::min(processors / 2,
               static_cast<std::size_t>((runtime_.clock().steady() - first_opened_) / a_while));
  return std::clamp<std::size_t>(std::max(by_length, by_time), 1, options_.most_connections);
}

bool Client::may_open() const {
  return !closed_ && open_.size() + opening_ < useful_connections() &&
         runtime_.clock().steady() >= no_more_until_;
}

Task<std::shared_ptr<Connection>> Client::connection(OpContext context) {
  for (;;) {
    if (closed_) throw cancelled("connect to " + subject());
    drop_failed();
    if (refused_) throw *refused_;
    const std::shared_ptr<Connection> chosen = least_busy();
    if (chosen) {
      if (chosen->waiting() >= options_.busy_requests && opening_ == 0 && may_open())
        background_.spawn(open_another(context));
      co_return chosen;
    }
    if (opening_ == 0) {
      co_await open_one(context);
      continue;
    }
    const bool woken = co_await changed_.wait();
    if (!woken) throw cancelled("connect to " + subject());
  }
}

std::vector<std::shared_ptr<Connection>> Client::widen(OpContext context) {
  drop_failed();
  if (open_.empty()) return open_;
  // One that fails at once is not begun again and again.
  const std::size_t wanted = useful_connections();
  for (std::size_t more = open_.size() + opening_; more < wanted && may_open(); ++more)
    background_.spawn(open_another(context));
  return open_;
}

Task<std::shared_ptr<Connection>> Client::log_in(OpContext context) {
  Semaphore::Permit place;
  if (options_.handshakes) place = co_await options_.handshakes->acquire();
  std::unique_ptr<Channel> channel = co_await options_.connect(context);
  std::exception_ptr thrown;
  try {
    co_await throw_if_cancelled();
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown)
    co_return co_await Connection::open(runtime_, context, std::move(channel), options_.connection);
  // What is open must be closed before it goes.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await channel->close();
  std::rethrow_exception(thrown);
}

Task<> Client::open_one(OpContext context) {
  ++opening_;
  std::shared_ptr<Connection> opened;
  std::exception_ptr thrown;
  try {
    opened = co_await log_in(context);
  } catch (...) {
    thrown = std::current_exception();
  }
  --opening_;
  changed_.wake_all();
  if (opened && closed_) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await opened->close();
    throw cancelled("connect to " + subject());
  }
  if (opened) {
    if (!round_trip_) first_opened_ = runtime_.clock().steady();
    round_trip_ = std::min(round_trip_.value_or(opened->round_trip()), opened->round_trip());
    open_.push_back(std::move(opened));
    co_return;
  }
  const Error error = error_from(thrown);
  if (is_refusal(error) && open_.empty()) refused_ = error;
  throw error;
}

Task<> Client::open_another(OpContext context) {
  std::optional<Error> failure;
  try {
    co_await open_one(context);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (!failure || failure->code() == ErrorCode::cancelled) co_return;
  no_more_until_ = runtime_.clock().steady() + pause_after_failure;
  context.log.debug("No further connection", {{"error", failure->what()}});
}

Task<> Client::close() {
  closed_ = true;
  changed_.wake_all();
  background_.cancel();
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await background_.join();
  TaskGroup closing(runtime_.executor());
  for (const auto& connection : open_)
    closing.spawn(close_later(connection));
  open_.clear();
  co_await closing.join();
}

}  // namespace sluice::sftp
