#include "ssh/key_ring.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/async/errors.hpp"
#include "sluice/core/redaction.hpp"
#include "ssh/known_hosts.hpp"
#include "ssh/library.hpp"
#include "ssh/text_file.hpp"

namespace sluice::ssh {
namespace {

constexpr std::size_t longest_comment = 100;

bool is_usable(std::string_view type) {
  return is_plain_key_type(type) && (library().has_rsa_sha2 || !is_rsa(type));
}

std::string named(std::string_view type, std::string_view name) {
  return fmt::format("the {} key {}", is_rsa(type) ? "RSA" : type, name);
}

Task<std::optional<KeyFile>> load_key(Runtime* runtime, std::string path) {
  auto text = co_await read_private_file(*runtime, path);
  if (!text) co_return std::nullopt;
  KeyFile key;
  key.facts = inspect_private_key(*text, path);
  key.text = Secret(std::move(*text));
  key.path = std::move(path);
  co_return key;
}

Task<std::vector<KeyFile>> load_keys(Runtime* runtime, const ConnectorOptions* options) {
  std::vector<KeyFile> keys;
  for (const std::string& path : options->key_files) {
    std::optional<KeyFile> key;
    std::optional<Error> failure;
    try {
      key = co_await load_key(runtime, path);
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    const bool wanted = options->only_these_keys;
    if (failure && (wanted || failure->code() == ErrorCode::cancelled)) throw *failure;
    if (failure) runtime->log().info("A key is not used", {{"reason", failure->what()}});
    if (!failure && !key && wanted)
      throw Error(ErrorCode::config, "read the key", path, "there is no such file");
    if (key) keys.push_back(std::move(*key));
  }
  co_return keys;
}

/// An agent that fails is none.
Task<> ask_agent(Runtime* runtime, std::string socket, KeyRing* ring) {
  std::optional<Error> failure;
  try {
    ring->agent = co_await AgentClient::connect(std::move(socket));
    if (ring->agent) ring->agent_keys = co_await ring->agent->identities();
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (!failure) co_return;
  if (failure->code() == ErrorCode::cancelled) throw *failure;
  runtime->log().info("The SSH agent is not used", {{"reason", failure->what()}});
  ring->agent.reset();
}

bool holds(const std::vector<KeyFile>& files, std::string_view blob) {
  return std::ranges::any_of(files,
                             [blob](const KeyFile& key) { return key.facts.public_blob == blob; });
}

bool holds(const std::vector<agent::Identity>& identities, std::string_view blob) {
  return std::ranges::any_of(identities,
                             [blob](const agent::Identity& one) { return one.blob == blob; });
}

}  // namespace

std::string cannot_use(const std::string& what) {
  return fmt::format("libssh2 {} cannot use {}: use --ssh-transport ssh", library().version, what);
}

Task<KeyRing> gather_keys(Runtime* runtime, const ConnectorOptions* options) {
  KeyRing ring;
  std::vector<KeyFile> files = co_await load_keys(runtime, options);
  co_await ask_agent(runtime, options->agent_socket, &ring);
  std::vector<agent::Identity> held = std::exchange(ring.agent_keys, {});
  for (agent::Identity& one : held) {
    const std::string_view type = type_of_blob(one.blob);
    if (options->only_these_keys && !holds(files, one.blob)) continue;
    if (is_usable(type)) {
      ring.agent_keys.push_back(std::move(one));
    } else {
      ring.unused.push_back(
          named(type, one_line(one.comment, longest_comment) + " of the SSH agent"));
    }
  }
  for (KeyFile& key : files) {
    const std::string& type = key.facts.type;
    if (!key.facts.public_blob.empty() && holds(ring.agent_keys, key.facts.public_blob)) continue;
    if (type.empty() || is_usable(type)) {
      ring.files.push_back(std::move(key));
    } else {
      ring.unused.push_back(named(type, key.path));
    }
  }
  co_return ring;
}

}  // namespace sluice::ssh
