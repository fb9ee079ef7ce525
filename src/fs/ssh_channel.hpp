#pragma once

#include <memory>

#include "sluice/core/op_context.hpp"
#include "sluice/sftp/channel.hpp"
#include "sluice/ssh/connector.hpp"

namespace sluice {

/// A new SSH connection with a channel to its SFTP server. The connector must outlive it; errors as
/// Connector::connect() has them.
Task<std::unique_ptr<sftp::Channel>> connect_by_libssh2(std::shared_ptr<ssh::Connector> connector,
                                                        OpContext context);

}  // namespace sluice
