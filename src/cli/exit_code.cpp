#include "exit_code.hpp"

namespace sluice::cli {

ExitCode exit_code_for(const Error& error) {
  switch (error.code()) {
    case ErrorCode::config:
      return ExitCode::config;
    case ErrorCode::unauthenticated:
    case ErrorCode::permission_denied:
      return ExitCode::authentication;
    case ErrorCode::cancelled:
      return ExitCode::interrupted;
    case ErrorCode::invalid_input:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::network:
    case ErrorCode::timeout:
    case ErrorCode::throttled:
    case ErrorCode::unavailable:
    case ErrorCode::protocol:
    case ErrorCode::integrity:
    case ErrorCode::no_space:
    case ErrorCode::unsupported:
    case ErrorCode::internal:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

ExitCode exit_code_for(const Progress& progress, const FailureList& failures) {
  if (failures.count() == 0) return ExitCode::ok;
  const bool something_done = progress.done + progress.skipped + progress.deleted > 0;
  if (something_done) return ExitCode::partial;
  return exit_code_for(failures.list().front().error);
}

}  // namespace sluice::cli
