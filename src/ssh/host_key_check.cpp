#include "ssh/host_key_check.hpp"

#include <fmt/format.h>

#include "sluice/async/errors.hpp"
#include "ssh/text_file.hpp"

namespace sluice::ssh {
namespace {

bool is_first_in(const std::vector<std::string>& files, const std::string& file) {
  return !files.empty() && files.front() == file;
}

}  // namespace

Task<> HostKeyCheck::load() {
  name_ = known_host_name(options_.host, options_.port);
  KnownHosts files;
  for (const std::string& file : options_.known_hosts) {
    const auto text = co_await read_file(runtime_, file);
    if (!text) continue;
    files.add(*text, file);
    if (is_first_in(options_.known_hosts, file)) hashed_ = files.is_hashed();
  }
  known_ = files.keys_of(name_);
  known_without_port_ = files.keys_of(known_host_name(options_.host, 0));
}

Error HostKeyCheck::refusal(std::string message) const {
  return Error(ErrorCode::unauthenticated, "connect", options_.subject, std::move(message));
}

Task<> HostKeyCheck::check(std::string blob) {
  const HostKeyJudgement judgement = judge(known_, blob);
  const std::string_view type = type_of_blob(blob);
  switch (judgement.verdict) {
    case HostKeyVerdict::known:
      co_return;
    case HostKeyVerdict::revoked:
      throw refusal(fmt::format("the host key {} is revoked ({})", fingerprint(blob),
                                judgement.because->place));
    case HostKeyVerdict::changed:
      throw refusal(fmt::format(
          "REMOTE HOST IDENTIFICATION HAS CHANGED: the server shows the {} key {}, and {} has {}; "
          "if you know why, remove that line",
          type, fingerprint(blob), judgement.because->place, fingerprint(judgement.because->blob)));
    case HostKeyVerdict::authority_only:
      throw Error(ErrorCode::unsupported, "connect", options_.subject,
                  fmt::format("{} has a certificate authority, which libssh2 cannot check: use "
                              "--ssh-transport ssh",
                              judgement.because->place));
    case HostKeyVerdict::unknown:
    case HostKeyVerdict::other_type:
      break;
  }
  // As ssh(1) has it: what is known of the host by another port confirms, and does not refuse.
  if (judge(known_without_port_, blob).verdict == HostKeyVerdict::known) co_return;
  if (accepted_ == blob) co_return;
  if (judgement.verdict == HostKeyVerdict::other_type)
    throw refusal(
        fmt::format("the server shows the {} key {}, and {} has one of type {}; if it is "
                    "good, add it to that file",
                    type, fingerprint(blob), judgement.because->place, judgement.because->type));
  co_await decide_on_new(std::move(blob));
}

Task<> HostKeyCheck::decide_on_new(std::string blob) {
  const std::string shown = fmt::format("{} {}", type_of_blob(blob), fingerprint(blob));
  std::optional<bool> agreed;
  if (options_.policy == HostKeyPolicy::accept_new) agreed = true;
  if (options_.policy == HostKeyPolicy::ask && options_.ask_host_key) {
    HostKeyQuestion question;
    question.host = name_;
    question.type = type_of_blob(blob);
    question.fingerprint = fingerprint(blob);
    agreed = co_await options_.ask_host_key(std::move(question));
  }
  if (!agreed)
    throw refusal(
        fmt::format("the host key {} is not in known_hosts (see --host-key-check)", shown));
  if (!*agreed) throw refusal(fmt::format("the host key {} was not accepted", shown));
  accepted_ = blob;
  co_await remember(std::move(blob));
}

Task<> HostKeyCheck::remember(std::string blob) {
  if (options_.known_hosts.empty()) co_return;
  std::string salt;
  if (hashed_) {
    constexpr std::size_t salt_size = 20;
    while (salt.size() < salt_size)
      salt += runtime_.random().hex_id();
    salt.resize(salt_size);
  }
  std::string line = known_hosts_line(name_, blob, salt);
  std::optional<Error> failure;
  try {
    co_await append_line(runtime_, options_.known_hosts.front(), std::move(line));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure)
    runtime_.log().warn("A host key was accepted and cannot be written down",
                        {{"host", name_}, {"error", failure->what()}});
}

}  // namespace sluice::ssh
