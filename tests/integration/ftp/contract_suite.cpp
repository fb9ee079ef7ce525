#include "fs/file_system_contract.hpp"
#include "fs/fs_actions.hpp"
#include "server.hpp"

namespace sluice::test {

TEST_CASE("FtpFs keeps the contract of file systems") {
  for_each_contract_case([](const ContractCase& one, const std::filesystem::path& scratch) {
    with_ftp(
        [&](FtpSession& session) { return one.run(session.runtime, *session.files, scratch); });
  });
}

}  // namespace sluice::test
