#include "ssh/opening.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sluice/async/errors.hpp"
#include "sluice/core/redaction.hpp"
#include "ssh/greeting.hpp"
#include "ssh/key_ring.hpp"
#include "ssh/library.hpp"

namespace sluice::ssh {
namespace {

constexpr std::size_t longest_words = 300;

/// What the server said instead of its identification, which is more telling than the end of the
/// connection that follows (sshd's MaxStartups and PerSourcePenalties).
Error refused_before_it_began(const Greeting& greeting, const std::string& subject) {
  const bool busy = greeting.before.find("Not allowed at this time") != std::string::npos ||
                    greeting.before.find("MaxStartups") != std::string::npos;
  return Error(busy ? ErrorCode::throttled : ErrorCode::network, "connect", subject,
               fmt::format("the server says: {}", one_line(greeting.before, longest_words)));
}

/// The failure of the exchange of keys in words that help.
Error explained(const Session& session, const Error& failure) {
  const Greeting greeting = read_greeting(session.greeting());
  if (greeting.software.empty() && !greeting.before.empty())
    return refused_before_it_began(greeting, session.subject());
  const bool no_agreement = failure.code() == ErrorCode::protocol && greeting.host_keys;
  if (no_agreement && !library().has_rsa_sha2 && is_rsa_only(*greeting.host_keys))
    return Error(ErrorCode::unsupported, "connect", session.subject(),
                 cannot_use(fmt::format("the server's host key, which is of RSA only ({})",
                                        fmt::join(*greeting.host_keys, ","))));
  return failure;
}

std::string host_key_of(Session* session) {
  std::size_t size = 0;
  int type = 0;
  const char* const blob = libssh2_session_hostkey(session->raw(), &size, &type);
  return blob ? std::string(blob, size) : std::string();
}

Task<> shake_hands(Session* session) {
  const int descriptor = session->idle_descriptor();
  const int result = co_await session->finish(
      [descriptor](LIBSSH2_SESSION* raw) { return libssh2_session_handshake(raw, descriptor); });
  if (result != 0) throw session->error_for(result, "agree on keys");
}

}  // namespace

Task<> agree_on_keys(Session* session, HostKeyCheck* host_key) {
  const auto order = algorithm_order(host_key->known(), library().host_key_algorithms);
  const std::string names = fmt::format("{}", fmt::join(order, ","));
  if (libssh2_session_method_pref(session->raw(), LIBSSH2_METHOD_HOSTKEY, names.c_str()) != 0)
    throw session->error_for(LIBSSH2_ERROR_METHOD_NOT_SUPPORTED, "choose host keys");
  std::optional<Error> failure;
  try {
    co_await shake_hands(session);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure) throw explained(*session, *failure);
  session->greeting_is_over();
  co_await host_key->check(host_key_of(session));
}

Task<> open_session(Session* session, HostKeyCheck* host_key, const ConnectorOptions* options,
                    KnownSecrets* secrets) {
  co_await agree_on_keys(session, host_key);
  Login login(*session, *options, *secrets);
  co_await login.run();
  session->begin();
}

}  // namespace sluice::ssh
