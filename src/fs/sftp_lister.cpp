#include "fs/sftp_lister.hpp"

#include <deque>

namespace sluice {
namespace {

using sftp::Connection;
using sftp::requests::Buffer;

// OpenSSH answers a READDIR with up to 100 names; so many are under way for one directory.
constexpr std::size_t reads_at_once = 4;
// What a server may make us hold of one directory.
constexpr std::size_t most_names = 50'000'000;

bool can_be_a_name(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

/// A directory being read. Its handle goes back however that ends.
class OpenDirectory {
 public:
  OpenDirectory(Connection& connection, std::string handle)
      : connection_(connection), handle_(std::move(handle)) {}
  OpenDirectory(const OpenDirectory&) = delete;
  OpenDirectory& operator=(const OpenDirectory&) = delete;
  ~OpenDirectory() {
    reads_.clear();
    connection_.close_handle(handle_);
  }

  /// The next names, in an order of the server's; nullopt at the end.
  Task<std::optional<std::vector<sftp::Entry>>> next(sftp::Asked asked) {
    while (reads_.size() < reads_at_once) {
      reads_.push_back(connection_.send(
          [this](Buffer& out, std::uint32_t id) { sftp::requests::readdir(out, id, handle_); }));
    }
    Connection::Pending first = std::move(reads_.front());
    reads_.pop_front();
    return sftp::expect_names(std::move(first), std::move(asked));
  }

 private:
  Connection& connection_;
  std::string handle_;
  std::deque<Connection::Pending> reads_;
};

class SftpLister final : public DirectoryLister {
 public:
  explicit SftpLister(std::shared_ptr<SftpSite> site) : site_(std::move(site)) {}

  Task<> list(OpContext context, std::string path, bool extras, EntrySink& sink,
              std::vector<Error>& failures) override {
    // What has been given to the sink cannot be taken back: only the beginning is tried again.
    bool given = false;
    const auto step = [&](Connection& connection) {
      return list_once(connection, path, extras, sink, failures, given);
    };
    co_await site_->attempt(std::move(context), step);
  }

  Task<std::optional<FileInfo>> look_through(OpContext context, std::string path,
                                             bool extras) override {
    const std::string full = site_->full(path);
    const auto step = [&](Connection& connection) {
      return sftp::find_attributes(connection.send([&full](Buffer& out, std::uint32_t id) {
        sftp::requests::stat(out, id, full);
      }),
                                   site_->asked("walk", path));
    };
    const auto found = co_await site_->attempt(std::move(context), step);
    if (!found) co_return std::nullopt;
    co_return file_info_of(path, *found, extras);
  }

  Task<std::string> real_path(OpContext context, std::string path) override {
    const std::string full = site_->full(path);
    const auto step = [&](Connection& connection) {
      return sftp::expect_name(connection.send([&full](Buffer& out, std::uint32_t id) {
        sftp::requests::realpath(out, id, full);
      }),
                               site_->asked("walk", path));
    };
    co_return co_await site_->attempt(std::move(context), step);
  }

  std::string shown(const std::string& path) const override { return site_->shown(path); }

 private:
  Task<> list_once(Connection& connection, const std::string& path, bool extras, EntrySink& sink,
                   std::vector<Error>& failures, bool& given) {
    if (given)
      throw Error(ErrorCode::network, "list", site_->shown(path), "the listing broke off")
          .with_retryable(false);
    const std::string full = site_->full(path);
    const auto permit = co_await connection.reading().handles.acquire();
    std::string handle =
        co_await sftp::expect_handle(connection.send_open([&full](Buffer& out, std::uint32_t id) {
          sftp::requests::opendir(out, id, full);
        }),
                                     site_->asked("list", path));
    OpenDirectory directory(connection, std::move(handle));
    std::size_t names = 0;
    for (;;) {
      auto entries = co_await directory.next(site_->asked("list", path));
      if (!entries) co_return;
      names += entries->size();
      if (names > most_names)
        throw Error(ErrorCode::protocol, "list", site_->shown(path), "it holds too many names");
      given = true;
      const bool wanted =
          co_await give(connection, path, std::move(*entries), extras, sink, failures);
      if (!wanted) co_return;
    }
  }

  Task<bool> give(Connection& connection, const std::string& path, std::vector<sftp::Entry> entries,
                  bool extras, EntrySink& sink, std::vector<Error>& failures) {
    const std::string directory = site_->shown(path);
    std::vector<FileInfo> page;
    std::vector<std::pair<std::string, Connection::Pending>> unknown;
    page.reserve(entries.size());
    for (sftp::Entry& entry : entries) {
      if (entry.name == "." || entry.name == "..") continue;
      if (!can_be_a_name(entry.name)) {
        failures.emplace_back(ErrorCode::protocol, "list", site_->shown(path),
                              "the server gave a name that no file can have");
        continue;
      }
      auto name = site_->names().reported(std::move(entry.name), directory, site_->log, failures);
      if (!name) continue;
      auto info = file_info_of(*name, entry.attributes, extras);
      if (info) {
        page.push_back(std::move(*info));
        continue;
      }
      const std::string full = site_->full(path.empty() ? *name : path + '/' + *name);
      unknown.emplace_back(std::move(*name),
                           connection.send([&full](Buffer& out, std::uint32_t id) {
                             sftp::requests::lstat(out, id, full);
                           }));
    }
    for (auto& [name, pending] : unknown) {
      const auto found = co_await sftp::find_attributes(std::move(pending),
                                                        site_->asked("list", path + '/' + name));
      auto info = found ? file_info_of(name, *found, extras) : std::nullopt;
      if (info) page.push_back(std::move(*info));
    }
    if (extras) co_await read_links(connection, path, page);
    co_return co_await sink.add(std::move(page));
  }

  /// All of a page at once. What the server does not tell (the link is gone) stays empty.
  Task<> read_links(Connection& connection, const std::string& path, std::vector<FileInfo>& page) {
    std::deque<std::pair<FileInfo*, Connection::Pending>> asked;
    for (FileInfo& info : page) {
      if (info.type != FileType::symlink) continue;
      const std::string full = site_->full(path.empty() ? info.path : path + '/' + info.path);
      asked.emplace_back(&info, connection.send([&full](Buffer& out, std::uint32_t id) {
        sftp::requests::readlink(out, id, full);
      }));
    }
    for (auto& [info, pending] : asked) {
      FileExtras extras = *info->extras;
      const auto about = site_->asked("list", path + '/' + info->path);
      extras.link_target = co_await target_of(std::move(pending), about);
      info->extras = std::make_shared<const FileExtras>(std::move(extras));
    }
  }

  static Task<std::string> target_of(Connection::Pending pending, sftp::Asked asked) {
    try {
      co_return co_await sftp::expect_name(std::move(pending), std::move(asked));
    } catch (const Error& error) {
      if (error.retryable()) throw;
    }
    co_return "";
  }

  std::shared_ptr<SftpSite> site_;
};

}  // namespace

std::shared_ptr<DirectoryLister> make_sftp_lister(std::shared_ptr<SftpSite> site) {
  return std::make_shared<SftpLister>(std::move(site));
}

}  // namespace sluice
