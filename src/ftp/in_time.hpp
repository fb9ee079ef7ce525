#pragma once

#include <fmt/format.h>

#include <utility>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/ftp/connection.hpp"

namespace sluice::ftp {

/// `operation`, but Error{timeout} after `limit`; errors name the server.
template <class T>
Task<T> Connection::in_time(std::string step, Duration limit, Task<T> operation) {
  const SteadyTime until =
      runtime_.clock().steady() + std::chrono::duration_cast<SteadyTime::duration>(limit);
  std::optional<Error> failure;
  try {
    co_return co_await with_deadline(until, step, std::move(operation));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure->code() == ErrorCode::timeout && failure->operation() == step)
    throw Error(ErrorCode::timeout, step, options_->subject,
                fmt::format("no answer within {} s", std::chrono::duration<double>(limit).count()));
  // What reads bytes does not know whose they are.
  if (failure->subject().empty())
    failure = Error(failure->code(), failure->operation(), options_->subject, failure->message());
  throw *failure;
}

}  // namespace sluice::ftp
