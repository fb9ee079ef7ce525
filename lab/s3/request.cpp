#include "s3/request.hpp"

#include <fmt/format.h>

#include <charconv>

#include "s3/error.hpp"
#include "sluice/codec/percent.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::lab {
namespace {

constexpr std::size_t max_key_bytes = 1024;

std::string decoded_path(std::string_view raw) {
  auto plain = codec::percent_decode(raw, codec::Plus::literal);
  if (!plain) throw S3Error(400, "InvalidURI", "The path holds a malformed escape.");
  if (!is_utf8(*plain)) throw S3Error(400, "InvalidURI", "The path is not UTF-8.");
  return std::move(*plain);
}

/// "bucket" of "bucket.domain[:port]", or "".
std::string_view bucket_of_host(std::string_view host, std::string_view domain) {
  host = host.substr(0, host.rfind(':'));
  if (domain.empty() || !host.ends_with(domain) || host.size() < domain.size() + 2) return {};
  host.remove_suffix(domain.size());
  if (!host.ends_with('.')) return {};
  return host.substr(0, host.size() - 1);
}

}  // namespace

void read_target(S3Request& request, std::string_view domain) {
  request.query = Query(request.head->query);
  auto path = request.head->path.substr(1);
  request.bucket = bucket_of_host(request.field("host"), domain);
  if (request.bucket.empty()) {
    const auto slash = path.find('/');
    request.bucket = decoded_path(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  request.key = decoded_path(path);
  request.operation = classify({.method = request.head->method,
                                .has_bucket = !request.bucket.empty(),
                                .has_key = !request.key.empty(),
                                .copies = request.head->find("x-amz-copy-source").has_value()},
                               request.query);
  if (request.key.size() > max_key_bytes)
    throw S3Error(400, "KeyTooLongError", "Your key is too long")
        .with("Size", fmt::format("{}", request.key.size()))
        .with("MaxSizeAllowed", fmt::format("{}", max_key_bytes));
}

Bucket& bucket_of(const S3World& world, const S3Request& request) {
  auto* bucket = world.store.find_bucket(request.bucket);
  if (!bucket) throw no_such_bucket(request.bucket);
  return *bucket;
}

ObjectPtr object_of(const S3World& world, const S3Request& request) {
  auto object = bucket_of(world, request).objects.find(request.key);
  if (!object) throw no_such_key(request.key);
  const auto* version = request.query.find("versionId");
  if (version && *version != "null")
    throw S3Error(404, "NoSuchVersion", "There is no such version.")
        .with("Key", request.key)
        .with("VersionId", *version);
  return object;
}

int number_in(const Query& query, std::string_view name, int missing, int low, int high) {
  const auto* text = query.find(name);
  if (!text) return missing;
  int value = 0;
  const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (text->empty() || code != std::errc{} || end != text->data() + text->size() || value < low ||
      value > high)
    throw invalid_argument(fmt::format("{} must be an integer between {} and {}", name, low, high),
                           std::string(name), *text);
  return value;
}

}  // namespace sluice::lab
