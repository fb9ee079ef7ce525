#include "ssh/known_hosts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "sluice/codec/base64.hpp"
#include "sluice/codec/hash.hpp"
#include "ssh/packet_reader.hpp"

namespace sluice::ssh {
namespace {

constexpr std::string_view hash_mark = "|1|", blanks = " \t";
constexpr std::size_t hash_size = 20;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// Takes the next word from the front.
std::string_view next_word(std::string_view& rest) {
  const auto begin = rest.find_first_not_of(blanks);
  if (begin == std::string_view::npos) {
    rest = {};
    return {};
  }
  rest.remove_prefix(begin);
  const std::string_view word = rest.substr(0, rest.find_first_of(blanks));
  rest.remove_prefix(word.size());
  return word;
}

/// Whether the name fits a pattern of * and ?. In linear memory, without recursion: the last * is
/// enough to go back to.
bool fits(std::string_view pattern, std::string_view name) {
  std::size_t at = 0, in = 0, star = std::string_view::npos, resume = 0;
  while (in < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = in;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == name[in])) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

std::string hashed_name(std::string_view name, std::string_view salt) {
  const codec::Sha1Digest digest = codec::hmac_sha1(as_bytes(salt), as_bytes(name));
  return std::string(as_text(digest));
}

bool fits_hash(std::string_view names, std::string_view name) {
  names.remove_prefix(hash_mark.size());
  const auto bar = names.find('|');
  if (bar == std::string_view::npos) return false;
  const auto salt = codec::from_base64(names.substr(0, bar));
  const auto hash = codec::from_base64(names.substr(bar + 1));
  return salt && hash && hash->size() == hash_size && hashed_name(name, *salt) == *hash;
}

/// A pattern with ! that fits excludes the line, whatever else fits.
bool fits_names(std::string_view names, std::string_view name) {
  if (names.starts_with(hash_mark)) return fits_hash(names, name);
  bool found = false;
  while (!names.empty()) {
    const auto comma = names.find(',');
    std::string_view pattern = names.substr(0, comma);
    names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
    const bool excludes = pattern.starts_with('!');
    if (excludes) pattern.remove_prefix(1);
    if (!fits(lower_case(pattern), name)) continue;
    if (excludes) return false;
    found = true;
  }
  return found;
}

std::optional<HostKeyMark> mark_of(std::string_view word) {
  if (word == "@revoked") return HostKeyMark::revoked;
  if (word == "@cert-authority") return HostKeyMark::cert_authority;
  return std::nullopt;
}

}  // namespace

std::string known_host_name(std::string_view host, std::uint16_t port) {
  constexpr std::uint16_t usual_port = 22;
  const std::string lower = lower_case(host);
  return port == usual_port || port == 0 ? lower : fmt::format("[{}]:{}", lower, port);
}

void KnownHosts::add(std::string_view text, const std::string& file) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    add_line(line, fmt::format("{}:{}", file, number));
  }
}

void KnownHosts::add_line(std::string_view line, std::string place) {
  Line added;
  added.key.place = std::move(place);
  std::string_view word = next_word(line);
  if (word.empty() || word.starts_with('#')) return;
  if (word.starts_with('@')) {
    const auto mark = mark_of(word);
    if (!mark) return;
    added.key.mark = *mark;
    word = next_word(line);
  }
  added.names = word;
  added.key.type = next_word(line);
  auto blob = codec::from_base64(next_word(line));
  // The type stands twice, in the line and in the key: a line where they differ is damaged.
  if (!blob || blob->empty() || type_of_blob(*blob) != added.key.type) return;
  added.key.blob = std::move(*blob);
  hashed_ = hashed_ || added.names.starts_with(hash_mark);
  lines_.push_back(std::move(added));
}

std::vector<KnownKey> KnownHosts::keys_of(std::string_view name) const {
  std::vector<KnownKey> keys;
  for (const Line& line : lines_) {
    if (fits_names(line.names, name)) keys.push_back(line.key);
  }
  return keys;
}

HostKeyJudgement judge(const std::vector<KnownKey>& known, std::string_view blob) {
  const auto find = [&known](auto fitting) {
    const auto found = std::ranges::find_if(known, fitting);
    return found == known.end() ? nullptr : &*found;
  };
  const auto with = [blob](HostKeyMark mark) {
    return [mark, blob](const KnownKey& key) { return key.mark == mark && key.blob == blob; };
  };
  if (const KnownKey* key = find(with(HostKeyMark::revoked))) return {HostKeyVerdict::revoked, key};
  if (const KnownKey* key = find(with(HostKeyMark::none))) return {HostKeyVerdict::known, key};
  const std::string_view type = type_of_blob(blob);
  const KnownKey* const same = find(
      [type](const KnownKey& key) { return key.mark == HostKeyMark::none && key.type == type; });
  if (same) return {HostKeyVerdict::changed, same};
  const KnownKey* const other =
      find([](const KnownKey& key) { return key.mark == HostKeyMark::none; });
  if (other) return {HostKeyVerdict::other_type, other};
  const KnownKey* const authority =
      find([](const KnownKey& key) { return key.mark == HostKeyMark::cert_authority; });
  if (authority) return {HostKeyVerdict::authority_only, authority};
  return {};
}

std::string_view key_type_of(std::string_view algorithm) {
  return algorithm.starts_with("rsa-sha2-") ? "ssh-rsa" : algorithm;
}

std::vector<std::string> algorithm_order(const std::vector<KnownKey>& known,
                                         const std::vector<std::string>& all) {
  const auto is_known = [&known](const std::string& algorithm) {
    return std::ranges::any_of(known, [&algorithm](const KnownKey& key) {
      return key.mark == HostKeyMark::none && key.type == key_type_of(algorithm);
    });
  };
  std::vector<std::string> order;
  std::ranges::copy_if(all, std::back_inserter(order), is_known);
  std::ranges::remove_copy_if(all, std::back_inserter(order), is_known);
  return order;
}

std::string_view type_of_blob(std::string_view blob) {
  constexpr std::size_t length_size = 4;
  if (blob.size() < length_size) return {};
  PacketReader reader(blob, "key");
  const std::uint32_t size = reader.number();
  return size <= reader.left() ? reader.take(size) : std::string_view();
}

std::string fingerprint(std::string_view blob) {
  std::string text = codec::to_base64(codec::sha256(as_bytes(blob)));
  while (text.ends_with('='))
    text.pop_back();
  return "SHA256:" + text;
}

std::string known_hosts_line(std::string_view name, std::string_view blob, std::string_view salt) {
  std::string names(name);
  if (!salt.empty())
    names = fmt::format("{}{}|{}", hash_mark, codec::to_base64(as_bytes(salt)),
                        codec::to_base64(as_bytes(hashed_name(name, salt))));
  return fmt::format("{} {} {}\n", names, type_of_blob(blob), codec::to_base64(as_bytes(blob)));
}

}  // namespace sluice::ssh
