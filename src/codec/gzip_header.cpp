#include "codec/gzip_header.hpp"

#include "sluice/codec/crc.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

// RFC 1952 section 2.3.1.
constexpr unsigned has_checksum = 2, has_extra = 4, has_name = 8, has_comment = 16, reserved = 0xE0;
constexpr unsigned deflate_method = 8;
constexpr std::uint32_t fixed_size = 10;

void require(bool met, const char* otherwise) {
  if (!met) throw Error(ErrorCode::integrity, "read gzip", "", otherwise);
}

}  // namespace

bool GzipHeader::read(Bytes& packed) {
  while (field_ != Field::body) {
    if (!present()) {
      next_field();
      continue;
    }
    if (packed.empty()) return false;
    take(packed.front());
    packed = packed.subspan(1);
  }
  return true;
}

bool GzipHeader::present() const {
  switch (field_) {
    case Field::fixed:
      return true;
    case Field::extra_length:
      return (flags_ & has_extra) != 0;
    case Field::extra:
      return extra_length_ != 0;
    case Field::name:
      return (flags_ & has_name) != 0;
    case Field::comment:
      return (flags_ & has_comment) != 0;
    case Field::checksum:
      return (flags_ & has_checksum) != 0;
    case Field::body:
      return false;
  }
  return false;
}

void GzipHeader::next_field() {
  field_ = static_cast<Field>(static_cast<std::uint8_t>(field_) + 1);
  at_ = 0;
}

void GzipHeader::take(std::byte byte) {
  const auto value = std::to_integer<unsigned>(byte);
  if (field_ != Field::checksum) crc_ = crc32(crc_, Bytes(&byte, 1));
  bool last = false;
  switch (field_) {
    case Field::fixed:
      take_fixed(value);
      last = at_ + 1 == fixed_size;
      break;
    case Field::extra_length:
      extra_length_ |= value << (8 * at_);
      last = at_ == 1;
      break;
    case Field::extra:
      last = at_ + 1 == extra_length_;
      break;
    case Field::name:
    case Field::comment:
      last = value == 0;
      break;
    case Field::checksum:
      take_checksum(value);
      last = at_ == 1;
      break;
    case Field::body:
      break;
  }
  ++at_;
  if (last) next_field();
}

void GzipHeader::take_fixed(unsigned value) {
  if (at_ == 0) require(value == 0x1F, "no gzip member where one must begin");
  if (at_ == 1) require(value == 0x8B, "no gzip member where one must begin");
  if (at_ == 2) require(value == deflate_method, "a compression method that gzip does not know");
  if (at_ != 3) return;
  require((value & reserved) == 0, "flags that gzip does not know");
  flags_ = value;
}

void GzipHeader::take_checksum(unsigned value) {
  require(value == ((crc_ >> (8 * at_)) & 0xFFU), "the header's checksum does not match");
}

}  // namespace sluice::codec
