#pragma once

#include <string>

#include "sluice/aws/aws_error.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::aws {

struct Answer {
  int status = 0;
  net::HeaderList headers;
  std::string body;
};

/// One exchange with an answer of at most 256 KiB.
Task<Answer> exchange(net::HttpClient& http, OpContext context, const net::HttpRequest& request);

/// The body of a 200 answer; anything else is thrown as the service's Error, with `operation` and
/// `subject`.
std::string body_of(Answer answer, ErrorFormat format, const std::string& operation,
                    const std::string& subject);

}  // namespace sluice::aws
