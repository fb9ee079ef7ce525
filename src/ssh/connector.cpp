#include "sluice/ssh/connector.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/async/errors.hpp"
#include "sluice/core/redaction.hpp"
#include "sluice/net/stream.hpp"
#include "ssh/greeting.hpp"
#include "ssh/host_key_check.hpp"
#include "ssh/key_ring.hpp"
#include "ssh/library.hpp"
#include "ssh/login.hpp"
#include "ssh/opening.hpp"
#include "ssh/session_channel.hpp"
#include "ssh/wire.hpp"

namespace sluice::ssh {

struct Connector::Parts {
  Parts(Runtime& the_runtime, ConnectorOptions the_options)
      : runtime(the_runtime),
        options(std::move(the_options)),
        streams(the_runtime),
        host_key(the_runtime, options),
        logins(the_runtime.executor(), 1) {}

  Runtime& runtime;
  ConnectorOptions options;
  net::StreamConnector streams;
  HostKeyCheck host_key;
  KnownSecrets secrets;
  std::vector<std::weak_ptr<Session>> sessions;
  std::size_t most_channels = 4;    ///< Of one connection; fewer where the server says so.
  std::size_t broken_openings = 0;  ///< Of further channels, in a row, with the connection.
  Semaphore
      logins;  ///< On a long way: who comes second may find room on what the first one opened.

  bool is_long_way() const;
  std::shared_ptr<Session> session_with_room();
  Task<std::unique_ptr<Channel>> find_room(std::string subsystem, Logger log);
  Task<std::unique_ptr<Channel>> open_further(std::shared_ptr<Session> session,
                                              std::string subsystem, Logger log);
  Task<std::shared_ptr<Session>> log_in(OpContext context);
};

namespace {

// From here on it is the channel's window that bounds an upload, and another channel is of use by
// itself. On a shorter way it is the processors, and another connection may have one of its own.
constexpr Duration long_way = std::chrono::milliseconds(5);

/// Why the known keys of the host are of no use.
std::optional<std::string> obstacle_in(const std::vector<KnownKey>& known) {
  std::vector<const KnownKey*> plain;
  for (const KnownKey& key : known) {
    if (key.mark == HostKeyMark::none) plain.push_back(&key);
  }
  if (plain.empty()) {
    const bool certified = std::ranges::any_of(
        known, [](const KnownKey& key) { return key.mark == HostKeyMark::cert_authority; });
    if (certified) return cannot_use("the certificate authority that the host is known by");
    return std::nullopt;
  }
  const auto& usable = library().host_key_algorithms;
  const bool any_usable = std::ranges::any_of(plain, [&usable](const KnownKey* key) {
    return std::ranges::any_of(
        usable, [key](const std::string& name) { return key_type_of(name) == key->type; });
  });
  if (any_usable) return std::nullopt;
  return cannot_use(fmt::format("the host key that the host is known by ({}, {})",
                                plain.front()->type, plain.front()->place));
}

}  // namespace

Connector::Connector(Runtime& runtime, ConnectorOptions options)
    : parts_(std::make_unique<Parts>(runtime, std::move(options))) {}
Connector::~Connector() = default;

LibraryFacts library_facts() {
  return {.version = library().version, .has_rsa_sha2 = library().has_rsa_sha2};
}

Task<std::optional<std::string>> Connector::obstacle() {
  co_await parts_->host_key.load();
  if (auto found = obstacle_in(parts_->host_key.known())) co_return found;
  const KeyRing ring = co_await gather_keys(&parts_->runtime, &parts_->options);
  if (ring.unused.empty()) co_return std::nullopt;
  co_return cannot_use(ring.unused.front());
}

bool Connector::Parts::is_long_way() const {
  return std::ranges::any_of(sessions, [](const auto& known) {
    const auto session = known.lock();
    return session && session->round_trip().value_or(Duration(0)) >= long_way;
  });
}

std::shared_ptr<Session> Connector::Parts::session_with_room() {
  std::erase_if(sessions, [](const auto& session) { return session.expired(); });
  std::shared_ptr<Session> chosen;
  for (const auto& known : sessions) {
    const auto session = known.lock();
    if (!session || session->failed() || session->takes_no_more()) continue;
    if (session->channels_in_use() >= most_channels) continue;
    if (!chosen || session->channels_in_use() < chosen->channels_in_use()) chosen = session;
  }
  return chosen;
}

/// Null: the server opens no further channel on this connection.
Task<std::unique_ptr<Channel>> Connector::Parts::open_further(std::shared_ptr<Session> session,
                                                              std::string subsystem, Logger log) {
  std::unique_ptr<Channel> opened;
  std::optional<Error> failure;
  try {
    opened = co_await open_channel(session, std::move(subsystem));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  // Some servers end the connection when they are asked for more than one; any connection may end
  // once.
  const bool broken = failure && session->failed() && failure->code() != ErrorCode::cancelled;
  broken_openings = broken ? broken_openings + 1 : 0;
  if (broken_openings > 1) most_channels = 1;
  if (opened) co_return opened;
  if (failure->code() != ErrorCode::permission_denied) throw *failure;
  most_channels = std::max<std::size_t>(1, std::min(most_channels, session->channels_in_use()));
  log.debug("The server opens no further channel on a connection",
            {{"server", options.subject}, {"channels", most_channels}});
  co_return nullptr;
}

/// Null: there is none.
Task<std::unique_ptr<Channel>> Connector::Parts::find_room(std::string subsystem, Logger log) {
  while (auto session = session_with_room()) {
    auto further = co_await open_further(std::move(session), subsystem, log);
    if (further) co_return further;
  }
  co_return nullptr;
}

Task<std::shared_ptr<Session>> Connector::Parts::log_in(OpContext context) {
  const SteadyTime own = runtime.clock().steady() +
                         std::chrono::duration_cast<SteadyTime::duration>(options.connect_timeout);
  net::Endpoint peer;
  peer.host = options.host;
  peer.port = options.port;
  auto stream = co_await streams.connect(peer, options.subject, std::min(own, context.deadline));
  auto session = std::make_shared<Session>(runtime, make_stream_wire(std::move(stream)),
                                           options.subject, options.step_timeout);
  std::exception_ptr thrown;
  try {
    co_await open_session(session.get(), &host_key, &options, &secrets);
    co_await throw_if_cancelled();  // its user would not be there to close it
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return session;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await session->close();
  std::rethrow_exception(thrown);
}

Task<std::unique_ptr<Channel>> Connector::connect(OpContext context, std::string subsystem) {
  co_await parts_->host_key.load();
  if (const auto obstacle = obstacle_in(parts_->host_key.known()))
    throw Error(ErrorCode::unsupported, "connect", parts_->options.subject, *obstacle);
  Semaphore::Permit turn;
  if (parts_->is_long_way()) {
    auto further = co_await parts_->find_room(subsystem, context.log);
    if (further) co_return further;
    turn = co_await parts_->logins.acquire();
    further = co_await parts_->find_room(subsystem, context.log);
    if (further) co_return further;
  }
  const std::shared_ptr<Session> session = co_await parts_->log_in(context);
  parts_->sessions.push_back(session);
  co_return co_await open_channel(session, std::move(subsystem));
}

}  // namespace sluice::ssh
