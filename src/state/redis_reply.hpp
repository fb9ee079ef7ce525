#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sluice/core/error.hpp"

namespace sluice::state {

/// A command: its name and arguments, any bytes.
using RedisCommand = std::vector<std::string>;

/// What the server said (RESP2). An error is a value here: in an array it concerns one element.
struct RedisReply {
  struct Failure {
    std::string text;  ///< "WRONGTYPE Operation against a key ..."
  };
  using Array = std::vector<RedisReply>;
  std::variant<std::nullptr_t, std::string, std::int64_t, Array, Failure> value;

  // Each throws the server's error as an Error, or Error{protocol} if the reply is of another kind.
  const Array& array(std::string_view subject) const;
  const std::string& text(std::string_view subject) const;
  void expect_success(std::string_view subject) const;
};

/// The server's error as ours, by its first word.
Error error_of_redis(std::string_view text, std::string_view subject);

}  // namespace sluice::state
