#include <algorithm>
#include <string>

#include "aws/host_names.hpp"
#include "sluice/aws/endpoints.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_ipv4(std::string_view text) {
  return std::ranges::count(text, '.') == 3 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

bool is_bucket_char(char c) {
  return is_label_char(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_';
}

bool is_label(std::string_view label) {
  return !label.empty() && std::ranges::all_of(label, is_label_char) && label.front() != '-' &&
         label.back() != '-';
}

}  // namespace

bool is_label_char(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

bool is_host_name(std::string_view name) {
  if (name.size() < 3 || name.size() > 63 || is_ipv4(name)) return false;
  while (true) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == name.size()) return true;
    name.remove_prefix(dot + 1);
  }
}

bool is_ip_address(std::string_view host) {
  return is_ipv4(host) || host.find(':') != host.npos || host == "localhost";
}

bool is_host_label(std::string_view bucket) {
  return is_host_name(bucket) && bucket.find('.') == bucket.npos;
}

void check_bucket_name(std::string_view bucket) {
  const auto refuse = [bucket](ErrorCode code, std::string message) {
    throw Error(code, "check bucket name", std::string(bucket.substr(0, 255)), std::move(message));
  };
  if (bucket.starts_with("arn:"))
    refuse(ErrorCode::unsupported, "access point ARNs are not supported; use the alias");
  if (bucket.ends_with("--x-s3"))
    refuse(ErrorCode::unsupported, "directory buckets (S3 Express) are not supported");
  if (bucket.empty() || bucket.size() > 255)
    refuse(ErrorCode::invalid_input, "a bucket's name has 1 to 255 characters");
  if (!std::ranges::all_of(bucket, is_bucket_char)) {
    refuse(ErrorCode::invalid_input, "a bucket's name has only letters, digits, '.', '-' and '_'");
  }
  // As a path these would name another place.
  if (bucket == "." || bucket == "..") refuse(ErrorCode::invalid_input, "this is no bucket");
}

}  // namespace sluice::aws
