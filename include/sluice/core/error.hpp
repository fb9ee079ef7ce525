#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice {

/// What a caller can do about a failure, not where it came from.
enum class ErrorCode : std::uint8_t {
  not_found,          ///< The file, bucket or key is not there.
  permission_denied,  ///< The peer knows who we are and refuses.
  unauthenticated,    ///< The peer does not accept our credentials, or there are none.
  conflict,           ///< The file changed under us, or a precondition failed.
  invalid_input,      ///< The caller's argument cannot be used (a bad key, pattern, URL).
  config,             ///< A setting is missing or wrong.
  network,            ///< The connection failed or broke off.
  timeout,            ///< A deadline passed, or the peer made too little progress.
  throttled,          ///< The peer asks for fewer requests.
  unavailable,        ///< The peer failed in a way that may pass (5xx).
  protocol,           ///< The peer broke its protocol.
  integrity,          ///< Bytes arrived but are not the bytes that were sent.
  no_space,           ///< A disk or quota is full.
  cancelled,          ///< We stopped on request. Never retried, never counted as a failure.
  unsupported,        ///< This peer or build cannot do it.
  internal,           ///< A bug of ours or an unexpected failure of the system.
};

/// The stable name of a code, as written into logs and JSON ("not_found").
std::string_view name_of(ErrorCode code);

/// The one failure type. Cheap to copy (shared state), so it can be recorded, rethrown and kept.
///
/// `what()` reads "<context>: <operation> <subject>: <message> (<server code>, HTTP <status>,
/// request <id>)". No part may contain a secret: subjects are URLs without user information or
/// query signatures.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string operation, std::string subject, std::string message);

  /// Turns any exception in flight into an Error (an Error stays as it is; std::exception becomes
  /// `internal`).
  static Error from(const std::exception_ptr& thrown);

  // Additions return *this, so that `throw Error(...).with_status(503)` reads in one line.
  Error& with_server(std::string server_code, std::string request_id);
  Error& with_status(int http_status);
  Error& with_retry_after(Duration wait);
  Error& with_retryable(bool retryable);
  Error& caused_by(const Error& cause);
  /// Adds "while ..." context in front; used at layer borders only.
  Error& within(std::string_view context);

  const char* what() const noexcept override;
  ErrorCode code() const noexcept;
  const std::string& operation() const noexcept;
  const std::string& subject() const noexcept;
  const std::string& message() const noexcept;
  const std::string& server_code()
      const noexcept;  ///< The peer's own word, such as "SlowDown"; may be empty.
  const std::string& request_id() const noexcept;
  int status() const noexcept;  ///< The HTTP (or reply) status; 0 if there is none.
  const Error* cause() const noexcept;
  std::optional<Duration> retry_after() const noexcept;
  /// Whether another try may succeed. By default: network, timeout, throttled and unavailable.
  bool retryable() const noexcept;

 private:
  struct State;
  State& own();  // copy on write
  std::shared_ptr<State> state_;
};

}  // namespace sluice
