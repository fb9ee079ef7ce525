#include "sluice/webdav/href.hpp"

#include <algorithm>
#include <optional>

#include "sluice/codec/percent.hpp"
#include "sluice/core/error.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice::webdav {
namespace {

/// "//host:port/path" without the slashes, cut in two.
struct Authority {
  std::string_view host, path;
};

Authority cut_authority(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::string_view host = text.substr(0, slash);
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos)
    host.remove_prefix(at + 1);
  if (host.starts_with('[')) {
    host = host.substr(1, std::min(host.find(']'), host.size()) - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  return {host, text.substr(slash)};
}

bool is_name(std::string_view decoded) {
  return decoded != "." && decoded != ".." && decoded.find('/') == std::string_view::npos &&
         decoded.find('\0') == std::string_view::npos;
}

/// "/a/b" of an encoded path, empty parts left out; nullopt if a part is no name.
std::optional<std::string> canonical(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty()) continue;
    const auto decoded = codec::percent_decode(part, codec::Plus::literal);
    if (!decoded || !is_name(*decoded)) return std::nullopt;
    out += '/';
    out += *decoded;
  }
  return out;
}

}  // namespace

std::string target_of(std::string_view path) {
  return codec::percent_encode(path, codec::Slash::keep);
}

std::string collection_target_of(std::string_view path) {
  std::string target = target_of(path);
  if (!target.ends_with('/')) target += '/';
  return target;
}

HrefResolver::HrefResolver(const net::Endpoint& endpoint, std::string_view target)
    : host_(endpoint.host) {
  auto base = canonical(target.substr(0, target.find('?')));
  if (!base)
    throw Error(ErrorCode::invalid_input, "resolve", std::string(target),
                "it is no path on a server");
  base_ = std::move(*base);
}

ResolvedHref HrefResolver::resolve(std::string_view href) const {
  // A '?' or '#' that is not encoded would end the path, and the name be another one.
  if (href.empty() || href.find_first_of("?#") != std::string_view::npos) return {};
  const std::size_t scheme = href.find("://");
  if (scheme != std::string_view::npos && scheme < href.find('/')) {
    const std::string_view name = href.substr(0, scheme);
    if (!net::equal_names(name, "http") && !net::equal_names(name, "https"))
      return {.kind = HrefKind::foreign};
    href.remove_prefix(scheme + 1);
  }
  if (href.starts_with("//")) {
    const Authority authority = cut_authority(href.substr(2));
    if (!net::equal_names(authority.host, host_)) return {.kind = HrefKind::foreign};
    href = authority.path.empty() ? "/" : authority.path;
  }
  auto path = canonical(href);
  if (!path) return {};
  if (!href.starts_with('/')) path->insert(0, base_);  // relative to the directory
  if (*path == base_) return {.kind = HrefKind::self};
  if (!path->starts_with(base_) || (*path)[base_.size()] != '/' ||
      path->find('/', base_.size() + 1) != std::string::npos)
    return {.kind = HrefKind::outside};
  return {.kind = HrefKind::child, .name = path->substr(base_.size() + 1)};
}

}  // namespace sluice::webdav
