#include "fs/webdav_spool.hpp"

#include "sluice/async/offload.hpp"

namespace sluice {

Task<> WebdavSpool::append(Bytes bytes) {
  auto job = [this, bytes] { file_.append(bytes); };
  co_await offload(runtime_.disk(), job);
}

Task<std::size_t> WebdavSpool::read(MutableBytes buffer) {
  auto job = [this, buffer] { return file_.read_at(buffer, at_); };
  const std::size_t count = co_await offload(runtime_.disk(), job);
  at_ += count;
  co_return count;
}

}  // namespace sluice
