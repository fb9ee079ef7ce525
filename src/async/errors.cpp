#include "sluice/async/errors.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

namespace sluice {

namespace asio = boost::asio;

namespace {

ErrorCode code_of_errno(int number) {
  switch (number) {
    case ECANCELED:
      return ErrorCode::cancelled;
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::permission_denied;
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::no_space;
    case ETIMEDOUT:
      return ErrorCode::timeout;
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case ENOTCONN:
      return ErrorCode::network;
    case ENAMETOOLONG:
    case EINVAL:
    case EISDIR:
    case ELOOP:
      return ErrorCode::invalid_input;
    case EEXIST:
    case ENOTEMPTY:
      return ErrorCode::conflict;
    default:
      return ErrorCode::internal;
  }
}

ErrorCode code_of(const boost::system::error_code& code) {
  if (code == asio::error::operation_aborted) return ErrorCode::cancelled;
  if (code.category() == boost::system::system_category() ||
      code.category() == boost::system::generic_category()) {
    return code_of_errno(code.value());
  }
  // End of stream, name resolution, TLS: all of them are about reaching the peer.
  return ErrorCode::network;
}

}  // namespace

Error cancelled(std::string_view operation) {
  return Error(ErrorCode::cancelled, std::string(operation), "", "cancelled");
}

Error error_from(boost::system::error_code code, std::string operation, std::string subject) {
  return Error(code_of(code), std::move(operation), std::move(subject), code.message());
}

Error error_from_errno(int number, std::string operation, std::string subject) {
  return Error(code_of_errno(number), std::move(operation), std::move(subject),
               std::generic_category().message(number));
}

Error error_from(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    return error_from(error.code(), "", "");
  } catch (const std::system_error& error) {
    if (error.code().category() == std::generic_category() ||
        error.code().category() == std::system_category()) {
      return Error(code_of_errno(error.code().value()), "", "", error.what());
    }
    return Error::from(thrown);
  } catch (...) {
    return Error::from(thrown);
  }
}

}  // namespace sluice
