// A file system and a status memory of one's own, used by the overwrite batch: own_parts STATE
//
// StampedFs wraps another file system and counts what is uploaded; the same way one adds auditing,
// quotas or a new protocol. SetMemory remembers in a plain set; the same way one asks a database of
// one's own.
#include <boost/asio/co_spawn.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <set>
#include <sluice/sluice.hpp>

namespace {

using namespace sluice;

class StampedFs final : public FileSystem {
 public:
  explicit StampedFs(FileSystem& inner) : inner_(inner) {}
  int uploads() const { return uploads_; }

  std::unique_ptr<FileStream> walk(OpContext context, std::string root,
                                   WalkOptions options) override {
    return inner_.walk(std::move(context), std::move(root), std::move(options));
  }
  Task<std::optional<FileInfo>> find(OpContext context, std::string path,
                                     FindOptions options) override {
    return inner_.find(std::move(context), std::move(path), options);
  }
  Task<std::unique_ptr<ByteSource>> open(OpContext context, std::string path,
                                         ReadOptions options) override {
    return inner_.open(std::move(context), std::move(path), std::move(options));
  }
  Task<std::unique_ptr<ByteSink>> create(OpContext context, std::string path,
                                         WriteOptions options) override {
    return inner_.create(std::move(context), std::move(path), std::move(options));
  }
  Task<FileInfo> copy(OpContext context, FileInfo from, std::string to,
                      WriteOptions options) override {
    return inner_.copy(std::move(context), std::move(from), std::move(to), std::move(options));
  }
  Task<RemoveResult> remove(OpContext context, std::vector<std::string> paths) override {
    return inner_.remove(std::move(context), std::move(paths));
  }
  Task<void> make_directory(OpContext context, std::string path) override {
    return inner_.make_directory(std::move(context), std::move(path));
  }
  Task<bool> remove_directory(OpContext context, std::string path) override {
    return inner_.remove_directory(std::move(context), std::move(path));
  }
  Task<FileInfo> download(OpContext context, std::string path, std::filesystem::path local,
                          ReadOptions options) override {
    return inner_.download(std::move(context), std::move(path), std::move(local),
                           std::move(options));
  }
  Task<FileInfo> upload(OpContext context, std::filesystem::path local, std::string path,
                        WriteOptions options) override {
    ++uploads_;
    return inner_.upload(std::move(context), std::move(local), std::move(path), std::move(options));
  }
  Capabilities capabilities() const override { return inner_.capabilities(); }
  std::string describe() const override { return "stamped:" + inner_.describe(); }
  Task<void> close(OpContext context) override { return inner_.close(std::move(context)); }

 private:
  FileSystem& inner_;
  int uploads_ = 0;
};

class SetMemory final : public StatusMemory {
 public:
  using StatusMemory::needs_processing;
  std::unique_ptr<FileStream> needs_processing(std::unique_ptr<FileStream> files,
                                               std::shared_ptr<StatusTally> tally) override {
    return std::make_unique<NotDone>(std::move(files), std::move(tally), done_);
  }
  Task<> intend(FileInfo, Fingerprint) override {
    co_return;
  }  // a memory that dies with the process needs no intents
  Task<> report_done(FileInfo after) override {
    done_.insert(after.path);
    co_return;
  }
  Task<> report_error(FileInfo file, Error error) override {
    std::fprintf(stderr, "%s: %s\n", file.path.c_str(), error.what());
    co_return;
  }

 private:
  class NotDone final : public FileStream {
   public:
    NotDone(std::unique_ptr<FileStream> inner, std::shared_ptr<StatusTally> tally,
            const std::set<std::string>& done)
        : inner_(std::move(inner)), tally_(std::move(tally)), done_(done) {}

    Task<std::optional<FileBatch>> next() override {
      auto batch = co_await inner_->next();
      if (!batch) co_return batch;
      wanted_.clear();
      for (FileInfo& file : batch->files) {
        const bool done = done_.contains(file.path);
        if (!done) wanted_.push_back(std::move(file));
        if (tally_) ++(done ? tally_->skipped : tally_->process);
      }
      batch->files = wanted_;
      co_return batch;
    }

   private:
    std::unique_ptr<FileStream> inner_;
    std::shared_ptr<StatusTally> tally_;
    const std::set<std::string>& done_;
    std::vector<FileInfo> wanted_;
  };

  std::set<std::string> done_;
};

Task<> add_a_line(OpContext, LocalFile in, LocalFile out) {
  std::ifstream source(in.path);
  std::ofstream(out.path) << source.rdbuf() << "seen\n";
  co_return;
}

Task<std::uint64_t> run_once(Runtime& runtime, FileSystem& files, StatusMemory& memory,
                             std::filesystem::path backlog) {
  ProcessingWorkflow workflow(runtime, files, memory);
  ScanOptions scan;
  scan.backlog = backlog;
  co_await workflow.scan_and_filter(runtime.context(), scan);
  const auto work = co_await open_backlog_work(runtime, backlog);
  ProcessOptions process;
  process.step = add_a_line;
  const ProcessReport report =
      co_await workflow.process_files(runtime.context(), *work, std::move(process));
  co_return report.progress.done;
}

Task<> run(Runtime& runtime, std::filesystem::path state) {
  MemoryFs memory_files(runtime, {});
  memory_files.put("a.txt", "one\n");
  memory_files.put("b/c.txt", "two\n");
  StampedFs files(memory_files);
  SetMemory memory;
  const auto first = co_await run_once(runtime, files, memory, state / "backlog.json.gz");
  const auto second = co_await run_once(runtime, files, memory, state / "backlog.json.gz");
  std::printf("%llu done, then %llu; %d uploads\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(second), files.uploads());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: own_parts STATE\n");
    return 2;
  }
  boost::asio::io_context loop{1};
  sluice::Runtime runtime(loop, {});
  int code = 0;
  boost::asio::co_spawn(loop, run(runtime, argv[1]), [&code](std::exception_ptr failure) {
    if (!failure) return;
    std::fprintf(stderr, "own_parts: %s\n", sluice::Error::from(failure).what());
    code = 1;
  });
  loop.run();
  return code;
}
