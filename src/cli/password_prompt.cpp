#include "password_prompt.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>

#include "sluice/async/errors.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t longest_password = 1024;

/// Nothing that is typed shows while one of these lives.
class WithoutEcho {
 public:
  explicit WithoutEcho(int terminal) : terminal_(terminal) {
    known_ = ::tcgetattr(terminal_, &before_) == 0;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (known_) ::tcsetattr(terminal_, TCSAFLUSH, &quiet);
  }
  ~WithoutEcho() {
    if (known_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  int terminal_;
  termios before_{};
  bool known_ = false;
};

void show(int terminal, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(terminal, text.data(), text.size());
    if (count <= 0) return;  // nobody reads: nobody answers either
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

enum class Typing : std::uint8_t { shown, hidden };

Task<std::optional<Secret>> ask(Runtime* runtime, std::string question, Typing typing) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (terminal < 0) co_return std::nullopt;
  asio::posix::basic_stream_descriptor<Executor> stream(runtime->executor(), terminal);
  std::optional<WithoutEcho> without_echo;
  if (typing == Typing::hidden) without_echo.emplace(terminal);
  show(terminal, question);
  std::string typed(longest_password, '\0');
  boost::system::error_code failure;
  const std::size_t length =
      co_await stream.async_read_some(asio::buffer(typed), asio::redirect_error(use_task, failure));
  if (typing == Typing::hidden) show(terminal, "\n");
  if (failure == asio::error::eof) co_return std::nullopt;
  if (failure) throw error_from(failure, "asking for a password", "/dev/tty");
  typed.resize(length);
  while (typed.ends_with('\n') || typed.ends_with('\r'))
    typed.pop_back();
  co_return Secret(std::move(typed));
}

}  // namespace

Task<std::optional<Secret>> ask_password(Runtime& runtime, std::string question) {
  return ask(&runtime, std::move(question), Typing::hidden);
}

Task<std::optional<bool>> ask_whether(Runtime& runtime, std::string question) {
  const auto typed = co_await ask(&runtime, std::move(question), Typing::shown);
  if (!typed) co_return std::nullopt;
  co_return typed->reveal() == "yes";
}

}  // namespace sluice::cli
