#include "sftp/server.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

constexpr std::uint32_t longest_packet = 256 * 1024;
constexpr std::uint8_t status_type = 101, handle_type = 102, data_type = 103, name_type = 104,
                       attributes_type = 105, extended_type = 201;
constexpr std::uint32_t ok = 0, end_of_file = 1, no_such_file = 2, permission_denied = 3,
                        failure = 4, bad_message = 5, unsupported = 8;
constexpr std::uint32_t has_size = 1, has_owner = 2, has_permissions = 4, has_times = 8;
constexpr std::array<const char*, 4> offered = {"posix-rename@openssh.com", "fsync@openssh.com",
                                                "limits@openssh.com", "statvfs@openssh.com"};

const char* name_of(std::uint8_t type) {
  static constexpr std::array<const char*, 21> names = {
      "",      "init",  "",         "open",     "close",   "read",     "write",
      "lstat", "fstat", "setstat",  "fsetstat", "opendir", "readdir",  "remove",
      "mkdir", "rmdir", "realpath", "stat",     "rename",  "readlink", "symlink"};
  if (type == 200) return "extended";
  return type < names.size() ? names[type] : "";
}

std::string status(std::uint32_t id, std::uint32_t code) {
  Reply reply(status_type, id);
  reply.u32(code).text(code == ok ? "Success" : "as the lab was told").text("");
  return reply.bytes;
}

// As OpenSSH has it: one word for most failures.
std::uint32_t code_of(int error) {
  switch (error) {
    case 0:
      return ok;
    case ENOENT:
    case ENOTDIR:
    case EBADF:
    case ELOOP:
      return no_such_file;
    case EPERM:
    case EACCES:
    case EFAULT:
      return permission_denied;
    case ENAMETOOLONG:
    case EINVAL:
      return bad_message;
    case ENOSYS:
      return unsupported;
    default:
      return failure;
  }
}

std::string outcome(std::uint32_t id, int result) {
  return status(id, result == 0 ? ok : code_of(errno));
}

void put_attributes(Reply& reply, const struct stat& file) {
  reply.u32(has_size | has_owner | has_permissions | has_times);
  reply.u64(static_cast<std::uint64_t>(file.st_size)).u32(file.st_uid).u32(file.st_gid);
  reply.u32(file.st_mode).u32(static_cast<std::uint32_t>(file.st_atime));
  reply.u32(static_cast<std::uint32_t>(file.st_mtime));
}

std::string attributes_of(std::uint32_t id, const struct stat& file, int result) {
  if (result != 0) return outcome(id, result);
  Reply reply(attributes_type, id);
  put_attributes(reply, file);
  return reply.bytes;
}

std::string one_name(std::uint32_t id, std::string_view name) {
  Reply reply(name_type, id);
  reply.u32(1).text(name).text(name).u32(0);
  return reply.bytes;
}

int flags_of(std::uint32_t asked) {
  int flags = (asked & 3U) == 3U ? O_RDWR : (asked & 2U) != 0 ? O_WRONLY : O_RDONLY;
  if ((asked & 8U) != 0) flags |= O_CREAT;
  if ((asked & 16U) != 0) flags |= O_TRUNC;
  if ((asked & 32U) != 0) flags |= O_EXCL;
  return flags | O_CLOEXEC;
}

struct Wanted {
  std::optional<std::uint32_t> permissions;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> owner, times;
};

Wanted wanted(RequestReader& request) {
  Wanted found;
  const std::uint32_t flags = request.u32();
  if ((flags & has_size) != 0) request.u64();
  if ((flags & has_owner) != 0) {
    const std::uint32_t uid = request.u32();
    found.owner = {uid, request.u32()};
  }
  if ((flags & has_permissions) != 0) found.permissions = request.u32();
  if ((flags & has_times) != 0) {
    const std::uint32_t accessed = request.u32();
    found.times = {accessed, request.u32()};
  }
  return found;
}

}  // namespace

SftpServer::SftpServer(SftpServerOptions options)
    : options_(std::move(options)), faults_(options_.faults) {}

SftpServer::~SftpServer() {
  for (const auto& [handle, file] : files_)
    ::close(file);
  for (const auto& [handle, directory] : directories_)
    ::closedir(directory.stream);
}

void SftpServer::feed(Bytes bytes, std::string& out) {
  received_ += as_text(bytes);
  while (!cut_ && received_.size() >= 4) {
    const std::uint32_t length = RequestReader(as_bytes(received_)).u32();
    if (length == 0 || length > longest_packet + 1024)
      throw Error(ErrorCode::protocol, "read request", "", "the packet's length cannot be");
    if (received_.size() < 4 + std::size_t{length}) return;
    const std::string packet = received_.substr(4, length);
    received_.erase(0, 4 + std::size_t{length});
    take(as_bytes(packet), out);
  }
}

void SftpServer::take(Bytes packet, std::string& out) {
  RequestReader request(packet);
  const std::uint8_t type = request.u8();
  if (type == 1) return send(init(), nullptr, 0, out);
  const std::uint32_t id = request.u32();
  RequestReader ahead = request;
  const std::string extension = type == 200 ? std::string(ahead.text()) : "";
  struck_ = faults_.strike(type == 200 ? extension : name_of(type));
  if (struck_ && struck_->kind == SftpFaultKind::status)
    return send(status(id, struck_->status), nullptr, id, out);
  if (struck_ && struck_->kind == SftpFaultKind::cut && !struck_->after) {
    cut_ = true;
    return;
  }
  const std::string reply = answer(type, id, request);
  if (struck_ && struck_->kind == SftpFaultKind::cut) {
    cut_ = true;
    return;
  }
  send(reply, struck_, id, out);
}

void SftpServer::send(const std::string& reply, const SftpFault* fault, std::uint32_t id,
                      std::string& out) {
  std::string sent = reply;
  if (fault && fault->kind == SftpFaultKind::silence) return;
  if (fault && fault->kind == SftpFaultKind::wrong_type)
    sent = sent.front() == static_cast<char>(handle_type) ? one_name(id, "x")
                                                          : Reply(handle_type, id).text("x").bytes;
  if (fault && fault->kind == SftpFaultKind::unknown_id)
    sent = sent.substr(0, 1) + Reply(0, id + 7777).bytes.substr(1) + sent.substr(5);
  const bool oversize = fault && fault->kind == SftpFaultKind::oversize;
  Reply length(0, oversize ? 0x7FFFFFFF : static_cast<std::uint32_t>(sent.size()));
  out += length.bytes.substr(1) + sent;
}

std::string SftpServer::init() const {
  Reply reply(2, 3);
  for (const char* const name : offered) {
    if (options_.without.contains(name)) continue;
    reply.text(name).text(std::string_view(name).starts_with("statvfs") ? "2" : "1");
  }
  return reply.bytes;
}

std::string SftpServer::answer(std::uint8_t type, std::uint32_t id, RequestReader& request) {
  struct stat file{};
  switch (type) {
    case 3:
      return open(id, request);
    case 4:
      return close(id, request);
    case 5:
      return read(id, request);
    case 6:
      return write(id, request);
    case 7: {
      const int result = ::lstat(std::string(request.text()).c_str(), &file);
      return attributes_of(id, file, result);
    }
    case 8: {
      const auto found = files_.find(std::string(request.text()));
      if (found == files_.end()) return status(id, failure);
      return attributes_of(id, file, ::fstat(found->second, &file));
    }
    case 9:
    case 10:
      return set_attributes(id, request, type == 10);
    case 11:
      return opendir(id, request);
    case 12:
      return readdir(id, request);
    case 13:
      return outcome(id, ::unlink(std::string(request.text()).c_str()));
    case 14:
      return outcome(id, ::mkdir(std::string(request.text()).c_str(), 0777));
    case 15:
      return outcome(id, ::rmdir(std::string(request.text()).c_str()));
    case 16: {
      char* const real = ::realpath(std::string(request.text()).c_str(), nullptr);
      if (!real) return outcome(id, -1);
      const std::string found = real;
      ::free(real);
      return one_name(id, found);
    }
    case 17: {
      const int result = ::stat(std::string(request.text()).c_str(), &file);
      return attributes_of(id, file, result);
    }
    case 18: {
      const std::string from(request.text()), to(request.text());
      if (::link(from.c_str(), to.c_str()) != 0) return outcome(id, -1);
      return outcome(id, ::unlink(from.c_str()));
    }
    case 200:
      return extended(id, request);
    default:
      return status(id, unsupported);
  }
}

std::string SftpServer::extended(std::uint32_t id, RequestReader& request) {
  const std::string name(request.text());
  if (options_.without.contains(name)) return status(id, unsupported);
  if (name == "posix-rename@openssh.com") {
    const std::string from(request.text()), to(request.text());
    return outcome(id, std::rename(from.c_str(), to.c_str()));
  }
  if (name == "fsync@openssh.com") {
    const auto found = files_.find(std::string(request.text()));
    return found == files_.end() ? status(id, failure) : outcome(id, ::fsync(found->second));
  }
  if (name == "limits@openssh.com") {
    Reply reply(extended_type, id);
    reply.u64(longest_packet).u64(longest_packet - 1024).u64(longest_packet - 1024).u64(1000);
    return reply.bytes;
  }
  return status(id, unsupported);
}

std::string SftpServer::open(std::uint32_t id, RequestReader& request) {
  const std::string path(request.text());
  const int flags = flags_of(request.u32());
  const Wanted attributes = wanted(request);
  const int file = ::open(path.c_str(), flags, attributes.permissions.value_or(0666) & 07777U);
  if (file < 0) return outcome(id, -1);
  const std::string handle = "f" + std::to_string(next_handle_++);
  files_[handle] = file;
  return Reply(handle_type, id).text(handle).bytes;
}

std::string SftpServer::close(std::uint32_t id, RequestReader& request) {
  const std::string handle(request.text());
  if (const auto file = files_.find(handle); file != files_.end()) {
    const int result = ::close(file->second);
    files_.erase(file);
    return outcome(id, result);
  }
  const auto directory = directories_.find(handle);
  if (directory == directories_.end()) return status(id, failure);
  ::closedir(directory->second.stream);
  directories_.erase(directory);
  return status(id, ok);
}

std::string SftpServer::read(std::uint32_t id, RequestReader& request) {
  const auto found = files_.find(std::string(request.text()));
  if (found == files_.end()) return status(id, failure);
  const std::uint64_t offset = request.u64();
  std::string data(std::min<std::uint32_t>(request.u32(), longest_packet), '\0');
  const ssize_t count =
      ::pread(found->second, data.data(), data.size(), static_cast<off_t>(offset));
  if (count < 0) return outcome(id, -1);
  if (count == 0) return status(id, end_of_file);
  data.resize(static_cast<std::size_t>(count));
  if (struck_ && struck_->kind == SftpFaultKind::short_data)
    data.resize(std::min(data.size(), struck_->bytes));
  return Reply(data_type, id).text(data).bytes;
}

std::string SftpServer::write(std::uint32_t id, RequestReader& request) {
  const auto found = files_.find(std::string(request.text()));
  if (found == files_.end()) return status(id, failure);
  const std::uint64_t offset = request.u64();
  const std::string_view data = request.text();
  const ssize_t count =
      ::pwrite(found->second, data.data(), data.size(), static_cast<off_t>(offset));
  if (count < 0) return outcome(id, -1);
  return status(id, static_cast<std::size_t>(count) == data.size() ? ok : failure);
}

std::string SftpServer::opendir(std::uint32_t id, RequestReader& request) {
  const std::string path(request.text());
  DIR* const stream = ::opendir(path.c_str());
  if (!stream) return outcome(id, -1);
  const std::string handle = "d" + std::to_string(next_handle_++);
  directories_[handle] = {stream, path};
  return Reply(handle_type, id).text(handle).bytes;
}

std::string SftpServer::readdir(std::uint32_t id, RequestReader& request) {
  const auto found = directories_.find(std::string(request.text()));
  if (found == directories_.end()) return status(id, failure);
  const bool bare = struck_ && struck_->kind == SftpFaultKind::bare_names;
  Reply names(0, 0);
  names.bytes.clear();
  std::uint32_t count = 0;
  while (count < options_.names_a_reply) {
    const dirent* const entry = ::readdir(found->second.stream);
    if (!entry) break;
    const std::string path = found->second.path + '/' + static_cast<const char*>(entry->d_name);
    struct stat file{};
    if (::lstat(path.c_str(), &file) != 0) continue;
    names.text(static_cast<const char*>(entry->d_name)).text("");
    if (bare) {
      names.u32(0);
    } else {
      put_attributes(names, file);
    }
    ++count;
  }
  if (count == 0) return status(id, end_of_file);
  if (struck_ && struck_->kind == SftpFaultKind::bad_name) {
    struct stat file{};
    file.st_mode = S_IFREG | 0644;
    names.text(struck_->name).text("");
    put_attributes(names, file);
    ++count;
  }
  Reply reply(name_type, id);
  reply.u32(count);
  return reply.bytes + names.bytes;
}

std::string SftpServer::set_attributes(std::uint32_t id, RequestReader& request, bool by_handle) {
  const std::string name(request.text());
  const Wanted attributes = wanted(request);
  const auto found = files_.find(name);
  if (by_handle && found == files_.end()) return status(id, failure);
  const std::string path = by_handle ? "/proc/self/fd/" + std::to_string(found->second) : name;
  int result = 0;
  if (attributes.permissions) result = ::chmod(path.c_str(), *attributes.permissions & 07777U);
  if (result == 0 && attributes.owner)
    result = ::chown(path.c_str(), attributes.owner->first, attributes.owner->second);
  if (result == 0 && attributes.times) {
    const timespec times[2] = {{static_cast<time_t>(attributes.times->first), 0},
                               {static_cast<time_t>(attributes.times->second), 0}};
    result = ::utimensat(AT_FDCWD, path.c_str(), times, 0);
  }
  return outcome(id, result);
}

}  // namespace sluice::lab
