#include <algorithm>
#include <charconv>

#include "sluice/smtp/reply.hpp"

namespace sluice::smtp {
namespace {

/// The next word in upper case; empty at the end.
std::string take_word(std::string_view& text) {
  constexpr std::string_view space = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
  const std::size_t end = std::min(text.find_first_of(space), text.size());
  std::string word(text.substr(0, end));
  text.remove_prefix(end);
  for (char& c : word) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return word;
}

void add_mechanisms(std::string_view words, Capabilities& found) {
  for (std::string word = take_word(words); !word.empty(); word = take_word(words)) {
    if (!found.offers(word)) found.mechanisms.push_back(std::move(word));
  }
}

void read_size(std::string_view words, Capabilities& found) {
  found.size = true;
  const std::string word = take_word(words);
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), bytes);
  // RFC 1870 section 4: 0 is no limit.
  if (error == std::errc() && end == word.data() + word.size() && bytes > 0)
    found.most_bytes = bytes;
}

void read_line(std::string_view line, Capabilities& found) {
  const std::string keyword = take_word(line);
  if (keyword == "STARTTLS") found.starttls = true;
  if (keyword == "SIZE") read_size(line, found);
  if (keyword == "AUTH") add_mechanisms(line, found);
  // As servers wrote it before RFC 2554, and some do beside the other form.
  constexpr std::string_view old_form = "AUTH=";
  if (keyword.starts_with(old_form)) {
    add_mechanisms(std::string_view(keyword).substr(old_form.size()), found);
    add_mechanisms(line, found);
  }
}

}  // namespace

bool Capabilities::offers(std::string_view mechanism) const {
  return std::find(mechanisms.begin(), mechanisms.end(), mechanism) != mechanisms.end();
}

Capabilities parse_capabilities(const Reply& ehlo) {
  Capabilities found;
  // The first line is the server's name and greeting.
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i)
    read_line(ehlo.lines[i], found);
  return found;
}

}  // namespace sluice::smtp
