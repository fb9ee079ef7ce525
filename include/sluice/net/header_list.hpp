#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::net {

/// HTTP header fields in order, in one buffer (two allocations whatever their number). Names
/// compare without case. Views stay valid until the list is changed.
class HeaderList {
 public:
  using Field = std::pair<std::string_view, std::string_view>;
  /// Where one field stands in the list's text (offsets and lengths in bytes).
  struct Entry {
    std::uint32_t name, name_length, value, value_length;
  };

  HeaderList() = default;
  /// Takes a received head as it is, with the places that a parser found in it. `entries` must lie
  /// within `text`.
  HeaderList(std::string text, std::vector<Entry> entries)
      : text_(std::move(text)), entries_(std::move(entries)) {}

  /// Room for so much, which assignment keeps.
  void reserve(std::size_t fields, std::size_t text);
  /// Adds a field. Throws Error{invalid_input} for a name that is no token or a value with CR, LF
  /// or NUL (RFC 9110 section 5).
  void add(std::string_view name, std::string_view value);
  /// Replaces all fields of that name.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  void clear();

  std::size_t size() const { return entries_.size(); }
  Field operator[](std::size_t index) const;
  /// The first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;

 private:
  std::string text_;
  std::vector<Entry> entries_;
};

/// ASCII comparison without case.
bool equal_names(std::string_view a, std::string_view b);

}  // namespace sluice::net
