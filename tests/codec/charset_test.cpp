#include "sluice/codec/charset.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

namespace sluice::codec {

TEST_CASE("names in Japanese character sets are read and written") {
  struct Row {
    const char *charset, *bytes, *text;
  };
  const Row rows[] = {
      {"CP932", "\x90\xA2\x8A\x45.txt", "世界.txt"},
      {"cp932", "\x95\x5C.csv", "表.csv"},  // its second byte is a backslash of ASCII
      {"CP932", "\xB1\xB2", "ｱｲ"},          // half width
      {"CP932", "\x87\x40", "①"},           // NEC's row 13
      {"SHIFT_JIS", "\x90\xA2", "世"},
      {"EUC-JP", "\xC0\xA4\xB3\xA6", "世界"},
      {"ISO-8859-1", "caf\xE9", "café"},
      {"KOI8-R", "\xD1", "я"},
      {"UTF-8", "\xE4\xB8\x96", "世"},
      {"GB18030", "\xCA\xC0", "世"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.charset);
    const Charset charset(row.charset);
    CHECK(charset.to_utf8(row.bytes) == row.text);
    CHECK(charset.from_utf8(row.text) == row.bytes);
  }
}

TEST_CASE("what has no way back is refused") {
  const Charset windows("CP932");
  CHECK_FALSE(windows.to_utf8("\xED\x40"));  // NEC's selection: Windows writes it as FA5C
  CHECK_FALSE(windows.to_utf8("\x81"));      // cut off
  CHECK_FALSE(windows.to_utf8("\xFF"));
  CHECK_FALSE(windows.from_utf8("é"));
  CHECK_FALSE(windows.from_utf8("\xFF"));
  CHECK_FALSE(windows.from_utf8("\xE4\xB8"));
  CHECK(windows.to_utf8("").value() == "");
  CHECK(windows.from_utf8("after a failure").value() == "after a failure");
}

TEST_CASE("long names are converted whole") {
  const Charset charset("EUC-JP");
  std::string text, bytes;
  for (int i = 0; i < 5000; ++i) {
    text += "世";
    bytes += "\xC0\xA4";
  }
  CHECK((charset.from_utf8(text) == bytes));
  CHECK((charset.to_utf8(bytes) == text));
}

TEST_CASE("character sets in which names cannot be written are refused") {
  for (const char* const name : {"UTF-16", "UTF-32LE", "UTF-7", "ISO-2022-JP", "ISO-2022-KR", "HZ",
                                 "EBCDIC-US", "no such", "", "CP932//TRANSLIT"}) {
    CAPTURE(name);
    std::optional<ErrorCode> code;
    try {
      const Charset charset(name);
    } catch (const Error& error) {
      code = error.code();
      CHECK(error.subject() == name);
    }
    CHECK(code == ErrorCode::invalid_input);
  }
}

}  // namespace sluice::codec
