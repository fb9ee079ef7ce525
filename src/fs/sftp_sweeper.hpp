#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fs/server_temporaries.hpp"
#include "sluice/sftp/client.hpp"

namespace sluice {

inline constexpr const char* sftp_temporaries_kind = "sftp-directory";

/// Lists and removes on an SFTP server for sweep_server().
class SftpSweeper final : public ServerSweeper {
 public:
  explicit SftpSweeper(std::shared_ptr<sftp::Client> client) : client_(std::move(client)) {}

  Task<std::vector<std::string>> names_in(OpContext context, std::string directory) override;
  Task<> remove(OpContext context, std::string path) override;

 private:
  std::shared_ptr<sftp::Client> client_;
};

}  // namespace sluice
