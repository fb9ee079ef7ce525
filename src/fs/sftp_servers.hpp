#pragma once

#include <map>
#include <memory>
#include <string>

#include "sluice/fs/location.hpp"
#include "sluice/fs/storage.hpp"
#include "sluice/sftp/client.hpp"

namespace sluice {

/// The SFTP servers of a Storage: one client for each user, host and port.
class SftpServers {
 public:
  SftpServers(Runtime& runtime, SftpSettings settings)
      : runtime_(runtime), settings_(std::move(settings)) {}

  std::unique_ptr<FileSystem> open(const Location& location);
  Task<> close();

 private:
  std::shared_ptr<sftp::Client> client(const Location& location);

  Runtime& runtime_;
  SftpSettings settings_;
  std::map<std::string, std::shared_ptr<sftp::Client>> clients_;
};

}  // namespace sluice
