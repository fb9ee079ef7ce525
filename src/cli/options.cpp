#include "options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/codec/units.hpp"
#include "sluice/core/error.hpp"
#include "sluice/fs/location.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

using Names = std::vector<std::string>;

/// Adds options under one heading of --help.
class Group {
 public:
  Group(CLI::App& app, std::string heading) : app_(app), heading_(std::move(heading)) {}

  template <class T>
  CLI::Option* option(const char* flag, T& value, const char* help) {
    return app_.add_option(flag, value, help)->group(heading_);
  }
  /// An option whose default --help shows.
  template <class T>
  CLI::Option* preset(const char* flag, T& value, const char* help) {
    return option(flag, value, help)->capture_default_str();
  }
  CLI::Option* choice(const char* flag, std::string& value, const Names& names, const char* help) {
    return option(flag, value, help)->check(CLI::IsMember(names));
  }
  CLI::Option* flag(const char* name, bool& value, const char* help) {
    return app_.add_flag(name, value, help)->group(heading_);
  }

 private:
  CLI::App& app_;
  std::string heading_;
};

void add_s3_options(CLI::App& app, GlobalOptions& options) {
  Group group(app, "S3");
  group.option("--endpoint-url", options.endpoint_url,
               "Server to use instead of AWS, such as http://127.0.0.1:9000");
  group.option("--region", options.region, "Region (default: AWS_REGION, the profile, us-east-1)");
  group.option("--profile", options.profile, "Profile of the shared AWS configuration files");
  group.choice("--addressing-style", options.addressing_style, {"auto", "path", "virtual"},
               "Bucket in the host name or in the path (default auto)");
  group.flag("--no-sign-request", options.no_sign_request, "Do not sign requests (public buckets)");
  group.flag("--request-payer", options.request_payer,
             "Pay for requests to requester-pays buckets");
  group.choice("--checksum-mode", options.checksum_mode, {"when_supported", "when_required"},
               "when_required is for servers that know no checksums");
  group.choice("--checksum-algorithm", options.checksum_algorithm,
               {"crc64nvme", "crc32c", "sha256"},
               "Checksum to send with uploads (default crc64nvme)");
  group.option("--storage-class", options.storage_class,
               "Storage class of new objects, such as STANDARD_IA, DEEP_ARCHIVE");
  group.choice("--sse", options.sse, {"AES256", "aws:kms", "aws:kms:dsse"},
               "Server-side encryption of new objects");
  group.option("--sse-kms-key-id", options.sse_kms_key_id, "KMS key for --sse aws:kms");
  group.option("--metadata", options.metadata,
               "Metadata of new objects, NAME=VALUE (may be repeated)");
  group.choice("--retry-mode", options.retry_mode, {"standard", "adaptive"}, "Retry mode");
  group.option("--max-attempts", options.max_attempts, "Attempts for each request, with the first")
      ->check(CLI::Range(1, 100));
}

void add_network_options(CLI::App& app, GlobalOptions& options) {
  Group group(app, "Network");
  group.option("--ca-file", options.ca_file,
               "PEM file of the certificate authorities to trust (default: the system's)");
  group.option("--client-cert", options.client_certificate, "PEM file of a client certificate");
  group.option("--client-key", options.client_key, "PEM file of its key");
  group.flag("--no-verify-ssl", options.no_verify_ssl,
             "Do not verify TLS certificates (dangerous)");
  group.option("--bwlimit", options.bandwidth,
               "Bandwidth: 10M, up:down 1M:10M, or a timetable \"08:00,1M 18:00,off\"");
  group.option("--encoding", options.encodings,
               "Character set of names on FTP, SFTP and WebDAV servers: [HOST=]NAME, such as CP932 "
               "(may be repeated)");
  group.preset("--connect-timeout", options.connect_timeout, "Limit for connecting");
  group.preset("--timeout", options.idle_timeout, "Limit without any byte");
}

void add_sftp_options(CLI::App& app, GlobalOptions& options) {
  Group group(app, "SFTP");
  group
      .choice("--ssh-transport", options.ssh_transport, {"auto", "libssh2", "ssh"},
              "What connects: ssh, or this program by libssh2")
      ->capture_default_str();
  group.option("--ssh-key", options.ssh_keys,
               "File of a private key to log in with, instead of all others (may be repeated)");
  group.option("--known-hosts", options.known_hosts,
               "File of known host keys (default: ~/.ssh/known_hosts)");
  group.choice("--host-key-check", options.host_key_check, {"strict", "accept-new", "ask"},
               "What to do about a host that is not known (default: ask on a terminal)");
  group
      .preset("--ssh-command", options.ssh_command,
              "Program that connects, with its options, separated by spaces")
      ->each([&options](const std::string&) { options.ssh_command_given = true; });
  group.option("--ssh-config", options.ssh_config, "Its configuration file (ssh -F)");
  group.preset("--ssh-connections", options.ssh_connections, "Connections to one server, at most")
      ->check(CLI::Range(1, 10));
  group.flag("--allow-non-atomic", options.allow_non_atomic,
             "Replace a file in two steps where the server cannot in one");
}

void add_ftp_options(CLI::App& app, GlobalOptions& options) {
  Group group(app, "FTP");
  group.preset("--ftp-connections", options.ftp_connections, "Connections to one server, at most")
      ->check(CLI::Range(1, 1000));
  group.flag("--ftp-tls13", options.ftp_tls13,
             "Allow TLS 1.3, whose tickets some servers run out of");
}

void add_login_options(CLI::App& app, GlobalOptions& options) {
  Group group(app, "Logins");
  group.option("--password-file", options.password_file,
               "File whose first line is the password of the user in the URL");
  group.option("--netrc-file", options.netrc_file,
               "Logins by host, as curl reads them (default: $NETRC, else ~/.netrc)");
  group.flag("--allow-clear-password", options.allow_clear_password,
             "Let a password or token go to a WebDAV server without TLS");
}

void add_transfer_options(CLI::App& app, GlobalOptions& options) {
  Group group(app, "Transfers");
  group.preset("--transfers", options.transfers, "Files at once, at most (with SFTP servers 512)")
      ->check(CLI::Range(1, 100000))
      ->each([&options](const std::string&) { options.transfers_given = true; });
  group.preset("--part-size", options.part_size, "Part size of large objects");
  group.preset("--part-concurrency", options.part_concurrency, "Parts of one large object at once")
      ->check(CLI::Range(1, 1000));
  group.preset("--buffer-memory", options.buffer_memory,
               "Memory for the buffers of all transfers together");
  group.preset("--grace", options.grace,
               "After SIGINT or SIGTERM, how long running files may take to end");
  group.option("--state-dir", options.state_directory,
               "Directory of the journal and the default status memory");
}

void add_output_options(CLI::App& app, GlobalOptions& options) {
  Group group(app, "Output");
  group.choice("--lang", options.lang, {"en", "ja"},
               "Language of what is said to people (default: the locale's)");
  group.flag("--json", options.json, "One JSON object a line on standard output");
  group.flag("-q,--quiet", options.quiet, "Only errors");
  group.flag("-v,--verbose", options.verbose,
             "Name each file that is copied, deleted or processed");
  group.flag("--no-progress", options.no_progress, "No progress bar on a terminal");
  group
      .choice("--log-level", options.log_level, {"debug", "info", "warn", "error", "off"},
              "Log level")
      ->capture_default_str();
  group.choice("--log-format", options.log_format, {"text", "json"}, "Log format")
      ->capture_default_str();
  group.option("--log-file", options.log_file, "Also log into this file");
  group.preset("--log-file-size", options.log_file_size,
               "Begin a new log file above this size; five old ones are kept");
}

}  // namespace

void add_global_options(CLI::App& app, GlobalOptions& options) {
  add_s3_options(app, options);
  add_sftp_options(app, options);
  add_ftp_options(app, options);
  add_login_options(app, options);
  add_network_options(app, options);
  add_transfer_options(app, options);
  add_output_options(app, options);
}

std::size_t transfers_between(const GlobalOptions& options,
                              std::initializer_list<std::string_view> urls) {
  const bool sftp = std::ranges::any_of(
      urls, [](std::string_view url) { return parse_location(url).scheme == Scheme::sftp; });
  return sftp && !options.transfers_given ? sftp_transfers : options.transfers;
}

void add_filter_options(CLI::App& command, FilterOptions& options) {
  Group group(command, "Filters");
  group.option("--include", options.include,
               "Only paths that match this minimatch pattern (may be repeated)");
  group.option("--exclude", options.exclude,
               "No paths that match this pattern; wins over --include (may be repeated)");
  group.option("--min-size", options.min_size, "Only files of this size or larger, such as 10k");
  group.option("--max-size", options.max_size, "Only files of this size or smaller");
  group.option("--min-age", options.min_age,
               "Only files modified this long ago or longer, such as 2d");
  group.option("--max-age", options.max_age, "Only files modified within this time");
  group.option("--max-depth", options.max_depth, "Only this many levels of directories")
      ->check(CLI::PositiveNumber);
}

void add_link_option(CLI::App& command, FilterOptions& options) {
  Group group(command, "Filters");
  group.flag("--follow-symlinks,-L", options.follow_symlinks,
             "Follow symbolic links instead of skipping them");
}

bool FilterOptions::any() const {
  return !include.empty() || !exclude.empty() || !min_size.empty() || !max_size.empty() ||
         !min_age.empty() || !max_age.empty() || max_depth || follow_symlinks;
}

WalkOptions walk_options(const FilterOptions& options) {
  WalkOptions walk;
  walk.include = options.include;
  walk.exclude = options.exclude;
  walk.max_depth = options.max_depth;
  walk.symlinks = options.follow_symlinks ? Symlinks::follow : Symlinks::skip;
  return walk;
}

FileFilter file_filter(const FilterOptions& options, TimePoint now) {
  FileFilter filter;
  if (!options.min_size.empty()) filter.min_size = size_value(options.min_size, "--min-size");
  if (!options.max_size.empty()) filter.max_size = size_value(options.max_size, "--max-size");
  if (!options.max_age.empty())
    filter.not_before = now - duration_value(options.max_age, "--max-age");
  if (!options.min_age.empty())
    filter.not_after = now - duration_value(options.min_age, "--min-age");
  return filter;
}

std::uint64_t size_value(const std::string& text, std::string_view flag) {
  const auto size = codec::parse_size(text);
  if (size) return *size;
  throw UsageError(std::string(flag),
                   fmt::format("\"{}\" is no size (such as 512, 10k, 8M, 1.5GiB)", text));
}

Duration duration_value(const std::string& text, std::string_view flag) {
  const auto duration = codec::parse_duration(text);
  if (duration) return *duration;
  throw UsageError(std::string(flag),
                   fmt::format("\"{}\" is no time (such as 500ms, 30s, 5m, 2d, 1h30m)", text));
}

}  // namespace sluice::cli
