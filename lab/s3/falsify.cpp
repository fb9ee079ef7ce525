#include "s3/falsify.hpp"

#include <string_view>

#include "s3/checksum.hpp"

namespace sluice::lab {
namespace {

/// Another character that base64 and hex may have there.
char another(char c) {
  return c == '0' ? '1' : '0';
}

/// Changes the character after each occurrence of `before`.
void change_after(std::string& text, std::string_view before) {
  for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
    at += before.size();
    if (at < text.size()) text[at] = another(text[at]);
  }
}

}  // namespace

void falsify_etags(Response& response) {
  change_after(response.fields, "ETag: \"");
  change_after(response.body, "<ETag>&quot;");
}

void falsify_checksums(Response& response) {
  for (const auto algorithm : all_checksum_algorithms) {
    change_after(response.fields, std::string(header_of(algorithm)) + ": ");
    change_after(response.body, "<" + std::string(element_of(algorithm)) + ">");
  }
}

}  // namespace sluice::lab
