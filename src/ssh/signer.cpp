#include "ssh/signer.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace sluice::ssh {

void Signer::answer(std::string signature) {
  signature_ = std::move(signature);
  state_ = State::answered;
}

int Signer::sign(LIBSSH2_SESSION*, unsigned char** signature, std::size_t* signature_size,
                 const unsigned char* data, std::size_t data_size, void** abstract) {
  Signer& self = *static_cast<Signer*>(*abstract);
  switch (self.state_) {
    case State::idle:
      self.data_.assign(reinterpret_cast<const char*>(data), data_size);
      self.state_ = State::wanted;
      return LIBSSH2_ERROR_EAGAIN;
    case State::wanted:
      return LIBSSH2_ERROR_EAGAIN;
    case State::refused:
      return -1;
    case State::answered:
      break;
  }
  // libssh2 frees it.
  auto* const copy = static_cast<unsigned char*>(std::malloc(self.signature_.size() + 1));
  if (!copy) return -1;
  std::ranges::copy(self.signature_, copy);
  *signature = copy;
  *signature_size = self.signature_.size();
  return 0;
}

}  // namespace sluice::ssh
