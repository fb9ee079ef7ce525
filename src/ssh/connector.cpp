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
#include "ssh/session.hpp"
#include "ssh/wire.hpp"

namespace sluice::ssh {

struct Connector::Parts {
  Parts(Runtime& the_runtime, ConnectorOptions the_options)
      : runtime(the_runtime),
        options(std::move(the_options)),
        streams(the_runtime),
        host_key(the_runtime, options) {}

  Runtime& runtime;
  ConnectorOptions options;
  net::StreamConnector streams;
  HostKeyCheck host_key;
  KnownSecrets secrets;
};

namespace {

class SessionChannel final : public Channel {
 public:
  explicit SessionChannel(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  Task<std::size_t> read(MutableBytes buffer) override { return session_->read(buffer); }
  Task<> write(Bytes bytes) override { return session_->write(bytes); }
  void shut() override { session_->shut(); }
  Task<> close() override { return session_->close(); }

 private:
  std::unique_ptr<Session> session_;
};

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

Task<std::unique_ptr<Channel>> Connector::connect(OpContext context, std::string subsystem) {
  const ConnectorOptions& options = parts_->options;
  Runtime& runtime = parts_->runtime;
  co_await parts_->host_key.load();
  if (const auto obstacle = obstacle_in(parts_->host_key.known()))
    throw Error(ErrorCode::unsupported, "connect", options.subject, *obstacle);
  const SteadyTime own = runtime.clock().steady() +
                         std::chrono::duration_cast<SteadyTime::duration>(options.connect_timeout);
  net::Endpoint peer;
  peer.host = options.host;
  peer.port = options.port;
  auto stream =
      co_await parts_->streams.connect(peer, options.subject, std::min(own, context.deadline));
  auto session = std::make_unique<Session>(runtime, make_stream_wire(std::move(stream)),
                                           options.subject, options.step_timeout);
  std::exception_ptr thrown;
  try {
    co_await open_session(session.get(), &parts_->host_key, &options, &parts_->secrets,
                          std::move(subsystem));
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return std::make_unique<SessionChannel>(std::move(session));
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await session->close();
  std::rethrow_exception(thrown);
}

}  // namespace sluice::ssh
