#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sluice/async/task.hpp"
#include "sluice/core/error.hpp"
#include "sluice/sftp/connection.hpp"

/// What an answer should be. Each waits for it and throws what the server refused (status_error),
/// Error{protocol} for an answer of another type, and what Pending::answer() throws.
namespace sluice::sftp {

/// What was asked, for errors.
struct Asked {
  const char* operation = "";
  std::string subject;  ///< The file's URL, without secrets.
};

/// no_such_file is not_found, bad_message (OpenSSH's word for EINVAL and ENAMETOOLONG)
/// invalid_input; failure tells nothing: internal. The server's words are the message, the code's
/// name is server_code().
Error status_error(const Status& status, const Asked& asked);
/// "SSH_FX_FAILURE"; the number for what version 3 does not know.
std::string name_of(StatusCode code);

Task<> expect_ok(Connection::Pending pending, Asked asked);
Task<std::string> expect_handle(Connection::Pending pending, Asked asked);
Task<Attributes> expect_attributes(Connection::Pending pending, Asked asked);
/// nullopt: no such file.
Task<std::optional<Attributes>> find_attributes(Connection::Pending pending, Asked asked);
/// nullopt: the end of the directory.
Task<std::optional<std::vector<Entry>>> expect_names(Connection::Pending pending, Asked asked);
/// The one name of a REALPATH or READLINK.
Task<std::string> expect_name(Connection::Pending pending, Asked asked);
Task<Space> expect_space(Connection::Pending pending, Asked asked);
/// How many bytes a READ brought (a server may send none); nullopt: the end of the file.
Task<std::optional<std::size_t>> expect_data(Connection::Pending& pending, Asked asked);
/// A status of any kind, for who wants to know which.
Task<Status> expect_status(Connection::Pending pending, Asked asked);

}  // namespace sluice::sftp
