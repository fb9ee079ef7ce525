#include "net/proxy_tunnel.hpp"

#include <array>
#include <string>

#include "net/response_head.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::net {
namespace {

std::string connect_head(const ProxyServer& proxy, const Endpoint& target,
                         const Http1Options& options) {
  const bool ipv6 = target.host.find(':') != std::string::npos;
  // The port is always written here, RFC 9112 section 3.2.3.
  const std::string authority =
      (ipv6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
  std::string head = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  head += "User-Agent: " + options.user_agent + "\r\n";
  if (!proxy.authorization.empty())
    head += "Proxy-Authorization: " + proxy.authorization.reveal() + "\r\n";
  return head + "\r\n";
}

class Tunnel {
 public:
  Tunnel(Transport& transport, const ProxyServer& proxy, const Endpoint& target)
      : transport_(transport), proxy_(proxy), target_(target) {}

  Task<> send(std::string head) {
    boost::system::error_code result;
    const bool sent = transport_.start_write(as_bytes(head), {}, result);
    if (!sent && !result) co_await transport_.finish_write(result);
    if (result) throw error_from(result, "opening a tunnel", subject());
  }

  Task<ResponseHead> receive(std::size_t limit) {
    std::string received;
    for (;;) {
      const std::size_t searched = received.size();
      co_await read_more(received);
      const std::string_view early = refuse_early(received);
      if (!early.empty()) throw wrong(early);
      const std::size_t length = head_length(received, searched);
      if (length == 0 && received.size() > limit) throw wrong("its answer is too long");
      if (length == 0) continue;
      ResponseHead head;
      const std::string_view problem =
          parse_response_head(std::string_view(received).substr(0, length), head);
      if (!problem.empty()) throw wrong(problem);
      // Behind a tunnel the client speaks first: this is no tunnel.
      if (head.status / 100 == 2 && length != received.size())
        throw wrong("bytes follow its answer");
      co_return head;
    }
  }

 private:
  Task<> read_more(std::string& received) {
    std::array<std::byte, 2048> buffer;
    boost::system::error_code result;
    const std::size_t count = co_await transport_.read_some(buffer, result);
    if (result) throw error_from(result, "opening a tunnel", subject());
    received += as_text(Bytes(buffer).first(count));
  }

  std::string subject() const {
    return "proxy " + proxy_.endpoint.origin() + " to " + target_.authority();
  }
  Error wrong(std::string_view reason) const {
    return Error(ErrorCode::protocol, "opening a tunnel", subject(), std::string(reason));
  }

  Transport& transport_;
  const ProxyServer& proxy_;
  const Endpoint& target_;
};

}  // namespace

Error proxy_refusal(const ProxyServer& proxy, const Endpoint& target, int status) {
  const std::string subject = "proxy " + proxy.endpoint.origin() + " to " + target.authority();
  ErrorCode code = ErrorCode::unavailable;
  std::string message = "the proxy answered with status " + std::to_string(status);
  if (status == 407) {
    code = ErrorCode::unauthenticated;
    message = proxy.authorization.empty() ? "the proxy asks for a user and a password"
                                          : "the proxy does not accept the user or password";
  } else if (status == 403) {
    code = ErrorCode::permission_denied;
    message = "the proxy refuses to connect to this host";
  }
  Error error(code, "opening a tunnel", subject, std::move(message));
  return error.with_status(status).with_retryable(status >= 500);
}

Task<> open_tunnel(Transport& transport, const ProxyServer& proxy, const Endpoint& target,
                   const Http1Options& options) {
  Tunnel tunnel(transport, proxy, target);
  std::string head = connect_head(proxy, target, options);
  co_await tunnel.send(std::move(head));
  const ResponseHead answer = co_await tunnel.receive(options.max_head_bytes);
  if (answer.status / 100 != 2) throw proxy_refusal(proxy, target, answer.status);
}

}  // namespace sluice::net
