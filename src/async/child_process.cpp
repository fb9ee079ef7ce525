#include "sluice/async/child_process.hpp"

#include <sys/wait.h>

#include <array>
#include <boost/asio/redirect_error.hpp>

#include "async/child.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"

namespace sluice {
namespace {

enum class Keep : bool { beginning, end };

// Reads until the end, keeping `limit` bytes; the rest is read and dropped so that the child does
// not block.
Task<> collect(Executor executor, int reader, std::size_t limit, Keep keep, std::string* kept) {
  Descriptor pipe(executor, reader);
  std::array<char, 4096> buffer;
  for (;;) {
    boost::system::error_code result;
    const std::size_t count =
        co_await pipe.async_read_some(asio::buffer(buffer), asio::redirect_error(use_task, result));
    if (result)
      co_return;  // the end of the pipe, or the group was cancelled after the child had ended
    kept->append(buffer.data(), count);
    if (kept->size() <= limit) continue;
    if (keep == Keep::beginning) {
      kept->resize(limit);
    } else {
      kept->erase(0, kept->size() - limit);
    }
  }
}

// Waits for the end; on cancellation or at the deadline, asks the child's group to stop and then
// makes it.
Task<std::exception_ptr> wait_or_stop(Child& child, OpContext context, Duration grace) {
  std::exception_ptr thrown;
  try {
    co_await with_deadline(context.deadline, "the command", child.ended());
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return nullptr;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await stop_child(child, grace);
  co_return thrown;
}

}  // namespace

Task<ChildResult> run_child(Runtime& runtime, OpContext context, ChildOptions options) {
  const Executor executor = runtime.executor();
  Pipe out, err;
  Child child(executor,
              start_child(options, {.input = -1, .output = out.writer(), .error = err.writer()}));
  out.close_writer();
  err.close_writer();

  ChildResult result;
  TaskGroup readers(executor);
  readers.spawn(collect(executor, out.take_reader(), options.output_limit, Keep::beginning,
                        &result.standard_output));
  readers.spawn(collect(executor, err.take_reader(), options.output_limit, Keep::end,
                        &result.standard_error));
  std::exception_ptr stopped;
  try {
    stopped = co_await wait_or_stop(child, context, options.grace);
    co_await throw_if_cancelled();
  } catch (...) {
    stopped = std::current_exception();
  }
  if (stopped) co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  // A grandchild may keep the pipes open after the child's end: give the last words a moment, then
  // stop reading.
  try {
    const SteadyTime limit =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(stopped ? 0 : 200);
    co_await with_deadline(limit, "the command's output", readers.join());
  } catch (const Error& error) {
    context.log.debug("The command's output was left open", {{"error", error.what()}});
  }
  const int status = child.reap();
  if (stopped) std::rethrow_exception(stopped);
  if (WIFEXITED(status)) {
    result.exit_code = WEXITSTATUS(status);
  } else {
    result.signal = WTERMSIG(status);
  }
  co_return result;
}

}  // namespace sluice
