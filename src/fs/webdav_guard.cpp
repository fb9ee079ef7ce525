#include "fs/webdav_guard.hpp"

#include <optional>
#include <utility>

#include "fs/webdav_target.hpp"

namespace sluice {
namespace {

constexpr const char* impossible_tag = "sluice-00000000000000000000000000000000";

/// nullopt: the server says that another version is there.
Task<std::optional<webdav::PutResult>> try_move(OpContext context, WebdavSite& site,
                                                const WebdavMove& what, std::string tag) {
  const bool guarded = !tag.empty();
  webdav::MoveOptions move{
      .overwrite = !what.options.must_not_exist, .replaces = std::move(tag), .fields = what.fields};
  try {
    co_return co_await site.client().move(std::move(context), what.from, what.to, std::move(move));
  } catch (const Error& error) {
    if (!guarded || error.status() != 412) throw;
  }
  co_return std::nullopt;
}

/// The first guarded MOVE of a site. nullopt: nothing was done, and the server heeds the field.
Task<std::optional<webdav::PutResult>> probe(OpContext context, WebdavSite& site,
                                             const WebdavMove& what) {
  site.guard = WebdavGuard::probing;
  std::optional<webdav::PutResult> done;
  std::optional<Error> failure;
  try {
    done = co_await try_move(std::move(context), site, what, impossible_tag);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure) {
    site.guard = WebdavGuard::unknown;
    throw *failure;
  }
  site.guard = done ? WebdavGuard::ignored : WebdavGuard::honoured;
  co_return done;
}

}  // namespace

Task<webdav::PutResult> move_guarded(OpContext context, std::shared_ptr<WebdavSite> site,
                                     WebdavMove what) {
  std::optional<webdav::PutResult> done;
  const bool guarded = what.options.expected && !what.tag.empty();
  if (guarded && site->guard == WebdavGuard::unknown) done = co_await probe(context, *site, what);
  if (done) co_return *done;
  if (guarded && site->guard == WebdavGuard::honoured) {
    done = co_await try_move(context, *site, what, what.tag);
    if (done) co_return *done;
    const auto there = co_await look_at(context, site, what.path, what.to);
    require_replaceable(*site, what.path, what.options, there);
    // It is what was expected: to this server no tag is right (rclone).
    site->guard = WebdavGuard::ignored;
  }
  done = co_await try_move(std::move(context), *site, what, "");
  co_return *done;
}

}  // namespace sluice
