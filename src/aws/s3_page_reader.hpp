#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace sluice::aws {

/// Reads a machine-made XML document element by element without copying, for listings: a page is
/// parsed in well under a millisecond. What S3 does not send (document types, CDATA, nesting over 8
/// levels) is refused: Error{protocol}.
class PageReader {
 public:
  enum class Event : unsigned char { open, close, end };

  explicit PageReader(std::string_view document);

  Event next();
  std::string_view name() const {
    return name_;
  }  ///< Of the element that was opened or closed, without prefix.
  /// At `close`: the raw text of an element without children, references not resolved.
  std::string_view text() const { return text_; }
  std::size_t depth() const { return depth_; }  ///< Open elements, after the event.

 private:
  [[noreturn]] void refuse(const char* reason) const;
  Event open(std::string_view tag);
  Event close(std::string_view name);
  /// `size` bytes from the front, and a mark behind them off it.
  std::string_view take(std::size_t size, std::size_t mark_size);

  static constexpr std::size_t max_depth = 8;
  std::string_view rest_;
  std::array<std::string_view, max_depth> open_names_;
  std::size_t depth_ = 0;
  std::string_view name_, text_;
  bool close_pending_ = false;  // <Name/>
  bool leaf_ = false;
  bool had_root_ = false;
};

}  // namespace sluice::aws
