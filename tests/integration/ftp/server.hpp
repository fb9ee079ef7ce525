#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "sluice/fs/ftp_fs.hpp"
#include "sluice/ftp/client.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

namespace sluice::test {

struct FtpServerSettings {
  std::size_t connections = 6;
  Duration idle_timeout = std::chrono::seconds(20);
};

/// The server that SLUICE_FTP_PORT, _SECURITY, _USER, _PASSWORD, _CA and _TLS13 name. Throws
/// without them.
std::shared_ptr<ftp::Client> make_ftp_client(Runtime& runtime, FtpServerSettings settings);

/// A new directory of the server's tree (SLUICE_FTP_ROOT), for everybody.
class FtpDirectory {
 public:
  FtpDirectory();

  /// On this machine.
  const std::filesystem::path& path() const { return directory_.path(); }
  /// On the server, below the directory where a login begins.
  std::string name() const { return path().filename().string(); }

 private:
  TemporaryDirectory directory_;
};

struct FtpSession {
  Runtime& runtime;
  FtpDirectory directory;
  std::shared_ptr<ftp::Client> client;
  std::unique_ptr<FileSystem> files;
};

template <class Body>
Task<> in_ftp_session(Runtime& runtime, Body body, FtpServerSettings settings) {
  FtpSession session{runtime, {}, make_ftp_client(runtime, settings), nullptr};
  std::exception_ptr thrown;
  try {
    FtpFsOptions options;
    options.client = session.client;
    options.root = session.directory.name();
    session.files = co_await open_ftp_fs(runtime, OpContext{}, std::move(options));
    co_await body(session);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (session.files) co_await session.files->close(OpContext{});
  co_await session.client->close();
  if (thrown) std::rethrow_exception(thrown);
}

/// Runs `body(FtpSession&)`, a coroutine function, to its end.
template <class Body>
void with_ftp(Body body, FtpServerSettings settings = {}) {
  run([&](Runtime& runtime) { return in_ftp_session(runtime, body, settings); });
}

}  // namespace sluice::test
