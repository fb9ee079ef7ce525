#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::codec {

/// A character set in which names may be written, such as CP932, EUC-JP or ISO-8859-1: one in which
/// ASCII is ASCII and no other character has a byte of it at its beginning. Conversions are those
/// of iconv(3); what would not come back the same is refused, since a name that was read must lead
/// to the same file again. For one thread at a time.
class Charset {
 public:
  /// Throws Error{invalid_input} for a name that iconv(3) does not know, or of another kind
  /// (UTF-16, ISO-2022-JP).
  explicit Charset(std::string name);
  ~Charset();
  Charset(const Charset&) = delete;
  Charset& operator=(const Charset&) = delete;

  const std::string& name() const { return name_; }
  /// nullopt: it is no text in this character set, or one that it has two ways to write.
  std::optional<std::string> to_utf8(std::string_view bytes) const;
  /// nullopt: it is no UTF-8, or has characters that this character set has not.
  std::optional<std::string> from_utf8(std::string_view text) const;

 private:
  class Converter;

  std::string name_;
  std::unique_ptr<Converter> reader_, writer_;
};

}  // namespace sluice::codec
