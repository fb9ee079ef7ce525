#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fs/server_temporaries.hpp"
#include "sluice/webdav/client.hpp"

namespace sluice {

/// Lists and removes on a WebDAV server for sweep_server().
class WebdavSweeper final : public ServerSweeper {
 public:
  explicit WebdavSweeper(std::shared_ptr<webdav::Client> client) : client_(std::move(client)) {}

  Task<std::vector<std::string>> names_in(OpContext context, std::string directory) override;
  Task<> remove(OpContext context, std::string path) override;

 private:
  std::shared_ptr<webdav::Client> client_;
};

}  // namespace sluice
