#pragma once

#include <map>
#include <memory>
#include <string>

#include "sluice/core/environment.hpp"
#include "sluice/fs/location.hpp"
#include "sluice/fs/storage.hpp"
#include "sluice/ftp/client.hpp"

namespace sluice {

/// The FTP servers of a Storage: one client for each scheme, user, host and port.
class FtpServers {
 public:
  FtpServers(Runtime& runtime, const StorageOptions& options)
      : runtime_(runtime), options_(options) {}

  /// Logs in, and sweeps first what dead processes left on a server that is opened for the first
  /// time.
  Task<std::unique_ptr<FileSystem>> open(OpContext context, Location location);
  Task<> close();

 private:
  Task<std::shared_ptr<ftp::Client>> make_client(Location location);

  Runtime& runtime_;
  const StorageOptions& options_;
  std::map<std::string, std::shared_ptr<ftp::Client>> clients_;
};

}  // namespace sluice
