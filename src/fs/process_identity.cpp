#include "fs/process_identity.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>

namespace sluice {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string boot_id() {
  std::string text = text_of("/proc/sys/kernel/random/boot_id");
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

std::string pid_namespace() {
  std::error_code ignored;  // without /proc nothing is ever held to be gone
  return std::filesystem::read_symlink("/proc/self/ns/pid", ignored).native();
}

/// When a living process began; nullopt if there is none of that number (or only its remains).
std::optional<std::uint64_t> start_of(std::int64_t pid) {
  const std::string stat = text_of("/proc/" + std::to_string(pid) + "/stat");
  // proc(5): "pid (name) state ppid ..."; the name may hold spaces and parentheses itself.
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == std::string::npos) return std::nullopt;
  std::string_view fields = std::string_view(stat).substr(name_end + 2);
  if (fields.starts_with('Z') || fields.starts_with('X')) return std::nullopt;
  for (int field = 3; field < 22; ++field)
    fields.remove_prefix(fields.find(' ') + 1);
  std::uint64_t ticks = 0;
  std::from_chars(fields.data(), fields.data() + fields.size(), ticks);
  return ticks;
}

}  // namespace

ProcessIdentity this_process() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return {.host = host.data(),
          .boot_id = boot_id(),
          .pid_namespace = pid_namespace(),
          .pid = ::getpid(),
          .start_ticks = start_of(::getpid()).value_or(0)};
}

bool is_gone(const ProcessIdentity& owner, const ProcessIdentity& observer) {
  if (owner.host != observer.host || owner.boot_id.empty() || observer.boot_id.empty()) {
    return false;
  }
  if (owner.boot_id != observer.boot_id) return true;
  if (owner.pid_namespace != observer.pid_namespace || owner.pid <= 0) return false;
  return start_of(owner.pid) != owner.start_ticks;
}

}  // namespace sluice
