#pragma once

#include <memory>
#include <string>

#include "fs/webdav_site.hpp"

namespace sluice {

/// A MOVE of what is whole under another name to its own.
struct WebdavMove {
  std::string from, to;  ///< On the server.
  std::string path;      ///< Of `to`, in the tree.
  const WriteOptions& options;
  std::string tag;  ///< Of what was just seen at `to`; "": there is none.
  std::vector<std::pair<std::string, std::string>> fields{};
};

/// One attempt. Where the options expect a version and the server was seen to heed an If field, the
/// server compares it; whether it does is found out by the first such MOVE, with a tag that no file
/// has: `what.to` has just been seen to be as expected, so that a server which ignores it does what
/// was wanted. Throws Error{conflict} if it is another version now.
Task<webdav::PutResult> move_guarded(OpContext context, std::shared_ptr<WebdavSite> site,
                                     WebdavMove what);

}  // namespace sluice
