#pragma once

#include <libssh2.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/core/error.hpp"
#include "ssh/wire.hpp"

namespace sluice::ssh {

/// One SSH connection, by libssh2, which touches no socket: what it sends is put into a buffer that
/// takes everything, what it receives comes out of one. So it never stops in the middle of a packet
/// that it sends, which is where it is known to go wrong (a new exchange of keys meanwhile), and
/// the only thing that it can wait for is input.
///
/// First the set-up, one step after the other: finish(). Then begin(), after which SessionChannels
/// may be opened, used and closed, many at once, by call() and drive(). Lives on the loop; shut()
/// and close() it before it goes.
class Session {
 public:
  /// A call into libssh2.
  using Call = std::function<int(LIBSSH2_SESSION*)>;
  /// Answers a prompt of the server (RFC 4256), on that lane.
  using AnswerPrompt = std::function<std::string(std::string_view prompt, bool is_shown)>;

  /// `step_limit`: how long the server may take for one step of the set-up.
  Session(Runtime& runtime, std::unique_ptr<Wire> wire, std::string subject, Duration step_limit);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Of the set-up. Repeats the call until it wants no more input; what it returns then. It runs on
  /// the lane for computation: signatures and passphrases take long. Throws the failure of the
  /// connection, Error{timeout, cancelled}.
  Task<int> finish(Call call);
  /// One call, with what it has to send sent. May return LIBSSH2_ERROR_EAGAIN.
  Task<int> step(Call call);
  /// Waits for more input, as long as a step may take.
  Task<> receive_in_time();
  /// Throws the failure of the connection, if it has failed.
  void throw_if_failed() const;

  /// The set-up is over: from now on bytes come and go in the background.
  void begin();
  /// finish() for what is no work, with others at work.
  Task<int> drive(Call call);
  /// One call of that kind, `job()`.
  template <class Job>
  auto call(Job job) {
    const bool had_input = has_input();
    const auto result = job();
    after_call(had_input);
    return result;
  }
  /// Waits for what may be a reason to try the last call again. Throws the failure of the
  /// connection, Error{cancelled}.
  Task<> more_input();
  /// Waits until little is left to be sent. Throws the same.
  Task<> room_to_send();
  void wake_all();
  void shut();
  Task<> close();

  LIBSSH2_SESSION* raw() const { return raw_.get(); }
  /// The channels of the connection, which libssh2 frees with it.
  std::vector<LIBSSH2_CHANNEL*>& channels() { return channels_; }
  /// How many are open, or will be soon.
  std::size_t& channels_in_use() { return channels_in_use_; }
  /// Who opens a channel: libssh2 opens one at a time.
  Semaphore& opening() { return opening_; }
  /// No further channel can be opened: an opening was given up.
  bool& takes_no_more() { return takes_no_more_; }
  bool failed() const { return failure_.has_value(); }
  /// As the first channel's opening saw it.
  std::optional<Duration>& round_trip() { return round_trip_; }
  int idle_descriptor() const { return idle_descriptor_; }
  const std::string& subject() const { return subject_; }
  Runtime& runtime() const { return runtime_; }
  void answer_prompts_by(AnswerPrompt answer) { answer_ = std::move(answer); }
  void answer(int count, const LIBSSH2_USERAUTH_KBDINT_PROMPT* prompts,
              LIBSSH2_USERAUTH_KBDINT_RESPONSE* responses) const;
  /// What the server said in the clear, as long as the keys were not agreed on.
  std::string_view greeting() const { return greeting_; }
  void greeting_is_over();
  /// The failure that a result of libssh2 stands for; what the connection and the server said comes
  /// first.
  Error error_for(int result, std::string operation) const;

 private:
  struct Callbacks;
  struct FreeSession {
    void operator()(LIBSSH2_SESSION* session) const;
  };

  Task<int> finish_unbounded(Call call);
  Task<int> drive_unbounded(Call call);
  SteadyTime step_end() const;
  Task<> receive();
  Task<> flush();
  Task<> fill();
  Task<> send_all();
  Task<> receive_all();
  Task<> run_part(Task<> part);
  void fail(const Error& error);
  void abandon_exchange();
  bool has_input() const { return in_begin_ < in_end_; }
  void after_call(bool had_input);
  void note_input(std::size_t count);

  Runtime& runtime_;
  std::unique_ptr<Wire> wire_;
  std::string subject_;
  Duration step_limit_;
  int idle_descriptor_;  ///< libssh2 wants one to look at.
  std::unique_ptr<LIBSSH2_SESSION, FreeSession> raw_;
  std::vector<LIBSSH2_CHANNEL*> channels_;
  std::size_t channels_in_use_ = 0;
  std::optional<Duration> round_trip_;
  AnswerPrompt answer_;

  std::vector<std::byte> in_, out_, sending_;
  std::size_t in_begin_ = 0, in_end_ = 0;
  std::string greeting_;
  bool greeting_over_ = false, closing_ = false, takes_no_more_ = false;
  bool wanted_ = false;      ///< Somebody waits for input.
  bool unfinished_ = false;  ///< What step() called last wants to be called again.
  std::optional<Error> failure_;
  int disconnect_reason_ = 0;
  std::string disconnect_words_;
  WaitList want_, input_, to_send_, sent_;
  Semaphore opening_;
  TaskGroup parts_;
};

}  // namespace sluice::ssh
