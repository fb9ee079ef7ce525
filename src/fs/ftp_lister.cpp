#include "fs/ftp_lister.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "sluice/async/concurrency.hpp"
#include "sluice/ftp/commands.hpp"

namespace sluice {
namespace {

using ftp::Connection;
using ftp::Entry;
using ftp::Reply;

constexpr std::size_t page_size = 1000;
// Files whose times are asked for at once; the pool has fewer connections, or not.
constexpr std::size_t times_at_once = 64;
// What a server may make us hold of one directory.
constexpr std::size_t most_names = 50'000'000;

bool can_be_a_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

/// One listing as it comes.
class Reading {
 public:
  Reading(Connection& connection, std::string directory, TimePoint now)
      : connection_(connection), directory_(std::move(directory)), now_(now) {}

  /// Throws Error{not_found} where there is no such directory.
  Task<> begin() {
    machine_ = connection_.features().mlst;
    if (machine_) {
      co_await begin_transfer("MLSD", directory_);
    } else {
      const Reply there = co_await connection_.ask("CWD", directory_);
      if (!there.completed()) throw missing(there);
      // Without an argument: servers take blanks and brackets in it for something else.
      plain_ = connection_.traits().lists_hidden == false;
      co_await begin_transfer("LIST", plain_ ? "" : "-a");
    }
  }

  /// Lines that cannot be read go to `failures`. Empty at the end.
  Task<std::vector<Entry>> next(std::vector<Error>& failures) {
    std::vector<Entry> page;
    while (!ended_ && page.size() < page_size) {
      const std::size_t length = co_await transfer_->read(buffer_);
      lines_.feed(as_text(Bytes(buffer_).first(length)));
      while (const auto line = lines_.take())
        read_line(*line, page, failures);
      if (length > 0) continue;
      const std::string rest = lines_.rest();
      if (!rest.empty()) read_line(rest, page, failures);
      ended_ = true;
      co_await finish(failures);
    }
    co_return page;
  }

  /// Whether LIST -a brought what shows that -a was understood.
  bool showed_itself() const { return showed_itself_; }
  bool was_plain() const { return plain_; }

 private:
  Task<> begin_transfer(const char* verb, std::string argument) {
    Connection::Prepared prepared = co_await connection_.prepare();
    std::optional<Error> failure;
    try {
      transfer_ = co_await connection_.begin(std::move(prepared),
                                             {.verb = verb, .argument = std::move(argument)});
    } catch (const Error& error) {
      failure = error;
    }
    if (!failure) co_return;
    if (failure->retryable() || !machine_) throw *failure;
    // One code for all reasons.
    const Reply there = co_await connection_.ask("CWD", directory_);
    if (there.completed()) throw *failure;
    throw missing(there).caused_by(*failure);
  }

  Error missing(const Reply& reply) const {
    const Error told = ftp::refusal("list", connection_.options().subject + directory_, reply);
    if (told.retryable() || told.code() != ErrorCode::permission_denied) return told;
    return Error(ErrorCode::not_found, "list", connection_.options().subject + directory_,
                 "there is no such directory, or it is forbidden: " + told.message())
        .with_server(told.server_code(), "");
  }

  Task<> finish(std::vector<Error>& failures) {
    const bool cut_off = transfer_->cut_off();
    co_await transfer_->finish();
    if (cut_off)
      throw Error(ErrorCode::integrity, "list", connection_.options().subject + directory_,
                  "TLS ended without its farewell: names may be missing");
    if (ftp::tells_of_truncation(transfer_->last_word()))
      failures.push_back(named(Error(ErrorCode::integrity, "list", "",
                                     "the server does not tell all names (pure-ftpd: its option "
                                     "-L): " +
                                         transfer_->last_word().text())));
  }

  void read_line(const std::string& line, std::vector<Entry>& page, std::vector<Error>& failures) {
    if (++names_ > most_names)
      throw Error(ErrorCode::protocol, "list", connection_.options().subject + directory_,
                  "it holds too many names");
    if (machine_ && line.empty()) return;
    std::optional<Entry> entry;
    try {
      entry = machine_ ? ftp::parse_machine_line(line) : ftp::parse_list_line(line, now_);
    } catch (const Error& error) {
      failures.push_back(named(error));
      return;
    }
    if (!entry) {
      showed_itself_ = showed_itself_ || line.ends_with(" .");
    } else if (can_be_a_name(entry->name)) {
      page.push_back(std::move(*entry));
    } else {
      failures.push_back(named(
          Error(ErrorCode::protocol, "list", "", "the server gave a name that no file can have")));
    }
  }

  Error named(const Error& error) const {
    return Error(error.code(), "list", connection_.options().subject + directory_, error.message());
  }

  Connection& connection_;
  std::string directory_;
  TimePoint now_;
  std::unique_ptr<ftp::Transfer> transfer_;
  std::array<std::byte, 64 * 1024> buffer_;
  ftp::LineSplitter lines_;
  std::size_t names_ = 0;
  bool machine_ = false, plain_ = false, ended_ = false, showed_itself_ = false;
};

class FtpLister final : public DirectoryLister {
 public:
  explicit FtpLister(std::shared_ptr<FtpSite> site) : site_(std::move(site)) {}

  Task<> list(OpContext context, std::string path, bool extras, EntrySink& sink,
              std::vector<Error>& failures) override {
    if (!site_->traits().features.mlst)
      co_return co_await list_in_words(std::move(context), std::move(path), extras, sink, failures);
    // What has been given to the sink cannot be taken back: only the beginning is tried again.
    bool given = false;
    const auto step = [&](Connection& connection) {
      return list_once(connection, path, extras, sink, failures, given);
    };
    co_await site_->attempt(std::move(context), step);
  }

  Task<std::optional<FileInfo>> look_through(OpContext context, std::string path,
                                             bool extras) override {
    // Both MLST and SIZE follow links on some servers and not on others; CWD does on all.
    const auto step = [&](Connection& connection) { return follow(connection, path, extras); };
    co_return co_await site_->attempt(std::move(context), step);
  }

  Task<std::string> real_path(OpContext context, std::string path) override {
    const std::string full = site_->full(path);
    const auto step = [&full](Connection& connection) { return where(connection, full); };
    co_return co_await site_->attempt(std::move(context), step);
  }

  std::string shown(const std::string& path) const override { return site_->shown(path); }

 private:
  static Task<std::string> where(Connection& connection, std::string full) {
    const Reply there = co_await connection.ask("CWD", full);
    if (!there.completed()) co_return full;
    const Reply reply = co_await connection.ask("PWD");
    co_return ftp::parse_path(reply).value_or(full);
  }

  Task<std::optional<FileInfo>> follow(Connection& connection, std::string path, bool extras) {
    auto found = co_await site_->look(connection, path, extras);
    if (!found || found->type != FileType::symlink) co_return found;
    const Reply directory = co_await connection.ask("CWD", site_->full(path));
    if (directory.completed()) {
      found->type = FileType::directory;
      found->size = 0;
      co_return found;
    }
    const Reply size = co_await connection.ask("SIZE", site_->full(path));
    if (size.code != ftp::code::file_status) co_return std::nullopt;
    found->type = FileType::regular;
    found->size = ftp::parse_size(size).value_or(0);
    found->mtime = site_->as_walked(co_await site_->exact_time(connection, site_->full(path)));
    co_return found;
  }

  Task<> list_once(Connection& connection, const std::string& path, bool extras, EntrySink& sink,
                   std::vector<Error>& failures, bool& given) {
    if (given)
      throw Error(ErrorCode::network, "list", site_->shown(path), "the listing broke off")
          .with_retryable(false);
    auto reading = std::make_unique<Reading>(connection, site_->full(path), TimePoint());
    co_await reading->begin();
    for (;;) {
      // A page that breaks off comes again, and with it the lines that cannot be read.
      std::vector<Error> unread;
      std::vector<Entry> entries = co_await reading->next(unread);
      std::ranges::move(unread, std::back_inserter(failures));
      if (entries.empty()) co_return;
      given = true;
      name_as_paths(path, entries, failures);
      const bool wanted = co_await give(path, std::move(entries), extras, sink, failures);
      if (!wanted) co_return;
    }
  }

  /// Those whose names cannot be read are failures; what writers have not finished is not there.
  void name_as_paths(const std::string& path, std::vector<Entry>& entries,
                     std::vector<Error>& failures) {
    const std::string directory = site_->shown(path);
    std::erase_if(entries, [](const Entry& entry) { return is_temporary_name(entry.name); });
    const auto unreadable = [&](Entry& entry) {
      auto name = site_->names().reported(std::move(entry.name), directory, site_->log, failures);
      if (name) entry.name = std::move(*name);
      return !name;
    };
    std::erase_if(entries, unreadable);
  }

  /// LIST: all of the directory, and then, page by page, what its lines do not tell of times. (Not
  /// while it comes: the listing has a connection, and there may be no other to ask on.)
  Task<> list_in_words(OpContext context, std::string path, bool extras, EntrySink& sink,
                       std::vector<Error>& failures) {
    std::vector<Error> unread;
    const auto step = [&](Connection& connection) { return read_all(connection, path, unread); };
    std::vector<Entry> entries = co_await site_->attempt(context, step);
    std::ranges::move(unread, std::back_inserter(failures));
    const bool ask_for_times = site_->traits().features.mdtm;
    if (ask_for_times) co_await compare_clocks(context, path, entries);
    for (auto rest = entries.begin(); rest != entries.end();) {
      const auto end = rest + std::min<std::ptrdiff_t>(page_size, entries.end() - rest);
      std::vector<Entry> page{std::move_iterator(rest), std::move_iterator(end)};
      rest = end;
      if (ask_for_times) co_await complete_times(context, path, page);
      const bool wanted = co_await give(path, std::move(page), extras, sink, failures);
      if (!wanted) co_return;
    }
  }

  Task<std::vector<Entry>> read_all(Connection& connection, const std::string& path,
                                    std::vector<Error>& failures) {
    for (;;) {
      failures.clear();
      const TimePoint now = site_->runtime().clock().now();
      auto reading = std::make_unique<Reading>(connection, site_->full(path), now);
      co_await reading->begin();
      std::vector<Entry> entries;
      for (;;) {
        std::vector<Entry> more = co_await reading->next(failures);
        if (more.empty()) break;
        name_as_paths(path, more, failures);
        std::ranges::move(more, std::back_inserter(entries));
      }
      // "-a" may have been taken for a name: then LIST is asked without it from now on.
      std::optional<bool>& hidden = connection.traits().lists_hidden;
      if (!hidden) hidden = reading->showed_itself();
      if (*hidden || reading->was_plain()) co_return entries;
    }
  }

  /// To the minute, in the zone of MDTM: what an old file's line tells is its day only, and would
  /// tell more if the file were younger.
  Task<> complete_times(OpContext context, const std::string& path, std::vector<Entry>& entries) {
    const bool same_zone = site_->client().traits().list_times_ahead == Duration(0);
    std::vector<Entry*> unsure;
    for (Entry& entry : entries) {
      const bool exact = entry.modified && entry.precision <= std::chrono::minutes(1);
      if (can_be_asked(entry) && !(exact && same_zone)) unsure.push_back(&entry);
    }
    const auto work = [&](Entry* entry) {
      return complete_one(context, below(path, entry->name), *entry);
    };
    co_await for_each_of(times_at_once, unsure, work);
  }

  static std::string below(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + '/' + name;
  }

  static bool can_be_asked(const Entry& entry) {
    return entry.type == FileType::regular && !ftp::refusal_of_path(entry.name);
  }

  /// Once for a server: by the first file whose line tells its time to the minute.
  Task<> compare_clocks(OpContext context, const std::string& path, std::vector<Entry>& entries) {
    std::optional<Duration>& ahead = site_->client().traits().list_times_ahead;
    if (ahead) co_return;
    const auto first = std::ranges::find_if(entries, [](const Entry& entry) {
      return can_be_asked(entry) && entry.modified && entry.precision <= std::chrono::minutes(1);
    });
    if (first == entries.end()) co_return;
    const TimePoint listed = *first->modified;
    co_await complete_one(std::move(context), below(path, first->name), *first);
    ahead = listed - std::chrono::floor<std::chrono::minutes>(*first->modified);
  }

  /// `entry` is the caller's, who joins this.
  Task<> complete_one(OpContext context, std::string path, Entry& entry) {
    const std::string full = site_->full(path);
    const auto step = [&](Connection& connection) { return site_->exact_time(connection, full); };
    const auto told = co_await site_->attempt(std::move(context), step);
    if (told) entry.modified = told;
  }

  Task<bool> give(const std::string& path, std::vector<Entry> entries, bool extras, EntrySink& sink,
                  std::vector<Error>& failures) {
    std::vector<FileInfo> page;
    page.reserve(entries.size());
    for (Entry& entry : entries) {
      const std::string name = entry.name;
      auto info = site_->info_of(name, std::move(entry), extras);
      if (info) {
        page.push_back(std::move(*info));
      } else {
        failures.emplace_back(ErrorCode::protocol, "list", site_->shown(below(path, name)),
                              "the server does not tell its size");
      }
    }
    co_return co_await sink.add(std::move(page));
  }

  std::shared_ptr<FtpSite> site_;
};

}  // namespace

std::shared_ptr<DirectoryLister> make_ftp_lister(std::shared_ptr<FtpSite> site) {
  return std::make_shared<FtpLister>(std::move(site));
}

Task<std::vector<std::string>> list_ftp_names(Connection& connection, std::string directory) {
  auto reading = std::make_unique<Reading>(connection, std::move(directory), TimePoint());
  std::vector<Error> failures;  // what cannot be read is no name of ours
  std::vector<std::string> names;
  co_await reading->begin();
  for (;;) {
    const std::vector<Entry> page = co_await reading->next(failures);
    for (const Entry& entry : page)
      names.push_back(entry.name);
    if (page.empty()) co_return names;
  }
}

}  // namespace sluice
