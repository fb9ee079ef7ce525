#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/charset.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/log.hpp"
#include "sluice/fs/storage.hpp"

namespace sluice {

/// The character set that the settings give to a host; null: none.
std::shared_ptr<const codec::Charset> charset_of_host(const std::vector<NameEncoding>& settings,
                                                      std::string_view host);

/// Names as a server has them, and as paths have them: byte for byte the same, unless the server
/// writes them in another character set than UTF-8.
class ServerNames {
 public:
  explicit ServerNames(std::shared_ptr<const codec::Charset> charset)
      : charset_(std::move(charset)) {}

  /// A path in the server's bytes. Throws Error{invalid_input} for characters that it has not.
  std::string on_server(std::string path) const;
  /// A name that `directory` (for messages) holds, as paths have it. nullopt, and a failure, where
  /// it is no text of the character set. Without one, the first name that is no UTF-8 is told.
  std::optional<std::string> reported(std::string name, const std::string& directory,
                                      const Logger& log, std::vector<Error>& failures);

 private:
  std::shared_ptr<const codec::Charset> charset_;
  bool told_ = false;
};

}  // namespace sluice
