#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/codec/gzip.hpp"

namespace sluice::state {

/// The lines of a gzip file, one after the other. Blocking: for the disk lane. Throws Error naming
/// the file, and the line where the data is bad.
class GzipLines {
 public:
  explicit GzipLines(std::filesystem::path file);
  GzipLines(const GzipLines&) = delete;
  GzipLines& operator=(const GzipLines&) = delete;
  ~GzipLines();

  /// The next line that is not empty, without its end; nullopt at the proven end. Valid until the
  /// next call.
  std::optional<std::string_view> next();
  /// Goes to the end and counts the lines that next() would still give.
  std::uint64_t count();
  /// "<file>: line <number of the last line given>".
  std::string place() const { return place_of(line_); }

 private:
  bool fill();
  bool read_block();
  std::string_view rest() const { return std::string_view(plain_).substr(at_); }
  std::string place_of(std::uint64_t line) const;
  [[noreturn]] void fail_here(std::string reason) const;

  std::filesystem::path file_;
  int descriptor_ = -1;
  codec::GzipReader gzip_;
  std::string packed_;      // one block of the file
  Bytes packed_rest_;       // what of it is not unpacked yet
  std::string plain_;       // unpacked
  std::size_t at_ = 0;      // where in plain_ the next line begins
  std::uint64_t line_ = 0;  // lines given or passed over
};

}  // namespace sluice::state
