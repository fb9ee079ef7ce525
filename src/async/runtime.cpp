#include "sluice/async/runtime.hpp"

#include <utility>

#include "sluice/async/errors.hpp"

namespace sluice {
namespace {

// Jobs in flight are bounded by what runs; this only keeps a flood from growing without end.
constexpr std::size_t queue_limit = 4096;

RuntimeOptions completed(RuntimeOptions options) {
  if (!options.clock) options.clock = std::make_shared<SystemClock>();
  if (!options.random) options.random = std::make_shared<SeededRandom>();
  if (!options.threads) options.threads = std::make_shared<LaneThreads>();
  return options;
}

Task<> logged(Logger log, std::string name, Task<> task) {
  std::exception_ptr thrown;
  try {
    co_await std::move(task);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return;
  const Error error = error_from(thrown);
  if (error.code() != ErrorCode::cancelled)
    log.error("A background task failed", {{"task", name}, {"error", error.what()}});
}

}  // namespace

Runtime::Runtime(asio::io_context& loop, RuntimeOptions options)
    : options_(completed(std::move(options))),
      executor_(loop.get_executor()),
      turn_(executor_),
      disk_(executor_, options_.threads->disk, queue_limit),
      dns_(executor_, options_.threads->dns, queue_limit),
      database_(executor_, options_.threads->database, queue_limit),
      cpu_(executor_, options_.threads->cpu, queue_limit),
      background_(executor_) {}

Runtime::~Runtime() = default;

void Runtime::spawn(std::string name, Task<> task) {
  background_.spawn(logged(options_.log, std::move(name), std::move(task)));
}

Task<> Runtime::close() {
  background_.cancel();
  co_await background_.join();
}

}  // namespace sluice
