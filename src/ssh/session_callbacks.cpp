#include "ssh/session_callbacks.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "sluice/core/redaction.hpp"

namespace sluice::ssh {
namespace {

constexpr std::size_t longest_words = 300;

#if LIBSSH2_VERSION_NUM >= 0x010b01
template <class Callback>
void set_callback(LIBSSH2_SESSION* session, int which, Callback* callback) {
  libssh2_session_callback_set2(session, which, reinterpret_cast<libssh2_cb_generic*>(callback));
}
#else
template <class Callback>
void set_callback(LIBSSH2_SESSION* session, int which, Callback* callback) {
  libssh2_session_callback_set(session, which, reinterpret_cast<void*>(callback));
}
#endif

}  // namespace

ssize_t Session::Callbacks::send(int, const void* bytes, std::size_t count, int, void** abstract) {
  Session& session = session_of(abstract);
  if (session.failure_) return -EPIPE;
  const auto* const begin = static_cast<const std::byte*>(bytes);
  session.out_.insert(session.out_.end(), begin, begin + count);
  return static_cast<ssize_t>(count);
}

ssize_t Session::Callbacks::receive(int, void* buffer, std::size_t count, int, void** abstract) {
  Session& session = session_of(abstract);
  const std::size_t taken = std::min(count, session.in_end_ - session.in_begin_);
  if (taken == 0) return session.failure_ ? -ECONNRESET : -EAGAIN;
  std::memcpy(buffer, session.in_.data() + session.in_begin_, taken);
  session.in_begin_ += taken;
  return static_cast<ssize_t>(taken);
}

void Session::Callbacks::disconnected(LIBSSH2_SESSION*, int reason, const char* words,
                                      int words_size, const char*, int, void** abstract) {
  Session& session = session_of(abstract);
  session.disconnect_reason_ = reason;
  if (words && words_size > 0)
    session.disconnect_words_ =
        one_line({words, static_cast<std::size_t>(words_size)}, longest_words);
  if (session.disconnect_words_.empty()) session.disconnect_words_ = "the server took its leave";
}

void Session::Callbacks::install(Session& session) {
  LIBSSH2_SESSION* const raw = session.raw();
  set_callback(raw, LIBSSH2_CALLBACK_SEND, &Callbacks::send);
  set_callback(raw, LIBSSH2_CALLBACK_RECV, &Callbacks::receive);
  set_callback(raw, LIBSSH2_CALLBACK_DISCONNECT, &Callbacks::disconnected);
}

void Session::answer(int count, const LIBSSH2_USERAUTH_KBDINT_PROMPT* prompts,
                     LIBSSH2_USERAUTH_KBDINT_RESPONSE* responses) const {
  for (int i = 0; i < count; ++i) {
    const LIBSSH2_USERAUTH_KBDINT_PROMPT& prompt = prompts[i];
    const std::string_view text(reinterpret_cast<const char*>(prompt.text), prompt.length);
    const std::string said = answer_ ? answer_(text, prompt.echo != 0) : std::string();
    // libssh2 frees it.
    auto* const copy = static_cast<char*>(std::malloc(said.size() + 1));
    if (!copy) continue;
    std::memcpy(copy, said.c_str(), said.size() + 1);
    responses[i].text = copy;
    responses[i].length = static_cast<unsigned>(said.size());
  }
}

void answer_prompts(const char*, int, const char*, int, int count,
                    const LIBSSH2_USERAUTH_KBDINT_PROMPT* prompts,
                    LIBSSH2_USERAUTH_KBDINT_RESPONSE* responses, void** abstract) {
  static_cast<Session*>(*abstract)->answer(count, prompts, responses);
}

}  // namespace sluice::ssh
