#include "sluice/ftp/commands.hpp"

#include <algorithm>

#include "sluice/core/error.hpp"

namespace sluice::ftp {
namespace {

constexpr std::string_view unusable("\r\n\0\xFF", 4);

}  // namespace

std::optional<std::string> refusal_of_path(std::string_view path) {
  if (path.find_first_of(unusable) != std::string_view::npos)
    return "FTP cannot name it: it holds CR, LF, NUL or the byte 0xFF";
  // Of each part: servers cut them off where they stand at the end.
  if (path.ends_with(' ') || path.ends_with('\t') || path.find(" /") != std::string_view::npos)
    return "FTP servers do not keep a blank at the end of a name";
  return std::nullopt;
}

std::optional<std::string> refusal_of_new_path(std::string_view path) {
  const bool control = std::ranges::any_of(path, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  if (control) return "FTP servers do not keep control characters in names";
  return refusal_of_path(path);
}

std::string command_line(std::string_view verb, std::string_view argument) {
  if (argument.find_first_of(unusable) != std::string_view::npos)
    throw Error(ErrorCode::invalid_input, std::string(verb), "",
                "its argument holds CR, LF, NUL or the byte 0xFF");
  std::string line(verb);
  if (!argument.empty()) line.append(" ").append(argument);
  return line + "\r\n";
}

}  // namespace sluice::ftp
