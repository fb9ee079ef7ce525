#include "sluice/async/watchdog.hpp"

#include <ctime>

namespace sluice {
namespace {

Duration thread_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

std::size_t run_watched(asio::io_context& loop, Duration budget,
                        const std::function<void(Duration)>& on_stall) {
  std::size_t handlers = 0;
  Duration before = thread_cpu_time();
  // Waiting in epoll costs no CPU time, so the difference is the handler's own.
  while (loop.run_one() != 0) {
    const Duration after = thread_cpu_time();
    if (after - before > budget) on_stall(after - before);
    before = after;
    ++handlers;
  }
  return handlers;
}

}  // namespace sluice
