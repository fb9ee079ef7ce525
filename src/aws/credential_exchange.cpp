#include "aws/credential_exchange.hpp"
#include "sluice/core/bytes.hpp"

#include <utility>

namespace sluice::aws {
namespace {

constexpr std::size_t largest_answer = 256_KiB;

}  // namespace

Task<Answer> exchange(net::HttpClient& http, OpContext context, const net::HttpRequest& request) {
  net::HttpResponse response = co_await http.send(std::move(context), request);
  std::string body = co_await response.read_all(largest_answer);
  co_return Answer{response.status(), response.headers(), std::move(body)};
}

std::string body_of(Answer answer, ErrorFormat format, const std::string& operation,
                    const std::string& subject) {
  if (answer.status == 200) return std::move(answer.body);
  throw to_error(parse_service_error(format, answer.status, answer.headers, answer.body), operation,
                 subject);
}

}  // namespace sluice::aws
