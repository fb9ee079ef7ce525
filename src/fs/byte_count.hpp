#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sluice/core/error.hpp"

namespace sluice {

/// The bytes that a sink was given, held against what was announced.
class ByteCount {
 public:
  /// `shown`: the file's URL, for errors.
  ByteCount(std::optional<std::uint64_t> announced, std::string shown)
      : announced_(announced), shown_(std::move(shown)) {}

  std::uint64_t taken() const { return taken_; }

  /// Throws Error{conflict} above the announced size, Error{internal} after the end.
  void add(std::size_t bytes) {
    if (ended_) throw Error(ErrorCode::internal, "write", shown_, "the file has been ended");
    taken_ += bytes;
    if (announced_ && taken_ > *announced_)
      throw Error(ErrorCode::conflict, "write", shown_, "more bytes than were announced");
  }

  /// All is here. Throws Error{conflict} below the announced size.
  void end() {
    if (announced_ && taken_ != *announced_)
      throw Error(ErrorCode::conflict, "write", shown_, "fewer bytes than were announced");
    ended_ = true;
  }

  /// Nothing may follow, whatever is here.
  void give_up() { ended_ = true; }

 private:
  std::optional<std::uint64_t> announced_;
  std::string shown_;
  std::uint64_t taken_ = 0;
  bool ended_ = false;
};

}  // namespace sluice
