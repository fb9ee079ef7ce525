#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fs/server_temporaries.hpp"
#include "sluice/ftp/client.hpp"

namespace sluice {

/// Lists and removes on an FTP server for sweep_server().
class FtpSweeper final : public ServerSweeper {
 public:
  explicit FtpSweeper(std::shared_ptr<ftp::Client> client) : client_(std::move(client)) {}

  Task<std::vector<std::string>> names_in(OpContext context, std::string directory) override;
  Task<> remove(OpContext context, std::string path) override;

 private:
  std::shared_ptr<ftp::Client> client_;
};

}  // namespace sluice
