#include "ssh/login.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sluice/async/errors.hpp"
#include "sluice/core/redaction.hpp"
#include "ssh/known_hosts.hpp"
#include "ssh/library.hpp"
#include "ssh/session_callbacks.hpp"
#include "ssh/signer.hpp"

namespace sluice::ssh {
namespace {

// OpenSSH ends a connection at the sixth failure (MaxAuthTries): the last is left to a password.
constexpr std::size_t most_keys = 5;
constexpr std::size_t longest_prompt = 100;

unsigned size_of(const std::string& text) {
  return static_cast<unsigned>(text.size());
}

/// Whether it is the key's file that libssh2 complains of. What a wrong passphrase makes of PEM is
/// an error of parsing.
bool is_of_the_key(int result, const PrivateKeyFacts& facts) {
  return result == LIBSSH2_ERROR_FILE || result == LIBSSH2_ERROR_METHOD_NONE ||
         result == LIBSSH2_ERROR_KEYFILE_AUTH_FAILED ||
         (result == LIBSSH2_ERROR_PROTO && facts.encrypted);
}

}  // namespace

Task<> Login::run() {
  const bool let_in = co_await learn_methods();
  if (let_in) co_return;
  KeyRing ring = co_await gather_keys(&session_.runtime(), &options_);
  if (offers("publickey")) {
    const bool done = co_await try_keys(&ring);
    if (done) co_return;
    // A key may have been the first of two things that the server wants.
    const bool may_ask = methods_.size() == 1 && keys_tried_ < most_keys;  // it counts as a failure
    if (may_ask) co_await learn_methods();
  }
  // A server that refuses the password will refuse it as an answer, too.
  if (offers("password")) {
    const bool done = co_await try_password();
    if (done) co_return;
  } else if (offers("keyboard-interactive")) {
    const bool done = co_await try_prompts();
    if (done) co_return;
  }
  throw refusal(ring);
}

Task<bool> Login::learn_methods() {
  const int result = co_await session_.finish([this](LIBSSH2_SESSION* raw) {
    const char* const list =
        libssh2_userauth_list(raw, options_.user.data(), size_of(options_.user));
    if (!list) return libssh2_userauth_authenticated(raw) ? 0 : libssh2_session_last_errno(raw);
    methods_.clear();
    std::string_view rest = list;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      methods_.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    return 0;
  });
  if (result != 0) throw session_.error_for(result, "log in");
  co_return libssh2_userauth_authenticated(session_.raw()) != 0;
}

bool Login::offers(std::string_view method) const {
  return std::ranges::find(methods_, method) != methods_.end();
}

bool Login::is_in(int result) {
  if (result == 0) return true;
  session_.throw_if_failed();
  if (result != LIBSSH2_ERROR_AUTHENTICATION_FAILED && result != LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED)
    throw session_.error_for(result, "log in");
  return false;
}

// --- keys ---------------------------------------------------------------------------------------

Task<bool> Login::try_keys(KeyRing* ring) {
  for (const agent::Identity& identity : ring->agent_keys) {
    if (keys_tried_ == most_keys) co_return false;
    const bool done = co_await try_agent_key(ring->agent.get(), identity);
    if (done) co_return true;
  }
  for (const KeyFile& key : ring->files) {
    if (keys_tried_ == most_keys) co_return false;
    const bool done = co_await try_file(&key);
    if (done) co_return true;
  }
  co_return false;
}

Task<bool> Login::try_agent_key(AgentClient* agent, agent::Identity identity) {
  tried_.push_back(fmt::format("the agent's key {}", one_line(identity.comment, longest_prompt)));
  ++keys_tried_;
  Signer signer;
  void* abstract = &signer;
  const Session::Call call = [&](LIBSSH2_SESSION* raw) {
    return libssh2_userauth_publickey(raw, options_.user.c_str(),
                                      reinterpret_cast<const unsigned char*>(identity.blob.data()),
                                      identity.blob.size(), &Signer::sign, &abstract);
  };
  for (;;) {
    const int result = co_await session_.step(call);
    if (result != LIBSSH2_ERROR_EAGAIN) co_return is_in(result);
    if (!signer.is_wanted()) {
      co_await session_.receive_in_time();
      continue;
    }
    std::optional<Error> failure;
    try {
      const agent::SignFlags flags = agent::flags_for(agent::wanted_algorithm(signer.data()));
      auto signature = co_await agent->sign(identity.blob, signer.data(), flags);
      signer.answer(std::move(signature.blob));
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    if (failure && failure->code() == ErrorCode::cancelled) throw *failure;
    // libssh2 then gives this key up.
    if (failure) signer.refuse();
  }
}

Task<std::optional<Secret>> Login::passphrase_of(const KeyFile* key) {
  if (!key->facts.encrypted) co_return Secret();
  SecretQuestion question;
  question.kind = SecretQuestion::Kind::passphrase;
  question.subject = key->path;
  auto found = co_await secret(std::move(question));
  if (!found)
    left_out_.push_back(fmt::format(
        "the key {} needs a passphrase (SLUICE_SSH_PASSPHRASE, or an agent)", key->path));
  co_return found;
}

Task<bool> Login::try_file(const KeyFile* key) {
  const auto passphrase = co_await passphrase_of(key);
  if (!passphrase) co_return false;
  ++keys_tried_;
  const std::string& text = key->text.reveal();
  const int result = co_await session_.finish([&](LIBSSH2_SESSION* raw) {
    return libssh2_userauth_publickey_frommemory(raw, options_.user.data(), options_.user.size(),
                                                 nullptr, 0, text.data(), text.size(),
                                                 passphrase->reveal().c_str());
  });
  if (!is_of_the_key(result, key->facts)) {
    tried_.push_back(fmt::format("the key {}", key->path));
    co_return is_in(result);
  }
  session_.throw_if_failed();
  secrets_.erase(key->path);
  left_out_.push_back(key->facts.encrypted
                          ? fmt::format("the passphrase of the key {} is wrong", key->path)
                          : fmt::format("libssh2 cannot read the key {}", key->path));
  co_return false;
}

// --- passwords ----------------------------------------------------------------------------------

Task<std::optional<Secret>> Login::secret(SecretQuestion question) {
  const auto known = secrets_.find(question.subject);
  if (known != secrets_.end()) co_return known->second;
  if (!options_.ask_secret) co_return std::nullopt;
  const std::string subject = question.subject;
  auto answer = co_await options_.ask_secret(std::move(question));
  if (answer) secrets_[subject] = *answer;
  co_return answer;
}

Task<std::optional<Secret>> Login::password() {
  SecretQuestion question;
  question.subject = options_.subject;
  auto found = co_await secret(std::move(question));
  if (found && found->empty()) found.reset();
  if (!found) left_out_.emplace_back("there is no password");
  co_return found;
}

Task<bool> Login::try_password() {
  const auto found = co_await password();
  if (!found) co_return false;
  tried_.emplace_back("the password");
  const int result = co_await session_.finish([&](LIBSSH2_SESSION* raw) {
    const std::string& text = found->reveal();
    return libssh2_userauth_password_ex(raw, options_.user.data(), size_of(options_.user),
                                        text.data(), size_of(text), nullptr);
  });
  if (result == LIBSSH2_ERROR_PASSWORD_EXPIRED)
    throw Error(ErrorCode::unauthenticated, "log in", options_.subject,
                "the password has expired: change it with ssh");
  co_return is_in(result);
}

Task<bool> Login::try_prompts() {
  const auto found = co_await password();
  if (!found) co_return false;
  tried_.emplace_back("the password, at the server's prompt");
  std::string unanswered;
  session_.answer_prompts_by([&, answered = false](std::string_view prompt, bool shown) mutable {
    if (!shown && !std::exchange(answered, true)) return found->reveal();
    unanswered = one_line(prompt, longest_prompt);
    return std::string();
  });
  const int result = co_await session_.finish([this](LIBSSH2_SESSION* raw) {
    return libssh2_userauth_keyboard_interactive_ex(raw, options_.user.data(),
                                                    size_of(options_.user), &answer_prompts);
  });
  session_.answer_prompts_by(nullptr);
  if (result != 0 && !unanswered.empty())
    throw Error(ErrorCode::unauthenticated, "log in", options_.subject,
                fmt::format("the server asks more than a password (\"{}\"): use a key, or "
                            "--ssh-transport ssh with an open connection (ControlMaster)",
                            unanswered));
  co_return is_in(result);
}

Error Login::refusal(const KeyRing& ring) const {
  std::vector<std::string> parts;
  if (!tried_.empty()) parts.push_back(fmt::format("refused: {}", fmt::join(tried_, ", ")));
  parts.insert(parts.end(), left_out_.begin(), left_out_.end());
  for (const std::string& key : ring.unused)
    parts.push_back(cannot_use(key));
  const bool never_tried = tried_.empty() && !ring.unused.empty();
  if (parts.empty()) parts.emplace_back("there is no key and no password");
  return Error(
      never_tried ? ErrorCode::unsupported : ErrorCode::unauthenticated, "log in", options_.subject,
      fmt::format("Permission denied ({}): {}", fmt::join(methods_, ","), fmt::join(parts, "; ")));
}

}  // namespace sluice::ssh
