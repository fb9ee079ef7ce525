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

Task<> leave(std::shared_ptr<Connection> connection) {
  co_await connection->quit();
}

}  // namespace

Client::Client(Runtime& runtime, ClientOptions options)
    : runtime_(runtime),
      options_(std::move(options)),
      connection_options_(std::make_shared<const ConnectionOptions>(options_.connection)),
      traits_(std::make_shared<ServerTraits>()),
      dialler_(make_dialler()),
      retrier_(runtime, options_.retry),
      handshakes_(runtime.executor(), handshakes_at_once),
      most_(std::max<std::size_t>(1, options_.most_connections)) {}

Client::~Client() = default;

std::shared_ptr<net::Dialler> Client::make_dialler() const {
  net::TlsOptions tls = connection_options_->tls;
  tls.application_protocol.clear();
  if (options_.dial) return options_.dial(std::move(tls));
  return std::make_shared<net::StreamConnector>(runtime_, std::move(tls));
}

/// Connections of before go as they come back: they are not ready() any more.
void Client::leave_tls13() {
  auto changed = *connection_options_;
  changed.tls.tls13 = false;
  connection_options_ = std::make_shared<const ConnectionOptions>(std::move(changed));
  dialler_ = make_dialler();
  runtime_.log().warn("The FTP server wants sessions that TLS 1.3 does not have: back to TLS 1.2",
                      {{"server", subject()}});
}

// --- whose turn it is ---------------------------------------------------------------------------

void Client::count(Use use) {
  ++places_;
  if (use == Use::read) ++reading_;
}

void Client::discount(Use use) {
  --places_;
  if (use == Use::read) --reading_;
  serve();
}

bool Client::may_serve(Use use) const {
  if (places_ >= most_) return false;
  return use != Use::read || most_ == 1 || reading_ + 1 < most_;
}

/// Others may have left the server meanwhile.
void Client::learn_more() {
  const SteadyTime now = runtime_.clock().steady();
  if (most_ >= options_.most_connections || places_ < most_) return;
  if (now - learned_at_ <= options_.learn_again) return;
  ++most_;
  learned_at_ = now;
}

void Client::serve() {
  const auto waits = [](const Waiter& waiter) { return !waiter.place; };
  if (std::ranges::any_of(waiters_, waits)) learn_more();
  for (Waiter& waiter : waiters_) {
    if (!waits(waiter) || !may_serve(waiter.use)) continue;
    waiter.place = Place(this, waiter.use);
    waiter.event.wake_all();
  }
}

/// Who had a place already, and gives it up since the server takes no more, waits where it stood
/// before: ahead of all who came later.
Task<Client::Place> Client::wait_for_place(Use use, std::uint64_t number, Place given_up) {
  const auto later = std::ranges::upper_bound(waiters_, number, {}, &Waiter::number);
  const auto waiter = waiters_.emplace(later, runtime_.executor(), use, number);
  given_up.release();
  serve();
  if (!waiter->place) co_await waiter->event.wait();
  // Served and cancelled at the same moment: the place is ours, and is given up with this.
  Place place = std::move(waiter->place);
  waiters_.erase(waiter);
  if (!place) throw cancelled("connect to " + subject());
  co_return place;
}

Task<Client::Lease> Client::lease(OpContext context, Use use) {
  const std::uint64_t number = ++arrivals_;
  Place place;
  for (;;) {
    if (closed_) throw cancelled("connect to " + subject());
    if (refused_) throw *refused_;
    place = co_await wait_for_place(use, number, std::move(place));
    if (closed_ || refused_) continue;
    std::shared_ptr<Connection> connection = co_await obtain(context);
    if (connection) co_return Lease(std::move(place), std::move(connection));
  }
}

// --- connections --------------------------------------------------------------------------------

std::shared_ptr<Connection> Client::take_idle() {
  while (!idle_.empty()) {
    std::shared_ptr<Connection> last = std::move(idle_.back());
    idle_.pop_back();
    if (last->ready()) return last;
    --open_;
  }
  return nullptr;
}

/// The server may have gone while the connection was idle.
Task<> Client::make_sure(Connection& connection) {
  if (runtime_.clock().steady() - connection.last_used() < options_.trusted_idle) co_return;
  co_await connection.ask("NOOP");
}

/// Null if the server takes no more than there are.
Task<std::shared_ptr<Connection>> Client::obtain(OpContext context) {
  while (std::shared_ptr<Connection> connection = take_idle()) {
    std::optional<Error> failure;
    try {
      co_await make_sure(*connection);
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    if (!failure) co_return connection;
    --open_;
    if (failure->code() == ErrorCode::cancelled) throw *failure;
  }
  co_return co_await open_one(std::move(context));
}

/// Null if the server takes no more, and there are others to wait for.
Task<std::shared_ptr<Connection>> Client::open_one(OpContext context) {
  ++open_;
  std::shared_ptr<Connection> opened;
  std::optional<Error> failure;
  try {
    const auto turn = co_await handshakes_.acquire();
    if (traits_->without_tls13 && connection_options_->tls.tls13) leave_tls13();
    opened = co_await Connection::open(runtime_, dialler_, connection_options_, traits_);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (opened) co_return opened;
  --open_;
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

void Client::take_back(std::shared_ptr<Connection> connection) {
  const bool fit = !closed_ && connection->ready();
  if (fit) {
    idle_.push_back(std::move(connection));
  } else {
    connection.reset();
    --open_;
  }
}

Task<> Client::close() {
  closed_ = true;
  for (Waiter& waiter : waiters_)
    waiter.event.wake_all();
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  TaskGroup closing(runtime_.executor());
  for (const auto& connection : idle_)
    closing.spawn(leave(connection));
  open_ -= idle_.size();
  idle_.clear();
  co_await closing.join();
}

}  // namespace sluice::ftp
