#pragma once

#include <memory>
#include <optional>
#include <string>

#include "glue_options.hpp"
#include "session.hpp"
#include "sluice/glue/config_manager.hpp"
#include "sluice/glue/glue_log.hpp"
#include "sluice/glue/s3_object_store.hpp"

namespace sluice::cli {

/// What the downloader speaks: --lang (or SLUICE_LANG), `logging.lang`, else the locale. An unset,
/// C or POSIX locale means Japanese: cron has none.
Language glue_language(const GlobalOptions& options, const Environment& environment,
                       std::optional<Language> configured);

/// The log that the configuration asks for: on `console`, and into its file (0600), which `quiet`
/// (a dry run) leaves alone. Throws Error{config} if the file cannot be opened.
enum class LogFileUse : bool { none, write };
Logger make_glue_logger(const glue::LoggingConfig& config, LogFileUse file,
                        std::shared_ptr<LineWriter> console);

/// AWS as the configuration names it; the program's own flags (--region, --profile) go before.
std::unique_ptr<glue::S3ObjectStore> open_glue_store(Session& session, const glue::AwsConfig& aws,
                                                     std::size_t workers);

}  // namespace sluice::cli
