#include "fs/webdav_target.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice {

Task<std::optional<FileInfo>> look_at(OpContext context, std::shared_ptr<WebdavSite> site,
                                      std::string path, std::string full) {
  const auto found = co_await site->client().find(std::move(context), full);
  if (!found) co_return std::nullopt;
  auto info = file_info_of(std::move(path), *found);
  if (!info)
    throw Error(ErrorCode::protocol, "look at", site->client().shown(full),
                "the server does not say the file's size");
  co_return info;
}

void require_replaceable(const WebdavSite& site, const std::string& path,
                         const WriteOptions& options, const std::optional<FileInfo>& there) {
  const auto refuse = [&](const char* why) {
    throw Error(ErrorCode::conflict, "write", site.shown(path), why);
  };
  if (there && there->type == FileType::directory) refuse("there is a directory of that name");
  if (there && options.must_not_exist) refuse("there is a file of that name already");
  if (!options.expected) return;
  if (!there) refuse("the file is gone");
  if (!is_same_webdav_version(*there, *options.expected))
    refuse("the file was changed by somebody else");
}

void require_size(const WebdavSite& site, const std::string& path,
                  const std::optional<FileInfo>& there, std::uint64_t size) {
  if (there && there->size == size) return;
  throw Error(ErrorCode::integrity, "write", site.shown(path),
              there ? fmt::format("the server has {} bytes of {}", there->size, size)
                    : std::string("the server took the file, and does not have it"));
}

void learn_of_mtime(WebdavSite& site, const std::string& path, const WriteOptions& options,
                    bool accepted) {
  if (!options.mtime || !site.keeps_mtime || accepted) return;
  site.keeps_mtime = false;
  site.log.warn("The server does not keep the times that files are given",
                {{"file", site.shown(path)}});
}

}  // namespace sluice
