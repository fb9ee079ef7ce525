#include "fs/sftp_transport.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <vector>

#include "fs/ssh_channel.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"

namespace sluice {
namespace {

constexpr std::uint16_t ssh_port = 22;
constexpr auto usual_keys = std::to_array<const char*>({"id_ed25519", "id_ecdsa", "id_rsa"});

/// As ssh(1) has it; blocking.
std::string name_of_this_user() {
  constexpr std::size_t enough = 16UL * 1024;
  std::vector<char> buffer(enough);
  passwd entry = {};
  passwd* found = nullptr;
  const int failed = ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
  return failed == 0 && found ? found->pw_name : "";
}

bool is_in_path(const std::string& path, const std::string& program) {
  if (program.find('/') != std::string::npos) return ::access(program.c_str(), X_OK) == 0;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    std::string candidate = path.substr(begin, end - begin);
    candidate.append("/").append(program);
    if (::access(candidate.c_str(), X_OK) == 0) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

SshTransport choose_transport(const TransportFacts& facts) {
  if (facts.ssh_options_given) return SshTransport::ssh;
  if (!facts.ssh_is_there) return SshTransport::libssh2;
  if (facts.obstacle || facts.has_ssh_config) return SshTransport::ssh;
  return facts.has_secret ? SshTransport::libssh2 : SshTransport::ssh;
}

SftpTransport::SftpTransport(Runtime& runtime, const SftpSettings& settings, LoginSettings logins,
                             Environment environment, Location location)
    : runtime_(runtime),
      settings_(settings),
      logins_(std::move(logins)),
      environment_(std::move(environment)),
      location_(std::move(location)) {
  if (settings_.transport != SshTransport::automatic) chosen_ = settings_.transport;
}

sftp::SshCommand SftpTransport::command() const {
  sftp::SshCommand command;
  command.words = settings_.ssh_command;
  command.config_file = settings_.ssh_config;
  command.keys = settings_.keys;
  command.known_hosts = settings_.known_hosts;
  if (settings_.host_key_policy)
    command.accept_new = *settings_.host_key_policy == ssh::HostKeyPolicy::accept_new;
  command.host = location_.host;
  command.user = location_.user;
  command.port = location_.port;
  command.connect_timeout = std::chrono::ceil<std::chrono::seconds>(settings_.connect_timeout);
  return command;
}

ssh::ConnectorOptions SftpTransport::connector_options() const {
  ssh::ConnectorOptions options;
  options.host = location_.host;
  options.port = location_.port == 0 ? ssh_port : location_.port;
  options.user = location_.user;
  options.subject = location_.server();
  options.key_files = settings_.keys;
  options.only_these_keys = !settings_.keys.empty();
  options.agent_socket = environment_.get("SSH_AUTH_SOCK").value_or("");
  if (!settings_.known_hosts.empty()) options.known_hosts.push_back(settings_.known_hosts);
  if (const auto home = environment_.get("HOME")) {
    if (settings_.known_hosts.empty()) options.known_hosts.push_back(*home + "/.ssh/known_hosts");
    if (settings_.keys.empty()) {
      for (const char* name : usual_keys)
        options.key_files.push_back(*home + "/.ssh/" + name);
    }
  }
  if (settings_.known_hosts.empty()) options.known_hosts.emplace_back("/etc/ssh/ssh_known_hosts");
  options.policy = settings_.host_key_policy.value_or(ssh::HostKeyPolicy::ask);
  options.ask_host_key = settings_.ask_host_key;
  options.connect_timeout = settings_.connect_timeout;
  options.step_timeout = settings_.idle_timeout;
  return options;
}

Task<std::optional<Secret>> SftpTransport::find_secret(ssh::SecretQuestion question) {
  if (question.kind == ssh::SecretQuestion::Kind::passphrase) {
    auto given = secret_of_host(environment_, "SSH_PASSPHRASE", location_.host);
    if (given) co_return given;
    if (!settings_.ask_passphrase) co_return std::nullopt;
    co_return co_await settings_.ask_passphrase(std::move(question.subject));
  }
  auto login = co_await find_login(runtime_, environment_, logins_, location_);
  if (!login || login->password.empty()) co_return std::nullopt;
  co_return std::move(login->password);
}

Task<> SftpTransport::prepare_libssh2() {
  if (connector_) co_return;
  if (location_.user.empty())
    location_.user = co_await offload(runtime_.disk(), [] { return name_of_this_user(); });
  if (location_.user.empty())
    throw Error(ErrorCode::config, "connect", location_.server(), "the URL names no user");
  ssh::ConnectorOptions options = connector_options();
  options.ask_secret = [this](ssh::SecretQuestion question) {
    return find_secret(std::move(question));
  };
  connector_ = std::make_shared<ssh::Connector>(runtime_, std::move(options));
}

// --- which one ----------------------------------------------------------------------------------

Task<bool> SftpTransport::has_secret() {
  if (secret_of_host(environment_, "SSH_PASSPHRASE", location_.host)) co_return true;
  LoginSettings without_asking = logins_;
  without_asking.ask = nullptr;
  const auto login = co_await find_login(runtime_, environment_, without_asking, location_);
  co_return login && !login->password.empty();
}

Task<bool> SftpTransport::has_ssh_config() {
  const auto home = environment_.get("HOME");
  if (!home) co_return false;
  const std::filesystem::path path = std::filesystem::path(*home) / ".ssh/config";
  auto job = [&path] {
    std::error_code failed;
    return std::filesystem::file_size(path, failed) > 0 && !failed;
  };
  co_return co_await offload(runtime_.disk(), job);
}

Task<bool> SftpTransport::ssh_is_there() {
  const std::string path = environment_.get("PATH").value_or("/usr/bin:/bin");
  const std::string program = settings_.ssh_command.front();
  co_return co_await offload(runtime_.disk(), [&] { return is_in_path(path, program); });
}

void SftpTransport::tell_of_ssh(const OpContext& context, const std::string& reason) const {
  context.log.info("ssh(1) makes the connection",
                   {{"server", location_.server()}, {"reason", reason}});
}

Task<> SftpTransport::choose(OpContext context) {
  TransportFacts facts;
  facts.ssh_options_given = settings_.ssh_command_given || !settings_.ssh_config.empty();
  if (!facts.ssh_options_given) {
    facts.ssh_is_there = co_await ssh_is_there();
    facts.has_ssh_config = co_await has_ssh_config();
    facts.has_secret = co_await has_secret();
  }
  // Keys and agent are looked at only where it matters.
  if (facts.ssh_is_there && choose_transport(facts) == SshTransport::libssh2) {
    co_await prepare_libssh2();
    const auto obstacle = co_await connector_->obstacle();
    facts.obstacle = obstacle.has_value();
    if (obstacle) tell_of_ssh(context, *obstacle);
  }
  chosen_ = choose_transport(facts);
}

Task<std::unique_ptr<sftp::Channel>> SftpTransport::connect(OpContext context) {
  if (!chosen_) co_await choose(context);
  if (*chosen_ == SshTransport::ssh)
    co_return sftp::make_command_channel(runtime_, sftp::words_of(command()), location_.server());
  co_await prepare_libssh2();
  std::optional<Error> failure;
  try {
    co_return co_await connect_by_libssh2(connector_, context);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  const bool may_change =
      settings_.transport == SshTransport::automatic && failure->code() == ErrorCode::unsupported;
  if (!may_change) throw *failure;
  tell_of_ssh(context, failure->message());
  chosen_ = SshTransport::ssh;
  co_return co_await connect(context);
}

}  // namespace sluice
