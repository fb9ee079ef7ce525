#include "fs/server_walk.hpp"

#include <algorithm>
#include <utility>

#include "fs/bounded.hpp"
#include "fs/sorted_entries.hpp"
#include "sluice/async/concurrency.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/core/local_path.hpp"
#include "sluice/fs/path_filter.hpp"

namespace sluice {
namespace {

constexpr std::size_t page_size = 1000;
// Links that lead to directories, one below the other: more of them are a loop that real_path()
// does not show.
constexpr std::size_t most_links = 64;
// Links are looked through so many at a time.
constexpr std::size_t links_at_once = 32;

/// What a walk and its listings share; the listings may outlive the walk.
struct WalkPlan {
  WalkPlan(Runtime& own_runtime, OpContext own_context, std::shared_ptr<DirectoryLister> own_lister,
           ServerWalkOptions own_options, std::string root)
      : runtime(own_runtime),
        context(std::move(own_context)),
        lister(std::move(own_lister)),
        options(std::move(own_options)),
        filter(options.walk),
        base(root.empty() ? "" : root + '/') {}

  std::string_view relative(const std::string& path) const {
    return std::string_view(path).substr(std::min(base.size(), path.size()));
  }

  Runtime& runtime;
  OpContext context;
  std::shared_ptr<DirectoryLister> lister;
  ServerWalkOptions options;
  PathFilter filter;
  std::string base;  ///< The walk's root with its '/'.
  std::size_t listings = 0;
  bool abandoned = false;
};

/// One directory: being listed, or listed.
struct Listing {
  Listing(WalkPlan& plan, std::string own_path)
      : path(std::move(own_path)),
        entries(plan.runtime, plan.options.sort_memory, plan.options.scratch),
        changed(plan.runtime.executor()) {}

  std::string path;  ///< With its '/', or "".
  std::size_t depth = 1;
  SortedEntries entries;
  std::vector<Error> failures;
  std::exception_ptr thrown;
  bool done = false;
  WaitList changed;
};

// A directory that was reached through a link, between its listing and its visit.
void mark_as_linked(FileInfo& directory) {
  FileExtras extras = directory.extras ? *directory.extras : FileExtras{};
  extras.link_target = ".";
  directory.extras = std::make_shared<const FileExtras>(std::move(extras));
}

/// Takes the mark off again.
bool was_linked(FileInfo& directory, bool with_extras) {
  if (!directory.extras || directory.extras->link_target.empty()) return false;
  FileExtras extras = *directory.extras;
  extras.link_target.clear();
  directory.extras = with_extras ? std::make_shared<const FileExtras>(std::move(extras)) : nullptr;
  return true;
}

/// Keeps of a listing what the walk wants.
class ListingSink final : public EntrySink {
 public:
  ListingSink(WalkPlan& plan, Listing& listing) : plan_(plan), listing_(listing) {}

  Task<bool> add(std::vector<FileInfo> entries) override {
    std::vector<FileInfo> kept, links;
    for (FileInfo& entry : entries)
      sort_out(std::move(entry), kept, links);
    if (!links.empty()) co_await look_through(std::move(links), kept);
    if (!kept.empty()) co_await listing_.entries.add(std::move(kept));
    co_return !plan_.abandoned;
  }

 private:
  std::string full(const FileInfo& entry) const { return listing_.path + entry.path; }

  void sort_out(FileInfo entry, std::vector<FileInfo>& kept, std::vector<FileInfo>& links) const {
    if (is_temporary_name(entry.path)) return;
    const std::string path = full(entry);
    if (entry.type != FileType::symlink) {
      if (wants(entry, path)) kept.push_back(std::move(entry));
      return;
    }
    const Symlinks policy = plan_.options.walk.symlinks;
    if (policy == Symlinks::skip) {
      plan_.context.log.debug("Skipped a symbolic link", {{"file", path}});
    } else if (policy == Symlinks::keep) {
      if (wants_file(path)) kept.push_back(std::move(entry));
    } else if (plan_.filter.accepts(plan_.relative(path)) ||
               plan_.filter.may_accept_below(plan_.relative(path))) {
      links.push_back(std::move(entry));
    }
  }

  bool wants(const FileInfo& entry, const std::string& path) const {
    if (entry.type == FileType::directory) return wants_directory(path);
    if (entry.type == FileType::regular) return wants_file(path);
    plan_.context.log.debug("Skipped a special file", {{"file", path}});
    return false;
  }

  bool wants_file(const std::string& path) const {
    return path > plan_.options.walk.start_after && plan_.filter.accepts(plan_.relative(path));
  }

  bool wants_directory(const std::string& path) const;

  Task<> look_through(std::vector<FileInfo> links, std::vector<FileInfo>& kept) {
    const auto work = [&](FileInfo& link) { return look_through_one(std::move(link), kept); };
    co_await for_each_of(links_at_once, links, work);
  }

  Task<> look_through_one(FileInfo link, std::vector<FileInfo>& kept) {
    const std::string path = full(link);
    std::optional<Error> failure;
    std::optional<FileInfo> target;
    try {
      target = co_await plan_.lister->look_through(plan_.context, path, plan_.options.walk.extras);
      if (!target)
        failure = Error(ErrorCode::not_found, "walk", plan_.lister->shown(path),
                        "it is a symbolic link that leads to nothing");
    } catch (const Error& error) {
      failure = error;
    }
    if (failure && failure->code() == ErrorCode::cancelled) throw *failure;
    if (failure) {
      listing_.failures.push_back(*failure);
      co_return;
    }
    target->path = link.path;
    if (target->type == FileType::directory) mark_as_linked(*target);
    if (wants(*target, path)) kept.push_back(std::move(*target));
  }

  WalkPlan& plan_;
  Listing& listing_;
};

bool descends(const WalkPlan& plan, const std::string& path, std::size_t depth) {
  const WalkOptions& walk = plan.options.walk;
  if (walk.max_depth && depth >= *walk.max_depth) return false;
  if (!plan.filter.may_accept_below(plan.relative(path))) return false;
  // All below begins with the key, so a key that is less by itself (not as a prefix) is done.
  const std::string key = path + '/';
  return key >= walk.start_after.substr(0, key.size());
}

bool reports_directory(const WalkPlan& plan, const std::string& path) {
  const WalkOptions& walk = plan.options.walk;
  return !walk.files_only && path + '/' > walk.start_after &&
         plan.filter.accepts(plan.relative(path));
}

bool ListingSink::wants_directory(const std::string& path) const {
  return reports_directory(plan_, path) || descends(plan_, path, listing_.depth);
}

Task<> list(std::shared_ptr<WalkPlan> plan, std::shared_ptr<Listing> listing) {
  std::exception_ptr thrown;
  try {
    ListingSink sink(*plan, *listing);
    std::string path = listing->path;
    if (!path.empty()) path.pop_back();
    co_await plan->lister->list(plan->context, path, plan->options.walk.extras, sink,
                                listing->failures);
    co_await listing->entries.finish();
  } catch (...) {
    thrown = std::current_exception();
  }
  listing->thrown = thrown;
  listing->done = true;
  --plan->listings;
  listing->changed.wake_all();
}

class ServerWalk final : public FileStream {
 public:
  explicit ServerWalk(std::shared_ptr<WalkPlan> plan) : plan_(std::move(plan)) {}
  ~ServerWalk() override { plan_->abandoned = true; }
  ServerWalk(const ServerWalk&) = delete;
  ServerWalk& operator=(const ServerWalk&) = delete;

  Task<std::optional<FileBatch>> next() override {
    return bounded(plan_->runtime, plan_->context, "walk", make_page());
  }

 private:
  struct Level {
    std::shared_ptr<Listing> listing;
    std::string real;  ///< Known where links are followed.
    std::size_t links = 0;
    std::vector<std::shared_ptr<Listing>> ahead;  ///< Of what comes next, in order.
    std::size_t looked_at = 0;                    ///< Of upcoming(), for what to read ahead.
  };

  Task<std::optional<FileBatch>> make_page() {
    page_.clear();
    failures_.clear();
    if (!std::exchange(started_, true)) co_await start();
    while (!levels_.empty() && page_.size() < page_size) {
      Level& level = levels_.back();
      read_ahead();
      if (!level.listing->done) {
        if (!page_.empty() || !failures_.empty()) break;
        co_await wait_for(level.listing);
      }
      if (!take_outcome(level)) continue;
      if (level.listing->entries.upcoming().empty()) {
        const bool more = co_await level.listing->entries.more();
        level.looked_at = 0;
        if (!more) levels_.pop_back();
        continue;
      }
      co_await visit();
    }
    if (levels_.empty() && page_.empty() && failures_.empty()) co_return std::nullopt;
    co_return FileBatch{page_, failures_};
  }

  Task<> start() {
    const WalkOptions& walk = plan_->options.walk;
    if (walk.max_depth == 0U || !plan_->filter.may_accept_below("")) co_return;
    Level level;
    if (walk.symlinks == Symlinks::follow) {
      const std::string root =
          plan_->base.substr(0, plan_->base.empty() ? 0 : plan_->base.size() - 1);
      level.real = co_await plan_->lister->real_path(plan_->context, root);
    }
    level.listing = begin_listing(plan_->base, 1);
    levels_.push_back(std::move(level));
  }

  std::shared_ptr<Listing> begin_listing(std::string path, std::size_t depth) {
    auto listing = std::make_shared<Listing>(*plan_, std::move(path));
    listing->depth = depth;
    ++plan_->listings;
    plan_->runtime.spawn("walk", list(plan_, listing));
    return listing;
  }

  static Task<> wait_for(std::shared_ptr<Listing> listing) {
    while (!listing->done) {
      const bool woken = co_await listing->changed.wait();
      if (!woken) throw cancelled("walk");
    }
  }

  /// False if the level is over: it could not be listed.
  bool take_outcome(Level& level) {
    Listing& listing = *level.listing;
    failures_.insert(failures_.end(), listing.failures.begin(), listing.failures.end());
    listing.failures.clear();
    const std::exception_ptr thrown = listing.thrown;
    if (!thrown) return true;
    if (levels_.size() == 1) {
      levels_.clear();
      std::rethrow_exception(thrown);
    }
    const Error error = error_from(thrown);
    if (error.code() == ErrorCode::cancelled) throw error;
    // One that went away meanwhile holds nothing any more.
    if (error.code() != ErrorCode::not_found) failures_.push_back(error);
    levels_.pop_back();
    return false;
  }

  Task<> visit() {
    Level& level = levels_.back();
    FileInfo entry = std::move(level.listing->entries.upcoming().front());
    level.listing->entries.pop();
    if (level.looked_at > 0) --level.looked_at;
    entry.path.insert(0, level.listing->path);
    if (entry.type != FileType::directory) {
      page_.push_back(std::move(entry));
      co_return;
    }
    std::string path = entry.path;
    const bool through_link = was_linked(entry, plan_->options.walk.extras);
    if (reports_directory(*plan_, path)) page_.push_back(std::move(entry));
    if (descends(*plan_, path, level.listing->depth))
      co_await descend(std::move(path), through_link);
  }

  Task<> descend(std::string path, bool through_link) {
    Level& parent = levels_.back();
    Level level;
    level.links = parent.links + (through_link ? 1 : 0);
    if (plan_->options.walk.symlinks == Symlinks::follow) {
      level.real = through_link ? co_await plan_->lister->real_path(plan_->context, path)
                                : parent.real + '/' + path.substr(parent.listing->path.size());
      const bool back = std::ranges::any_of(
          levels_, [&level](const Level& above) { return above.real == level.real; });
      if (back || level.links > most_links) {
        failures_.emplace_back(ErrorCode::invalid_input, "walk", plan_->lister->shown(path),
                               "a symbolic link leads back to a directory above it");
        co_return;
      }
    }
    path += '/';
    const auto ready = std::ranges::find(parent.ahead, path, &Listing::path);
    if (ready != parent.ahead.end()) {
      level.listing = *ready;
      parent.ahead.erase(ready);
    } else {
      level.listing = begin_listing(std::move(path), parent.listing->depth + 1);
    }
    levels_.push_back(std::move(level));
  }

  /// Begins to list what comes next, the deepest level first: that is the order in which it is
  /// wanted.
  void read_ahead() {
    std::size_t held = 0;
    for (const Level& level : levels_)
      held += level.ahead.size();
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
      if (!level->listing->done || level->listing->thrown) continue;
      const auto upcoming = level->listing->entries.upcoming();
      for (; level->looked_at < upcoming.size(); ++level->looked_at) {
        const FileInfo& entry = upcoming[level->looked_at];
        if (entry.type != FileType::directory) continue;
        if (held >= plan_->options.listings_at_once ||
            plan_->listings >= plan_->options.listings_at_once)
          return;
        const std::string path = level->listing->path + entry.path;
        if (!descends(*plan_, path, level->listing->depth)) continue;
        level->ahead.push_back(begin_listing(path + '/', level->listing->depth + 1));
        ++held;
      }
    }
  }

  std::shared_ptr<WalkPlan> plan_;
  std::vector<Level> levels_;
  std::vector<FileInfo> page_;
  std::vector<Error> failures_;
  bool started_ = false;
};

}  // namespace

std::unique_ptr<FileStream> make_server_walk(Runtime& runtime, OpContext context,
                                             std::shared_ptr<DirectoryLister> lister,
                                             std::string root, ServerWalkOptions options) {
  auto plan = std::make_shared<WalkPlan>(runtime, std::move(context), std::move(lister),
                                         std::move(options), std::move(root));
  return std::make_unique<ServerWalk>(std::move(plan));
}

}  // namespace sluice
