#include "sluice/ftp/listing.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "sluice/core/error.hpp"
#include "sluice/ftp/answers.hpp"

namespace sluice::ftp {
namespace {

std::string shown(const std::optional<Entry>& entry) {
  if (!entry) return "nothing";
  const char kind = entry->type == FileType::regular     ? 'f'
                    : entry->type == FileType::directory ? 'd'
                    : entry->type == FileType::symlink   ? 'l'
                                                         : 'o';
  std::string text = fmt::format("{} [{}]", kind, entry->name);
  if (entry->size) text += fmt::format(" {}", *entry->size);
  if (entry->modified) text += " " + format_time(*entry->modified);
  if (entry->mode) text += fmt::format(" {:o}", *entry->mode);
  if (!entry->link_target.empty()) text += " -> " + entry->link_target;
  return text;
}

const TimePoint now = *parse_time("20240615120000");

std::string listed(std::string_view line) {
  try {
    return shown(parse_list_line(line, now));
  } catch (const Error& error) {
    return std::string(name_of(error.code()));
  }
}

std::string machine(std::string_view line) {
  try {
    return shown(parse_machine_line(line));
  } catch (const Error& error) {
    return std::string(name_of(error.code()));
  }
}

}  // namespace

TEST_CASE("machine listings: facts in any case, names with all their blanks") {
  CHECK(machine("type=file;size=5;modify=20240301120000;UNIX.mode=0644; a b ") ==
        "f [a b ] 5 20240301120000 644");
  CHECK(machine("Type=dir;Modify=20240301120000.5;  lead") == "d [ lead] 20240301120000");
  CHECK(machine("type=cdir; .") == "nothing");
  CHECK(machine("type=pdir; /x") == "nothing");
  CHECK(machine("type=OS.unix=slink:/to x;size=3; link") == "l [link] 3 -> /to x");
  CHECK(machine("type=OS.unix=symlink; link") == "l [link]");
  CHECK(machine("type=file;size=5 name") == "f [name] 5");
  CHECK(machine("type=OS.unix=blkdev; sda") == "o [sda]");
  CHECK(machine("size=5; name") == "protocol");
  CHECK(machine("type=file;size=5;") == "protocol");
  CHECK(machine("type=file; ") == "protocol");
  CHECK(machine("nothing of it") == "protocol");
  CHECK(machine("") == "protocol");
}

TEST_CASE("listings as ls -l makes them") {
  CHECK(listed("total 12") == "nothing");
  CHECK(listed("") == "nothing");
  CHECK(listed("drwxr-xr-x   2 1000  1000  4096 Jun 15 11:00 .") == "nothing");
  CHECK(listed("-rw-r--r--    1 0        0            1234 Mar 01 10:20 a file") ==
        "f [a file] 1234 20240301102000 644");
  CHECK(listed("-rw-r--r--    1 0        0            1234 Mar 01 2019  lead") ==
        "f [ lead] 1234 20190301000000 644");
  CHECK(listed("-rwsr-x--T    1 ftp      ftp     12345678901 Dec 31 23:59 big") ==
        "f [big] 12345678901 20231231235900 5750");
  CHECK(listed("-rw-r--r-- 1 u g 1 Jun 16 11:59 tomorrow") == "f [tomorrow] 1 20240616115900 644");
  CHECK(listed("-rw-r--r-- 1 u g 1 Jun 17 11:59 last") == "f [last] 1 20230617115900 644");
  CHECK(listed("-rw-r--r-- 1 u g 1 Feb 29 11:59 leap") == "f [leap] 1 20240229115900 644");
  CHECK(listed("lrwxrwxrwx 1 u g 7 Mar 1 10:20 link -> to -> it") ==
        "l [link] 7 20240301102000 777 -> to -> it");
  CHECK(listed("crw-rw-rw- 1 root root 1, 3 Mar 1 10:20 null") == "o [null] 20240301102000 666");
  CHECK(listed("-rw-r--r--+ 1 u 1234 Mar 1 10:20 no group") ==
        "f [no group] 1234 20240301102000 644");
  CHECK(listed("drwxr-xr-x folder 0 Mar 1 2024 dir") == "d [dir] 0 20240301000000 755");
  CHECK(listed("-rw-r--r-- 1 u g 5 2024-03-01 10:20 iso") == "f [iso] 5 20240301102000 644");
  CHECK(listed("-rw-r--r-- 1 u g 5 2024-03-01 10:20:30.12 +0900 full") ==
        "f [full] 5 20240301102030 644");
  CHECK(listed("-rw-r--r-- 1 u g 5 1 Mar 10:20 day first") == "f [day first] 5 20240301102000 644");
}

TEST_CASE("listings of other systems") {
  CHECK(listed("03-01-24  09:05PM       <DIR>          a dir") == "d [a dir] 20240301210500");
  CHECK(listed("03-01-2024  12:05AM                 1234 a.txt") ==
        "f [a.txt] 1234 20240301000500");
  CHECK(listed("03-01-99  12:05PM 1 old") == "f [old] 1 19990301120500");
  CHECK(listed("+i8388621.48594,m825718503,r,s280,\tdjb.html") ==
        "f [djb.html] 280 19960301221503");
  CHECK(listed("+m825718503,/,\ta dir") == "d [a dir] 19960301221503");
  CHECK(listed("QSYS            77824 12/03/23 15:09:25 *DIR       QOpenSys/") ==
        "d [QOpenSys] 77824 20231203150925");
  CHECK(listed("QPGMR           77824 12/03/23 15:09:25 *STMF      a b.csv") ==
        "f [a b.csv] 77824 20231203150925");
}

TEST_CASE("a line that cannot be read is told, for it may be a file") {
  for (const std::string_view line :
       {"what", "QSYS 77824 12/03/23 15:09:25 *DIR /", "-rw-r--r-- 1 u g x Mar 1 10:20 name",
        "-rw-r--r-- 1 u g 5 Xyz 1 10:20 name", "-rw-r--r-- 1 u g 5 Mar 32 10:20 name",
        "-rw-r--r-- 1 u g 5 Mar 1 10:20", "13-01-24 09:05PM <DIR> x", "03-01-24 09:05PM <WHAT> x",
        "?rw-r--r-- 1 u g 5 Mar 1 10:20 x"})
    CHECK(listed(line) == "protocol");
}

TEST_CASE("lines are the same however a listing is cut") {
  const std::string text = "one\r\ntwo\n\r\nlast";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    LineSplitter lines;
    std::string all;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      lines.feed(std::string_view(text).substr(at, piece));
      while (const auto line = lines.take())
        all += *line + "|";
    }
    CHECK(all + lines.rest() == "one|two||last");
  }
  LineSplitter endless;
  endless.feed(std::string(LineSplitter::longest_line + 1, 'x'));
  CHECK_THROWS_AS(endless.take(), Error);
}

}  // namespace sluice::ftp
