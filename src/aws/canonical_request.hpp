#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/aws/signing.hpp"

namespace sluice::aws {

// The parts of a canonical request (AWS IAM User Guide, "Create a canonical request"). Pure; they
// append to a text, so that its buffer can be kept from request to request.

/// Whether a header (any case) takes part in the signature: all do but those that an intermediary
/// may add, drop or change.
bool is_signed_header(std::string_view name);

/// The header fields of one request in canonical order. Values are borrowed until clear().
class CanonicalHeaders {
 public:
  void clear();
  /// Takes a field unless it is never signed.
  void add(std::string_view name, std::string_view value);
  /// To be called once, after the last add(). Fields of one name keep their order.
  void sort();
  /// "name:value\n" for each name; several values are joined by commas.
  void append_fields(std::string& out) const;
  /// "a;b;c".
  void append_names(std::string& out, std::string_view separator) const;

 private:
  struct Field {
    std::uint32_t name_begin, name_size;  // in names_
    std::string_view value;
  };
  std::string_view name_of(const Field& field) const {
    return std::string_view(names_).substr(field.name_begin, field.name_size);
  }

  std::string names_;  // in lower case, one after the other
  std::vector<Field> fields_;
};

/// `path` is what goes on the wire, without the query.
void append_canonical_path(std::string& out, std::string_view path, PathStyle style);
/// `query` is what goes on the wire, without '?'. Whether it was encoded or not, each name and
/// value comes out encoded once. A '+' is a plus sign.
void append_canonical_query(std::string& out, std::string_view query);

/// A target cut at the first '?'.
struct TargetParts {
  std::string_view path, query;
};
TargetParts split_target(std::string_view target);

}  // namespace sluice::aws
