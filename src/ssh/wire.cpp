#include "ssh/wire.hpp"

#include "sluice/net/stream.hpp"

namespace sluice::ssh {
namespace {

class StreamWire final : public Wire {
 public:
  explicit StreamWire(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {}

  Task<std::size_t> read(MutableBytes buffer) override { return stream_->read(buffer); }
  Task<> write(Bytes bytes) override { return stream_->write(bytes); }
  void shut() override { stream_->shut(); }

 private:
  std::unique_ptr<net::Stream> stream_;
};

}  // namespace

std::unique_ptr<Wire> make_stream_wire(std::unique_ptr<net::Stream> stream) {
  return std::make_unique<StreamWire>(std::move(stream));
}

}  // namespace sluice::ssh
