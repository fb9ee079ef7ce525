#pragma once

#include <string>
#include <utility>

#include "sluice/net/http_client.hpp"
#include "support/run.hpp"
#include "support/scripted_server.hpp"

namespace sluice::test {

inline net::HttpRequest get_request(net::Endpoint endpoint, std::string target = "/") {
  net::HttpRequest request;
  request.endpoint = std::move(endpoint);
  request.target = std::move(target);
  return request;
}

inline Task<std::string> get(net::HttpClient& client, net::Endpoint endpoint,
                             std::string target = "/") {
  const net::HttpRequest request = get_request(std::move(endpoint), std::move(target));
  OpContext context;
  net::HttpResponse response = co_await client.send(context, request);
  co_return co_await response.read_all(1 << 20);
}

}  // namespace sluice::test
