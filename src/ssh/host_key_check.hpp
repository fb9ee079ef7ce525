#pragma once

#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/core/error.hpp"
#include "sluice/ssh/connector.hpp"
#include "ssh/known_hosts.hpp"

namespace sluice::ssh {

/// What is known of one server's key, and what is done about one that is not.
class HostKeyCheck {
 public:
  HostKeyCheck(Runtime& runtime, const ConnectorOptions& options)
      : runtime_(runtime), options_(options) {}

  /// Reads the files. Throws what the system says of one that is there but cannot be read.
  Task<> load();
  /// Of this server. After load().
  const std::vector<KnownKey>& known() const { return known_; }
  /// Throws Error{unauthenticated} for a key that must not be trusted, Error{unsupported} if only
  /// ssh(1) could tell. After load().
  Task<> check(std::string blob);

 private:
  Task<> decide_on_new(std::string blob);
  Task<> remember(std::string blob);
  Error refusal(std::string message) const;

  Runtime& runtime_;
  const ConnectorOptions& options_;
  std::string name_;
  std::vector<KnownKey> known_, known_without_port_;
  std::string accepted_;  ///< In this run, whether it could be written down or not.
  bool hashed_ = false;
};

}  // namespace sluice::ssh
