#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/certificates.hpp"
#include "support/temporary_directory.hpp"

namespace sluice::state::test {

/// A real redis-server on a free port of the loopback interface, with a directory of its own.
/// Throws if it cannot be started: a missing server is a failed test, not a skipped one.
class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> arguments = {});
  /// Over TLS only, with this certificate for 127.0.0.1.
  RedisServer(const sluice::test::CertificateFiles& certificate,
              std::vector<std::string> arguments);
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer();

  /// "redis://127.0.0.1:port/database" (over TLS: rediss), with `userinfo` ("user:password@") if
  /// given.
  std::string url(int database = 0, const std::string& userinfo = "") const;
  std::uint16_t port() const { return port_; }

  void stop();     ///< Ends it and waits for its end.
  void start();    ///< On the same port and directory.
  void suspend();  ///< It keeps its connections and answers nothing.
  void resume();

 private:
  void wait_until_ready() const;

  sluice::test::TemporaryDirectory directory_;
  std::vector<std::string> arguments_;
  bool tls_ = false;
  std::uint16_t port_;
  pid_t process_ = -1;
};

}  // namespace sluice::state::test
