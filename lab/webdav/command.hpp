#pragma once

#include <vector>

#include "http/server.hpp"
#include "webdav/fault.hpp"
#include "webdav/upstream.hpp"

namespace sluice::lab {

/// `sluice-lab webdav`.
struct WebdavCommand {
  ListenOptions listen;
  UpstreamServer server;
  std::vector<WebdavFault> faults;
};

/// Serves until SIGTERM or SIGINT; prints one JSON line when ready and one with the counts at the
/// end. Throws Error.
void run_webdav(WebdavCommand command);

}  // namespace sluice::lab
