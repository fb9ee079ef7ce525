#pragma once

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/watchdog.hpp"

namespace sluice::test {

/// Runs what is ready and waited for. In builds with the watchdog, a handler that holds the loop
/// for long (in CPU time: a busy machine is no excuse and no fault) fails the test.
inline void run_loop(asio::io_context& loop) {
#ifdef SLUICE_LOOP_WATCHDOG
  run_watched(loop, std::chrono::milliseconds(300), [](Duration held) {
    const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(held).count();
    FAIL_CHECK("a handler held the loop for " << count << " ms");
  });
#else
  loop.run();
#endif
}

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
    run_loop(loop);
    loop.restart();
    asio::co_spawn(loop, runtime.close(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    run_loop(loop);
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
