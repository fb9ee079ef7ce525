#include "fs/file_system_contract.hpp"
#include "server.hpp"

namespace sluice::test {

TEST_CASE("WebdavFs keeps the contract of file systems") {
  for_each_contract_case([](const ContractCase& one, const std::filesystem::path& scratch) {
    with_webdav(
        [&](WebdavSession& session) { return one.run(session.runtime, *session.files, scratch); });
  });
}

}  // namespace sluice::test
