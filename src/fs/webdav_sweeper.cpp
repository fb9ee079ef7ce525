#include "fs/webdav_sweeper.hpp"

namespace sluice {
namespace {

/// Keeps the temporary names of files. A directory that has such a name is not ours.
class TemporaryNamesSink final : public webdav::ResourceSink {
 public:
  Task<bool> add(std::vector<webdav::Resource> page) override {
    for (webdav::Resource& resource : page) {
      if (!resource.collection && is_temporary_name(resource.name))
        names.push_back(std::move(resource.name));
    }
    co_return true;
  }
  std::vector<std::string> names;
};

}  // namespace

Task<std::vector<std::string>> WebdavSweeper::names_in(OpContext context, std::string directory) {
  TemporaryNamesSink sink;
  std::vector<Error> failures;
  co_await client_->list(std::move(context), std::move(directory), sink, failures);
  co_return std::move(sink.names);
}

Task<> WebdavSweeper::remove(OpContext context, std::string path) {
  co_await client_->remove(std::move(context), std::move(path), webdav::Client::Kind::file);
}

}  // namespace sluice
