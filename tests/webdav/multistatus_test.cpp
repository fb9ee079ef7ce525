#include "sluice/webdav/multistatus.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "codec/random_input.hpp"
#include "sluice/core/error.hpp"

namespace sluice::webdav {
namespace {

using Entries = std::vector<MultistatusEntry>;

/// In pieces of that size; 0: in one.
Entries read(std::string_view text, std::size_t piece = 0) {
  MultistatusReader reader;
  Entries entries;
  if (piece == 0) piece = text.size() + 1;
  while (!text.empty()) {
    reader.feed(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    while (auto entry = reader.next())
      entries.push_back(std::move(*entry));
  }
  reader.finish();
  while (auto entry = reader.next())
    entries.push_back(std::move(*entry));
  return entries;
}

std::string why_not(std::string_view text) {
  try {
    read(text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::protocol);
    return error.message();
  }
  return "";
}

constexpr std::string_view apache = R"(<?xml version="1.0" encoding="utf-8"?>
<D:multistatus xmlns:D="DAV:" xmlns:ns0="DAV:">
<D:response xmlns:lp1="DAV:" xmlns:lp2="http://apache.org/dav/props/" xmlns:g0="DAV:">
<D:href>/d/</D:href>
<D:propstat>
<D:prop>
<lp1:resourcetype><D:collection/></lp1:resourcetype>
<lp1:getlastmodified>Fri, 27 Nov 2026 05:43:41 GMT</lp1:getlastmodified>
<lp1:getetag>W/"1000-6613b8aea1be0"</lp1:getetag>
</D:prop>
<D:status>HTTP/1.1 200 OK</D:status>
</D:propstat>
<D:propstat>
<D:prop>
<g0:getcontentlength/>
</D:prop>
<D:status>HTTP/1.1 404 Not Found</D:status>
</D:propstat>
</D:response>
<D:response xmlns:lp1="DAV:" xmlns:lp2="http://apache.org/dav/props/">
<D:href>/d/a%20&amp;&#x20;b.txt</D:href>
<D:propstat>
<D:prop>
<lp1:resourcetype/>
<lp1:getcontentlength>5</lp1:getcontentlength>
<lp1:getlastmodified>Fri, 27 Nov 2026 05:43:41 GMT</lp1:getlastmodified>
<lp1:getetag>"5-6613b8aea1be0"</lp1:getetag>
</D:prop>
<D:status>HTTP/1.1 200 OK</D:status>
</D:propstat>
</D:response>
</D:multistatus>
)";

std::string response(std::string_view inner) {
  return R"(<multistatus xmlns="DAV:"><response><href>/x</href>)" + std::string(inner) +
         "</response></multistatus>";
}

}  // namespace

TEST_CASE("Apache's answer, with name spaces declared at each response, in pieces of any size") {
  for (std::size_t piece = 0; piece < 40; ++piece) {
    const Entries entries = read(apache, piece);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].href == "/d/");
    CHECK(entries[0].collection);
    CHECK_FALSE(entries[0].size);
    CHECK(entries[0].etag == "1000-6613b8aea1be0");
    CHECK(entries[1].href == "/d/a%20& b.txt");
    CHECK_FALSE(entries[1].collection);
    CHECK(entries[1].size == 5);
    CHECK(entries[1].etag == "5-6613b8aea1be0");
    CHECK(entries[1].modified == "Fri, 27 Nov 2026 05:43:41 GMT");
  }
}

TEST_CASE("only {DAV:} names count, whatever the prefix") {
  const Entries entries = read(
      R"(<a:multistatus xmlns:a="DAV:" xmlns:b="urn:other"><a:response><a:href>/x</a:href><a:propstat>)"
      R"(<a:prop><b:getcontentlength>7</b:getcontentlength><getetag>"no"</getetag>)"
      R"(<resourcetype xmlns="DAV:"><b:collection/><principal/></resourcetype>)"
      R"(<o:id xmlns:o="http://owncloud.org/ns">1</o:id></a:prop></a:propstat></a:response></a:multistatus>)");
  REQUIRE(entries.size() == 1);
  CHECK_FALSE(entries[0].size);
  CHECK(entries[0].etag.empty());
  CHECK_FALSE(entries[0].collection);
  CHECK(entries[0].has_properties);  // no status says 200
  CHECK(entries[0].owncloud);
}

TEST_CASE("properties count only with a status of 2xx") {
  const Entries entries = read(
      response("<propstat><prop><getcontentlength>9</getcontentlength></prop><status>HTTP/1.1 404 "
               "Not Found</status></propstat>"));
  REQUIRE(entries.size() == 1);
  CHECK_FALSE(entries[0].size);
  CHECK_FALSE(entries[0].has_properties);
}

TEST_CASE("empty and strange sizes are absent") {
  for (const char* const size : {"", "-1", "1 2", "99999999999999999999999", "0x10"}) {
    const Entries entries = read(response("<propstat><prop><getcontentlength>" + std::string(size) +
                                          "</getcontentlength></prop></propstat>"));
    CHECK_FALSE(entries.at(0).size);
  }
}

TEST_CASE("Microsoft's iscollection is a directory's too") {
  CHECK(read(response("<propstat><prop><iscollection>1</iscollection></prop></propstat>"))[0]
            .collection);
  CHECK_FALSE(read(response("<propstat><prop><iscollection>0</iscollection></prop></propstat>"))[0]
                  .collection);
}

TEST_CASE("a response with a status of its own, for several names") {
  const Entries entries = read(
      response("<href>/y</href><status>HTTP/1.1 423 Locked</status><error><lock-token-submitted/>"
               "</error><responsedescription>held by someone</responsedescription>"));
  REQUIRE(entries.size() == 2);
  CHECK(entries[1].href == "/y");
  CHECK(entries[1].status == 423);
  CHECK(entries[1].condition == "lock-token-submitted");
  CHECK(entries[1].description == "held by someone");
}

TEST_CASE("comments, CDATA, processing instructions and both quotes") {
  const Entries entries = read(
      "\xEF\xBB\xBF<?xml version='1.0'?><!-- <x> --><multistatus xmlns='DAV:' a='>'>"
      "<response><href><![CDATA[/a&b]]></href><?pi > ?></response></multistatus><!-- end -->");
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].href == "/a&b");
}

TEST_CASE("what is no multistatus is refused") {
  const std::string good(apache);
  for (std::size_t cut : {0UL, 1UL, 30UL, 100UL, 700UL, good.size() - 3})
    CHECK(why_not(good.substr(0, cut)) == "it is cut short");
  CHECK(why_not("<html></html>") == "its root is not multistatus");
  CHECK(why_not("<multistatus/>") == "its root is not multistatus");
  CHECK(why_not(good + good) != "");
  CHECK(why_not(good + "text") == "it has text outside of its root");
  CHECK(why_not("<!DOCTYPE x><multistatus xmlns='DAV:'/>") == "it has a document type");
  CHECK(why_not(response("<a></b>")) == "it has elements that do not nest");
  CHECK(why_not(response("<q:a/>")) == "it has a prefix that it does not declare");
  CHECK(why_not(response("&b;")) == "it has a reference that is not known");
  CHECK(why_not(response("&#0;")) == "it has a reference that is not known");
  CHECK(why_not(response("&#xD800;")) == "it has a reference that is not known");
  CHECK(why_not(response(std::string_view("\0", 1))) == "it holds a NUL");
  CHECK(why_not("<multistatus xmlns='DAV:'><response/></multistatus>") ==
        "one of its responses has no name");
}

TEST_CASE("what would fill the memory is refused") {
  const std::string big(100'000, 'x');
  CHECK(why_not(response(big)) == "it has a text that is too long");
  CHECK(why_not(response("<" + big)) != "");
  CHECK(why_not(response("<!--" + big)) != "");
  std::string deep, many;
  for (int i = 0; i < 100'000; ++i)
    deep += "<a>";
  CHECK(why_not(response(deep)) == "it is nested too deeply");
  for (int i = 0; i < 2000; ++i)
    many += "<href>/x</href>";
  CHECK(why_not(response(many)) == "one of its responses has too many names");
}

TEST_CASE("a listing of 100,000 names takes the memory of one") {
  MultistatusReader reader;
  reader.feed("<D:multistatus xmlns:D=\"DAV:\">");
  std::size_t count = 0;
  for (int i = 0; i < 100'000; ++i) {
    reader.feed("<D:response><D:href>/d/" + std::to_string(i) +
                "</D:href><D:propstat><D:prop><D:getcontentlength>" + std::to_string(i) +
                "</D:getcontentlength></D:prop></D:propstat></D:response>");
    while (const auto entry = reader.next()) {
      CHECK(entry->size == count);
      ++count;
    }
    // Each comes out as soon as it is whole: nothing is held back.
    REQUIRE(count == static_cast<std::size_t>(i) + 1);
  }
  reader.feed("</D:multistatus>");
  reader.finish();
  CHECK_FALSE(reader.next());
}

TEST_CASE("random damage is refused or read, and pieces make no difference") {
  codec::test::RandomInput random("multistatus");
  for (int round = 0; round < 3000; ++round) {
    std::string text(apache);
    for (std::size_t i = 0; i < 1 + random.below(3); ++i)
      text[random.below(text.size())] = random.bytes_of("<>/&;\"'!-[]? aD:x", 1)[0];
    std::string whole, pieces;
    const auto digest = [&text](std::size_t piece) {
      std::string out;
      try {
        for (const MultistatusEntry& entry : read(text, piece))
          out += entry.href + "|" + entry.etag + "|" + entry.modified + "\n";
      } catch (const Error& error) {
        REQUIRE(error.code() == ErrorCode::protocol);
        return std::string("refused");
      }
      return out;
    };
    CHECK(digest(0) == digest(1 + random.below(50)));
  }
}

TEST_CASE("tags and status lines") {
  CHECK(normal_etag("W/\"a\"") == "a");
  CHECK(normal_etag(" \"a\" ") == "a");
  CHECK(normal_etag("a") == "a");
  CHECK(normal_etag("\"") == "\"");
  CHECK(normal_etag("") == "");
  CHECK(parse_status_line("HTTP/1.1 200 OK") == 200);
  CHECK(parse_status_line(" HTTP/1.1 404 ") == 404);
  CHECK(parse_status_line("HTTP/1.1 2000") == 0);
  CHECK(parse_status_line("HTTP/1.1 20x") == 0);
  CHECK(parse_status_line("200 OK") == 0);
  CHECK(parse_status_line("") == 0);
}

}  // namespace sluice::webdav
