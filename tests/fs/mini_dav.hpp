#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "support/fake_http.hpp"

namespace sluice::test {

/// A WebDAV server in memory, as a FakeHttp's answers. Does what RFC 4918 says, and Nextcloud's
/// chunked upload below /remote.php/dav/uploads/. Tests put faults before and after what it does.
class MiniDav {
 public:
  struct File {
    std::string bytes;
    std::uint64_t version = 0;
    std::int64_t mtime = 0;  ///< Seconds since 1970.
  };
  using Fault = std::function<std::optional<FakeAnswer>(const SeenRequest&)>;

  MiniDav() : directories{"/"} {}

  FakeAnswer answer(const SeenRequest& request);
  std::shared_ptr<FakeHttp> client();
  void put(const std::string& path, std::string bytes);
  std::size_t count(std::string_view method) const;

  std::map<std::string, File> files;  ///< Paths decoded, without a '/' at their end.
  std::set<std::string> directories;
  Fault before;  ///< Its answer in place of the server's, which does nothing.
  Fault after;   ///< Its answer in place of the server's, which has done it.
  bool shows_tags = true;
  bool keeps_mtime = false;
  bool move_changes_tag = false;
  /// What a MOVE makes of an If field: nothing, what RFC 4918 says, or that no tag is right.
  enum class If : std::uint8_t { ignored, honoured, refused };
  If heeds_if = If::ignored;
  std::map<std::string, std::size_t, std::less<>> methods;  ///< Requests by method.

 private:
  FakeAnswer act(const SeenRequest& request, const std::string& path);
  FakeAnswer propfind(const SeenRequest& request, const std::string& path) const;
  FakeAnswer get(const SeenRequest& request, const std::string& path) const;
  FakeAnswer put(const SeenRequest& request, const std::string& path);
  FakeAnswer make(const std::string& path);
  FakeAnswer move(const SeenRequest& request, const std::string& path);
  FakeAnswer copy(const SeenRequest& request, const std::string& path);
  bool refuses_if(const SeenRequest& request, const std::string& to) const;
  FakeAnswer remove(const std::string& path);
  std::string assembled(const std::string& directory);
  std::string entry(const std::string& path) const;
  bool has(const std::string& path) const;
  bool has_parent(const std::string& path) const;
  std::string tag(const File& file) const;

  std::uint64_t version_ = 0;
};

}  // namespace sluice::test
