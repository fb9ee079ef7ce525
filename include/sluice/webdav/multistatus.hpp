#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::webdav {

/// What a server says of one name in a 207 answer (RFC 4918 section 14.24). Of properties only
/// those count that came with a status of 2xx.
struct MultistatusEntry {
  std::string href;  ///< As sent, without outer white space.
  /// Of the name as a whole; 200 if the server says none. 0: what it says is no status.
  int status = 200;
  bool has_properties = false;  ///< Some came with a status of 2xx.
  bool collection = false;      ///< A directory.
  std::optional<std::uint64_t> size{};
  std::string modified{};  ///< getlastmodified as sent; see parse_dav_date().
  std::string etag{};      ///< Without quotes and without "W/"; see normal_etag().
  bool owncloud = false;   ///< It has a property of ownCloud's and Nextcloud's.
  /// The server's words: the condition that failed, or its description.
  std::string condition{}, description{};
};

/// Reads a 207 answer's body while it arrives: entries come out one by one, and the memory is that
/// of one entry. Pure. All failures are Error{protocol}: no XML, another root than
/// {DAV:}multistatus, nested deeper than 64, an entry without an href, cut short.
class MultistatusReader {
 public:
  MultistatusReader();
  MultistatusReader(MultistatusReader&&) noexcept;
  MultistatusReader& operator=(MultistatusReader&&) noexcept;
  ~MultistatusReader();

  void feed(std::string_view bytes);
  /// No more bytes will come: what is not whole by now is an error, thrown by next().
  void finish();
  /// The next entry; nullopt: feed more, or, after finish(), there are none.
  std::optional<MultistatusEntry> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `W/"tag"` and `"tag"` are `tag`: Apache calls a tag weak in the file's first second, and strong
/// afterwards, so that only what is within the quotes tells versions apart.
std::string normal_etag(std::string_view etag);

/// The number in "HTTP/1.1 200 OK"; 0 if it is no status line.
int parse_status_line(std::string_view line);

}  // namespace sluice::webdav
