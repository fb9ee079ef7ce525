#include "path_spill.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"

namespace sluice {
namespace {

constexpr std::size_t read_size = 1 << 20;

void append_entry(std::string& buffer, const std::string& path) {
  const auto length = static_cast<std::uint32_t>(path.size());
  char header[sizeof length];
  std::memcpy(header, &length, sizeof length);
  buffer.append(header, sizeof header);
  buffer += path;
}

// The entry at `position`, which it moves on; nullopt if the buffer holds only a part of it.
std::optional<std::string> entry_at(const std::string& buffer, std::size_t& position) {
  std::uint32_t length = 0;
  if (buffer.size() - position < sizeof length) return std::nullopt;
  std::memcpy(&length, buffer.data() + position, sizeof length);
  if (buffer.size() - position - sizeof length < length) return std::nullopt;
  std::string path = buffer.substr(position + sizeof length, length);
  position += sizeof length + length;
  return path;
}

}  // namespace

PathSpill::PathSpill(Runtime& runtime, std::filesystem::path directory, std::size_t memory_limit)
    : runtime_(runtime),
      file_(std::move(directory)),
      memory_limit_(memory_limit),
      writing_(runtime.executor(), 1) {}

Task<> PathSpill::add(std::string path) {
  append_entry(buffer_, path);
  ++count_;
  if (buffer_.size() <= memory_limit_) co_return;
  const auto turn = co_await writing_.acquire();
  // The one who had the turn before may have written this entry, too.
  if (buffer_.size() > memory_limit_) co_await spill();
}

// The disk lane gets bytes of its own, for others go on adding to the buffer meanwhile. If it
// fails, they are missing, and take() will say so.
Task<> PathSpill::spill() {
  const std::string bytes = std::exchange(buffer_, {});
  auto job = [this, &bytes] { file_.append(as_bytes(bytes)); };
  co_await offload(runtime_.disk(), job);
}

Task<bool> PathSpill::refill() {
  if (file_position_ == file_.size()) co_return false;
  auto job = [this] {
    std::string bytes(std::min<std::uint64_t>(read_size, file_.size() - file_position_), '\0');
    bytes.resize(file_.read_at(std::as_writable_bytes(std::span(bytes)), file_position_));
    return bytes;
  };
  const std::string bytes = co_await offload(runtime_.disk(), job);
  if (bytes.empty()) co_return false;  // take() sees what is missing
  file_position_ += bytes.size();
  buffer_.erase(0, position_);
  position_ = 0;
  buffer_ += bytes;
  co_return true;
}

Task<std::vector<std::string>> PathSpill::take(std::size_t most) {
  if (!reading_) {
    reading_ = true;
    if (file_.size() > 0 && !buffer_.empty()) co_await spill();
  }
  std::vector<std::string> paths;
  while (paths.size() < most) {
    auto path = entry_at(buffer_, position_);
    if (path) {
      paths.push_back(std::move(*path));
      continue;
    }
    const bool more = co_await refill();
    if (!more) break;
  }
  taken_ += paths.size();
  if (paths.empty() && taken_ != count_) {
    throw Error(ErrorCode::internal, "read", "a temporary list",
                fmt::format("{} names were added and {} came back", count_, taken_));
  }
  co_return paths;
}

}  // namespace sluice
