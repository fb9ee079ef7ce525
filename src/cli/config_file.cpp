#include "config_file.hpp"

#include <fstream>
#include <string>

#include "sluice/core/error.hpp"

namespace sluice::cli {

ConfigFile read_config_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(config_limit + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  // A directory opens, but cannot be read.
  if (!stream.is_open() || stream.bad() || (stream.gcount() == 0 && !stream.eof())) {
    throw Error(ErrorCode::config, "read configuration", file.string(), "the file cannot be read");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parse_config(text, file.string());
}

}  // namespace sluice::cli
