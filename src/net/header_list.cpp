#include "sluice/net/header_list.hpp"

#include <algorithm>

#include "net/ascii.hpp"
#include "sluice/core/error.hpp"

namespace sluice::net {
namespace {

// What a signed request has, whose list would else grow several times.
constexpr std::size_t usual_text = 512, usual_fields = 10;

}  // namespace

bool equal_names(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

void HeaderList::reserve(std::size_t fields, std::size_t text) {
  entries_.reserve(fields);
  text_.reserve(text);
}

void HeaderList::add(std::string_view name, std::string_view value) {
  // The text of a refused field is not repeated: it may be a secret.
  if (!is_token(name))
    throw Error(ErrorCode::invalid_input, "header field", "", "its name is not a token");
  if (!all_of_set(value, value_bytes)) {
    throw Error(ErrorCode::invalid_input, "header field", std::string(name),
                "its value has control characters");
  }
  if (entries_.empty()) reserve(usual_fields, usual_text);
  Entry entry{};
  entry.name = static_cast<std::uint32_t>(text_.size());
  entry.name_length = static_cast<std::uint32_t>(name.size());
  text_ += name;
  entry.value = static_cast<std::uint32_t>(text_.size());
  entry.value_length = static_cast<std::uint32_t>(value.size());
  text_ += value;
  entries_.push_back(entry);
}

void HeaderList::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void HeaderList::remove(std::string_view name) {
  const auto same = [this, name](const Entry& entry) {
    return equal_names(std::string_view(text_).substr(entry.name, entry.name_length), name);
  };
  std::erase_if(entries_, same);
}

void HeaderList::clear() {
  text_.clear();
  entries_.clear();
}

HeaderList::Field HeaderList::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  const std::string_view text(text_);
  return {text.substr(entry.name, entry.name_length), text.substr(entry.value, entry.value_length)};
}

std::optional<std::string_view> HeaderList::find(std::string_view name) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].name_length != name.size()) continue;
    const Field field = (*this)[i];
    if (equal_names(field.first, name)) return field.second;
  }
  return std::nullopt;
}

}  // namespace sluice::net
