#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace sluice {

/// Throws Error{invalid_input} if refusal_of() has a reason.
void require_local_path(std::string_view remote_path);

/// Maps a remote path into the directory `base`; the only way from a server's name to a local file.
///
/// Refused with Error{invalid_input} that names the path and the reason: an empty path or part
/// ("a//b", "/x", "x/"), "." and
/// "..", NUL, a part over 255 bytes, a whole path over 4,096 bytes, and a name that our temporary
/// names use. On Linux a backslash is a plain character and allowed, and so are the names that
/// Windows reserves. The bytes are kept as they are. Whether a file system takes two names for one
/// is seen where files are written.
std::filesystem::path local_path_below(const std::filesystem::path& base,
                                       std::string_view remote_path);

/// The reason why `remote_path` is refused, or nullopt if it is fine.
std::optional<std::string> refusal_of(std::string_view remote_path);

/// Makes what is missing of an absolute path, for its user alone (mode 0700). Blocking. The error
/// is the system's, none if the directory is there now.
std::error_code make_private_directories(const std::filesystem::path& directory);

/// `plain` has no dot in front: servers that do not list such names would hide what was left.
enum class TemporaryForm : bool { hidden, plain };

/// Our temporary names: ".<name, shortened>.<16 hex digits>.sluice-part". Walks hide them.
std::string temporary_name_for(std::string_view final_name, std::string_view hex_id,
                               TemporaryForm form = TemporaryForm::hidden);
/// In either form.
bool is_temporary_name(std::string_view name);

}  // namespace sluice
