#include "s3/query.hpp"

#include "s3/error.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice::lab {
namespace {

std::string decoded(std::string_view text) {
  auto plain = codec::percent_decode(text, codec::Plus::space);
  if (!plain) throw S3Error(400, "InvalidURI", "The query holds a malformed escape.");
  return std::move(*plain);
}

}  // namespace

Query::Query(std::string_view raw) {
  while (!raw.empty()) {
    const auto end = raw.find('&');
    const auto pair = raw.substr(0, end);
    const auto equals = pair.find('=');
    if (!pair.empty())
      pairs_.emplace_back(decoded(pair.substr(0, equals)), equals == std::string_view::npos
                                                               ? std::string{}
                                                               : decoded(pair.substr(equals + 1)));
    if (end == std::string_view::npos) break;
    raw.remove_prefix(end + 1);
  }
}

const std::string* Query::find(std::string_view name) const {
  for (const auto& [key, value] : pairs_)
    if (key == name) return &value;
  return nullptr;
}

std::string_view Query::value_or_empty(std::string_view name) const {
  const auto* value = find(name);
  return value ? std::string_view(*value) : std::string_view{};
}

}  // namespace sluice::lab
