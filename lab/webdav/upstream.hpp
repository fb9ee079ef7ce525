#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::lab {

/// The real server behind a front.
struct UpstreamServer {
  std::string host = "127.0.0.1";  ///< An address.
  std::uint16_t port = 0;
  std::string authority() const;  ///< "127.0.0.1:8081".
  std::string origin() const { return "http://" + authority(); }
};

using FieldList = std::vector<std::pair<std::string, std::string>>;
/// The value of the first field of that name; "" without one.
std::string_view value_in(const FieldList& fields, std::string_view name);

struct UpstreamRequest {
  std::string method, target;
  FieldList fields;  ///< Without those of the connection and of framing.
  std::string body;
};

struct UpstreamAnswer {
  int status = 0;
  FieldList fields;  ///< The same.
  std::string body;
};

/// Whether a field is for one connection or tells where a body ends: it is not passed on.
bool is_of_connection(std::string_view name);

/// One exchange on a connection of its own; nullopt if the server does not answer. The protocol is
/// Beast's: what the clients of this house make of it cannot cancel out.
boost::asio::awaitable<std::optional<UpstreamAnswer>> ask_upstream(UpstreamServer server,
                                                                   UpstreamRequest request);

}  // namespace sluice::lab
