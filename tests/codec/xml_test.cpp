#include "sluice/codec/xml.hpp"

#include <doctest/doctest.h>

#include "codec/random_input.hpp"
#include "codec/refusal.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

std::optional<ErrorCode> refusal(std::string_view text, XmlLimits limits = {}) {
  return test::refusal_of([&] { parse_xml(text, "the document", limits); });
}

std::string nested(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i)
    text += "<a>";
  for (std::size_t i = 0; i < depth; ++i)
    text += "</a>";
  return text;
}

}  // namespace

TEST_CASE("XML elements are found by their local names, in order") {
  const XmlElement xml = parse_xml(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c -->\n<d:Root xmlns:d=\"urn:x\" "
      "a='&lt;'>\n"
      " <Key>first</Key><d:Key>second</d:Key><Empty/>\n</d:Root>\n",
      "test");
  CHECK(xml.name == "Root");
  REQUIRE(xml.children.size() == 3);
  CHECK(xml.children[1].name == "Key");
  CHECK(xml.children[1].text == "second");
  CHECK(xml.text_of("Key") == "first");
  CHECK(xml.find("Empty")->text.empty());
  CHECK(xml.find("Absent") == nullptr);
  CHECK(xml.text_of("Absent") == "");
}

TEST_CASE("XML text is whole: white space, CDATA, references, split by comments") {
  CHECK(parse_xml("<a> x\t</a>", "t").text == " x\t");
  CHECK(parse_xml("<a> </a>", "t").text == " ");
  CHECK(parse_xml("<a>1<!-- 2 -->3<![CDATA[<&amp;>]]> <b>no</b>4<?pi 5?></a>", "t").text ==
        "13<&amp;> 4");
  CHECK(parse_xml("<a>&amp;&lt;&gt;&quot;&apos;&amp;amp;</a>", "t").text == "&<>\"'&amp;");
  CHECK(parse_xml("<a>&#65;&#x42;&#xe9;&#x3042;&#128512;&#x10FFFF;</a>", "t").text ==
        "AB\xC3\xA9\xE3\x81\x82\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF");
  CHECK(parse_xml("<a>\r\n\r</a>", "t").text == "\n\n");
  CHECK(parse_xml("<a>&#13;&#x1;</a>", "t").text == "\r\x01");
}

TEST_CASE("XML with a document type is refused") {
  CHECK(refusal("<!DOCTYPE a><a/>") == ErrorCode::protocol);
  CHECK(refusal("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>") == ErrorCode::protocol);
  CHECK(refusal("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>") == ErrorCode::protocol);
  CHECK(refusal("<a><!DOCTYPE a></a>") == ErrorCode::protocol);
}

TEST_CASE("XML with a reference of another kind is refused") {
  const char* const references[] = {
      "&",        "&;",         "&x;",   "&amp",  "& amp;", "&#;",   "&#x;",           "&#0;",
      "&#xD800;", "&#x110000;", "&#-1;", "&#+1;", "&#X41;", "&#1a;", "&#99999999999;", "&AMP;"};
  for (const char* reference : references) {
    CAPTURE(reference);
    CHECK(refusal("<a>" + std::string(reference) + "</a>") == ErrorCode::protocol);
  }
}

TEST_CASE("malformed XML is a protocol error that names the document") {
  const char* const malformed[] = {"",
                                   " ",
                                   "text",
                                   "<a>",
                                   "<a></b>",
                                   "<a/><b/>",
                                   "x<a/>",
                                   "<a/>x",
                                   "<a b=c/>",
                                   "<a><b></a></b>",
                                   "<a/",
                                   "<!-- <a/>",
                                   "</a>",
                                   "{}",
                                   "<?xml version=\"1.0\"?>",
                                   "<a><![CDATA[x</a>",
                                   "<![CDATA[x]]><a/>"};
  for (const char* text : malformed) {
    CAPTURE(text);
    CHECK(refusal(text) == ErrorCode::protocol);
  }
  CHECK(refusal(std::string_view("<a/>\0", 5)) == ErrorCode::protocol);
  CHECK(refusal(std::string_view("<a>x\0y</a>", 10)) == ErrorCode::protocol);
}

TEST_CASE("XML over a limit is refused") {
  CHECK_FALSE(refusal(nested(32)));
  CHECK(refusal(nested(33)) == ErrorCode::protocol);
  CHECK(refusal(nested(400'000)) == ErrorCode::protocol);
  CHECK_FALSE(refusal("<abc/>", {.bytes = 6}));
  CHECK(refusal("<abc/>", {.bytes = 5}) == ErrorCode::protocol);
  CHECK_FALSE(refusal("<a><b/><c>x</c></a>", {.elements = 3}));
  CHECK(refusal("<a><b/><c>x</c></a>", {.elements = 2}) == ErrorCode::protocol);
}

TEST_CASE("escaped XML text is read back byte for byte") {
  std::string out;
  append_xml_escaped(out, "a<b>&\"'\n\x1F\x7F\xC3\xA9");
  CHECK(out == "a&lt;b&gt;&amp;&quot;&apos;&#xA;&#x1F;&#x7F;\xC3\xA9");
  test::RandomInput random("xml");
  for (int round = 0; round < 2000; ++round) {
    const std::string text =
        random.bytes_of("ab<>&\"'\r\n\t \x01\x1F\x7F];\xC3\xA9", random.below(20));
    std::string escaped = "<a>";
    append_xml_escaped(escaped, text);
    CHECK(parse_xml(escaped + "</a>", "test").text == text);
  }
}

}  // namespace sluice::codec

TEST_CASE("xml: a name must be one after its prefix, too") {
  for (const char* text : {"<a: />", "<a:b:c/>", "<a:1/>", "<a:-b/>"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(sluice::codec::parse_xml(text, "test"), sluice::Error);
  }
  CHECK(sluice::codec::parse_xml("<a:b/>", "test").name == "b");
}
