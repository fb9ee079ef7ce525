#include "net/framing.hpp"

#include <charconv>

#include "net/ascii.hpp"

namespace sluice::net {
namespace {

struct Facts {
  std::optional<std::uint64_t> length;
  bool chunked = false, transfer_encoding = false;
  bool close = false, keep_alive = false;
};

/// Calls `each` with every member of a comma-separated list, until one is refused.
template <class Each>
std::string_view for_each_member(std::string_view list, Each each) {
  for (;;) {
    const std::size_t comma = list.find(',');
    const std::string_view problem = each(trimmed(list.substr(0, comma)));
    if (!problem.empty() || comma == std::string_view::npos) return problem;
    list.remove_prefix(comma + 1);
  }
}

std::string_view note_length(std::string_view value, Facts& facts) {
  // Equal repeated values are one value (RFC 9110 section 8.6).
  return for_each_member(value, [&facts](std::string_view member) -> std::string_view {
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(member.data(), member.data() + member.size(), length);
    if (member.empty() || error != std::errc() || end != member.data() + member.size()) {
      return "Content-Length is no number";
    }
    if (facts.length && *facts.length != length) return "Content-Length has two values";
    facts.length = length;
    return {};
  });
}

std::string_view note_coding(std::string_view value, Facts& facts) {
  facts.transfer_encoding = true;
  return for_each_member(value, [&facts](std::string_view coding) -> std::string_view {
    // We ask for no other coding (no TE field), and none may follow chunked.
    if (!equal_names(coding, "chunked") || facts.chunked)
      return "Transfer-Encoding is not just \"chunked\"";
    facts.chunked = true;
    return {};
  });
}

void note_connection(std::string_view value, Facts& facts) {
  for_each_member(value, [&facts](std::string_view option) -> std::string_view {
    facts.close |= equal_names(option, "close");
    facts.keep_alive |= equal_names(option, "keep-alive");
    return {};
  });
}

std::string_view gather(std::string_view text, const ResponseHead& head, Facts& facts) {
  for (const auto& field : head.fields) {
    const std::string_view name = text.substr(field.name, field.name_length);
    const std::string_view value = text.substr(field.value, field.value_length);
    std::string_view problem;
    if (equal_names(name, "content-length")) problem = note_length(value, facts);
    if (equal_names(name, "transfer-encoding")) problem = note_coding(value, facts);
    if (equal_names(name, "connection")) note_connection(value, facts);
    if (!problem.empty()) return problem;
  }
  if (facts.transfer_encoding && facts.length)
    return "both Content-Length and Transfer-Encoding are given";
  // RFC 9112 section 6.1: the framing of such a message is faulty.
  if (facts.transfer_encoding && head.minor_version == 0)
    return "Transfer-Encoding is given in HTTP/1.0";
  return {};
}

}  // namespace

std::string_view decide_framing(std::string_view text, const ResponseHead& head,
                                RequestKind request, Framing& framing) {
  Facts facts;
  const std::string_view problem = gather(text, head, facts);
  if (!problem.empty()) return problem;
  framing.content_length = facts.length;
  framing.keep_alive = !facts.close && (head.minor_version == 1 || facts.keep_alive);
  const bool bodiless =
      request == RequestKind::head || head.status < 200 || head.status == 204 || head.status == 304;
  if (bodiless) {
    framing.kind = BodyKind::none;
  } else if (facts.chunked) {
    framing.kind = BodyKind::chunked;
  } else if (facts.length) {
    framing.kind = BodyKind::length;
  } else {
    framing.kind = BodyKind::until_close;
    framing.keep_alive = false;
  }
  return {};
}

}  // namespace sluice::net
