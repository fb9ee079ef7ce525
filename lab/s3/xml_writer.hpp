#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "sluice/codec/xml.hpp"
#include "sluice/core/time.hpp"

namespace sluice::lab {

/// "2025-05-28T10:00:00.000Z": S3 writes milliseconds but keeps whole seconds.
std::string format_s3_time(TimePoint time);

/// An S3 answer: a root element with its namespace, then elements in order.
class XmlWriter {
 public:
  explicit XmlWriter(std::string_view root) : root_(root) {
    out_.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<").append(root);
    out_.append(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
  }

  void open(std::string_view name) { out_.append("<").append(name).append(">"); }
  void close(std::string_view name) { out_.append("</").append(name).append(">"); }
  void text(std::string_view name, std::string_view value) {
    open(name);
    codec::append_xml_escaped(out_, value);
    close(name);
  }
  /// For text that holds nothing to escape: numbers, times, base64.
  void plain(std::string_view name, std::string_view value) {
    open(name);
    out_.append(value);
    close(name);
  }
  void number(std::string_view name, std::integral auto value) {
    plain(name, std::to_string(value));
  }
  void flag(std::string_view name, bool value) { plain(name, value ? "true" : "false"); }
  void etag(std::string_view etag) {
    out_.append("<ETag>&quot;").append(etag).append("&quot;</ETag>");
  }
  void reserve(std::size_t bytes) { out_.reserve(bytes); }

  std::string finish() && {
    close(root_);
    return std::move(out_);
  }

 private:
  std::string root_;
  std::string out_;
};

}  // namespace sluice::lab
