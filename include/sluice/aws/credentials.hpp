#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sluice/async/task.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/core/secret.hpp"
#include "sluice/core/time.hpp"

namespace sluice::aws {

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;  ///< Empty for long-lived keys.
  std::optional<TimePoint> expires;
  std::string account_id;  ///< If the source knows it.
  std::string source;      ///< For messages: "environment", "profile prod", "IMDS role x" ...
};

/// Where requests get their credentials. Concurrent callers share one refresh. Lives on the loop.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  /// A snapshot that is valid now; refreshes when needed. Throws Error{unauthenticated} saying
  /// which sources were tried.
  virtual Task<std::shared_ptr<const Credentials>> get(OpContext context) = 0;
  /// What get() would return without waiting; null if get() has something to do.
  virtual std::shared_ptr<const Credentials> ready() { return nullptr; }
  /// The peer said that `used` has expired: the next get() fetches new ones (once; a caller retries
  /// only once).
  virtual void invalidate(const std::shared_ptr<const Credentials>& used) = 0;
};

/// Fixed credentials (also for tests). No credentials at all (anonymous): access_key_id is empty,
/// requests are not signed.
std::shared_ptr<CredentialsProvider> make_static_credentials(Credentials credentials);

}  // namespace sluice::aws
