#include "sluice/sftp/requests.hpp"

#include "sftp/wire.hpp"

namespace sluice::sftp::requests {
namespace {

constexpr std::uint32_t protocol_version = 3;

enum class Type : std::uint8_t {
  init = 1,
  open = 3,
  close = 4,
  read = 5,
  write = 6,
  lstat = 7,
  fstat = 8,
  setstat = 9,
  fsetstat = 10,
  opendir = 11,
  readdir = 12,
  remove = 13,
  mkdir = 14,
  rmdir = 15,
  realpath = 16,
  stat = 17,
  rename = 18,
  readlink = 19,
  extended = 200,
};

/// A packet at the end of a buffer; its length is known when all of it is there.
class PacketWriter {
 public:
  PacketWriter(Buffer& out, Type type) : out_(out), begin_(out.size()) {
    put_u32(out_, 0);
    put_u8(out_, static_cast<std::uint8_t>(type));
  }
  PacketWriter(Buffer& out, Type type, std::uint32_t id) : PacketWriter(out, type) {
    put_u32(out_, id);
  }
  PacketWriter(Buffer& out, std::string_view extension, std::uint32_t id)
      : PacketWriter(out, Type::extended, id) {
    put_string(out_, extension);
  }
  PacketWriter(const PacketWriter&) = delete;
  PacketWriter& operator=(const PacketWriter&) = delete;
  ~PacketWriter() {
    const std::size_t length = out_.size() - begin_ - 4;
    for (std::size_t i = 0; i < 4; ++i)
      out_[begin_ + i] = static_cast<std::byte>(length >> (24 - 8 * i));
  }

  PacketWriter& text(std::string_view value) {
    put_string(out_, value);
    return *this;
  }
  PacketWriter& u32(std::uint32_t value) {
    put_u32(out_, value);
    return *this;
  }
  PacketWriter& u64(std::uint64_t value) {
    put_u64(out_, value);
    return *this;
  }
  PacketWriter& attributes(const Attributes& value) {
    put_attributes(out_, value);
    return *this;
  }

 private:
  Buffer& out_;
  std::size_t begin_;
};

void with_text(Buffer& out, Type type, std::uint32_t id, std::string_view text) {
  PacketWriter(out, type, id).text(text);
}

}  // namespace

void init(Buffer& out) {
  PacketWriter(out, Type::init).u32(protocol_version);
}

void open(Buffer& out, std::uint32_t id, std::string_view path, std::uint32_t flags,
          const Attributes& attributes) {
  PacketWriter(out, Type::open, id).text(path).u32(flags).attributes(attributes);
}

void close(Buffer& out, std::uint32_t id, std::string_view handle) {
  with_text(out, Type::close, id, handle);
}

void read(Buffer& out, std::uint32_t id, std::string_view handle, std::uint64_t offset,
          std::uint32_t length) {
  PacketWriter(out, Type::read, id).text(handle).u64(offset).u32(length);
}

void write(Buffer& out, std::uint32_t id, std::string_view handle, std::uint64_t offset,
           Bytes data) {
  PacketWriter(out, Type::write, id).text(handle).u64(offset).text(as_text(data));
}

void lstat(Buffer& out, std::uint32_t id, std::string_view path) {
  with_text(out, Type::lstat, id, path);
}

void stat(Buffer& out, std::uint32_t id, std::string_view path) {
  with_text(out, Type::stat, id, path);
}

void fstat(Buffer& out, std::uint32_t id, std::string_view handle) {
  with_text(out, Type::fstat, id, handle);
}

void setstat(Buffer& out, std::uint32_t id, std::string_view path, const Attributes& attributes) {
  PacketWriter(out, Type::setstat, id).text(path).attributes(attributes);
}

void fsetstat(Buffer& out, std::uint32_t id, std::string_view handle,
              const Attributes& attributes) {
  PacketWriter(out, Type::fsetstat, id).text(handle).attributes(attributes);
}

void opendir(Buffer& out, std::uint32_t id, std::string_view path) {
  with_text(out, Type::opendir, id, path);
}

void readdir(Buffer& out, std::uint32_t id, std::string_view handle) {
  with_text(out, Type::readdir, id, handle);
}

void remove(Buffer& out, std::uint32_t id, std::string_view path) {
  with_text(out, Type::remove, id, path);
}

void mkdir(Buffer& out, std::uint32_t id, std::string_view path, const Attributes& attributes) {
  PacketWriter(out, Type::mkdir, id).text(path).attributes(attributes);
}

void rmdir(Buffer& out, std::uint32_t id, std::string_view path) {
  with_text(out, Type::rmdir, id, path);
}

void realpath(Buffer& out, std::uint32_t id, std::string_view path) {
  with_text(out, Type::realpath, id, path);
}

void rename(Buffer& out, std::uint32_t id, std::string_view from, std::string_view to) {
  PacketWriter(out, Type::rename, id).text(from).text(to);
}

void readlink(Buffer& out, std::uint32_t id, std::string_view path) {
  with_text(out, Type::readlink, id, path);
}

void posix_rename(Buffer& out, std::uint32_t id, std::string_view from, std::string_view to) {
  PacketWriter(out, extension::posix_rename, id).text(from).text(to);
}

void fsync(Buffer& out, std::uint32_t id, std::string_view handle) {
  PacketWriter(out, extension::fsync, id).text(handle);
}

void statvfs(Buffer& out, std::uint32_t id, std::string_view path) {
  PacketWriter(out, extension::statvfs, id).text(path);
}

void limits(Buffer& out, std::uint32_t id) {
  PacketWriter(out, extension::limits, id);
}

}  // namespace sluice::sftp::requests
