#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace sluice {

/// Text that must never be shown: it formats as "***". Take it out with `reveal()` only where it
/// goes on the wire.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};

}  // namespace sluice

template <>
struct fmt::formatter<sluice::Secret> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(const sluice::Secret&, Context& context) const {
    return fmt::format_to(context.out(), "***");
  }
};
