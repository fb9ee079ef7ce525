#include "fs/file_system_contract.hpp"
#include "fs/huge_file.hpp"
#include "server.hpp"

namespace sluice::test {

TEST_CASE("FtpFs keeps the contract of file systems") {
  for_each_contract_case([](const ContractCase& one, const std::filesystem::path& scratch) {
    with_ftp(
        [&](FtpSession& session) { return one.run(session.runtime, *session.files, scratch); });
  });
}

TEST_CASE("files of more than 4 GiB") {
  with_ftp([](FtpSession& session) {
    return check_huge_file(*session.files, session.directory.path());
  });
}

}  // namespace sluice::test
