#pragma once

#include <memory>
#include <string>

#include "glue_options.hpp"
#include "glue_view.hpp"
#include "session.hpp"
#include "sluice/glue/config_manager.hpp"
#include "sluice/glue/glue_log.hpp"
#include "sluice/glue/s3_object_store.hpp"

namespace sluice::cli {

/// How the downloader is said to speak: --lang, SLUICE_LANG, `logging.lang`, else the locale. An
/// unset, C or POSIX locale means Japanese: cron has none.
Language glue_language(const GlobalOptions& options, const Environment& environment,
                       std::optional<Language> configured);

/// The log that the configuration asks for, on the console and into its file (0600; none in a dry
/// run). `view` may be null; log lines then go to standard error as they are.
Logger make_glue_logger(const glue::LoggingConfig& config, bool dry_run,
                        std::shared_ptr<LineWriter> console);

/// What a `glue` command works with: the configuration, AWS, the output directory. Closed before
/// the runtime is.
class GlueWorld {
 public:
  /// `region` and `profile` are those of the configuration; the program's own flags go before.
  GlueWorld(Session& session, const glue::AwsConfig& aws, std::size_t concurrency);

  aws::glue::GlueApi& glue_api() { return *glue_; }
  glue::ObjectStore& objects() { return *objects_; }
  Task<> open(OpContext context);
  Task<> close(OpContext context);

 private:
  Session& session_;
  std::unique_ptr<glue::S3ObjectStore> objects_;
  std::unique_ptr<aws::glue::GlueApi> glue_;
};

}  // namespace sluice::cli
