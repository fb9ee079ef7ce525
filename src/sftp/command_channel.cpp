#include "sluice/async/child_stream.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/sftp/ssh_command.hpp"

namespace sluice::sftp {
namespace {

// A program that has ended its output has this long to end, and to say why.
constexpr auto last_words = std::chrono::seconds(3);
// All that matters was answered before it is closed: ssh need not take its leave of the server,
// which would be a round trip or two.
constexpr auto farewell = std::chrono::milliseconds(20);

class CommandChannel final : public Channel {
 public:
  CommandChannel(Runtime& runtime, std::vector<std::string> words, std::string subject)
      : child_(runtime, {.arguments = std::move(words),
                         .environment = {},
                         .directory = {},
                         .output_limit = 16 * 1024}),
        subject_(std::move(subject)),
        closed_(runtime.executor()) {}

  Task<std::size_t> read(MutableBytes buffer) override {
    const std::size_t count = co_await child_.read(buffer);
    if (count > 0 || shut_) co_return count;
    // It has ended, and says why.
    const ChildResult result = co_await ended(last_words);
    throw ssh_failure(result.standard_error, result.exit_code, subject_);
  }

  Task<> write(Bytes bytes) override {
    std::optional<Error> failure;
    try {
      co_await child_.write(bytes);
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    if (!failure) co_return;
    if (failure->code() == ErrorCode::cancelled || shut_) throw *failure;
    const ChildResult result = co_await ended(last_words);
    throw ssh_failure(result.standard_error, result.exit_code, subject_);
  }

  void shut() override {
    shut_ = true;
    child_.shut();
  }

  Task<> close() override { co_await ended(farewell); }

 private:
  Task<ChildResult> ended(Duration grace) {
    while (closing_) {
      const bool woken = co_await closed_.wait();
      if (!woken) throw cancelled("close " + subject_);
    }
    if (!result_) {
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      closing_ = true;
      result_ = co_await child_.close(grace);
      closing_ = false;
      closed_.wake_all();
    }
    co_return *result_;
  }

  ChildStream child_;
  std::string subject_;
  bool shut_ = false, closing_ = false;
  std::optional<ChildResult> result_;
  WaitList closed_;
};

}  // namespace

std::unique_ptr<Channel> make_command_channel(Runtime& runtime, std::vector<std::string> words,
                                              std::string subject) {
  return std::make_unique<CommandChannel>(runtime, std::move(words), std::move(subject));
}

}  // namespace sluice::sftp
