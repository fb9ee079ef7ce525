#include "state/flat_json.hpp"

#include <charconv>

#include "sluice/core/json_text.hpp"

namespace sluice::state {

FlatJson::FlatJson(std::string_view json) : json_(json) {
  if (json_.empty() || json_[0] != '{') failed_ = true;
  at_ = 1;
}

bool FlatJson::fail() {
  failed_ = true;
  return false;
}

bool FlatJson::string(std::string_view& text) {
  if (at_ >= json_.size() || json_[at_] != '"') return fail();
  const std::size_t begin = ++at_;
  unsigned char seen = 0;
  for (; at_ < json_.size(); ++at_) {
    const auto byte = static_cast<unsigned char>(json_[at_]);
    seen |= byte;
    if (byte == '"') {
      text = json_.substr(begin, at_++ - begin);
      ascii_ = ascii_ && seen < 0x80;
      return true;
    }
    if (byte == '\\' || byte < 0x20) return fail();
  }
  return fail();
}

bool FlatJson::number(std::uint64_t& value) {
  const char* const begin = json_.data() + at_;
  const char* const end = json_.data() + json_.size();
  const auto [after, failure] = std::from_chars(begin, end, value);
  if (failure != std::errc() || (*begin == '0' && after - begin > 1)) return fail();
  at_ += static_cast<std::size_t>(after - begin);
  return true;
}

bool FlatJson::next(FlatMember& member) {
  if (failed_ || done_) return false;
  if (at_ < json_.size() && json_[at_] == '}') {
    done_ = true;
    return ++at_ == json_.size() ? false : fail();
  }
  if (!first_ && (at_ >= json_.size() || json_[at_++] != ',')) return fail();
  first_ = false;
  if (!string(member.name)) return false;
  if (at_ + 1 >= json_.size() || json_[at_++] != ':') return fail();
  member.is_text = json_[at_] == '"';
  return member.is_text ? string(member.text) : number(member.number);
}

bool FlatJson::complete() const {
  return done_ && !failed_ && (ascii_ || is_utf8(json_));
}

}  // namespace sluice::state
