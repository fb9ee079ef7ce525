#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sluice/fs/sftp_fs.hpp"
#include "sluice/sftp/client.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

namespace sluice::test {

/// From SLUICE_SFTP_COMMAND, the words of a command that speaks SFTP, one a line: sftp-server
/// itself, or ssh. Throws without it. Where SLUICE_SSH_PORT is set, libssh2 makes the connection.
const std::vector<std::string>& server_command();

struct SftpSettings {
  std::size_t connections = 2;
  bool allow_non_atomic = false;
  std::size_t most_in_flight = 16 * 1024 * 1024;
  std::size_t most_handles = 256;
};

std::shared_ptr<sftp::Client> make_client(Runtime& runtime, const SftpSettings& settings);

/// A directory of this machine through the server. close() it, then the client.
struct SftpSession {
  SftpSession(Runtime& the_runtime, SftpSettings settings);

  Runtime& runtime;
  TemporaryDirectory directory;
  std::shared_ptr<sftp::Client> client;
  std::unique_ptr<FileSystem> files;
};

template <class Body>
Task<> in_sftp_session(Runtime& runtime, Body body, SftpSettings settings) {
  SftpSession session(runtime, settings);
  std::exception_ptr thrown;
  try {
    co_await body(session);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await session.files->close(OpContext{});
  co_await session.client->close();
  if (thrown) std::rethrow_exception(thrown);
}

/// Runs `body(SftpSession&)`, a coroutine function, to its end.
template <class Body>
void with_sftp(Body body, SftpSettings settings = {}) {
  run([&](Runtime& runtime) { return in_sftp_session(runtime, body, settings); });
}

}  // namespace sluice::test
