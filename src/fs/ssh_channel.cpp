#include "fs/ssh_channel.hpp"

#include <utility>

namespace sluice {
namespace {

/// SFTP knows nothing of SSH, nor SSH of SFTP.
class SshChannel final : public sftp::Channel {
 public:
  explicit SshChannel(std::unique_ptr<ssh::Channel> channel) : channel_(std::move(channel)) {}

  Task<std::size_t> read(MutableBytes buffer) override { return channel_->read(buffer); }
  Task<> write(Bytes bytes) override { return channel_->write(bytes); }
  void shut() override { channel_->shut(); }
  Task<> close() override { return channel_->close(); }

 private:
  std::unique_ptr<ssh::Channel> channel_;
};

}  // namespace

Task<std::unique_ptr<sftp::Channel>> connect_by_libssh2(std::shared_ptr<ssh::Connector> connector,
                                                        OpContext context) {
  auto channel = co_await connector->connect(std::move(context), "sftp");
  co_return std::make_unique<SshChannel>(std::move(channel));
}

}  // namespace sluice
