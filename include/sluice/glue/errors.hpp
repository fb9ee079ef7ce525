#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/core/error.hpp"

namespace sluice::glue {

/// The codes of the users' manual (docs/glue.md, "Codes"). W001 and W002 are warnings and no
/// errors.
enum class ErrorId : std::uint8_t {
  configuration_file,       ///< E001
  configuration,            ///< E002
  workflow_not_found,       ///< E003
  initial_layer_not_found,  ///< E004: none found,
  insufficient_files,       ///< E004: too few,
  too_many_files,           ///< E004: too many.
  s3_access,                ///< E005
  download,                 ///< E006
  no_space,                 ///< E007
  permission,               ///< E008: access denied, or bad credentials.
  workflow_execution,       ///< E009: could not be started.
  workflow_timeout,         ///< E010
  workflow_failed,          ///< E011
  interrupted,              ///< No code of its own.
};

std::string_view code_of(ErrorId id);  ///< "E001"; "" for interrupted.
int exit_code_of(ErrorId id);          ///< 1 to 10 as the manual lists them; 130 for interrupted.

/// Of an error that no part of the downloader has named, by its code: access denied and bad
/// credentials are E008, a full disk E007, what is wrong with the input E002; the rest came from
/// asking Glue (E009).
ErrorId id_of(const Error& error);

/// What ends a run of the downloader. what() is in the language of the run, as it was logged.
class GlueWorkflowDownloaderError : public Error {
 public:
  GlueWorkflowDownloaderError(ErrorId id, Error error) : Error(std::move(error)), id_(id) {}
  ErrorId id() const { return id_; }

 private:
  ErrorId id_;
};

/// A class for each, so that callers catch by name.
template <ErrorId Id>
class NamedGlueError : public GlueWorkflowDownloaderError {
 public:
  explicit NamedGlueError(Error error) : GlueWorkflowDownloaderError(Id, std::move(error)) {}
};
using ConfigurationFileError = NamedGlueError<ErrorId::configuration_file>;
using ConfigurationError = NamedGlueError<ErrorId::configuration>;
using WorkflowNotFoundError = NamedGlueError<ErrorId::workflow_not_found>;
using InitialLayerFileNotFoundError = NamedGlueError<ErrorId::initial_layer_not_found>;
using InsufficientFilesError = NamedGlueError<ErrorId::insufficient_files>;
using TooManyFilesError = NamedGlueError<ErrorId::too_many_files>;
using S3AccessError = NamedGlueError<ErrorId::s3_access>;
using DownloadError = NamedGlueError<ErrorId::download>;
using NoSpaceError = NamedGlueError<ErrorId::no_space>;
using PermissionError = NamedGlueError<ErrorId::permission>;
using WorkflowExecutionError = NamedGlueError<ErrorId::workflow_execution>;
using WorkflowTimeoutError = NamedGlueError<ErrorId::workflow_timeout>;
using WorkflowFailedError = NamedGlueError<ErrorId::workflow_failed>;
using InterruptedError = NamedGlueError<ErrorId::interrupted>;

}  // namespace sluice::glue
