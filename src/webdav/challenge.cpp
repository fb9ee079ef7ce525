#include "sluice/webdav/challenge.hpp"

#include <algorithm>

namespace sluice::webdav {
namespace {

// What one field may make us hold.
constexpr std::size_t most_challenges = 16, most_parameters = 32;

bool is_token_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7F &&
         std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  std::vector<Challenge> read() {
    std::vector<Challenge> found;
    for (;;) {
      skip(" \t,");
      const std::string_view word = token();
      if (word.empty()) return found;
      const bool spaced = skip(" \t");
      if (rest_.starts_with('=') && !rest_.starts_with("==") && !found.empty()) {
        rest_.remove_prefix(1);
        if (!add_parameter(found.back(), word)) return found;
      } else {
        if (found.size() == most_challenges) return found;
        found.push_back({.scheme = lower(word), .parameters = {}});
        if (spaced) skip_token68();
      }
    }
  }

 private:
  bool skip(std::string_view bytes) {
    const std::size_t count = std::min(rest_.find_first_not_of(bytes), rest_.size());
    rest_.remove_prefix(count);
    return count > 0;
  }

  std::string_view token() {
    const auto end = std::ranges::find_if_not(rest_, is_token_byte);
    const std::string_view word(rest_.begin(), end);
    rest_.remove_prefix(word.size());
    return word;
  }

  // "Negotiate YII...==": a value that is no parameter.
  void skip_token68() {
    const auto is_byte = [](char c) { return is_token_byte(c) || c == '/'; };
    std::size_t size =
        static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_byte) - rest_.begin());
    while (size < rest_.size() && rest_[size] == '=')
      ++size;
    std::size_t end = size;
    while (end < rest_.size() && rest_[end] == ' ')
      ++end;
    if (size > 0 && (end == rest_.size() || rest_[end] == ',')) rest_.remove_prefix(end);
  }

  bool add_parameter(Challenge& challenge, std::string_view name) {
    skip(" \t");
    std::string value;
    if (rest_.starts_with('"')) {
      if (!quoted(value)) return false;
    } else {
      value = token();
    }
    if (challenge.parameters.size() < most_parameters)
      challenge.parameters.emplace_back(lower(name), std::move(value));
    return true;
  }

  bool quoted(std::string& value) {
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] == '"') {
        rest_.remove_prefix(at + 1);
        return true;
      }
      if (rest_[at] == '\\' && ++at == rest_.size()) return false;
      value += rest_[at];
    }
    return false;
  }

  std::string_view rest_;
};

}  // namespace

std::string_view Challenge::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(parameters, [name](const auto& one) { return one.first == name; });
  return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

std::vector<Challenge> parse_challenges(std::string_view field) {
  return FieldReader(field).read();
}

}  // namespace sluice::webdav
