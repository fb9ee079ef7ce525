#pragma once

#include "sluice/ssh/connector.hpp"
#include "ssh/host_key_check.hpp"
#include "ssh/login.hpp"
#include "ssh/session.hpp"

namespace sluice::ssh {

/// The set-up of a session, from the first byte on: agrees on keys, checks the server's, logs in.
/// Channels may be opened then. Errors as Connector::connect() has them. What is pointed to must
/// outlive it.
Task<> open_session(Session* session, HostKeyCheck* host_key, const ConnectorOptions* options,
                    KnownSecrets* secrets);

/// The first part of that, which sends nothing of the login.
Task<> agree_on_keys(Session* session, HostKeyCheck* host_key);

}  // namespace sluice::ssh
