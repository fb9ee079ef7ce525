#pragma once

#include "ssh/session.hpp"

namespace sluice::ssh {

/// What libssh2 calls. `abstract` leads to the Session.
struct Session::Callbacks {
  static Session& session_of(void** abstract) { return *static_cast<Session*>(*abstract); }
  static ssize_t send(int socket, const void* bytes, std::size_t count, int flags, void** abstract);
  static ssize_t receive(int socket, void* buffer, std::size_t count, int flags, void** abstract);
  static void disconnected(LIBSSH2_SESSION* session, int reason, const char* words, int words_size,
                           const char* language, int language_size, void** abstract);
  static void install(Session& session);
};

/// For libssh2_userauth_keyboard_interactive().
void answer_prompts(const char* name, int name_size, const char* instruction, int instruction_size,
                    int count, const LIBSSH2_USERAUTH_KBDINT_PROMPT* prompts,
                    LIBSSH2_USERAUTH_KBDINT_RESPONSE* responses, void** abstract);

}  // namespace sluice::ssh
