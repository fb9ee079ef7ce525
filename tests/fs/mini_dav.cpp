#include "fs/mini_dav.hpp"

#include <fmt/format.h>

#include "sluice/codec/date.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice::test {
namespace {

std::string path_of(std::string_view target) {
  if (const std::size_t host = target.find("://"); host != std::string_view::npos)
    target.remove_prefix(target.find('/', host + 3));
  std::string path = codec::percent_decode(target, codec::Plus::literal).value();
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  return path;
}

std::string parent_of(const std::string& path) {
  return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

bool is_below(const std::string& path, const std::string& directory) {
  return path.starts_with(directory == "/" ? directory : directory + '/');
}

std::string date_of(std::int64_t seconds) {
  return codec::format_http_date(TimePoint(std::chrono::seconds(seconds)));
}

}  // namespace

std::shared_ptr<FakeHttp> MiniDav::client() {
  return std::make_shared<FakeHttp>([this](const SeenRequest& request) { return answer(request); });
}

std::size_t MiniDav::count(std::string_view method) const {
  const auto found = methods.find(method);
  return found == methods.end() ? 0 : found->second;
}

void MiniDav::put(const std::string& path, std::string bytes) {
  for (std::string up = parent_of(path); directories.insert(up).second;)
    up = parent_of(up);
  files[path] = {std::move(bytes), ++version_, 1'700'000'000};
}

bool MiniDav::has(const std::string& path) const {
  return files.contains(path) || directories.contains(path);
}

bool MiniDav::has_parent(const std::string& path) const {
  return directories.contains(parent_of(path));
}

std::string MiniDav::tag(const File& file) const {
  return fmt::format("\"v{}\"", file.version);
}

FakeAnswer MiniDav::answer(const SeenRequest& request) {
  ++methods[request.method];
  if (before) {
    if (auto fault = before(request)) return *fault;
  }
  FakeAnswer done = act(request, path_of(request.target));
  if (after) {
    if (auto fault = after(request)) return *fault;
  }
  return done;
}

FakeAnswer MiniDav::act(const SeenRequest& request, const std::string& path) {
  if (request.method == "PROPFIND") return propfind(request, path);
  if (request.method == "GET") return get(request, path);
  if (request.method == "PUT") return put(request, path);
  if (request.method == "MKCOL") return make(path);
  if (request.method == "MOVE") return move(request, path);
  if (request.method == "COPY") return copy(request, path);
  if (request.method == "DELETE") return remove(path);
  return {.status = 501};
}

std::string MiniDav::entry(const std::string& path) const {
  const std::string href = codec::percent_encode(path, codec::Slash::keep);
  const auto file = files.find(path);
  if (file == files.end())
    return fmt::format(
        "<response><href>{}/</href><propstat><prop><resourcetype><collection/></resourcetype>"
        "</prop></propstat></response>",
        href == "/" ? "" : href);
  return fmt::format(
      "<response><href>{}</href><propstat><prop><getcontentlength>{}</getcontentlength>"
      "<getlastmodified>{}</getlastmodified>{}</prop></propstat></response>",
      href, file->second.bytes.size(), date_of(file->second.mtime),
      shows_tags ? "<getetag>" + tag(file->second) + "</getetag>" : "");
}

FakeAnswer MiniDav::propfind(const SeenRequest& request, const std::string& path) const {
  if (!has(path)) return {.status = 404};
  std::string body = "<multistatus xmlns='DAV:'>" + entry(path);
  if (request.header("Depth") == "1") {
    for (const auto& [name, file] : files) {
      if (parent_of(name) == path) body += entry(name);
    }
    for (const std::string& name : directories) {
      if (name != "/" && parent_of(name) == path) body += entry(name);
    }
  }
  return {.status = 207, .body = body + "</multistatus>"};
}

FakeAnswer MiniDav::get(const SeenRequest& request, const std::string& path) const {
  const auto file = files.find(path);
  if (file == files.end()) return {.status = 404};
  FakeAnswer answer{
      .body = file->second.bytes,
      .headers = {{"ETag", tag(file->second)}, {"Last-Modified", date_of(file->second.mtime)}}};
  const std::string range = request.header("Range");
  const std::string only = request.header("If-Range");
  if (range.empty() || (!only.empty() && only != tag(file->second))) return answer;
  const std::size_t first = std::stoul(range.substr(6));
  const std::string end = range.substr(range.find('-') + 1);
  const std::size_t last =
      std::min(end.empty() ? answer.body.size() : std::stoul(end) + 1, answer.body.size());
  if (first >= last) return {.status = 416};
  answer.headers.emplace_back("Content-Range",
                              fmt::format("bytes {}-{}/{}", first, last - 1, answer.body.size()));
  answer.body = answer.body.substr(first, last - first);
  answer.status = 206;
  return answer;
}

FakeAnswer MiniDav::put(const SeenRequest& request, const std::string& path) {
  if (!has_parent(path)) return {.status = 409};
  if (directories.contains(path)) return {.status = 405};
  const bool is_new = !files.contains(path);
  File& file = files[path];
  file = {request.body, ++version_, 1'700'000'000};
  FakeAnswer answer{.status = is_new ? 201 : 204};
  const std::string mtime = request.header("X-OC-Mtime");
  if (mtime.empty() || !keeps_mtime) return answer;
  file.mtime = std::stoll(mtime);
  answer.headers.emplace_back("X-OC-Mtime", "accepted");
  return answer;
}

FakeAnswer MiniDav::make(const std::string& path) {
  if (has(path)) return {.status = 405};
  if (!has_parent(path)) return {.status = 409};
  directories.insert(path);
  return {.status = 201};
}

FakeAnswer MiniDav::move(const SeenRequest& request, const std::string& path) {
  const std::string to = path_of(request.header("Destination"));
  const bool chunks = path.ends_with("/.file") && directories.contains(parent_of(path));
  if (!chunks && !files.contains(path)) return {.status = 404};
  if (!has_parent(to)) return {.status = 409};
  const bool replaces = has(to);
  if (replaces && request.header("Overwrite") == "F") return {.status = 412};
  if (refuses_if(request, to)) return {.status = 412};
  remove(to);
  FakeAnswer answer{.status = replaces ? 204 : 201};
  if (!chunks) {
    files[to] = files[path];
    files.erase(path);
    if (move_changes_tag) files[to].version = ++version_;
    return answer;
  }
  files[to] = {assembled(parent_of(path)), ++version_, 1'700'000'000};
  const std::string mtime = request.header("X-OC-Mtime");
  if (mtime.empty()) return answer;
  files[to].mtime = std::stoll(mtime);
  answer.headers.emplace_back("X-OC-Mtime", "accepted");
  return answer;
}

bool MiniDav::refuses_if(const SeenRequest& request, const std::string& to) const {
  const std::string condition = request.header("If");
  if (condition.empty() || heeds_if == If::ignored) return false;
  if (heeds_if == If::refused || !files.contains(to)) return true;
  const bool here = path_of(condition.substr(1, condition.find('>') - 1)) == to;
  return !here || condition.find("[" + tag(files.at(to)) + "]") == std::string::npos;
}

FakeAnswer MiniDav::copy(const SeenRequest& request, const std::string& path) {
  const std::string to = path_of(request.header("Destination"));
  if (!files.contains(path)) return {.status = 404};
  if (!has_parent(to)) return {.status = 409};
  const bool replaces = has(to);
  files[to] = {files[path].bytes, ++version_, 1'700'000'000};
  return {.status = replaces ? 204 : 201};
}

std::string MiniDav::assembled(const std::string& directory) {
  std::string whole;
  for (const auto& [name, file] : files) {
    if (parent_of(name) == directory) whole += file.bytes;
  }
  remove(directory);
  return whole;
}

FakeAnswer MiniDav::remove(const std::string& path) {
  if (!has(path)) return {.status = 404};
  std::erase_if(
      files, [&path](const auto& one) { return one.first == path || is_below(one.first, path); });
  std::erase_if(directories,
                [&path](const auto& one) { return one == path || is_below(one, path); });
  return {.status = 204};
}

}  // namespace sluice::test
