#include "auth/canonical.hpp"

#include <algorithm>

#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice::lab {
namespace {

void append_query(std::string& out, const Query& query, bool presigned) {
  std::vector<std::pair<std::string, std::string>> encoded;
  for (const auto& [name, value] : query.pairs()) {
    if (presigned && name == "X-Amz-Signature") continue;
    encoded.emplace_back(codec::percent_encode(name, codec::Slash::encode),
                         codec::percent_encode(value, codec::Slash::encode));
  }
  std::ranges::sort(encoded);
  bool first = true;
  for (const auto& [name, value] : encoded) {
    if (!first) out += '&';
    out.append(name).append("=").append(value);
    first = false;
  }
}

/// Runs of spaces become one (the ends are trimmed already).
void append_collapsed(std::string& out, std::string_view value) {
  bool space = false;
  for (const char c : value) {
    if (c == ' ' && space) continue;
    space = c == ' ';
    out += c;
  }
}

void append_header(std::string& out, const RequestHead& head, std::string_view name) {
  out.append(name).append(":");
  bool first = true;
  for (const auto& field : head.fields) {
    if (!same_name(field.name, name)) continue;
    if (!first) out += ',';
    append_collapsed(out, field.value);
    first = false;
  }
  out += '\n';
}

}  // namespace

std::string canonical_request(const RequestHead& head, const Query& query,
                              const SignatureClaims& claims, std::string_view payload_hash) {
  std::string out;
  out.reserve(512 + head.path.size() + head.query.size());
  out.append(head.method).append("\n").append(head.path).append("\n");
  append_query(out, query, claims.presigned);
  out += '\n';
  for (const auto& name : claims.signed_headers)
    append_header(out, head, name);
  out += '\n';
  for (std::size_t i = 0; i < claims.signed_headers.size(); ++i) {
    if (i > 0) out += ';';
    out.append(claims.signed_headers[i]);
  }
  return out.append("\n").append(payload_hash);
}

std::string string_to_sign(const SignatureClaims& claims, std::string_view canonical) {
  std::string out = "AWS4-HMAC-SHA256\n";
  out.append(claims.timestamp).append("\n").append(claims.scope()).append("\n");
  return out.append(codec::to_hex(codec::sha256(as_bytes(canonical))));
}

}  // namespace sluice::lab
