#include "fs/webdav_directories.hpp"

#include "fs/server_temporaries.hpp"
#include "sluice/async/errors.hpp"

namespace sluice {
namespace {

constexpr std::size_t most_seen = 10'000;

}  // namespace

Task<> WebdavDirectories::make(OpContext context, std::string path) {
  for (;;) {
    const auto other = running_.find(path);
    if (other == running_.end()) break;
    const std::shared_ptr<Making> making = other->second;
    const bool woken = co_await making->changed.wait();
    if (!woken) throw cancelled("make directory");
    if (making->made) co_return;
    // It failed for whoever made it, perhaps by being cancelled: that says nothing to us.
  }
  const auto making = std::make_shared<Making>(runtime_.executor());
  running_.emplace(path, making);
  std::exception_ptr thrown;
  try {
    co_await make_now(std::move(context), path);
    making->made = true;
    remember(path);
  } catch (...) {
    thrown = std::current_exception();
  }
  running_.erase(path);
  making->changed.wake_all();
  if (thrown) std::rethrow_exception(thrown);
}

/// Apache refuses (403) to make a directory that somebody else makes at that moment.
Task<webdav::Made> WebdavDirectories::ask_for(OpContext context, std::string path) {
  std::optional<Error> refused;
  try {
    co_return co_await client_->make_collection(context, path, {});
  } catch (const Error& error) {
    if (error.status() != 403) throw;
    refused = error;
  }
  const bool there = co_await is_there(std::move(context), std::move(path));
  if (!there) throw *refused;
  co_return webdav::Made::made;
}

Task<> WebdavDirectories::make_now(OpContext context, std::string path) {
  webdav::Made made = co_await ask_for(context, path);
  if (made == webdav::Made::made) co_return;
  // "It is there", "what is above it is missing" and "a file is in the way" have no answers of
  // their own: servers use 405, 409, 301 for one or the other.
  const bool there = co_await is_there(context, path);
  if (there) co_return;
  const std::string parent = directory_on_server(path);
  if (parent != path && parent != ".") {
    co_await make(context, parent);
    made = co_await ask_for(context, path);
    if (made == webdav::Made::made) co_return;
    const bool there_now = co_await is_there(context, path);
    if (there_now) co_return;
  }
  throw Error(ErrorCode::conflict, "make directory", client_->shown(path),
              "the server does not make it");
}

/// With a slash, as a directory is asked for: without one the place that a server begins at may be
/// another server's. Apache then says 400 of a file.
Task<std::optional<webdav::Resource>> WebdavDirectories::look(OpContext context, std::string path) {
  std::optional<Error> failure;
  try {
    co_return co_await client_->find(context, path.ends_with('/') ? path : path + '/');
  } catch (const Error& error) {
    failure = error;
  }
  if (failure->status() != 400) throw *failure;
  co_return co_await client_->find(std::move(context), std::move(path));
}

/// Throws Error{conflict} for a file.
Task<bool> WebdavDirectories::is_there(OpContext context, std::string path) {
  const auto found = co_await look(std::move(context), path);
  if (!found) co_return false;
  if (found->collection) co_return true;
  throw Error(ErrorCode::conflict, "make directory", client_->shown(path),
              "there is a file of that name");
}

Task<> WebdavDirectories::ensure(OpContext context, std::string path) {
  if (seen_.contains(path)) co_return;
  const bool there = co_await is_there(context, path);
  if (there) {
    remember(path);
    co_return;
  }
  co_await make(std::move(context), std::move(path));
}

void WebdavDirectories::remember(const std::string& path) {
  if (seen_.size() >= most_seen) seen_.clear();
  seen_.insert(path);
}

void WebdavDirectories::forget(const std::string& path) {
  seen_.erase(path);
}

}  // namespace sluice
