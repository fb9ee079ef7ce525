#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/async/semaphore.hpp"
#include "sluice/webdav/client.hpp"
#include "webdav/authorizer.hpp"
#include "webdav/refusal.hpp"
#include "webdav/requests.hpp"

namespace sluice::webdav {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// One request, as often as it takes.
struct Call {
  Asked asked;
  std::string target;
  Fields fields{};
  Bytes bytes{};
  Body* body = nullptr;
  bool resend = true;  ///< See net::HttpRequest.
};

struct Reply {
  net::HttpResponse response;
  std::string target;  ///< What answered, after redirects.
};

/// Sends requests, logs in, follows redirects.
class Client::Exchange {
 public:
  Exchange(Runtime& runtime, std::shared_ptr<net::HttpClient> http, const ClientOptions& options);

  /// One attempt. Throws for 401 and for redirects that are not followed; every other answer is
  /// returned.
  Task<Reply> send(OpContext context, const Call& call);
  /// The same, and throws for an answer whose status is not `acceptable`.
  Task<Reply> ask(OpContext context, const Call& call, bool (*acceptable)(int));
  /// The same, tried again where that may help.
  Task<Reply> ask_retried(OpContext context, const Call& call, bool (*acceptable)(int));
  /// A PROPFIND, one attempt: without names of properties where the server takes none.
  Task<Reply> propfind(OpContext context, Asked asked, std::string target, const char* depth,
                       Properties properties);
  /// The Error for an answer, with what its body says.
  Task<Error> refusal_of(Asked asked, net::HttpResponse response);
  /// Lets go of an answer whose body says nothing to us, with its connection if that is cheap.
  static Task<> dismiss(net::HttpResponse response);

  Retrier& retrier() { return retrier_; }
  const std::string& server_name() const { return server_name_; }

 private:
  Task<> prime(OpContext context, std::string target);
  Task<net::HttpResponse> send_once(OpContext context, const Call& call, const std::string& target,
                                    bool expect, Authorizer::Used& used);
  std::string redirected(const Call& call, const std::string& target,
                         const net::HttpResponse& response, int& redirects) const;
  static void require_replay(const Call& call);

  std::shared_ptr<net::HttpClient> http_;
  net::Endpoint endpoint_;
  Authorizer authorizer_;
  Retrier retrier_;
  Semaphore priming_;
  bool primed_ = false;
  bool takes_names_ = true;  ///< Of properties.
  std::string server_name_;
};

}  // namespace sluice::webdav
