#pragma once

#include <libssh2.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/core/error.hpp"
#include "ssh/wire.hpp"

namespace sluice::ssh {

/// One SSH connection with one channel, by libssh2, which touches no socket: what it sends is put
/// into a buffer that takes everything, what it receives comes out of one. So it never stops in the
/// middle of a packet that it sends, which is where it is known to go wrong (a new exchange of keys
/// meanwhile), and the only thing that it can wait for is input.
///
/// First the set-up, one step after the other: finish(). Then open_subsystem(), and read() and
/// write(), which may be at work at once. Lives on the loop; shut() and close() it before it goes.
class Session {
 public:
  /// A call into libssh2. It runs on the lane for computation: signatures and passphrases take
  /// long.
  using Call = std::function<int(LIBSSH2_SESSION*)>;
  /// Answers a prompt of the server (RFC 4256), on that lane.
  using AnswerPrompt = std::function<std::string(std::string_view prompt, bool is_shown)>;

  /// `step_limit`: how long the server may take for one step of the set-up.
  Session(Runtime& runtime, std::unique_ptr<Wire> wire, std::string subject, Duration step_limit);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Repeats the call until it wants no more input; what it returns then. Throws the failure of the
  /// connection, Error{timeout, cancelled}.
  Task<int> finish(Call call);
  /// One call, with what it has to send sent. May return LIBSSH2_ERROR_EAGAIN.
  Task<int> step(Call call);
  /// Waits for more input, as long as a step may take.
  Task<> receive_in_time();
  /// Throws the failure of the connection, if it has failed.
  void throw_if_failed() const;

  /// Opens the channel and asks for the subsystem at its other end. Throws Error{unsupported,
  /// permission_denied} if the server will not.
  Task<> open_subsystem(std::string name);
  /// At least one byte; 0 is the end. Throws the failure of the connection, Error{cancelled}.
  Task<std::size_t> read(MutableBytes buffer);
  /// All of them are taken, and are sent in the background. Throws as read() does.
  Task<> write(Bytes bytes);
  void shut();
  Task<> close();

  LIBSSH2_SESSION* raw() const { return raw_.get(); }
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
  SteadyTime step_end() const;
  Task<> receive();
  Task<> flush();
  Task<> fill();
  Task<> more_input();
  Task<> send_all();
  Task<> run_part(Task<> part);
  void fail(const Error& error);
  void abandon_exchange();
  void after_call();
  void note_input(std::size_t count);

  Runtime& runtime_;
  std::unique_ptr<Wire> wire_;
  std::string subject_;
  Duration step_limit_;
  int idle_descriptor_;  ///< libssh2 wants one to look at.
  std::unique_ptr<LIBSSH2_SESSION, FreeSession> raw_;
  LIBSSH2_CHANNEL* channel_ = nullptr;  ///< The session's.
  AnswerPrompt answer_;

  std::vector<std::byte> in_, out_, sending_;
  std::size_t in_begin_ = 0, in_end_ = 0;
  std::string greeting_;
  bool greeting_over_ = false, reading_ = false, closing_ = false;
  bool ended_ = false;       ///< The server sends no more in the channel.
  bool unfinished_ = false;  ///< What step() called last wants to be called again.
  std::optional<Error> failure_;
  int disconnect_reason_ = 0;
  std::string disconnect_words_;
  WaitList input_, to_send_, sent_;
  TaskGroup parts_;
};

}  // namespace sluice::ssh
