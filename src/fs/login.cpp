#include "sluice/fs/login.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "sluice/async/offload.hpp"
#include "sluice/codec/netrc.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

constexpr std::size_t longest_file = 1024 * 1024;

/// Blocking. nullopt: it may be missing, and is.
std::optional<Secret> read_secret_file(const std::filesystem::path& path, const char* what,
                                       bool may_be_missing) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    const int reason = errno;
    if (may_be_missing && reason == ENOENT) return std::nullopt;
    throw Error(ErrorCode::config, what, path.string(), std::generic_category().message(reason));
  }
  std::string text;
  text.resize(longest_file + 1);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > longest_file)
    throw Error(ErrorCode::config, what, path.string(), "it is larger than 1 MiB");
  return Secret(std::move(text));
}

Secret first_line(const Secret& text) {
  const std::string& all = text.reveal();
  std::string line = all.substr(0, all.find('\n'));
  if (line.ends_with('\r')) line.pop_back();
  return Secret(std::move(line));
}

std::optional<codec::NetrcLogin> look_into(const std::filesystem::path& path, const Secret& text,
                                           const Location& location) {
  try {
    return codec::find_in_netrc(text.reveal(), location.host, location.user);
  } catch (const Error& error) {
    throw Error(ErrorCode::config, "netrc file", path.string(),
                error.subject() + ": " + error.message());
  }
}

Task<std::optional<Secret>> read_file(Runtime* runtime, std::filesystem::path path,
                                      const char* what, bool may_be_missing) {
  if (path.empty()) co_return std::nullopt;
  auto job = [&] { return read_secret_file(path, what, may_be_missing); };
  co_return co_await offload(runtime->disk(), job);
}

}  // namespace

std::optional<Secret> secret_of_host(const Environment& environment, std::string_view what,
                                     std::string_view host) {
  const std::string general = "SLUICE_" + std::string(what);
  std::string name = general + '_';
  for (const char c : host) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool plain = lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += lower ? static_cast<char>(c - 'a' + 'A') : plain ? c : '_';
  }
  auto value = environment.get(name);
  if (!value) value = environment.get(general);
  if (!value) return std::nullopt;
  return Secret(std::move(*value));
}

Task<std::optional<Login>> find_login(Runtime& runtime, Environment environment,
                                      LoginSettings settings, Location location) {
  if (!location.user.empty()) {
    auto given = secret_of_host(environment, "PASSWORD", location.host);
    if (given) co_return Login{location.user, std::move(*given)};
    const auto file = co_await read_file(&runtime, settings.password_file, "password file", false);
    if (file) co_return Login{location.user, first_line(*file)};
  }
  const auto netrc =
      co_await read_file(&runtime, settings.netrc, "netrc file", settings.netrc_may_be_missing);
  if (netrc) {
    auto entry = look_into(settings.netrc, *netrc, location);
    if (entry && !(location.user.empty() && entry->login.empty())) {
      std::string user = location.user.empty() ? entry->login : location.user;
      co_return Login{std::move(user), std::move(entry->password)};
    }
  }
  if (location.user.empty()) co_return std::nullopt;
  if (!settings.ask) co_return Login{location.user, Secret()};
  auto told = co_await settings.ask(location.server());
  co_return Login{location.user, told.value_or(Secret())};
}

}  // namespace sluice
