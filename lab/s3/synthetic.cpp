#include "s3/synthetic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/random.hpp"

namespace sluice::lab {
namespace {

/// Prime, so that a part or range put in the wrong place never looks right.
constexpr std::uint64_t period = 1'048'573;
constexpr std::uint64_t objects_per_directory = 100;
constexpr std::uint64_t max_variants = 251;
/// All variants together are hashed once; so much may be.
constexpr std::uint64_t hashed_bytes = 64_MiB;

class PatternBlob final : public Blob {
 public:
  PatternBlob(std::shared_ptr<const std::string> block, std::uint64_t shift, std::uint64_t size)
      : block_(std::move(block)), shift_(shift), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Bytes view(std::uint64_t offset) const override {
    if (offset >= size_) return {};
    const auto from = (offset + shift_) % period;
    return as_bytes(*block_).subspan(from, std::min(size_ - offset, period - from));
  }

 private:
  std::shared_ptr<const std::string> block_;
  std::uint64_t shift_;
  std::uint64_t size_;
};

std::shared_ptr<const std::string> make_block() {
  SeededRandom random(1);  // the same bytes in every run
  auto block = std::make_shared<std::string>();
  block->reserve(period + 8);
  while (block->size() < period) {
    const auto word = random.next();
    for (unsigned shift = 0; shift < 64; shift += 8)
      block->push_back(static_cast<char>(word >> shift & 0xff));
  }
  block->resize(period);
  return block;
}

std::uint64_t number(std::string_view text, std::string_view whole) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size())
    throw Error(ErrorCode::config, "parse", std::string(whole),
                "expected COUNTxSIZE, such as 1000000x4096");
  return value;
}

}  // namespace

SyntheticOptions parse_synthetic(std::string_view text) {
  const auto cross = text.find('x');
  const auto size = cross == std::string_view::npos ? std::string_view{} : text.substr(cross + 1);
  return {.count = number(text.substr(0, cross), text), .size = number(size, text)};
}

SyntheticObjects::SyntheticObjects(const SyntheticOptions& options, TimePoint modified)
    : options_(options), modified_(modified), block_(make_block()) {
  const auto affordable = hashed_bytes / std::max<std::uint64_t>(options.size, 1);
  variants_.resize(std::clamp<std::uint64_t>(affordable, 1, max_variants));
}

std::string SyntheticObjects::key(std::uint64_t index) const {
  if (options_.layout == SyntheticLayout::flat) return fmt::format("object-{:08}", index);
  return fmt::format("dir-{:06}/object-{:08}", index / objects_per_directory, index);
}

std::uint64_t SyntheticObjects::at_or_after(std::string_view wanted) const {
  std::uint64_t low = 0;
  std::uint64_t high = options_.count;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (key(middle) < wanted)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

ObjectPtr SyntheticObjects::object(std::uint64_t index) const {
  const auto variant = index % variants_.size();
  auto& made = variants_[variant];
  if (made) return made;
  auto object = std::make_shared<Object>();
  object->content =
      Content::of(std::make_shared<PatternBlob>(block_, variant * 4099, options_.size));
  codec::Hasher md5(codec::HashKind::md5);
  ChecksumMeter meter(ChecksumAlgorithm::crc64nvme);
  for_each_block(object->content, [&](Bytes block) {
    md5.update(block);
    meter.update(block);
  });
  object->etag = codec::to_hex(as_bytes(md5.finish()));
  object->checksum.value = meter.finish();
  object->modified = modified_;
  made = std::move(object);
  return made;
}

ObjectPtr SyntheticObjects::find(std::string_view wanted) const {
  // A key ends in its index; that it is one is then seen by making it again.
  std::uint64_t index = 0;
  const auto digits = wanted.find_last_not_of("0123456789") + 1;
  const auto* const last = wanted.data() + wanted.size();
  const auto [end, code] = std::from_chars(wanted.data() + digits, last, index);
  if (code != std::errc{} || end != last) return nullptr;
  return index < options_.count && key(index) == wanted ? object(index) : nullptr;
}

}  // namespace sluice::lab
