#include "storage/content.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

void read_file_piece(const Piece& piece, const std::function<void(Bytes)>& take) {
  const Descriptor file(piece.blob->open());
  std::vector<std::byte> block(
      static_cast<std::size_t>(std::min<std::uint64_t>(piece.length, 1_MiB)));
  for (std::uint64_t done = 0; done < piece.length;) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), piece.length - done));
    const auto got =
        ::pread(file.get(), block.data(), wanted, static_cast<off_t>(piece.offset + done));
    if (got <= 0)
      throw Error(ErrorCode::internal, "read", piece.blob->id(),
                  got < 0 ? std::strerror(errno) : "file is cut short");
    take(Bytes(block).first(static_cast<std::size_t>(got)));
    done += static_cast<std::uint64_t>(got);
  }
}

void view_memory_piece(const Piece& piece, const std::function<void(Bytes)>& take) {
  for (std::uint64_t done = 0; done < piece.length;) {
    auto bytes = piece.blob->view(piece.offset + done);
    bytes = bytes.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), piece.length - done)));
    take(bytes);
    done += bytes.size();
  }
}

}  // namespace

Content::Content(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {
  for (const auto& piece : pieces_)
    size_ += piece.length;
}

Content Content::of(std::shared_ptr<const Blob> blob) {
  const auto size = blob->size();
  return Content({Piece{.blob = std::move(blob), .offset = 0, .length = size}});
}

Content Content::slice(std::uint64_t offset, std::uint64_t length) const {
  std::vector<Piece> cut;
  for (const auto& piece : pieces_) {
    if (length == 0) break;
    if (offset >= piece.length) {
      offset -= piece.length;
      continue;
    }
    const auto taken = std::min(length, piece.length - offset);
    cut.push_back({.blob = piece.blob, .offset = piece.offset + offset, .length = taken});
    length -= taken;
    offset = 0;
  }
  return Content(std::move(cut));
}

void Content::append(const Content& other) {
  pieces_.insert(pieces_.end(), other.pieces_.begin(), other.pieces_.end());
  size_ += other.size_;
}

void for_each_block(const Content& content, const std::function<void(Bytes)>& take) {
  for (const auto& piece : content.pieces()) {
    if (piece.length == 0) continue;
    if (piece.blob->view(piece.offset).empty())
      read_file_piece(piece, take);
    else
      view_memory_piece(piece, take);
  }
}

std::string read_all(const Content& content) {
  std::string all;
  all.reserve(static_cast<std::size_t>(content.size()));
  for_each_block(content, [&all](Bytes block) { all.append(as_text(block)); });
  return all;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace sluice::lab
