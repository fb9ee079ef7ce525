#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::lab {

/// What can be wrong with a 207 answer.
enum class XmlFault : std::uint8_t {
  broken,      ///< An end tag too many.
  cut,         ///< Half of it.
  wrong_root,  ///< XML of another kind.
  doctype,     ///< Entities that grow when they are expanded.
  nul,         ///< A name with a NUL ("&#0;").
  deep,        ///< A million elements in one another.
  huge,        ///< A name of 100 MB.
  many,        ///< 100,000 files more.
  foreign,     ///< One file more, of another server.
  escape,      ///< One file more, whose name leads out of the directory.
  no_size,     ///< No file has a size.
};

std::optional<XmlFault> xml_fault_named(std::string_view name);  ///< "wrong-root".

/// The answer `body` to a PROPFIND of `path` (encoded), made wrong. Pure.
std::string falsified_multistatus(XmlFault fault, std::string body, std::string_view path);

}  // namespace sluice::lab
