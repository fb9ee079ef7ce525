#include "sluice/ftp/client.hpp"

#include <algorithm>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"

namespace sluice::ftp {
namespace {

constexpr std::size_t handshakes_at_once = 8;

/// Whether the server knows us and says no: another try would be counted against us.
bool is_refusal(const Error& error) {
  return error.code() == ErrorCode::unauthenticated || error.code() == ErrorCode::unsupported ||
         (error.code() == ErrorCode::permission_denied && !error.retryable());
}

net::TlsOptions without_protocol(net::TlsOptions options) {
  options.application_protocol.clear();
  return options;
}

Task<> leave(std::shared_ptr<Connection> connection) {
  co_await connection->quit();
}

}  // namespace

Client::Client(Runtime& runtime, ClientOptions options)
    : runtime_(runtime),
      options_(std::move(options)),
      connection_options_(std::make_shared<const ConnectionOptions>(options_.connection)),
      traits_(std::make_shared<ServerTraits>()),
      streams_(runtime, without_protocol(options_.connection.tls)),
      retrier_(runtime, options_.retry),
      handshakes_(runtime.executor(), handshakes_at_once),
      most_(std::max<std::size_t>(1, options_.most_connections)),
      readers_(runtime.executor()),
      others_(runtime.executor()) {}

Client::~Client() = default;

bool Client::may_use(Use use) const {
  return use != Use::read || most_ == 1 || reading_ + 1 < most_;
}

bool Client::may_open() {
  if (most_ < options_.most_connections && open_ >= most_ &&
      runtime_.clock().steady() - learned_at_ > options_.learn_again) {
    // Others may have gone meanwhile.
    ++most_;
    learned_at_ = runtime_.clock().steady();
  }
  return open_ < most_;
}

std::shared_ptr<Connection> Client::take_idle() {
  while (!idle_.empty()) {
    std::shared_ptr<Connection> last = std::move(idle_.back());
    idle_.pop_back();
    if (last->ready()) return last;
    drop();
  }
  return nullptr;
}

void Client::drop() {
  --open_;
  wake_next();
}

/// Null if the server has gone while the connection was idle.
Task<std::shared_ptr<Connection>> Client::trusted(std::shared_ptr<Connection> connection) {
  if (runtime_.clock().steady() - connection->last_used() < options_.trusted_idle)
    co_return connection;
  std::optional<Error> failure;
  try {
    co_await connection->ask("NOOP");
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (!failure) co_return connection;
  drop();
  if (failure->code() == ErrorCode::cancelled) throw *failure;
  co_return nullptr;
}

Task<Client::Lease> Client::lease(OpContext context, Use use) {
  for (;;) {
    if (closed_) throw cancelled("connect to " + subject());
    if (refused_) throw *refused_;
    if (may_use(use)) {
      std::shared_ptr<Connection> connection = co_await obtain(context, use);
      if (connection) co_return Lease(this, std::move(connection), use);
      // One that was given up leaves its place at once.
      if (!idle_.empty() || open_ < most_) continue;
    }
    WaitList& queue = use == Use::read ? readers_ : others_;
    const bool woken = co_await queue.wait();
    if (!woken) throw cancelled("connect to " + subject());
  }
}

/// Null if there is none to be had now. A reader is counted from the beginning: many may wait for
/// their connections at the same moment.
Task<std::shared_ptr<Connection>> Client::obtain(OpContext context, Use use) {
  if (use == Use::read) ++reading_;
  std::shared_ptr<Connection> connection = take_idle();
  std::exception_ptr thrown;
  try {
    if (connection) connection = co_await trusted(std::move(connection));
    if (!connection && may_open()) connection = co_await open_one(std::move(context));
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!connection && use == Use::read) --reading_;
  if (thrown) std::rethrow_exception(thrown);
  co_return connection;
}

void Client::wake_next() {
  others_.wake_one();
  if (may_use(Use::read)) readers_.wake_one();
}

/// Null if the server takes no more, and there are others to wait for.
Task<std::shared_ptr<Connection>> Client::open_one(OpContext context) {
  ++open_;
  std::shared_ptr<Connection> opened;
  std::optional<Error> failure;
  try {
    const auto turn = co_await handshakes_.acquire();
    opened = co_await Connection::open(runtime_, streams_, connection_options_, traits_);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (opened) co_return opened;
  drop();
  const bool wait_for_others = learn_from(*failure);
  if (wait_for_others) {
    if (context.load) context.load->throttled();
    context.log.debug("The FTP server takes no more connections",
                      {{"connections", most_}, {"error", failure->what()}});
    co_return nullptr;
  }
  throw *failure;
}

bool Client::learn_from(const Error& failure) {
  const std::string& code = failure.server_code();
  const bool told = failure.code() == ErrorCode::unavailable && (code == "421" || code == "530");
  // Some close without a word; the others show that the server is there.
  const bool silent = failure.code() == ErrorCode::network && open_ > 0;
  if (is_refusal(failure) && open_ == 0) refused_ = failure;
  if ((!told && !silent) || open_ == 0) return false;
  most_ = std::max<std::size_t>(1, std::min(most_, open_));
  learned_at_ = runtime_.clock().steady();
  return true;
}

void Client::take_back(std::shared_ptr<Connection> connection, Use use) {
  if (use == Use::read) --reading_;
  const bool fit = !closed_ && connection->ready();
  if (fit) {
    idle_.push_back(std::move(connection));
  } else {
    connection.reset();
    --open_;
  }
  wake_next();
}

Task<> Client::close() {
  closed_ = true;
  readers_.wake_all();
  others_.wake_all();
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  TaskGroup closing(runtime_.executor());
  for (const auto& connection : idle_)
    closing.spawn(leave(connection));
  open_ -= idle_.size();
  idle_.clear();
  co_await closing.join();
}

}  // namespace sluice::ftp
