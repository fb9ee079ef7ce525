#include "fs/server_names.hpp"

#include "sluice/codec/percent.hpp"
#include "sluice/core/json_text.hpp"
#include "sluice/core/local_path.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice {

std::shared_ptr<const codec::Charset> charset_of_host(const std::vector<NameEncoding>& settings,
                                                      std::string_view host) {
  const NameEncoding* chosen = nullptr;
  for (const NameEncoding& setting : settings) {
    const bool this_host = net::equal_names(setting.host, host);
    if (this_host || (setting.host.empty() && (!chosen || chosen->host.empty()))) chosen = &setting;
  }
  return chosen ? std::make_shared<const codec::Charset>(chosen->charset) : nullptr;
}

std::string ServerNames::on_server(std::string path) const {
  if (!charset_) return path;
  auto bytes = charset_->from_utf8(path);
  if (!bytes)
    throw Error(ErrorCode::invalid_input, "open", path,
                "its name cannot be written in " + charset_->name() +
                    ", which --encoding says that the server has");
  return std::move(*bytes);
}

std::optional<std::string> ServerNames::reported(std::string name, const std::string& directory,
                                                 const Logger& log, std::vector<Error>& failures) {
  // Of ours, and hidden: it may end in half a character.
  if (is_temporary_name(name)) return name;
  if (charset_) {
    auto text = charset_->to_utf8(name);
    if (!text)
      failures.emplace_back(ErrorCode::invalid_input, "list", directory,
                            "the name " + codec::percent_encode(name, codec::Slash::encode) +
                                " (bytes as %XX) is not written in " + charset_->name());
    return text;
  }
  if (!told_ && !is_utf8(name)) {
    told_ = true;
    log.warn(
        "Names on the server are not UTF-8, and are kept as they are (--encoding tells their "
        "character set)",
        {{"directory", directory}, {"name", codec::percent_encode(name, codec::Slash::encode)}});
  }
  return name;
}

}  // namespace sluice
