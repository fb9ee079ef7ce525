#include "state/redis_reply.hpp"

#include <array>
#include <utility>

namespace sluice::state {
namespace {

struct ServerWord {
  std::string_view word;
  ErrorCode code;
};

constexpr std::array server_words{
    ServerWord{"NOAUTH", ErrorCode::unauthenticated},
    ServerWord{"WRONGPASS", ErrorCode::unauthenticated},
    ServerWord{"NOPERM", ErrorCode::permission_denied},
    ServerWord{"OOM", ErrorCode::no_space},
    // States that pass: starting up, a long script, a failover, a disk that cannot be saved to.
    ServerWord{"LOADING", ErrorCode::unavailable},
    ServerWord{"BUSY", ErrorCode::unavailable},
    ServerWord{"TRYAGAIN", ErrorCode::unavailable},
    ServerWord{"MASTERDOWN", ErrorCode::unavailable},
    ServerWord{"READONLY", ErrorCode::unavailable},
    ServerWord{"MISCONF", ErrorCode::unavailable},
    ServerWord{"NOREPLICAS", ErrorCode::unavailable},
    // A cluster: a batch may span its slots.
    ServerWord{"MOVED", ErrorCode::unsupported},
    ServerWord{"ASK", ErrorCode::unsupported},
    ServerWord{"CROSSSLOT", ErrorCode::unsupported},
};

template <class T>
const T& expect(const RedisReply& reply, std::string_view subject) {
  if (const auto* failure = std::get_if<RedisReply::Failure>(&reply.value))
    throw error_of_redis(failure->text, subject);
  if (const T* value = std::get_if<T>(&reply.value)) return *value;
  throw Error(ErrorCode::protocol, "using Redis", std::string(subject), "unexpected kind of reply");
}

}  // namespace

Error error_of_redis(std::string_view text, std::string_view subject) {
  const std::string_view word = text.substr(0, text.find(' '));
  ErrorCode code = ErrorCode::protocol;
  for (const ServerWord& known : server_words)
    if (known.word == word) code = known.code;
  Error error(code, "using Redis", std::string(subject), std::string(text));
  return error.with_server(std::string(word), "");
}

const RedisReply::Array& RedisReply::array(std::string_view subject) const {
  return expect<Array>(*this, subject);
}

const std::string& RedisReply::text(std::string_view subject) const {
  return expect<std::string>(*this, subject);
}

void RedisReply::expect_success(std::string_view subject) const {
  if (const auto* failure = std::get_if<Failure>(&value))
    throw error_of_redis(failure->text, subject);
}

}  // namespace sluice::state
