#include "sluice/core/log.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using sluice::LogFormat;
using sluice::Logger;
using sluice::LogLevel;

namespace {

class FixedClock final : public sluice::Clock {
 public:
  sluice::TimePoint now() const override {  // 2025-05-28T10:00:00.042Z
    return sluice::TimePoint(std::chrono::milliseconds(1748426400042));
  }
  sluice::SteadyTime steady() const override { return {}; }
};

class Lines final : public sluice::LineWriter {
 public:
  void write_line(std::string_view line) override { all.emplace_back(line); }
  std::vector<std::string> all;
};

struct Fixture {
  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
  Logger logger(LogFormat format, LogLevel level = LogLevel::debug) const {
    return {sluice::make_line_sink(lines, format), std::make_shared<FixedClock>(), level};
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "log: JSON lines carry timestamp, level, message and the fields") {
  logger(LogFormat::json)
      .info("file done", {{"path", "a b"}, {"size", 12}, {"rate", 0.5}, {"ok", true}});
  REQUIRE(lines->all.size() == 1);
  CHECK(lines->all[0] ==
        R"({"timestamp":"2025-05-28T10:00:00.042Z","level":"info","message":"file done",)"
        R"("path":"a b","size":12,"rate":0.5,"ok":true})"
        "\n");
}

TEST_CASE_FIXTURE(Fixture, "log: JSON lines have the keys that the users' design shows") {
  const Logger files =
      logger(LogFormat::json).with_fields({{"component", "filesystem"}, {"type", "s3"}});
  files.info("File uploaded successfully", {{"file", "/data/processed/file.txt"},
                                            {"size", 2048},
                                            {"duration", std::chrono::milliseconds(1200)}});
  REQUIRE(lines->all.size() == 1);
  CHECK(lines->all[0] ==
        R"({"timestamp":"2025-05-28T10:00:00.042Z","level":"info",)"
        R"("message":"File uploaded successfully","component":"filesystem","type":"s3",)"
        R"("file":"/data/processed/file.txt","size":2048,"duration":"1.2s"})"
        "\n");
}

TEST_CASE_FIXTURE(Fixture, "log: an inner field takes the place of an outer one of its name") {
  const Logger outer = logger(LogFormat::json).with_fields({{"component", "workflow"}, {"run", 7}});
  outer.with_fields({{"component", "filesystem"}, {"type", "local"}}).info("x");
  outer.info("y");
  REQUIRE(lines->all.size() == 2);
  CHECK(lines->all[0].ends_with(R"("message":"x","run":7,"component":"filesystem","type":"local"})"
                                "\n"));
  CHECK(lines->all[1].ends_with(R"("message":"y","component":"workflow","run":7})"
                                "\n"));
}

TEST_CASE_FIXTURE(Fixture, "log: durations are seconds, to the millisecond") {
  logger(LogFormat::text)
      .info("took", {{"a", std::chrono::minutes(2)},
                     {"b", std::chrono::microseconds(12'345)},
                     {"c", std::chrono::nanoseconds(1)}});
  REQUIRE(lines->all.size() == 1);
  CHECK(lines->all[0] == "2025-05-28T10:00:00.042Z INFO  took a=120s b=0.012s c=0s\n");
}

TEST_CASE_FIXTURE(Fixture, "log: text lines quote values only where needed") {
  logger(LogFormat::text)
      .warn("slow", {{"path", "a/b"}, {"note", "two words"}, {"empty", ""}, {"n", -3}});
  REQUIRE(lines->all.size() == 1);
  CHECK(lines->all[0] ==
        "2025-05-28T10:00:00.042Z WARN  slow path=a/b note=\"two words\" empty=\"\" n=-3\n");
}

TEST_CASE_FIXTURE(Fixture, "log: a message cannot forge a line") {
  logger(LogFormat::json).info("a\nb", {{"k", "\"\n"}});
  logger(LogFormat::text).info("a", {{"k", "x\n2025 ERROR forged"}});
  REQUIRE(lines->all.size() == 2);
  for (const std::string& line : lines->all) {
    INFO(line);
    CHECK(line.find('\n') == line.size() - 1);
  }
}

TEST_CASE_FIXTURE(
    Fixture, "log: fields of with_fields are inherited, outermost first, and outlive their texts") {
  Logger inner;
  {
    const std::string job = "nightly", name(100, 'x');
    const Logger outer = logger(LogFormat::json).with_fields({{"job", job}});
    inner = outer.with_fields({{"file", name}, {"try", 2}});
  }
  inner.error("failed", {{"code", "timeout"}});
  REQUIRE(lines->all.size() == 1);
  CHECK(
      lines->all[0] ==
      R"({"timestamp":"2025-05-28T10:00:00.042Z","level":"error","message":"failed","job":"nightly","file":")" +
          std::string(100, 'x') + "\",\"try\":2,\"code\":\"timeout\"}\n");
}

TEST_CASE_FIXTURE(Fixture, "log: with_fields leaves the outer logger as it was") {
  const Logger outer = logger(LogFormat::text);
  outer.with_fields({{"k", "v"}}).info("inner");
  outer.info("outer");
  CHECK(lines->all[1] == "2025-05-28T10:00:00.042Z INFO  outer\n");
}

TEST_CASE_FIXTURE(Fixture, "log: a secret is masked by its type") {
  const sluice::Secret secret("hunter2");
  logger(LogFormat::json).with_fields({{"a", secret}}).info("m", {{"b", secret}});
  CHECK(lines->all[0].find("hunter2") == std::string::npos);
  CHECK(lines->all[0].find(R"("a":"***","b":"***")") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "log: records below the level are dropped") {
  const Logger log = logger(LogFormat::text, LogLevel::warn);
  log.debug("no");
  log.info("no");
  log.warn("yes");
  log.error("yes");
  CHECK(lines->all.size() == 2);
  CHECK_FALSE(log.enabled(LogLevel::info));
  logger(LogFormat::text, LogLevel::off).error("no");
  CHECK(lines->all.size() == 2);
}

TEST_CASE("log: the default logger discards everything") {
  const Logger log;
  log.error("nobody hears this");
  log.with_fields({{"k", 1}}).error("nor this");
  CHECK_FALSE(log.enabled(LogLevel::error));
}

TEST_CASE("log: a tee writes to all its sinks") {
  const auto a = std::make_shared<Lines>(), b = std::make_shared<Lines>();
  const auto tee = sluice::make_tee_sink(
      {sluice::make_line_sink(a, LogFormat::text), sluice::make_line_sink(b, LogFormat::json)});
  Logger(tee, std::make_shared<FixedClock>(), LogLevel::info).info("m");
  REQUIRE(a->all.size() == 1);
  REQUIRE(b->all.size() == 1);
  CHECK(b->all[0].starts_with('{'));
}

TEST_CASE("log: bytes that are not UTF-8 never reach the output") {
  const sluice::LogRecord record{
      .time = {}, .level = LogLevel::info, .message = "m\xFF", .context = {}, .fields = {}};
  CHECK(sluice::format_json(record) ==
        "{\"timestamp\":\"1970-01-01T00:00:00.000Z\",\"level\":\"info\",\"message\":"
        "\"m\xEF\xBF\xBD\"}");
}
