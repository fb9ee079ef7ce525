#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "glue/fake_glue.hpp"
#include "glue/fake_objects.hpp"
#include "glue/file_filter.hpp"
#include "glue/recorded_log.hpp"
#include "sluice/fs/local_fs.hpp"
#include "sluice/glue/file_collector.hpp"
#include "sluice/glue/file_downloader.hpp"
#include "sluice/glue/workflow_validator.hpp"
#include "sluice/state/memory_store.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"
#include "support/whole_files.hpp"

namespace sluice::glue {
namespace {

using namespace std::chrono_literals;
using test::FakeObjects;

LayerConfig layer(std::string name, std::string prefix, std::vector<std::string> patterns) {
  LayerConfig made;
  made.name = made.display_name = std::move(name);
  made.s3_bucket = "lake";
  made.s3_prefix = std::move(prefix);
  made.file_patterns = patterns;
  made.patterns = std::make_shared<const codec::PatternSet>(patterns);
  return made;
}

/// One directory, one set of buckets; each `run` is a run of its own on them.
struct World {
  test::TemporaryDirectory directory;
  test::RecordedLog log;
  Configuration config;
  std::function<void(FakeObjects&)> fill = [](FakeObjects&) {};
  std::function<bool()> stop;
  std::shared_ptr<KeyValueStore> memory;
  std::vector<LayerFiles> found;
  DownloadResult result;
  std::optional<ErrorId> failure;
  std::string words;

  World() {
    config.download.local_base_dir = (directory.path() / "out").string();
    config.download.retry_delay = 0ms;
    config.layers.push_back(layer("a", "raw/", {".*"}));
  }

  void collect() { run(&World::collect_only); }
  void download() { run(&World::collect_and_download); }

  std::string text(const std::string& path) const {
    return test::read_whole(std::filesystem::path(config.download.local_base_dir) / path);
  }
  bool there(const std::string& path) const {
    return std::filesystem::exists(std::filesystem::path(config.download.local_base_dir) / path);
  }

 private:
  using Step = Task<> (*)(World&, Runtime&, FakeObjects&);

  static Task<> collect_only(World& world, Runtime& runtime, FakeObjects& objects) {
    S3FileCollector collector(runtime, objects, world.config,
                              GlueLog(world.log.logger(), Language::japanese));
    world.found = co_await collector.collect_all_layers(runtime.context());
  }

  static Task<> collect_and_download(World& world, Runtime& runtime, FakeObjects& objects) {
    co_await collect_only(world, runtime, objects);
    const GlueLog log(world.log.logger(), Language::japanese);
    LocalFsOptions local;
    local.root = world.config.download.local_base_dir;
    local.directory_mode = 0700;
    std::shared_ptr<FileSystem> output = make_local_fs(runtime, local);
    FileDownloader downloader(runtime, objects, output, world.config, log,
                              {.stop = world.stop, .on_progress = nullptr, .memory = world.memory});
    std::exception_ptr thrown;
    try {
      std::vector<LayerDownload> plan =
          plan_downloads(world.config, std::move(world.found), Language::japanese);
      co_await downloader.download_files(runtime.context(), std::move(plan));
    } catch (...) {
      thrown = std::current_exception();
    }
    world.result = std::move(downloader.result());
    co_await output->close(runtime.context());
    if (thrown) std::rethrow_exception(thrown);
  }

  void run(Step step) {
    failure.reset();
    test::run([this, step](Runtime& runtime) -> Task<> { return body(*this, runtime, step); });
  }

  static Task<> body(World& world, Runtime& runtime, Step step) {
    FakeObjects objects(runtime);
    world.fill(objects);
    try {
      co_await step(world, runtime, objects);
    } catch (const GlueWorkflowDownloaderError& error) {
      world.failure = error.id();
      world.words = error.message();
    }
  }
};

}  // namespace

TEST_CASE(
    "正規表現によるファイルフィルタリング / patterns choose files; keys that end in '/' are none") {
  World world;
  world.config.layers[0] = layer("a", "raw/", {"^b\\.csv$", "^[abc]\\.csv$"});
  world.fill = [](FakeObjects& objects) {
    for (const char* key : {"raw/", "raw/a.csv", "raw/b.csv", "raw/deep/c.csv", "raw/d.csv",
                            "raw/deep/", "other/a.csv"})
      objects.put("lake", key, "x");
  };
  world.collect();
  REQUIRE(world.found[0].files.size() == 3);
  CHECK(world.found[0].files[0].key == "raw/a.csv");
  CHECK(world.found[0].files[0].matched_pattern == 1);
  CHECK(world.found[0].files[1].matched_pattern == 0);
  CHECK(world.found[0].files[2].key == "raw/deep/c.csv");  // by its name alone
  CHECK(world.log.has("info 各層のファイル数: a=3件"));
}

TEST_CASE(
    "複数層からのファイル収集 / layers are collected side by side; one that fails does not stop "
    "the others") {
  World world;
  world.config.layers.push_back(layer("b", "b/", {".*"}));
  world.config.layers.push_back(layer("c", "c/", {".*"}));
  world.config.layers[1].s3_bucket = "denied";
  world.fill = [](FakeObjects& objects) {
    objects.put("lake", "raw/1", "x");
    objects.put("lake", "c/1", "x");
    objects.before_list = [](const std::string& bucket) {
      if (bucket == "denied") throw Error(ErrorCode::permission_denied, "list", bucket, "no");
    };
  };
  world.collect();
  CHECK(world.found[0].files.size() == 1);
  CHECK(world.found[1].failure->code() == ErrorCode::permission_denied);
  CHECK(world.found[2].files.size() == 1);
}

TEST_CASE("空のバケット/プレフィックスの処理 / nothing under a prefix is a warning") {
  World world;
  world.collect();
  CHECK(world.found[0].files.empty());
  CHECK(world.log.has("warn 正規表現にマッチするファイルが見つかりません: a"));
}

TEST_CASE("filters: whole days of the local time zone, both ends; sizes in MiB; metadata") {
  ::setenv("TZ", "Asia/Tokyo", 1);
  ::tzset();
  FilterConfig filters;
  filters.by_date = true;
  filters.start_date = Date{2024, 11, 14};
  filters.end_date = Date{2024, 11, 14};
  const TimePoint begin(std::chrono::seconds(1'731'510'000));  // 2024-11-14 00:00 in Tokyo
  CHECK(passes(filters, 0, begin));
  CHECK_FALSE(passes(filters, 0, begin - 1s));
  CHECK(passes(filters, 0, begin + 24h - 1s));
  CHECK_FALSE(passes(filters, 0, begin + 24h));
  CHECK_FALSE(passes(filters, 0, std::nullopt));
  filters = {};
  filters.by_size = true;
  filters.min_mb = 1;
  filters.max_mb = 2;
  CHECK_FALSE(passes(filters, (1 << 20) - 1, begin));
  CHECK(passes(filters, 1 << 20, begin));
  CHECK(passes(filters, 2 << 20, begin));
  CHECK_FALSE(passes(filters, (2 << 20) + 1, begin));
  ::unsetenv("TZ");
  ::tzset();
}

TEST_CASE("counts after the run: a required layer ends it, another one is a warning") {
  World world;
  world.config.layers.push_back(layer("b", "b/", {".*"}));
  world.config.layers[1].min_files = 2;
  world.config.layers[1].max_files = 3;
  std::vector<LayerFiles> found(2);
  found[1].layer = 1;
  found[0].files.resize(1);
  found[1].files.resize(1);
  const GlueLog log(world.log.logger(), Language::japanese);
  check_file_counts(world.config, found, log);
  CHECK(world.log.has("warn ★ ファイル数が推奨範囲外: b (1件, 推奨: 2-3件)"));
  world.config.layers[1].required = true;
  CHECK_THROWS_WITH_AS(check_file_counts(world.config, found, log),
                       doctest::Contains("★ ファイル数不足: b (検出: 1件, 最低: 2件)"),
                       InsufficientFilesError);
  found[1].files.resize(4);
  CHECK_THROWS_WITH_AS(check_file_counts(world.config, found, log),
                       doctest::Contains("★ ファイル数超過: b (検出: 4件, 最大: 3件)"),
                       TooManyFilesError);
}

TEST_CASE("単一ファイルのダウンロード / a file is there whole, private, with its time") {
  World world;
  world.fill = [](FakeObjects& objects) { objects.put("lake", "raw/sub/x.csv", "hello"); };
  world.download();
  CHECK(world.result.successful == 1);
  CHECK(world.text("layers/a/sub/x.csv") == "hello");
  struct stat status{};
  const std::string base = world.config.download.local_base_dir;
  REQUIRE(::stat((base + "/layers/a/sub/x.csv").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  CHECK(status.st_mtime == 1'731'542'400);
  REQUIRE(::stat((base + "/layers/a/sub").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0700);
  CHECK(world.log.has("info ダウンロード開始: 1ファイル"));
  CHECK(world.log.has("info ダウンロード完了: 成功1件, 失敗0件, スキップ0件"));
}

TEST_CASE("並列ダウンロード / many files, no more at once than there are workers") {
  World world;
  world.config.download.max_workers = 7;
  world.fill = [](FakeObjects& objects) {
    objects.page_size = 1000;
    for (int i = 0; i < 500; ++i)
      objects.put("lake", "raw/" + std::to_string(i), std::to_string(i));
  };
  world.download();
  CHECK(world.result.successful == 500);
  CHECK(world.text("layers/a/499") == "499");
  CHECK(world.result.transferred_bytes == world.result.total_bytes);
}

TEST_CASE("リトライ処理 / what may pass is tried again as often as configured, what stays is not") {
  World world;
  world.config.download.retry_count = 2;
  int opens = 0;
  ErrorCode code = ErrorCode::unavailable;
  int failures = 2;
  world.fill = [&](FakeObjects& objects) {
    objects.put("lake", "raw/x", "hello");
    objects.before = [&](std::string_view operation, std::string_view) {
      if (operation != "open" || ++opens > failures) return;
      throw Error(code, "open", "x", "not now");
    };
  };
  world.download();
  CHECK(opens == 3);
  CHECK(world.result.successful == 1);
  CHECK(world.log.has("warn ダウンロードリトライ: s3://lake/raw/x (試行2/2)"));
  world.config.download.overwrite = true;
  opens = 0;
  failures = 3;
  world.download();
  CHECK(opens == 3);
  CHECK(world.result.failed == 1);
  CHECK(world.log.has("error ダウンロード失敗: s3://lake/raw/x - "));
  opens = 0;
  code = ErrorCode::permission_denied;
  world.download();
  CHECK(opens == 1);
  CHECK(world.text("layers/a/x") == "hello");  // the old one is untouched
}

TEST_CASE("既存ファイルのスキップ / what is there is skipped, or with overwrite replaced") {
  World world;
  world.fill = [](FakeObjects& objects) { objects.put("lake", "raw/x", "first"); };
  world.download();
  world.fill = [](FakeObjects& objects) { objects.put("lake", "raw/x", "second"); };
  world.download();
  CHECK(world.result.skipped == 1);
  CHECK(world.text("layers/a/x") == "first");
  CHECK(world.log.has("warn ファイルが既に存在するためスキップ: " +
                      world.config.download.local_base_dir + "/layers/a/x"));
  world.config.download.overwrite = true;
  world.download();
  CHECK(world.text("layers/a/x") == "second");
}

TEST_CASE("two keys on one path end the run before anything is downloaded") {
  World world;
  world.config.download.preserve_structure = false;
  world.fill = [](FakeObjects& objects) {
    objects.put("lake", "raw/1/x", "1");
    objects.put("lake", "raw/2/x", "2");
  };
  world.download();
  CHECK(world.failure == ErrorId::configuration);
  CHECK(world.words.find("s3://lake/raw/1/x") != std::string::npos);
  CHECK(world.words.find("s3://lake/raw/2/x") != std::string::npos);
  CHECK_FALSE(world.there("layers"));
  world.config.download.preserve_structure = true;
  world.fill = [](FakeObjects& objects) {
    objects.put("lake", "raw/a", "file");
    objects.put("lake", "raw/a-b", "between");
    objects.put("lake", "raw/a/b", "below it");
  };
  world.download();
  CHECK(world.failure == ErrorId::configuration);
}

TEST_CASE("hostile keys fail by themselves, and nothing leaves the layer's directory") {
  World world;
  world.fill = [](FakeObjects& objects) {
    objects.page_size = 100;
    for (const std::string& key :
         {std::string("raw/../../escape"), std::string("raw/a/../b"), std::string("raw/n\0ul", 7),
          "raw/" + std::string(300, 'x'), std::string("raw//etc/passwd"), std::string("raw/ok")})
      objects.put("lake", key, "x");
  };
  world.download();
  CHECK(world.text("layers/a/ok") == "x");
  CHECK(world.text("layers/a/etc/passwd") == "x");  // a leading '/' is the prefix's
  CHECK(world.result.failed == 4);
  CHECK_FALSE(std::filesystem::exists(world.directory.path() / "escape"));
}

TEST_CASE("archived objects are reported as such and not tried") {
  World world;
  int opens = 0;
  world.fill = [&opens](FakeObjects& objects) {
    objects.put("lake", "raw/cold", "x");
    objects.put("lake", "raw/thawed", "x");
    objects.listed("lake", "raw/cold").storage_class = "DEEP_ARCHIVE";
    objects.listed("lake", "raw/thawed").storage_class = "GLACIER";
    objects.listed("lake", "raw/thawed").restore_expiry = "2030-01-01T00:00:00.000Z";
    objects.before = [&opens](std::string_view operation, std::string_view key) {
      if (operation == "open" && key == "raw/cold") ++opens;
    };
  };
  world.download();
  CHECK(opens == 0);
  CHECK(world.result.successful == 1);
  CHECK(world.result.layers[0].outcomes[0].error.find("DEEP_ARCHIVE") != std::string::npos);
}

TEST_CASE("incremental: what is unchanged is not fetched again, also when it was compressed") {
  for (const Compression compression : {Compression::none, Compression::gzip}) {
    World world;
    world.memory = make_memory_store();
    world.config.download.incremental = true;
    world.config.download.compress = compression;
    const std::string path = compression == Compression::gzip ? "layers/a/x.gz" : "layers/a/x";
    world.fill = [](FakeObjects& objects) { objects.put("lake", "raw/x", "first"); };
    world.download();
    CHECK(world.result.successful == 1);
    world.download();
    CHECK(world.result.skipped == 1);
    world.fill = [](FakeObjects& objects) {
      objects.put("lake", "raw/x", "other", TimePoint(std::chrono::seconds(1'800'000'000)));
    };
    world.download();
    CHECK(world.result.successful == 1);
    std::filesystem::remove(std::filesystem::path(world.config.download.local_base_dir) / path);
    world.download();
    CHECK(world.result.successful == 1);
  }
}

TEST_CASE("compressed files are what gzip and zstd read back") {
  World world;
  const std::string text(300'000, 'a');
  world.fill = [&text](FakeObjects& objects) { objects.put("lake", "raw/x.csv", text); };
  world.config.download.compress = Compression::gzip;
  world.download();
  world.config.download.compress = Compression::zstd;
  world.download();
  CHECK(world.result.successful == 1);
  const std::string base = world.config.download.local_base_dir + "/layers/a/";
  for (const std::string& command :
       {"gzip -dc " + base + "x.csv.gz", "zstd -dc " + base + "x.csv.zst"}) {
    CAPTURE(command);
    FILE* const pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe);
    std::string read(text.size() + 1, '\0');
    read.resize(std::fread(read.data(), 1, read.size(), pipe));
    CHECK(::pclose(pipe) == 0);
    CHECK(read == text);
  }
}

TEST_CASE("what does not fit is not begun; a disk that is full ends the rest") {
  World world;
  world.fill = [](FakeObjects& objects) {
    objects.put("lake", "raw/x", "x");
    objects.listed("lake", "raw/x").size = std::uint64_t{1} << 60;
  };
  world.download();
  CHECK(world.failure == ErrorId::no_space);
  CHECK_FALSE(world.there("layers"));
  World full;
  full.config.download.max_workers = 1;
  full.fill = [](FakeObjects& objects) {
    for (const char* key : {"raw/1", "raw/2", "raw/3"})
      objects.put("lake", key, "x");
    objects.before = [](std::string_view operation, std::string_view key) {
      if (operation == "open" && key == "raw/2")
        throw Error(ErrorCode::no_space, "write", "x", "No space left on device");
    };
  };
  full.download();
  CHECK(full.result.disk_full.has_value());
  CHECK(full.result.successful == 1);
  CHECK(full.result.layers[0].outcomes[2].status == DownloadStatus::pending);
}

TEST_CASE("a stop lets no new file begin") {
  World world;
  world.config.download.max_workers = 1;
  int asked = 0;
  world.stop = [&asked] { return ++asked > 2; };
  world.fill = [](FakeObjects& objects) {
    for (const char* key : {"raw/1", "raw/2", "raw/3"})
      objects.put("lake", key, "x");
  };
  world.download();
  CHECK(world.result.stopped);
  CHECK(world.result.successful == 2);
}

}  // namespace sluice::glue
