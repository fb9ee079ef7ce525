#include "fs/webdav_copy.hpp"

#include <utility>

#include "fs/webdav_part.hpp"

namespace sluice {

Task<FileInfo> copy_webdav_file(OpContext context, std::shared_ptr<WebdavSite> source,
                                FileInfo from, std::shared_ptr<WebdavSite> site, std::string path,
                                WriteOptions options) {
  const std::uint64_t size = from.size;
  WebdavPart part(std::move(context), std::move(site), std::move(path), options);
  co_await part.begin();
  WebdavPart::Source original{std::move(source), std::move(from)};
  co_await part.copy(std::move(original));
  co_return co_await part.publish(size);
}

bool may_be_streamed_instead(const Error& error) {
  return error.code() == ErrorCode::unsupported || error.code() == ErrorCode::timeout;
}

}  // namespace sluice
