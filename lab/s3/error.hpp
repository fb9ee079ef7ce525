#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::lab {

/// A refusal as S3 words it; becomes an <Error> document (an empty body for HEAD). Not a failure of
/// the lab itself.
class S3Error : public std::exception {
 public:
  S3Error(int status, std::string code, std::string message)
      : status(status), code(std::move(code)), message(std::move(message)) {}

  /// Adds an element beside <Code>, such as <Region>.
  S3Error& with(std::string name, std::string value) {
    details.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  S3Error& with_field(std::string_view name, std::string_view value) {
    fields.append(name).append(": ").append(value).append("\r\n");
    return *this;
  }
  const char* what() const noexcept override { return code.c_str(); }

  int status;
  std::string code;
  std::string message;
  std::vector<std::pair<std::string, std::string>> details;
  std::string fields;  ///< Header lines of the answer.
};

S3Error access_denied(std::string message);
S3Error invalid_argument(std::string message, std::string name, std::string value);
S3Error invalid_request(std::string message);
S3Error malformed_xml();
S3Error not_implemented(std::string_view what);
S3Error no_such_bucket(std::string_view bucket);
S3Error no_such_key(std::string_view key);
S3Error no_such_upload(std::string_view upload_id);
S3Error precondition_failed(std::string_view condition);

/// The <Error> document.
std::string error_document(const S3Error& error, std::string_view resource,
                           std::string_view request_id);

}  // namespace sluice::lab
