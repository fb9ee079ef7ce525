#pragma once

#include <boost/system/error_code.hpp>
#include <exception>
#include <string>
#include <string_view>

#include "sluice/core/error.hpp"

namespace sluice {

/// The Error for a cancelled operation.
Error cancelled(std::string_view operation);

/// Maps a failure of the system (sockets, files, resolver, TLS) to an Error: operation_aborted is
/// `cancelled`, ENOSPC and EDQUOT are `no_space`, EACCES and EPERM `permission_denied`, ENOENT
/// `not_found`, ETIMEDOUT `timeout`, what breaks a connection `network`.
Error error_from(boost::system::error_code code, std::string operation, std::string subject);
/// The same for errno values.
Error error_from_errno(int number, std::string operation, std::string subject);
/// Any exception in flight as an Error; a boost or std system_error by its code, everything else as
/// Error::from.
Error error_from(const std::exception_ptr& thrown);

}  // namespace sluice
