#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/python_regex.hpp"
#include "sluice/core/language.hpp"
#include "sluice/core/log.hpp"
#include "sluice/core/secret.hpp"
#include "sluice/core/time.hpp"

namespace sluice::glue {

// The configuration file's values (docs/glue.md, "YAML reference"). A setting without a value in
// the file is unset where a flag may give it, or else has its default.

struct AwsConfig {
  std::string region;
  std::string profile;  ///< Empty: as all AWS tools choose it.
};

struct WorkflowConfig {
  std::string name;
  bool execute = true;
  bool validate_before_run = true;
  Duration initial_layer_check_timeout = std::chrono::seconds(300);
  Duration execution_timeout = std::chrono::seconds(3600);
  Duration polling_interval = std::chrono::seconds(30);
  bool wait_for_completion = true;
};

/// A layer of the data lake.
struct LayerConfig {
  std::string name;          ///< Unique, and the name of its directory.
  std::string display_name;  ///< `name` if the file has none.
  std::string s3_bucket;
  std::string s3_prefix;                              ///< As keys begin; without a leading '/'.
  std::string region;                                 ///< Empty: aws.region.
  std::vector<std::string> file_patterns;             ///< As written.
  std::shared_ptr<const codec::PatternSet> patterns;  ///< The same, compiled; never null.
  bool required = false;
  std::uint64_t min_files = 0;
  std::optional<std::uint64_t> max_files;

  std::string get_s3_path() const;  ///< "s3://bucket/prefix"
  /// `relative_key` is the key after s3_prefix; it or its last part must match (docs/glue.md,
  /// "Patterns").
  bool matches_filename(std::string_view relative_key) const;
  /// The pattern as written, or nullptr.
  const std::string* get_matched_pattern(std::string_view relative_key) const;
  std::optional<std::size_t> matched_index(std::string_view relative_key) const;
  bool validate_file_count(std::uint64_t file_count) const;
  /// max(1, min_files) for a required layer, else min_files.
  std::uint64_t least_files() const;
};

enum class Compression : std::uint8_t { none, gzip, zstd };

struct DownloadConfig {
  std::string local_base_dir = "./downloads";
  bool preserve_structure = true;
  bool overwrite = false;
  std::size_t max_workers = 5;
  std::uint32_t retry_count = 3;  ///< Tries after the first.
  Duration retry_delay = std::chrono::seconds(5);
  Compression compress = Compression::none;
  bool incremental = false;
  std::uint32_t file_mode = 0600;  ///< Of files; directories get an x for each r.
};

struct LoggingConfig {
  LogLevel level = LogLevel::info;
  std::string file;  ///< Empty: none.
  bool console = true;
  std::string format = "%(asctime)s - %(name)s - %(levelname)s - %(message)s";
  std::optional<Language> language;
};

/// A day of the local calendar.
struct Date {
  int year = 0;
  unsigned month = 0, day = 0;
  friend auto operator<=>(const Date&, const Date&) = default;
};

struct FilterConfig {
  bool by_date = false;
  std::optional<Date> start_date, end_date;  ///< Both included.
  bool by_size = false;
  std::optional<double> min_mb, max_mb;  ///< MiB; both included.
  /// User metadata (x-amz-meta-<name>) that an object must have; empty: no filter. Costs a HEAD for
  /// each object that passes the other filters.
  std::map<std::string, std::string> metadata;

  bool any() const { return by_date || by_size || !metadata.empty(); }
};

enum class NotifyWhen : std::uint8_t { always, success, failure };

struct WebhookConfig {
  Secret url;
  std::string template_text;  ///< JSON with {status} and so on; empty: Slack's {"text": …}.
  NotifyWhen when = NotifyWhen::always;
};

struct EmailConfig {
  std::string host;
  std::uint16_t port = 25;
  enum class Security : std::uint8_t { none, starttls, tls } security = Security::none;
  std::string user;
  Secret password;
  std::string from;
  std::vector<std::string> to;
  NotifyWhen when = NotifyWhen::always;
};

struct NotifyConfig {
  std::optional<WebhookConfig> webhook;
  std::optional<EmailConfig> email;
};

struct Configuration {
  std::string version = "1.0";
  AwsConfig aws;
  WorkflowConfig workflow;
  std::vector<LayerConfig> layers;
  DownloadConfig download;
  LoggingConfig logging;
  FilterConfig filters;
  NotifyConfig notify;
};

/// What the command line says; each goes before the file.
struct Overrides {
  std::optional<std::string> workflow_name, output;
  std::optional<Duration> execution_timeout;
  std::optional<LogLevel> log_level;
  std::optional<std::size_t> max_workers;
  bool overwrite = false, no_execute = false, skip_validation = false;
};
void apply(const Overrides& overrides, Configuration& configuration);

}  // namespace sluice::glue
