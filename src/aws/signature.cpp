#include "aws/signature.hpp"

#include "sluice/codec/date.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"

namespace sluice::aws {
namespace {

constexpr std::size_t date_size = 8;  // YYYYMMDD

}  // namespace

void SignatureSteps::begin(const SigningScope& scope, TimePoint now) {
  // Requests of one second share its text.
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second != second_) date_time_ = codec::format_amz_date(now);
  second_ = second;
  scope_text_.assign(date_time_, 0, date_size);
  scope_text_.append("/")
      .append(scope.region)
      .append("/")
      .append(scope.service)
      .append("/aws4_request");
}

const CanonicalHeaders& SignatureSteps::collect_headers(const net::HttpRequest& request) {
  headers_.clear();
  host_ = request.endpoint.authority();
  headers_.add("host", host_);
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers[i];
    // The client writes Host itself, so one in the list is not what the peer will see.
    if (!net::equal_names(name, "host")) headers_.add(name, value);
  }
  headers_.sort();
  return headers_;
}

void SignatureSteps::write_canonical(const net::HttpRequest& request, std::string_view extra_query,
                                     PathStyle style, std::string_view payload_hash) {
  const auto [path, query] = split_target(request.target);
  canonical_.assign(request.method).append("\n");
  append_canonical_path(canonical_, path, style);
  canonical_ += '\n';
  if (extra_query.empty()) {
    append_canonical_query(canonical_, query);
  } else {
    append_canonical_query(canonical_, std::string(query).append("&").append(extra_query));
  }
  canonical_ += '\n';
  headers_.append_fields(canonical_);
  canonical_ += '\n';
  headers_.append_names(canonical_, ";");
  canonical_.append("\n").append(payload_hash);
}

void SignatureSteps::finish(const net::HttpRequest& request, std::string_view extra_query,
                            const Secret& secret_access_key, const SigningScope& scope,
                            std::string_view payload_hash) {
  write_canonical(request, extra_query, scope.path_style, payload_hash);
  string_to_sign_.assign("AWS4-HMAC-SHA256\n")
      .append(date_time_)
      .append("\n")
      .append(scope_text_)
      .append("\n");
  string_to_sign_ += codec::to_hex(codec::sha256(as_bytes(canonical_)));
  const std::string_view date = std::string_view(date_time_).substr(0, date_size);
  const auto& key = keys_.key(secret_access_key, date, scope.region, scope.service);
  signature_ = codec::to_hex(codec::hmac_sha256(key, as_bytes(string_to_sign_)));
}

}  // namespace sluice::aws
