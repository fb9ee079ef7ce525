#include "sluice/core/local_path.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "sluice/core/error.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice {
namespace {

constexpr std::size_t max_part_length = 255;   // NAME_MAX of Linux file systems
constexpr std::size_t max_path_length = 4096;  // PATH_MAX
constexpr std::size_t hex_id_length = 16;
constexpr std::size_t max_shown_length = 300;
constexpr std::string_view suffix = ".sluice-part";

bool is_hex_id(std::string_view text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == hex_id_length && std::all_of(text.begin(), text.end(), is_digit);
}

const char* refusal_of_part(std::string_view part) {
  if (part.empty()) return "it has an empty part";
  if (part == ".") return "it has the part \".\"";
  if (part == "..") return "it has the part \"..\"";
  if (part.size() > max_part_length) return "it has a part of more than 255 bytes";
  if (is_temporary_name(part)) return "it has a name that is reserved for temporary files";
  return nullptr;
}

// The front of the name, cut where no UTF-8 sequence is broken.
std::string_view shortened(std::string_view name, std::size_t limit) {
  std::size_t length = 0;
  while (length < name.size()) {
    const std::size_t next = std::max<std::size_t>(utf8_sequence_length(name.substr(length)), 1);
    if (length + next > limit) break;
    length += next;
  }
  return name.substr(0, length);
}

}  // namespace

std::optional<std::string> refusal_of(std::string_view remote_path) {
  if (remote_path.empty()) return "it is empty";
  if (remote_path.size() > max_path_length) return "it is longer than 4,096 bytes";
  if (remote_path.find('\0') != std::string_view::npos) return "it has a NUL byte";
  while (true) {
    const std::size_t slash = remote_path.find('/');
    if (const char* reason = refusal_of_part(remote_path.substr(0, slash))) return reason;
    if (slash == std::string_view::npos) return std::nullopt;
    remote_path.remove_prefix(slash + 1);
  }
}

void require_local_path(std::string_view remote_path) {
  if (const std::optional<std::string> reason = refusal_of(remote_path)) {
    throw Error(ErrorCode::invalid_input, "use as a local name",
                std::string(shortened(remote_path, max_shown_length)), *reason);
  }
}

std::filesystem::path local_path_below(const std::filesystem::path& base,
                                       std::string_view remote_path) {
  require_local_path(remote_path);
  return base / std::filesystem::path(remote_path);
}

std::error_code make_private_directories(const std::filesystem::path& directory) {
  std::error_code failed;
  if (std::filesystem::is_directory(directory, failed)) return {};
  const std::filesystem::path parent = directory.parent_path();
  if (parent != directory) failed = make_private_directories(parent);
  if (failed) return failed;
  if (::mkdir(directory.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
  return {errno, std::system_category()};
}

std::string temporary_name_for(std::string_view final_name, std::string_view hex_id,
                               TemporaryForm form) {
  if (final_name.empty() || final_name.find('/') != std::string_view::npos || !is_hex_id(hex_id)) {
    throw Error(ErrorCode::invalid_input, "make a temporary name", std::string(final_name),
                "needs a file name and 16 hexadecimal digits");
  }
  const std::size_t room = max_part_length - 2 - hex_id_length - suffix.size();
  std::string name = form == TemporaryForm::hidden ? "." : "";
  name.append(shortened(final_name, room)).append(".").append(hex_id).append(suffix);
  return name;
}

bool is_temporary_name(std::string_view name) {
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  // A name of one byte or more, a dot, and the id.
  if (name.size() < 2 + hex_id_length) return false;
  const std::string_view hex_id = name.substr(name.size() - hex_id_length);
  return is_hex_id(hex_id) && name[name.size() - hex_id_length - 1] == '.';
}

}  // namespace sluice
