#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/exchange.hpp"
#include "stats.hpp"
#include "webdav/fault.hpp"
#include "webdav/upstream.hpp"

namespace sluice::lab {

/// Passes requests on to a WebDAV server and its answers back, but for what is to go wrong. Keeps
/// each body in memory.
class WebdavFront final : public HttpService {
 public:
  WebdavFront(UpstreamServer server, std::vector<WebdavFault> faults)
      : server_(std::move(server)), faults_(std::move(faults)) {}
  std::unique_ptr<Exchange> begin(const RequestHead& head) override;

  const UpstreamServer& server() const { return server_; }
  RequestCounts& counts() { return counts_; }
  /// The counts as one JSON object on one line: requests, connections, bytes_in, operations (by
  /// method), statuses, struck (of each fault, in their order).
  std::string json(const ConnectionCounts& connections) const;

 private:
  UpstreamServer server_;
  WebdavFaults faults_;
  RequestCounts counts_;
};

/// The request as the server is to get it: its own address in the place of the front's, but for
/// what `fault` (or null) changes. Pure.
UpstreamRequest passed_on(const RequestHead& head, std::string body, const UpstreamServer& server,
                          const WebdavFault* fault);

/// The answer as the client is to get it. `target`: what was asked for. Pure.
Response passed_back(UpstreamAnswer answer, const RequestHead& head, const UpstreamServer& server,
                     const WebdavFault* fault);

/// What a fault that asks no server answers. Pure.
Response own_answer(const WebdavFault& fault);

}  // namespace sluice::lab
