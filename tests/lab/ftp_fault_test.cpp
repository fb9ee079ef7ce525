#include "ftp/fault.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

FtpStrike strike_of(std::initializer_list<const char*> texts) {
  std::vector<FtpFault> faults;
  for (const char* const text : texts)
    faults.push_back(parse_ftp_fault(text));
  return FtpStrike(std::move(faults));
}

}  // namespace

TEST_CASE("a fault of FTP is read from its text") {
  const FtpFault fault = parse_ftp_fault("answer=550 no%2C never,op=RNTO,skip=1,count=2,above=3");
  CHECK(fault.kind == FtpFaultKind::answer);
  CHECK(fault.text == "550 no, never");
  CHECK(fault.operation == "RNTO");
  CHECK(fault.turns.skip == 1);
  CHECK(fault.turns.count == 2);
  CHECK(fault.above == 3);
  CHECK(parse_ftp_fault("short=1000,op=RETR").bytes == 1000);
  CHECK(parse_ftp_fault("argument=/none,op=RNTO").kind == FtpFaultKind::argument);
  CHECK(parse_ftp_fault("cut=after").kind == FtpFaultKind::cut_after);
  CHECK(parse_ftp_fault("cut=before").kind == FtpFaultKind::cut_before);
}

TEST_CASE("what is no fault of FTP is refused") {
  for (const char* const text : {"", "nothing", "cut", "cut=off", "short=some",
                                 "short=", "silence,when=now", "silence,count=many"})
    CHECK_THROWS_AS(parse_ftp_fault(text), Error);
}

TEST_CASE("faults strike the commands that they name, as often as they say") {
  FtpFaults faults({parse_ftp_fault("silence,op=RETR,skip=1,count=1"),
                    parse_ftp_fault("reset=5,op=RETR,skip=1,count=2"),
                    parse_ftp_fault("cut=before,above=2")});
  CHECK_FALSE(faults.strike("RETR", 1).has(FtpFaultKind::silence));
  CHECK_FALSE(faults.strike("STOR", 1).has(FtpFaultKind::silence));
  const FtpStrike second = faults.strike("RETR", 2);
  CHECK(second.has(FtpFaultKind::silence));
  CHECK(second.bytes(FtpFaultKind::reset) == 5);
  CHECK_FALSE(second.bytes(FtpFaultKind::stall));
  const FtpStrike third = faults.strike("RETR", 3);
  CHECK_FALSE(third.has(FtpFaultKind::silence));
  CHECK(third.has(FtpFaultKind::cut_before));
  CHECK_FALSE(faults.strike("RETR", 4).has(FtpFaultKind::cut_before));
  CHECK(faults.struck() == 4);
}

TEST_CASE("without a fault replies pass as they are") {
  const FtpStrike none;
  CHECK(none.preliminary("150 here\r\n", true) == "150 here\r\n");
  CHECK(none.final("226 done\r\n", false) == "226 done\r\n");
}

TEST_CASE("replies come twice, otherwise, early or not at all") {
  CHECK(strike_of({"before=150 really"}).preliminary("150 a\r\n", true) ==
        "150 really\r\n150 a\r\n");
  CHECK(strike_of({"before=150 really"}).final("226 a\r\n", false) == "226 a\r\n");
  CHECK(strike_of({"behind=226 again"}).final("226 a\r\n", false) == "226 a\r\n226 again\r\n");
  CHECK(strike_of({"last=552 full"}).final("226 a\r\n", false) == "552 full\r\n");
  CHECK(strike_of({"silence"}).final("226 a\r\n", false).empty());
  CHECK(strike_of({"silence"}).preliminary("150 a\r\n", true) == "150 a\r\n");
  CHECK(strike_of({"cut=after"}).final("226 a\r\n", false).empty());
  const FtpStrike early = strike_of({"early=226 already"});
  CHECK(early.preliminary("150 a\r\n", true) == "150 a\r\n226 already\r\n");
  CHECK(early.final("226 a\r\n", false).empty());
  CHECK(early.final("550 a\r\n", true) == "550 a\r\n");
}

}  // namespace sluice::lab
