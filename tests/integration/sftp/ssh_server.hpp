#pragma once

#include "sluice/ssh/connector.hpp"

namespace sluice::test {

/// From SLUICE_SSH_PORT, _USER, _KEY and _KNOWN_HOSTS, a server for libssh2. Throws without them.
ssh::ConnectorOptions connector_options();

}  // namespace sluice::test
