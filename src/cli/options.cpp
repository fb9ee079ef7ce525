#include "options.hpp"

#include <fmt/format.h>

#include "sluice/codec/units.hpp"
#include "sluice/core/error.hpp"

namespace sluice::cli {
namespace {

void add_s3_options(CLI::App& app, GlobalOptions& options) {
  const std::string group = "S3";
  app.add_option("--endpoint-url", options.endpoint_url,
                 "Server to use instead of AWS, such as http://127.0.0.1:9000")
      ->group(group);
  app.add_option("--region", options.region, "Region (default: AWS_REGION, the profile, us-east-1)")
      ->group(group);
  app.add_option("--profile", options.profile, "Profile of the shared AWS configuration files")
      ->group(group);
  app.add_option("--addressing-style", options.addressing_style,
                 "Bucket in the host name or in the path (default auto)")
      ->check(CLI::IsMember({"auto", "path", "virtual"}))
      ->group(group);
  app.add_flag("--no-sign-request", options.no_sign_request,
               "Do not sign requests (public buckets)")
      ->group(group);
  app.add_flag("--request-payer", options.request_payer,
               "Pay for requests to requester-pays buckets")
      ->group(group);
  app.add_option("--checksum-mode", options.checksum_mode,
                 "when_required is for servers that know no checksums")
      ->check(CLI::IsMember({"when_supported", "when_required"}))
      ->group(group);
  app.add_option("--checksum-algorithm", options.checksum_algorithm,
                 "Checksum to send with uploads (default crc64nvme)")
      ->check(CLI::IsMember({"crc64nvme", "crc32c", "sha256"}))
      ->group(group);
  app.add_option("--storage-class", options.storage_class,
                 "Storage class of new objects, such as STANDARD_IA, DEEP_ARCHIVE")
      ->group(group);
  app.add_option("--sse", options.sse, "Server-side encryption of new objects")
      ->check(CLI::IsMember({"AES256", "aws:kms", "aws:kms:dsse"}))
      ->group(group);
  app.add_option("--sse-kms-key-id", options.sse_kms_key_id, "KMS key for --sse aws:kms")
      ->group(group);
  app.add_option("--metadata", options.metadata,
                 "Metadata of new objects, NAME=VALUE (may be repeated)")
      ->group(group);
  app.add_option("--retry-mode", options.retry_mode, "Retry mode")
      ->check(CLI::IsMember({"standard", "adaptive"}))
      ->group(group);
  app.add_option("--max-attempts", options.max_attempts,
                 "Attempts for each request, with the first")
      ->check(CLI::Range(1, 100))
      ->group(group);
}

void add_network_options(CLI::App& app, GlobalOptions& options) {
  const std::string group = "Network";
  app.add_option("--ca-file", options.ca_file,
                 "PEM file of the certificate authorities to trust (default: the system's)")
      ->group(group);
  app.add_option("--client-cert", options.client_certificate, "PEM file of a client certificate")
      ->group(group);
  app.add_option("--client-key", options.client_key, "PEM file of its key")->group(group);
  app.add_flag("--no-verify-ssl", options.no_verify_ssl,
               "Do not verify TLS certificates (dangerous)")
      ->group(group);
  app.add_option("--bwlimit", options.bandwidth,
                 "Bandwidth: 10M, up:down 1M:10M, or a timetable \"08:00,1M 18:00,off\"")
      ->group(group);
  app.add_option("--connect-timeout", options.connect_timeout, "Limit for connecting")
      ->group(group)
      ->capture_default_str();
  app.add_option("--timeout", options.idle_timeout, "Limit without any byte")
      ->group(group)
      ->capture_default_str();
}

void add_transfer_options(CLI::App& app, GlobalOptions& options) {
  const std::string group = "Transfers";
  app.add_option("--transfers", options.transfers, "Files at once, at most")
      ->check(CLI::Range(1, 100000))
      ->group(group)
      ->capture_default_str();
  app.add_option("--part-size", options.part_size, "Part size of large objects")
      ->group(group)
      ->capture_default_str();
  app.add_option("--part-concurrency", options.part_concurrency,
                 "Parts of one large object at once")
      ->check(CLI::Range(1, 1000))
      ->group(group)
      ->capture_default_str();
  app.add_option("--buffer-memory", options.buffer_memory,
                 "Memory for the buffers of all transfers together")
      ->group(group)
      ->capture_default_str();
  app.add_option("--grace", options.grace,
                 "After SIGINT or SIGTERM, how long running files may take to end")
      ->group(group)
      ->capture_default_str();
  app.add_option("--state-dir", options.state_directory,
                 "Directory of the journal and the default status memory")
      ->group(group);
}

void add_output_options(CLI::App& app, GlobalOptions& options) {
  const std::string group = "Output";
  app.add_flag("--json", options.json, "One JSON object a line on standard output")->group(group);
  app.add_flag("-q,--quiet", options.quiet, "Only errors")->group(group);
  app.add_flag("-v,--verbose", options.verbose,
               "Name each file that is copied, deleted or processed")
      ->group(group);
  app.add_flag("--no-progress", options.no_progress, "No progress bar on a terminal")->group(group);
  app.add_option("--log-level", options.log_level, "Log level")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}))
      ->group(group)
      ->capture_default_str();
  app.add_option("--log-format", options.log_format, "Log format")
      ->check(CLI::IsMember({"text", "json"}))
      ->group(group)
      ->capture_default_str();
  app.add_option("--log-file", options.log_file, "Also log into this file")->group(group);
  app.add_option("--log-file-size", options.log_file_size,
                 "Begin a new log file above this size; five old ones are kept")
      ->group(group)
      ->capture_default_str();
}

}  // namespace

void add_global_options(CLI::App& app, GlobalOptions& options) {
  add_s3_options(app, options);
  add_network_options(app, options);
  add_transfer_options(app, options);
  add_output_options(app, options);
}

void add_filter_options(CLI::App& command, FilterOptions& options) {
  const std::string group = "Filters";
  command
      .add_option("--include", options.include,
                  "Only paths that match this minimatch pattern (may be repeated)")
      ->group(group);
  command
      .add_option("--exclude", options.exclude,
                  "No paths that match this pattern; wins over --include (may be repeated)")
      ->group(group);
  command
      .add_option("--min-size", options.min_size, "Only files of this size or larger, such as 10k")
      ->group(group);
  command.add_option("--max-size", options.max_size, "Only files of this size or smaller")
      ->group(group);
  command
      .add_option("--min-age", options.min_age,
                  "Only files modified this long ago or longer, such as 2d")
      ->group(group);
  command.add_option("--max-age", options.max_age, "Only files modified within this time")
      ->group(group);
  command.add_option("--max-depth", options.max_depth, "Only this many levels of directories")
      ->check(CLI::PositiveNumber)
      ->group(group);
  command
      .add_flag("--follow-symlinks,-L", options.follow_symlinks,
                "Follow symbolic links instead of skipping them")
      ->group(group);
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
  throw Error(ErrorCode::invalid_input, "read", std::string(flag),
              fmt::format("\"{}\" is no size (such as 512, 10k, 8M, 1.5GiB)", text));
}

Duration duration_value(const std::string& text, std::string_view flag) {
  const auto duration = codec::parse_duration(text);
  if (duration) return *duration;
  throw Error(ErrorCode::invalid_input, "read", std::string(flag),
              fmt::format("\"{}\" is no time (such as 500ms, 30s, 5m, 2d, 1h30m)", text));
}

}  // namespace sluice::cli
