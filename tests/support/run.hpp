#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/async/runtime.hpp"

namespace sluice::test {

/// Runs a coroutine function `body(Runtime&)` on a loop of its own to its end; throws what it
/// throws. The loop is run until no work is left, so a coroutine that was forgotten hangs the test
/// instead of hiding.
template <class Body>
void run(Body body, RuntimeOptions options = {}) {
  asio::io_context loop{1};
  std::exception_ptr thrown;
  {
    Runtime runtime(loop, std::move(options));
    asio::co_spawn(loop, body(runtime),
                   [&thrown](std::exception_ptr failure) { thrown = std::move(failure); });
    loop.run();
    loop.restart();
    asio::co_spawn(loop, runtime.close(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop.run();
  }
  if (thrown) std::rethrow_exception(thrown);
}

/// The Error that the coroutine ended with, or nullopt.
template <class Body>
std::optional<Error> error_of(Body body) {
  try {
    run(std::move(body));
  } catch (...) {
    return error_from(std::current_exception());
  }
  return std::nullopt;
}

}  // namespace sluice::test
