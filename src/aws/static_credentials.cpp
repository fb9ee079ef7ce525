#include <utility>

#include "sluice/aws/credentials.hpp"

namespace sluice::aws {
namespace {

class StaticCredentials final : public CredentialsProvider {
 public:
  explicit StaticCredentials(Credentials credentials)
      : credentials_(std::make_shared<const Credentials>(std::move(credentials))) {}

  Task<std::shared_ptr<const Credentials>> get(OpContext) override { co_return credentials_; }
  std::shared_ptr<const Credentials> ready() override { return credentials_; }
  void invalidate(const std::shared_ptr<const Credentials>&) override {}  // there are no others

 private:
  std::shared_ptr<const Credentials> credentials_;
};

}  // namespace

std::shared_ptr<CredentialsProvider> make_static_credentials(Credentials credentials) {
  return std::make_shared<StaticCredentials>(std::move(credentials));
}

}  // namespace sluice::aws
