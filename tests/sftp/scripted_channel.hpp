#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sluice/async/wait_list.hpp"
#include "sluice/sftp/channel.hpp"

namespace sluice::test {

/// A channel whose other end is a function: bytes in, bytes out. Null: it never answers.
class ScriptedChannel final : public sftp::Channel {
 public:
  using Answer = std::function<void(Bytes in, std::string& out)>;

  ScriptedChannel(Executor executor, Answer answer)
      : answer_(std::move(answer)), came_(std::move(executor)) {}

  Task<std::size_t> read(MutableBytes buffer) override {
    while (out_.empty() && !ended_) {
      const bool woken = co_await came_.wait();
      if (!woken) throw Error(ErrorCode::cancelled, "read", "script", "");
    }
    const std::size_t count = std::min({buffer.size(), out_.size(), piece});
    std::copy_n(as_bytes(out_).begin(), count, buffer.begin());
    out_.erase(0, count);
    co_return count;
  }

  Task<> write(Bytes bytes) override {
    if (answer_) answer_(bytes, out_);
    came_.wake_all();
    co_return;
  }

  void shut() override { end(); }
  Task<> close() override { co_return; }

  void answer_by(Answer answer) { answer_ = std::move(answer); }
  void say(std::string_view text) {
    out_ += text;
    came_.wake_all();
  }
  void end() {
    ended_ = true;
    came_.wake_all();
  }

  std::size_t piece = 1 << 20;  ///< Of what is read at once.

 private:
  Answer answer_;
  std::string out_;
  bool ended_ = false;
  WaitList came_;
};

}  // namespace sluice::test
