#pragma once

#include <libssh2.h>

#include <cstdint>
#include <string>

namespace sluice::ssh {

/// Stands between libssh2, which calls for a signature in the middle of a call of ours, and an
/// agent that is waited for: the call is told to come again, and finds the signature then.
class Signer {
 public:
  /// For libssh2_userauth_publickey(); `abstract` leads to a Signer.
  static int sign(LIBSSH2_SESSION* session, unsigned char** signature, std::size_t* signature_size,
                  const unsigned char* data, std::size_t data_size, void** abstract);

  bool is_wanted() const { return state_ == State::wanted; }
  const std::string& data() const { return data_; }  ///< What is to be signed.
  void answer(std::string signature);
  void refuse() { state_ = State::refused; }

 private:
  enum class State : std::uint8_t { idle, wanted, answered, refused };
  State state_ = State::idle;
  std::string data_, signature_;
};

}  // namespace sluice::ssh
