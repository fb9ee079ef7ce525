#include "webdav/multistatus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace sluice::lab {
namespace {

constexpr std::array<std::string_view, 11> names{"broken",  "cut",    "wrong-root", "doctype",
                                                 "nul",     "deep",   "huge",       "many",
                                                 "foreign", "escape", "no-size"};
constexpr std::size_t deep_elements = 1'000'000;
constexpr std::size_t huge_name = 100'000'000;
constexpr std::size_t many_files = 100'000;

std::string entry(std::string_view href) {
  return fmt::format(
      R"(<x:response xmlns:x="DAV:"><x:href>{}</x:href><x:propstat><x:prop><x:resourcetype/>)"
      R"(<x:getcontentlength>1</x:getcontentlength></x:prop><x:status>HTTP/1.1 200 OK</x:status>)"
      R"(</x:propstat></x:response>)",
      href);
}

/// Puts `text` before the last end tag.
std::string with(std::string body, const std::string& text) {
  const std::size_t end = body.rfind("</");
  body.insert(end == std::string::npos ? body.size() : end, text);
  return body;
}

std::string with_many(std::string body, const std::string& directory) {
  std::string entries;
  for (std::size_t i = 0; i < many_files; ++i)
    entries += entry(fmt::format("{}made-up-{:06}", directory, i));
  return with(std::move(body), entries);
}

std::string without_sizes(std::string body) {
  constexpr std::string_view property = "getcontentlength";
  for (std::size_t at = 0; (at = body.find(property, at)) != std::string::npos;)
    body.replace(at, property.size(), "another-property");
  return body;
}

std::string deep_document() {
  std::string body = R"(<multistatus xmlns="DAV:">)";
  for (std::size_t i = 0; i < deep_elements; ++i)
    body += "<a>";
  return body;
}

constexpr std::string_view growing =
    R"(<!DOCTYPE multistatus [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>)"
    R"(<multistatus xmlns="DAV:"><response><href>&b;</href></response></multistatus>)";

}  // namespace

std::optional<XmlFault> xml_fault_named(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<XmlFault>(found - names.begin());
}

std::string falsified_multistatus(XmlFault fault, std::string body, std::string_view path) {
  std::string directory(path);
  if (!directory.ends_with('/')) directory += '/';
  switch (fault) {
    case XmlFault::broken:
      return with(std::move(body), "</nothing>");
    case XmlFault::cut:
      return body.substr(0, body.size() / 2);
    case XmlFault::wrong_root:
      return R"(<another xmlns="DAV:"/>)";
    case XmlFault::doctype:
      return std::string(growing);
    case XmlFault::nul:
      return with(std::move(body), entry(directory + "a&#0;b"));
    case XmlFault::deep:
      return deep_document();
    case XmlFault::huge:
      return with(std::move(body), entry(directory + std::string(huge_name, 'a')));
    case XmlFault::many:
      return with_many(std::move(body), directory);
    case XmlFault::foreign:
      return with(std::move(body), entry("http://192.0.2.1" + directory + "foreign"));
    case XmlFault::escape:
      return with(std::move(body), entry(directory + "%2f..%2f..%2fescaped"));
    case XmlFault::no_size:
      return without_sizes(std::move(body));
  }
  return body;
}

}  // namespace sluice::lab
