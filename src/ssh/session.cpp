#include "ssh/session.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/core/redaction.hpp"
#include "ssh/library.hpp"
#include "ssh/session_callbacks.hpp"

namespace sluice::ssh {
namespace {

constexpr std::size_t receive_at_once = 128UL * 1024;
// A write goes on when less than this waits to be sent.
constexpr std::size_t much_to_send = 256UL * 1024;
constexpr std::size_t longest_greeting = 64UL * 1024;
// OpenSSH cuts what it sends into packets of 32 KiB anyway.
constexpr unsigned packet_size = 32 * 1024;
// What may come without being asked for again: at a round trip of 50 ms, 320 MB/s.
constexpr unsigned window = 16 * 1024 * 1024;

}  // namespace

void Session::FreeSession::operator()(LIBSSH2_SESSION* session) const {
  // It takes its leave of each channel, and would wait for the answers: the connection has failed
  // by now, which it is told one by one.
  constexpr int most_tries = 100;
  for (int i = 0; i < most_tries && libssh2_session_free(session) == LIBSSH2_ERROR_EAGAIN; ++i) {
  }
}

Session::Session(Runtime& runtime, std::unique_ptr<Wire> wire, std::string subject,
                 Duration step_limit)
    : runtime_(runtime),
      wire_(std::move(wire)),
      subject_(std::move(subject)),
      step_limit_(step_limit),
      idle_descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      in_(receive_at_once),
      input_(runtime.executor()),
      to_send_(runtime.executor()),
      sent_(runtime.executor()),
      parts_(runtime.executor()) {
  (void)library();
  raw_.reset(libssh2_session_init_ex(nullptr, nullptr, nullptr, this));
  if (!raw_ || idle_descriptor_ < 0) {
    if (idle_descriptor_ >= 0) ::close(idle_descriptor_);
    throw Error(ErrorCode::internal, "connect", subject_, "libssh2 has no memory");
  }
  libssh2_session_set_blocking(raw_.get(), 0);
  Callbacks::install(*this);
}

Session::~Session() {
  fail(Error(ErrorCode::network, "receive", subject_, "the connection was closed"));
  abandon_exchange();
  raw_.reset();
  ::close(idle_descriptor_);
}

/// What an exchange of keys that is under way holds, libssh2 1.10 frees only when it is told of the
/// failure in the exchange itself.
void Session::abandon_exchange() {
  char byte = 0;
  if (unfinished_ && !greeting_over_) {
    libssh2_session_handshake(raw_.get(), idle_descriptor_);
  } else if (channel_) {
    libssh2_channel_read(channel_, &byte, sizeof byte);
  }
}

// --- the set-up ---------------------------------------------------------------------------------

SteadyTime Session::step_end() const {
  return runtime_.clock().steady() + std::chrono::duration_cast<SteadyTime::duration>(step_limit_);
}

Task<int> Session::finish(Call call) {
  return with_deadline(step_end(), "set up " + subject_, finish_unbounded(std::move(call)));
}

Task<> Session::receive_in_time() {
  return with_deadline(step_end(), "set up " + subject_, receive());
}

void Session::throw_if_failed() const {
  if (failure_ || !disconnect_words_.empty())
    throw error_for(LIBSSH2_ERROR_SOCKET_DISCONNECT, "connect");
}

Task<int> Session::finish_unbounded(Call call) {
  for (;;) {
    const int result = co_await step(call);
    if (result != LIBSSH2_ERROR_EAGAIN) co_return result;
    co_await receive();
  }
}

Task<int> Session::step(Call call) {
  const auto job = [this, &call] { return call(raw_.get()); };
  const int result = co_await offload(runtime_.cpu(), job);
  unfinished_ = result == LIBSSH2_ERROR_EAGAIN;
  co_await flush();
  co_return result;
}

Task<> Session::flush() {
  while (!out_.empty()) {
    sending_.clear();
    std::swap(out_, sending_);
    co_await wire_->write(sending_);
  }
}

Task<> Session::receive() {
  throw_if_failed();  // the server may have said why before it went
  co_await fill();
}

Task<> Session::fill() {
  if (in_begin_ == in_end_) in_begin_ = in_end_ = 0;
  std::optional<Error> failure;
  try {
    const std::size_t count = co_await wire_->read(std::span(in_).subspan(in_end_));
    note_input(count);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure) throw *failure;
}

void Session::note_input(std::size_t count) {
  if (!greeting_over_ && greeting_.size() < longest_greeting)
    greeting_ += as_text(std::span(in_).subspan(in_end_, count));
  in_end_ += count;
}

void Session::greeting_is_over() {
  greeting_over_ = true;
  std::string().swap(greeting_);
}

// --- the channel --------------------------------------------------------------------------------

Task<> Session::open_subsystem(std::string name) {
  const int opened = co_await finish([this](LIBSSH2_SESSION* session) {
    channel_ = libssh2_channel_open_ex(session, "session", sizeof "session" - 1, window,
                                       packet_size, nullptr, 0);
    return channel_ ? 0 : libssh2_session_last_errno(session);
  });
  if (opened != 0) throw error_for(opened, "open a channel");
  // What a server program writes on its standard error would fill the window.
  const int ignored = co_await finish([this](LIBSSH2_SESSION*) {
    return libssh2_channel_handle_extended_data2(channel_, LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE);
  });
  if (ignored != 0) throw error_for(ignored, "open a channel");
  const int started = co_await finish([this, name](LIBSSH2_SESSION*) {
    return libssh2_channel_process_startup(channel_, "subsystem", sizeof "subsystem" - 1,
                                           name.c_str(), static_cast<unsigned>(name.size()));
  });
  if (started == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED)
    throw Error(ErrorCode::unsupported, "connect", subject_,
                fmt::format("the server has no subsystem {}", name));
  if (started != 0) throw error_for(started, "open a channel");
  parts_.spawn(run_part(send_all()));
}

void Session::after_call() {
  if (!out_.empty()) to_send_.wake_one();
}

Task<std::size_t> Session::read(MutableBytes buffer) {
  for (;;) {
    if (failure_) throw *failure_;
    if (runtime_.turn().over()) co_await runtime_.turn().next();
    const bool had_input = in_begin_ < in_end_;
    const ssize_t count =
        libssh2_channel_read(channel_, reinterpret_cast<char*>(buffer.data()), buffer.size());
    after_call();
    if (had_input) input_.wake_all();  // a writer may have waited for room in the window
    if (count > 0) co_return static_cast<std::size_t>(count);
    ended_ = count == 0 || (count == LIBSSH2_ERROR_EAGAIN && libssh2_channel_eof(channel_) != 0);
    if (ended_) {
      input_.wake_all();
      co_return 0;
    }
    if (count != LIBSSH2_ERROR_EAGAIN) throw error_for(static_cast<int>(count), "receive");
    co_await more_input();
  }
}

/// One coroutine reads for all: the others wait for what it got.
Task<> Session::more_input() {
  if (failure_) throw *failure_;
  if (reading_) {
    const bool woken = co_await input_.wait();
    if (!woken) throw cancelled("receive from " + subject_);
    co_return;
  }
  reading_ = true;
  std::exception_ptr thrown;
  try {
    co_await fill();
  } catch (...) {
    thrown = std::current_exception();
  }
  reading_ = false;
  if (!thrown) co_return;
  const Error error = error_from(thrown);
  if (error.code() == ErrorCode::cancelled) {
    input_.wake_all();  // another one may read now
  } else {
    fail(error);
  }
  throw failure_.value_or(error);
}

Task<> Session::write(Bytes bytes) {
  while (!bytes.empty()) {
    if (failure_) throw *failure_;
    if (runtime_.turn().over()) co_await runtime_.turn().next();
    if (out_.size() >= much_to_send) {
      const bool woken = co_await sent_.wait();
      if (!woken) throw cancelled("send to " + subject_);
      continue;
    }
    const bool had_input = in_begin_ < in_end_;
    const ssize_t count =
        libssh2_channel_write(channel_, reinterpret_cast<const char*>(bytes.data()), bytes.size());
    after_call();
    if (had_input) input_.wake_all();
    if (count > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (count != 0 && count != LIBSSH2_ERROR_EAGAIN)
      throw error_for(static_cast<int>(count), "send");
    if (ended_)
      throw Error(ErrorCode::network, "send", subject_, "the server has ended the channel");
    // The server's window is full, or keys are being exchanged: whoever reads will say when
    // something came.
    const bool woken = co_await input_.wait();
    if (!woken) throw cancelled("send to " + subject_);
  }
}

Task<> Session::send_all() {
  for (;;) {
    while (out_.empty()) {
      const bool woken = co_await to_send_.wait();
      if (!woken) throw cancelled("send to " + subject_);
    }
    sending_.clear();
    std::swap(out_, sending_);
    sent_.wake_all();
    co_await wire_->write(sending_);
  }
}

// --- the end ------------------------------------------------------------------------------------

Task<> Session::run_part(Task<> part) {
  std::exception_ptr thrown;
  try {
    // Asio lets no coroutine end that was cancelled before it first waited.
    co_await asio::post(runtime_.executor(), use_task);
    co_await std::move(part);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) fail(error_from(thrown));
}

void Session::fail(const Error& error) {
  if (failure_) return;
  failure_ = closing_ && error.code() == ErrorCode::cancelled
                 ? Error(ErrorCode::network, "receive", subject_, "the connection was closed")
                 : error;
  wire_->shut();
  input_.wake_all();
  to_send_.wake_all();
  sent_.wake_all();
}

void Session::shut() {
  closing_ = true;
  fail(Error(ErrorCode::network, "receive", subject_, "the connection was closed"));
  parts_.cancel();
}

Task<> Session::close() {
  shut();
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await parts_.join();
}

}  // namespace sluice::ssh
