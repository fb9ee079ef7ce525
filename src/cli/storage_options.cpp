#include "storage_options.hpp"

#include <algorithm>
#include <sstream>

#include "sluice/codec/charset.hpp"
#include "usage_error.hpp"
#include "version.hpp"

namespace sluice::cli {
namespace {

net::Http1Options http_options(Runtime& runtime, const GlobalOptions& options) {
  net::Http1Options http;
  // Each transfer may read or write several parts of one object at once; there is no use in more
  // connections than that.
  http.connections_per_endpoint = std::max(options.transfers, options.part_concurrency);
  http.connect_timeout = duration_value(options.connect_timeout, "--connect-timeout");
  http.idle_timeout = duration_value(options.idle_timeout, "--timeout");
  // A body that trickles is as bad as one that stands still, and as soon.
  http.progress_window = std::min(http.progress_window, http.idle_timeout);
  http.user_agent = std::string(user_agent);
  http.tls.verify = !options.no_verify_ssl;
  http.tls.ca_file = options.ca_file;
  http.tls.client_certificate = options.client_certificate;
  http.tls.client_key = options.client_key;
  if (!options.bandwidth.empty()) {
    http.bandwidth =
        std::make_shared<net::Bandwidth>(runtime, net::parse_bandwidth(options.bandwidth));
  }
  return http;
}

std::optional<aws::AddressingStyle> addressing(const std::string& name) {
  if (name == "path") return aws::AddressingStyle::path;
  if (name == "virtual") return aws::AddressingStyle::virtual_host;
  if (name == "auto") return aws::AddressingStyle::automatic;
  return std::nullopt;
}

std::optional<RetryPolicy> retry(const GlobalOptions& options) {
  if (options.retry_mode.empty() && !options.max_attempts) return std::nullopt;
  RetryPolicy policy =
      options.retry_mode == "adaptive" ? RetryPolicy::aws_adaptive() : RetryPolicy::aws_standard();
  if (options.max_attempts) policy.max_attempts = *options.max_attempts;
  return policy;
}

aws::ChecksumAlgorithm checksum(const std::string& name) {
  if (name == "crc32c") return aws::ChecksumAlgorithm::crc32c;
  if (name == "sha256") return aws::ChecksumAlgorithm::sha256;
  return aws::ChecksumAlgorithm::crc64nvme;
}

std::optional<aws::ChecksumMode> checksum_mode(const std::string& name) {
  if (name == "when_required") return aws::ChecksumMode::when_required;
  if (name == "when_supported") return aws::ChecksumMode::when_supported;
  return std::nullopt;
}

SshTransport ssh_transport(const std::string& name) {
  if (name == "libssh2") return SshTransport::libssh2;
  if (name == "ssh") return SshTransport::ssh;
  return SshTransport::automatic;
}

std::optional<ssh::HostKeyPolicy> host_key_policy(const std::string& name) {
  if (name == "strict") return ssh::HostKeyPolicy::strict;
  if (name == "accept-new") return ssh::HostKeyPolicy::accept_new;
  if (name == "ask") return ssh::HostKeyPolicy::ask;
  return std::nullopt;
}

SftpSettings sftp_settings(const GlobalOptions& options) {
  SftpSettings settings;
  settings.ssh_command.clear();
  std::istringstream words(options.ssh_command);
  for (std::string word; words >> word;)
    settings.ssh_command.push_back(word);
  if (settings.ssh_command.empty()) throw UsageError("--ssh-command", "it is empty");
  settings.ssh_command_given = options.ssh_command_given;
  settings.ssh_config = options.ssh_config;
  settings.transport = ssh_transport(options.ssh_transport);
  settings.keys = options.ssh_keys;
  settings.known_hosts = options.known_hosts;
  settings.host_key_policy = host_key_policy(options.host_key_check);
  settings.connections = options.ssh_connections;
  settings.allow_non_atomic = options.allow_non_atomic;
  settings.connect_timeout = duration_value(options.connect_timeout, "--connect-timeout");
  settings.idle_timeout = duration_value(options.idle_timeout, "--timeout");
  if (options.max_attempts) {
    settings.retry = RetryPolicy::exponential();
    settings.retry->max_attempts = *options.max_attempts;
  }
  return settings;
}

WebdavSettings webdav_settings(const GlobalOptions& options) {
  WebdavSettings settings;
  settings.allow_clear_password = options.allow_clear_password;
  if (options.max_attempts) {
    settings.retry = RetryPolicy::exponential();
    settings.retry->max_attempts = *options.max_attempts;
  }
  return settings;
}

FtpSettings ftp_settings(const GlobalOptions& options) {
  FtpSettings settings;
  settings.connections = options.ftp_connections;
  settings.tls13 = options.ftp_tls13;
  settings.allow_non_atomic = options.allow_non_atomic;
  if (options.max_attempts) {
    settings.retry = RetryPolicy::exponential();
    settings.retry->max_attempts = *options.max_attempts;
  }
  return settings;
}

LoginSettings login_settings(const GlobalOptions& options, const Environment& environment) {
  LoginSettings settings;
  settings.password_file = options.password_file;
  settings.netrc = options.netrc_file;
  settings.netrc_may_be_missing = options.netrc_file.empty();
  if (settings.netrc.empty()) settings.netrc = environment.get("NETRC").value_or("");
  const auto home = environment.get("HOME");
  if (settings.netrc.empty() && home) settings.netrc = std::filesystem::path(*home) / ".netrc";
  return settings;
}

std::vector<NameEncoding> encodings(const GlobalOptions& options) {
  std::vector<NameEncoding> out;
  for (const std::string& text : options.encodings) {
    const std::size_t name = text.find('=') + 1;  // 0: no host is named
    out.push_back({.host = text.substr(0, name > 0 ? name - 1 : 0), .charset = text.substr(name)});
    try {
      const codec::Charset charset(out.back().charset);
    } catch (const Error& error) {
      throw UsageError("--encoding", text + ": " + error.message());
    }
  }
  return out;
}

}  // namespace

StorageOptions storage_options(Runtime& runtime, const GlobalOptions& options,
                               Environment environment, std::shared_ptr<TemporaryJournal> journal) {
  StorageOptions storage;
  storage.logins = login_settings(options, environment);
  storage.environment = std::move(environment);
  storage.endpoint_url = options.endpoint_url;
  storage.region = options.region;
  storage.profile = options.profile;
  storage.addressing = addressing(options.addressing_style);
  storage.checksum_mode = checksum_mode(options.checksum_mode);
  storage.checksum = checksum(options.checksum_algorithm);
  storage.retry = retry(options);
  storage.anonymous = options.no_sign_request;
  storage.requester_pays = options.request_payer;
  storage.storage_class = options.storage_class;
  storage.encryption = options.sse;
  storage.encryption_key_id = options.sse_kms_key_id;
  storage.http = http_options(runtime, options);
  storage.part_size = size_value(options.part_size, "--part-size");
  storage.parallel_parts = options.part_concurrency;
  storage.buffer_memory = size_value(options.buffer_memory, "--buffer-memory");
  storage.journal = std::move(journal);
  storage.sftp = sftp_settings(options);
  storage.webdav = webdav_settings(options);
  storage.ftp = ftp_settings(options);
  storage.encodings = encodings(options);
  return storage;
}

}  // namespace sluice::cli
