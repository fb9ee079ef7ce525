#include "glue/failure.hpp"

#include "sluice/async/errors.hpp"
#include "sluice/glue/messages.hpp"

namespace sluice::glue::failure {
namespace {

Component component_of(ErrorId id) {
  switch (id) {
    case ErrorId::workflow_not_found:
    case ErrorId::workflow_execution:
    case ErrorId::workflow_timeout:
    case ErrorId::workflow_failed:
      return Component::workflow;
    case ErrorId::initial_layer_not_found:
    case ErrorId::insufficient_files:
    case ErrorId::too_many_files:
    case ErrorId::s3_access:
      return Component::s3;
    case ErrorId::download:
    case ErrorId::no_space:
      return Component::downloader;
    case ErrorId::configuration_file:
    case ErrorId::configuration:
    case ErrorId::permission:
    case ErrorId::interrupted:
      return Component::main;
  }
  return Component::main;
}

}  // namespace

Ending ending_of(Language language, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const InterruptedError&) {
    return {ErrorId::interrupted, Component::main, say(language, interrupted)};
  } catch (const GlueWorkflowDownloaderError& error) {
    return {error.id(), component_of(error.id()), error.message()};
  } catch (...) {
    const Error error = error_from(std::current_exception());
    const ErrorId id = id_of(error);
    if (id == ErrorId::interrupted) return {id, Component::main, say(language, interrupted)};
    return {id, component_of(id), error.what()};
  }
}

std::exception_ptr of_layer(const LayerConfig& layer, const Error& error, Language language) {
  const std::string text = say(language, messages::s3_error, std::string_view(layer.s3_bucket),
                               std::string_view(layer.s3_prefix), std::string_view(error.what()));
  Error named(error.code(), "list", layer.get_s3_path(), text);
  named.caused_by(error);
  const bool refused =
      error.code() == ErrorCode::permission_denied || error.code() == ErrorCode::unauthenticated;
  if (refused) return std::make_exception_ptr(PermissionError(named));
  return std::make_exception_ptr(S3AccessError(named));
}

std::exception_ptr of_downloads(Language language, const DownloadResult& result) {
  return std::make_exception_ptr(
      DownloadError(Error(ErrorCode::unavailable, "download", "",
                          say(language, files_failed, result.failed, result.total_files))));
}

}  // namespace sluice::glue::failure
