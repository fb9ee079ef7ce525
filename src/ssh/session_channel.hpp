#pragma once

#include <libssh2.h>

#include <memory>
#include <string>

#include "sluice/ssh/connector.hpp"
#include "ssh/session.hpp"

namespace sluice::ssh {

/// A channel of a session, which it keeps. The last one that is closed closes the session.
class SessionChannel final : public Channel {
 public:
  explicit SessionChannel(std::shared_ptr<Session> session);

  /// Opens it and asks for the subsystem at its other end. Throws Error{permission_denied} if the
  /// server opens no further channel, Error{unsupported} if it has no such subsystem.
  Task<> open(std::string subsystem);

  Task<std::size_t> read(MutableBytes buffer) override;
  /// All of them are taken, and are sent in the background.
  Task<> write(Bytes bytes) override;
  void shut() override;
  Task<> close() override;

 private:
  Task<> open_channel();
  Task<> start(const std::string& subsystem);
  Task<> free();
  void throw_if_shut() const;

  std::shared_ptr<Session> session_;
  LIBSSH2_CHANNEL* raw_ = nullptr;
  bool shut_ = false;
  bool ended_ = false;  ///< The server sends no more.
};

/// A channel that is open. It is closed if that fails.
Task<std::unique_ptr<SessionChannel>> open_channel(std::shared_ptr<Session> session,
                                                   std::string subsystem);

}  // namespace sluice::ssh
