#include "sluice/async/child_stream.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include "async/child.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"

namespace sluice {
namespace {

// A pipe holds 64 KiB otherwise: a switch of processes for each.
constexpr int pipe_size = 1024 * 1024;

int large(int end) {
  // May be over the user's limit: then it stays as it is.
  (void)::fcntl(end, F_SETPIPE_SZ, pipe_size);
  return end;
}

}  // namespace

struct ChildStream::State {
  State(Executor executor, ChildOptions child_options)
      : options(std::move(child_options)),
        input(executor),
        output(executor),
        error(executor),
        background(executor) {
    Pipe in, out, err;
    child.emplace(executor, start_child(options, {.input = in.reader(),
                                                  .output = out.writer(),
                                                  .error = err.writer()}));
    input.assign(large(in.take_writer()));
    output.assign(large(out.take_reader()));
    error.assign(err.take_reader());
    background.spawn(keep_words());
  }

  Task<> keep_words() {
    std::array<char, 4096> buffer;
    for (;;) {
      boost::system::error_code result;
      const std::size_t count = co_await error.async_read_some(
          asio::buffer(buffer), asio::redirect_error(use_task, result));
      if (result) co_return;
      words.append(buffer.data(), count);
      if (words.size() > options.output_limit) words.erase(0, words.size() - options.output_limit);
    }
  }

  const std::string& name() const { return options.arguments.front(); }

  ChildOptions options;
  std::optional<Child> child;
  Descriptor input, output, error;
  std::string words;
  TaskGroup background;
};

ChildStream::ChildStream(Runtime& runtime, ChildOptions options)
    : state_(std::make_unique<State>(runtime.executor(), std::move(options))) {}

ChildStream::~ChildStream() = default;

Task<std::size_t> ChildStream::read(MutableBytes buffer) {
  boost::system::error_code result;
  const std::size_t count = co_await state_->output.async_read_some(
      asio::buffer(buffer.data(), buffer.size()), asio::redirect_error(use_task, result));
  if (result == asio::error::eof) co_return 0;
  if (result == asio::error::bad_descriptor)
    throw Error(ErrorCode::network, "read from", state_->name(), "it was shut");
  if (result) throw error_from(result, "read from", state_->name());
  co_return count;
}

Task<> ChildStream::write(Bytes bytes) {
  boost::system::error_code result;
  co_await asio::async_write(state_->input, asio::buffer(bytes.data(), bytes.size()),
                             asio::redirect_error(use_task, result));
  if (result == asio::error::bad_descriptor)
    throw Error(ErrorCode::network, "write to", state_->name(), "it was shut");
  if (result) throw error_from(result, "write to", state_->name());
}

const std::string& ChildStream::said() const {
  return state_->words;
}

void ChildStream::shut() {
  boost::system::error_code ignored;  // closed is closed
  state_->input.close(ignored);
  state_->output.close(ignored);
}

Task<ChildResult> ChildStream::close(Duration grace) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  bool ended = true;
  try {
    const SteadyTime limit =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(grace);
    co_await with_deadline(limit, "the command's end", state_->child->ended());
  } catch (const Error&) {
    ended = false;
  }
  if (!ended) co_await stop_child(*state_->child, grace);
  const int status = state_->child->reap();
  // A grandchild may keep the pipe open: a moment for the last words, then they are nobody's.
  try {
    const SteadyTime limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
    co_await with_deadline(limit, "the command's last words", state_->background.join());
  } catch (const Error&) {
    state_->background.cancel();
  }
  ChildResult result;
  if (WIFEXITED(status)) {
    result.exit_code = WEXITSTATUS(status);
  } else {
    result.signal = WTERMSIG(status);
  }
  result.standard_error = state_->words;
  co_return result;
}

}  // namespace sluice
