#pragma once

#include <memory>
#include <string>

#include "sluice/aws/credentials.hpp"

namespace sluice::test {

/// Counts how often credentials are fetched; each time they are new ones.
class CountedCredentials final : public aws::CredentialsProvider {
 public:
  Task<std::shared_ptr<const aws::Credentials>> get(OpContext) override {
    if (!current_) {
      ++fetched;
      aws::Credentials made;
      made.access_key_id = "KEY" + std::to_string(fetched);
      made.secret_access_key = Secret("secret");
      made.session_token = Secret("token" + std::to_string(fetched));
      current_ = std::make_shared<const aws::Credentials>(std::move(made));
    }
    co_return current_;
  }
  void invalidate(const std::shared_ptr<const aws::Credentials>& used) override {
    if (used == current_) current_.reset();
  }
  int fetched = 0;

 private:
  std::shared_ptr<const aws::Credentials> current_;
};

}  // namespace sluice::test
