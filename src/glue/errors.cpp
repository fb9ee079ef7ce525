#include "sluice/glue/errors.hpp"

namespace sluice::glue {
namespace {

struct Codes {
  std::string_view code;
  int exit_code;
};

Codes codes_of(ErrorId id) {
  switch (id) {
    case ErrorId::configuration_file:
      return {"E001", 1};
    case ErrorId::configuration:
      return {"E002", 1};
    case ErrorId::workflow_not_found:
      return {"E003", 2};
    case ErrorId::initial_layer_not_found:
    case ErrorId::insufficient_files:
    case ErrorId::too_many_files:
      return {"E004", 3};
    case ErrorId::s3_access:
      return {"E005", 4};
    case ErrorId::download:
      return {"E006", 5};
    case ErrorId::no_space:
      return {"E007", 6};
    case ErrorId::permission:
      return {"E008", 7};
    case ErrorId::workflow_execution:
      return {"E009", 8};
    case ErrorId::workflow_timeout:
      return {"E010", 9};
    case ErrorId::workflow_failed:
      return {"E011", 10};
    case ErrorId::interrupted:
      return {"", 130};
  }
  return {"", 1};
}

}  // namespace

std::string_view code_of(ErrorId id) {
  return codes_of(id).code;
}

int exit_code_of(ErrorId id) {
  return codes_of(id).exit_code;
}

ErrorId id_of(const Error& error) {
  switch (error.code()) {
    case ErrorCode::permission_denied:
    case ErrorCode::unauthenticated:
      return ErrorId::permission;
    case ErrorCode::no_space:
      return ErrorId::no_space;
    case ErrorCode::cancelled:
      return ErrorId::interrupted;
    case ErrorCode::config:
    case ErrorCode::invalid_input:
      return ErrorId::configuration;
    default:
      // Only Glue is asked outside of what names its errors: before the run, about the run.
      return ErrorId::workflow_execution;
  }
}

}  // namespace sluice::glue
