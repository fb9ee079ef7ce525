#include "sluice/codec/python_regex.hpp"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>

#include "sluice/core/bytes.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(8_MiB));
  return options;
}

// How long the well-formed UTF-8 character is that `text` begins with; 0: it is malformed.
std::size_t character_size(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!follows(1) || !follows(2)) return 0;
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool beyond = lead == 0xF4 && byte(1) >= 0x90;
    return overlong || beyond ? 0 : 4;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string with_replacements(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) {
      result += "\xEF\xBF\xBD";
    } else {
      result += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result;
}

}  // namespace

struct PatternSet::State {
  std::vector<std::unique_ptr<RE2>> each;
  std::unique_ptr<RE2::Set> all;  ///< With more than one.

  std::optional<std::size_t> first(std::string_view text) const;
};

std::optional<std::size_t> PatternSet::State::first(std::string_view text) const {
  const re2::StringPiece piece(text.data(), text.size());
  if (all) {
    std::vector<int> matched;
    RE2::Set::ErrorInfo problem{};
    if (all->Match(piece, &matched, &problem))
      return static_cast<std::size_t>(*std::ranges::min_element(matched));
    // What the set has no memory for, its patterns are asked one by one.
    if (problem.kind != RE2::Set::kOutOfMemory) return std::nullopt;
  }
  for (std::size_t i = 0; i < each.size(); ++i) {
    if (each[i]->Match(piece, 0, piece.size(), RE2::ANCHOR_START, nullptr, 0)) return i;
  }
  return std::nullopt;
}

PatternSet::PatternSet(std::span<const std::string> patterns) : state_(std::make_unique<State>()) {
  const RE2::Options chosen = options();
  if (patterns.size() > 1) state_->all = std::make_unique<RE2::Set>(chosen, RE2::ANCHOR_START);
  for (const std::string& pattern : patterns) {
    const std::string translated = re2_from_python(pattern);
    auto compiled = std::make_unique<RE2>(translated, chosen);
    if (!compiled->ok()) {
      throw Error(ErrorCode::invalid_input, "read pattern", pattern, compiled->error());
    }
    if (state_->all) state_->all->Add(translated, nullptr);
    state_->each.push_back(std::move(compiled));
  }
  // Too large together: the patterns are tried one by one.
  if (state_->all && !state_->all->Compile()) state_->all.reset();
}

PatternSet::~PatternSet() = default;
PatternSet::PatternSet(PatternSet&&) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&&) noexcept = default;

std::optional<std::size_t> PatternSet::first_match(std::string_view text) const {
  if (is_utf8(text)) return state_->first(text);
  return state_->first(with_replacements(text));
}

std::optional<std::size_t> PatternSet::first_match(std::string_view text,
                                                   std::string_view other) const {
  const auto one = first_match(text);
  const auto two = first_match(other);
  if (!one || !two) return one ? one : two;
  return std::min(*one, *two);
}

}  // namespace sluice::codec
