#include "net/proxy_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "net/ascii.hpp"
#include "sluice/codec/base64.hpp"
#include "sluice/codec/percent.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/error.hpp"

namespace sluice::net {
namespace {

[[noreturn]] void refuse(std::string reason) {
  throw Error(ErrorCode::config, "proxy setting", "", std::move(reason));
}

// RFC 7617: user and password in base64; the user has no colon.
Secret basic_authorization(std::string_view user_info) {
  const std::size_t colon = user_info.find(':');
  const auto user = codec::percent_decode(user_info.substr(0, colon), codec::Plus::literal);
  const std::string_view encoded =
      colon == std::string_view::npos ? std::string_view() : user_info.substr(colon + 1);
  const auto password = codec::percent_decode(encoded, codec::Plus::literal);
  if (!user || !password) refuse("its user or password is not percent-encoded correctly");
  const std::string pair = *user + ":" + *password;
  return Secret("Basic " + codec::to_base64(as_bytes(pair)));
}

/// An address in network order: 4 or 16 bytes; empty if the text is none.
std::vector<std::byte> parse_address(const std::string& text) {
  std::array<std::byte, 16> bytes;
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
    return {bytes.begin(), bytes.begin() + 4};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.begin(), bytes.end()};
  return {};
}

bool same_prefix(const std::vector<std::byte>& a, const std::vector<std::byte>& b, unsigned bits) {
  if (a.empty() || a.size() != b.size()) return false;
  const std::size_t whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin()))
    return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::byte>(0xff << (8 - rest));
  return (a[whole] & mask) == (b[whole] & mask);
}

std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > most)
    return std::nullopt;
  return number;
}

std::string lower_case(std::string_view text) {
  std::string lower;
  for (const char c : text)
    lower += to_lower(c);
  return lower;
}

}  // namespace

std::optional<ProxyServer> parse_proxy(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end != std::string_view::npos) {
    if (!equal_names(text.substr(0, scheme_end), "http"))
      refuse("only proxies that are reached by http:// are supported");
    text.remove_prefix(scheme_end + 3);
  }
  ProxyServer proxy;
  const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos)
    proxy.authorization = basic_authorization(authority.substr(0, at));
  const std::string_view host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  std::optional<std::string> problem;
  try {
    proxy.endpoint = parse_url("http://" + std::string(host)).endpoint;
  } catch (const Error& error) {
    problem = error.message();
  }
  if (problem) refuse(*problem);
  return proxy;
}

std::optional<NoProxyList::Rule> NoProxyList::parse_rule(std::string_view text) {
  Rule rule;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    rule.host = lower_case(text.substr(0, slash));
    const std::size_t bits = parse_address(rule.host).size() * 8;
    rule.prefix = parse_number(text.substr(slash + 1), static_cast<unsigned>(bits));
    return bits > 0 && rule.prefix ? std::optional(rule) : std::nullopt;
  }
  const bool bracketed = text.starts_with('[');
  const std::size_t close = bracketed ? text.find(']') : std::string_view::npos;
  const bool plain_ipv6 = !bracketed && std::count(text.begin(), text.end(), ':') > 1;
  const std::size_t colon =
      plain_ipv6 ? std::string_view::npos : text.find(':', bracketed ? close : 0);
  if (colon != std::string_view::npos) {
    const auto port = parse_number(text.substr(colon + 1), 65535);
    if (!port) return std::nullopt;
    rule.port = static_cast<std::uint16_t>(*port);
    text = text.substr(0, colon);
  }
  if (bracketed) text = text.substr(1, close == std::string_view::npos ? close : close - 1);
  if (text.starts_with("*.")) text.remove_prefix(1);
  if (text.starts_with('.')) text.remove_prefix(1);
  rule.host = lower_case(text);
  return rule.host.empty() ? std::nullopt : std::optional(rule);
}

NoProxyList::NoProxyList(std::string_view text) {
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view part = trimmed(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    if (part == "*") all_ = true;
    // What cannot be a host matches none: other programs read this variable too and have dialects
    // of their own.
    if (auto rule = parse_rule(part)) rules_.push_back(std::move(*rule));
  }
}

bool NoProxyList::applies(const Rule& rule, const Endpoint& endpoint) {
  if (rule.port && *rule.port != endpoint.port) return false;
  const std::string_view host = endpoint.host;
  if (host == rule.host) return true;
  const auto address = parse_address(endpoint.host);
  const auto block = parse_address(rule.host);
  if (!block.empty())
    return same_prefix(address, block,
                       rule.prefix.value_or(static_cast<unsigned>(block.size() * 8)));
  const bool below = host.size() > rule.host.size() && host.ends_with(rule.host) &&
                     host[host.size() - rule.host.size() - 1] == '.';
  return below && address.empty();
}

bool NoProxyList::matches(const Endpoint& endpoint) const {
  const auto fits = [&endpoint](const Rule& rule) { return applies(rule, endpoint); };
  return all_ || std::any_of(rules_.begin(), rules_.end(), fits);
}

ProxyRules::ProxyRules(const ProxyOptions& options)
    : http_(parse_proxy(options.http_proxy)),
      https_(parse_proxy(options.https_proxy)),
      direct_(options.no_proxy) {}

const ProxyServer* ProxyRules::choose(const Endpoint& endpoint) const {
  const auto& proxy = endpoint.tls ? https_ : http_;
  return proxy && !direct_.matches(endpoint) ? &*proxy : nullptr;
}

}  // namespace sluice::net
