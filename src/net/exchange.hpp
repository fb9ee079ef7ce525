#pragma once

#include <optional>

#include "net/framing.hpp"
#include "net/pool.hpp"
#include "net/request_head.hpp"
#include "net/response_head.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::net {

/// One request and the head of its answer on one connection.
class Exchange {
 public:
  Exchange(Connection& connection, const HttpRequest& request, const Http1Options& options)
      : connection_(connection), request_(request), options_(options) {}

  /// Sends and reads the head of the final answer. nullopt: the kept connection turned out to be
  /// closed before anything was answered, and the request can be sent again on another. Errors as
  /// HttpClient::send.
  Task<std::optional<HttpResponse>> run(Lease& lease, const RequestExtras& extras);

 private:
  bool send_now();
  Task<> send();
  Task<> send_after_continue(Bytes head);
  Task<> send_bytes(Bytes head, Bytes body);
  Task<> send_reader(Bytes head);
  Task<std::size_t> read_piece(MutableBytes buffer, std::uint64_t left);
  Task<bool> wait_for_continue();
  Task<> receive_final_head();
  bool take_head();
  bool take_final_head();
  bool may_send_again(const Error& failure) const;
  HttpResponse respond(Lease& lease);
  [[noreturn]] void refuse(std::string_view reason) const;

  Connection& connection_;
  const HttpRequest& request_;
  const Http1Options& options_;
  ResponseHead head_;
  std::size_t head_bytes_ = 0;  // of the head in front of the connection's buffer, once it is there
  std::size_t searched_ = 0;
  bool begun_ = false, body_begun_ = false, body_sent_ = false;
};

}  // namespace sluice::net
