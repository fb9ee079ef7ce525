#include "smtp/mail_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "sluice/codec/base64.hpp"

namespace sluice::test {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  REQUIRE((c >= 'A' && c <= 'F'));
  return c - 'A' + 10;
}

std::string from_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (text.substr(i).starts_with("=\r\n")) {
      i += 2;
    } else {
      REQUIRE(i + 2 < text.size());
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    }
  }
  return out;
}

std::string from_base64_lines(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  const auto bytes = codec::from_base64(text);
  REQUIRE(bytes);
  return *bytes;
}

/// White space between two encoded words is none (RFC 2047 section 6.2).
std::string decode_words(std::string_view text, std::vector<std::string>& words) {
  constexpr std::string_view opening = "=?UTF-8?B?";
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    const std::size_t begin = text.find(opening);
    const std::string_view between = text.substr(0, begin);
    const bool only_space = between.find_first_not_of(" \t") == std::string_view::npos;
    if (begin == std::string_view::npos || !after_word || !only_space) out += between;
    if (begin == std::string_view::npos) break;
    const std::size_t end = text.find("?=", begin + opening.size());
    REQUIRE(end != std::string_view::npos);
    CHECK(end + 2 - begin <= 75);
    const auto word =
        codec::from_base64(text.substr(begin + opening.size(), end - begin - opening.size()));
    REQUIRE(word);
    out += *word;
    words.push_back(*word);
    text.remove_prefix(end + 2);
    after_word = true;
  }
  return out;
}

std::string unfolded(std::string_view value) {
  std::string out(value);
  for (std::size_t at = out.find("\r\n"); at != std::string::npos; at = out.find("\r\n", at))
    out.erase(at, 2);
  return out;
}

}  // namespace

const std::string& ReadMail::header(std::string_view name) const {
  const auto is_it = [&](const auto& field) { return field.first == name; };
  REQUIRE(std::count_if(headers.begin(), headers.end(), is_it) == 1);
  return std::find_if(headers.begin(), headers.end(), is_it)->second;
}

ReadMail read_mail(std::string_view text) {
  ReadMail mail;
  const std::size_t head = text.find("\r\n\r\n");
  REQUIRE(head != std::string_view::npos);
  std::string_view rest = text.substr(0, head + 2);
  while (!rest.empty()) {
    std::size_t end = rest.find("\r\n");
    while (end + 2 < rest.size() && rest[end + 2] == ' ')
      end = rest.find("\r\n", end + 2);
    const std::string_view field = rest.substr(0, end);
    const std::size_t colon = field.find(": ");
    REQUIRE(colon != std::string_view::npos);
    mail.headers.emplace_back(field.substr(0, colon),
                              decode_words(unfolded(field.substr(colon + 2)), mail.encoded_words));
    rest.remove_prefix(end + 2);
  }
  const std::string body(text.substr(head + 4));
  mail.body = mail.header("Content-Transfer-Encoding") == "base64" ? from_base64_lines(body)
                                                                   : from_quoted_printable(body);
  return mail;
}

}  // namespace sluice::test
