#include "s3/service.hpp"

#include "s3/exchange.hpp"

namespace sluice::lab {

S3Service::S3Service(S3Options options, const Parts& parts)
    : options_(std::move(options)),
      parts_(parts),
      world_{.store = parts.store, .options = options_, .random = parts.random},
      verifier_(options_.auth),
      documents_(make_memory_storage()) {}

std::unique_ptr<Exchange> S3Service::begin(const RequestHead& head) {
  return std::make_unique<S3Exchange>(*this, head);
}

}  // namespace sluice::lab
