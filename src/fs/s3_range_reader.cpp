#include "fs/s3_range_reader.hpp"

#include <algorithm>
#include <utility>

#include "sluice/core/error.hpp"

namespace sluice {

RangeReader::RangeReader(const PinnedObject& object, aws::S3ObjectReader reader,
                         std::uint64_t length)
    : object_(&object),
      reader_(std::move(reader)),
      left_(length),
      checksum_(object.range_algorithm()) {}

Task<RangeReader> RangeReader::open(const PinnedObject& object, aws::ByteRange range) {
  aws::GetOptions pinned{
      .range = range, .if_match = object.etag, .version_id = {}, .checksum = false};
  aws::S3ObjectReader reader =
      co_await object.root.client().get(object.context, object.location, std::move(pinned));
  co_return RangeReader(object, std::move(reader), *range.last - range.first + 1);
}

Task<std::size_t> RangeReader::read(MutableBytes room) {
  room = room.first(static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), left_)));
  std::size_t filled = 0;
  while (filled < room.size()) {
    const MutableBytes piece = room.subspan(filled, std::min(room.size() - filled, range_piece));
    const std::size_t size = co_await reader_.read(piece);
    if (size == 0) refuse_length();
    checksum_.update(Bytes(piece).first(size));
    filled += size;
  }
  left_ -= filled;
  if (filled > 0 && left_ == 0) {
    std::byte beyond{};
    // A clean end keeps the connection.
    const std::size_t more = co_await reader_.read(MutableBytes(&beyond, 1));
    if (more > 0) refuse_length();
  }
  co_return filled;
}

void RangeReader::refuse_length() const {
  throw Error(ErrorCode::protocol, "GetObject", to_string(object_->location),
              "a range of another length than was asked for");
}

}  // namespace sluice
