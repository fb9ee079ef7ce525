#include "process_job.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "content_hash.hpp"
#include "private_directory.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/local_path.hpp"

namespace sluice {
namespace {

constexpr std::size_t leases_at_once = 256;
constexpr const char* checksum_algorithm = "crc64nvme";

class OneFile final : public FileStream {
 public:
  explicit OneFile(FileInfo file) : file_(std::move(file)) {}
  Task<std::optional<FileBatch>> next() override {
    if (std::exchange(given_, true)) co_return std::nullopt;
    co_return FileBatch{.files = {&file_, 1}, .failures = {}};
  }

 private:
  FileInfo file_;
  bool given_ = false;
};

// Blocking: on an offload lane only.
Fingerprint fingerprint_of_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw error_from_errno(errno, "open", path.string());
  ContentHash hash(checksum_algorithm);
  Fingerprint print;
  std::vector<std::byte> buffer(256_KiB);
  ssize_t count = 0;
  while ((count = ::read(file, buffer.data(), buffer.size())) > 0) {
    hash.update(Bytes(buffer).first(static_cast<std::size_t>(count)));
    print.size += static_cast<std::uint64_t>(count);
  }
  const int number = errno;
  ::close(file);
  if (count < 0) throw error_from_errno(number, "read", path.string());
  print.checksum_algorithm = checksum_algorithm;
  print.checksum = hash.base64();
  return print;
}

// The file's own name, for a step may go by its suffix; or the end of it, or a plain one, where
// that is no name on a disk (a key of an object may be anything).
std::string private_name(const std::string& path) {
  constexpr std::size_t longest = 240;  // a download takes some bytes more for its temporary name
  std::string name = path.substr(path.rfind('/') + 1);
  if (name.size() > longest) name.erase(0, name.size() - longest);
  return refusal_of(name) ? "file" : name;
}

}  // namespace

ProcessJob::ProcessJob(Runtime& runtime, OpContext context, FileSystem& files, StatusMemory& memory,
                       WorkSource& work, ProcessOptions options)
    : runtime_(runtime),
      context_(std::move(context)),
      files_(files),
      memory_(memory),
      work_(work),
      options_(std::move(options)),
      can_(files.capabilities()),
      limit_(std::make_shared<AdaptiveLimit>(options_.concurrency, runtime.shared_clock())) {
  context_.load = limit_;
  report_.progress.total_files = work.total();
}

Task<ProcessReport> ProcessJob::run() {
  co_await sweep_private_directories(runtime_, context_, options_.journal);
  directory_ =
      co_await make_private_directory(runtime_, options_.temporary_directory, options_.journal);
  std::optional<Error> failed;
  try {
    co_await run_all();
  } catch (...) {
    failed = error_from(std::current_exception());
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await clean_up();
  if (failed && failed->code() != ErrorCode::cancelled) throw *failed;
  // Who cancelled it still wants to know what was done.
  if (failed) report_.stopped = true;
  co_return std::move(report_);
}

Task<> ProcessJob::clean_up() {
  std::optional<Error> failed;
  try {
    co_await remove_private_directory(runtime_, directory_, options_.journal);
  } catch (...) {
    failed = error_from(std::current_exception());
  }
  if (!failed) co_return;
  failed->within("while removing the private copies in " + directory_.string());
  context_.log.error("The private copies could not be removed", {{"error", failed->what()}});
  ++report_.progress.failed;
  report_.failures.add("", std::move(*failed));
}

Task<> ProcessJob::run_all() {
  auto next = [this] { return next_lease(); };
  auto work = [this](Lease lease) { return process_lease(std::move(lease)); };
  co_await for_each_concurrent(*limit_, next, work);
}

Task<std::optional<Lease>> ProcessJob::next_lease() {
  if (stopping()) co_return std::nullopt;
  if (taken_.empty()) {
    taken_ = co_await work_.take(leases_at_once);
    std::reverse(taken_.begin(), taken_.end());
  }
  if (taken_.empty()) co_return std::nullopt;
  std::optional<Lease> lease(std::move(taken_.back()));
  taken_.pop_back();
  co_return lease;
}

Task<> ProcessJob::process_lease(Lease lease) {
  const SteadyTime began = runtime_.clock().steady();
  // A directory of its own, for a step may leave files with fixed names where it runs.
  const std::filesystem::path own = directory_ / fmt::format("{:08x}", number_++);
  const std::string name = private_name(lease.file.path);
  const std::filesystem::path in = own / "in" / name;
  const std::filesystem::path out = own / "out" / name;
  std::optional<Outcome> outcome;
  std::optional<Error> failed;
  ++report_.progress.in_flight;
  try {
    co_await make_places(in, out);
    outcome = co_await process(lease.file, in, out);
  } catch (...) {
    failed = error_from(std::current_exception());
  }
  const bool was_cancelled = failed && failed->code() == ErrorCode::cancelled;
  if (was_cancelled)
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await remove_temporaries(own);
  --report_.progress.in_flight;
  if (was_cancelled) throw *failed;
  co_await finish(std::move(lease), began, outcome, std::move(failed));
}

Task<> ProcessJob::finish(Lease lease, SteadyTime began, std::optional<Outcome> outcome,
                          std::optional<Error> failed) {
  if (failed) {
    context_.log.error("Processing failed", {{"file", lease.file.path}, {"error", failed->what()}});
    co_await memory_.report_error(as_remembered(lease.file), *failed);
    co_await work_.failed(lease.id, *failed);
    ++report_.progress.failed;
    report_.failures.add(std::move(lease.file.path), std::move(*failed));
  } else {
    co_await work_.done(lease.id);
    if (outcome == Outcome::not_needed) {
      ++report_.progress.skipped;
    } else {
      ++report_.progress.done;
      report_.progress.bytes += lease.file.size;
      context_.log.info("File processed", {{"file", lease.file.path},
                                           {"size", lease.file.size},
                                           {"duration", runtime_.clock().steady() - began}});
      if (outcome == Outcome::unchanged) ++report_.unchanged;
    }
    limit_->finished(lease.file.size);
  }
  report_progress();
}

// `file` becomes the version that was downloaded: that is the one which failed, if something fails
// after it.
Task<ProcessJob::Outcome> ProcessJob::process(FileInfo& file, std::filesystem::path in,
                                              std::filesystem::path out) {
  ReadOptions read;
  read.extras = true;
  read.known = file;
  file = co_await files_.download(context_, file.path, in, read);
  const bool needed = co_await still_needed(file);
  if (!needed) co_return Outcome::not_needed;
  const Fingerprint before = co_await fingerprint(in);
  const std::filesystem::path output = co_await run_step(file, in, out);
  const Fingerprint after = co_await fingerprint(output);
  if (after == before) {
    co_await memory_.report_done(as_remembered(file));
    co_return Outcome::unchanged;
  }
  co_await overwrite(file, output, after);
  co_return Outcome::processed;
}

Task<std::filesystem::path> ProcessJob::run_step(const FileInfo& file, std::filesystem::path in,
                                                 std::filesystem::path out) {
  co_await options_.step(context_, LocalFile{in, file}, LocalFile{out, file});
  auto exists = [&out] { return std::filesystem::exists(out); };
  const bool wrote_output = co_await offload(runtime_.disk(), exists);
  co_return wrote_output ? out : in;
}

Task<> ProcessJob::overwrite(const FileInfo& file, std::filesystem::path output,
                             Fingerprint print) {
  WriteOptions write;
  write.size = print.size;
  write.expected = file;
  write.extras = file.extras;
  write.durable = true;
  if (!can_.sets_mtime)
    write.mtime = runtime_.clock().now();  // the time that the metadata keeps is of the old content
  co_await memory_.intend(as_remembered(file), std::move(print));
  FileInfo after = co_await files_.upload(context_, std::move(output), file.path, std::move(write));
  co_await memory_.report_done(std::move(after));
}

// A backlog may be older than the memory: a run that was killed is started again with the same
// list.
Task<bool> ProcessJob::still_needed(FileInfo file) {
  file.extras.reset();
  auto one = std::make_unique<OneFile>(as_remembered(std::move(file)));
  const auto stream = memory_.needs_processing(std::move(one));
  bool needed = false;
  for (;;) {
    const auto batch = co_await stream->next();
    if (!batch) co_return needed;
    // Perhaps it is our own output, and nobody can tell now: neither processed nor passed over.
    if (!batch->failures.empty()) throw Error(batch->failures.front());
    needed = needed || !batch->files.empty();
  }
}

// A download tells an mtime that the server sets less precisely than a walk does, which would then
// take the file for another version. The tag tells versions apart.
FileInfo ProcessJob::as_remembered(FileInfo file) const {
  if (!can_.sets_mtime && !file.etag.empty()) file.mtime.reset();
  return file;
}

Task<Fingerprint> ProcessJob::fingerprint(std::filesystem::path file) {
  auto job = [&file] { return fingerprint_of_file(file); };
  co_return co_await offload(runtime_.cpu(), job);
}

Task<> ProcessJob::make_places(std::filesystem::path in, std::filesystem::path out) {
  auto job = [&in, &out] {
    std::filesystem::create_directories(in.parent_path());
    std::filesystem::create_directories(out.parent_path());
  };
  co_await offload(runtime_.disk(), job);
}

Task<> ProcessJob::remove_temporaries(std::filesystem::path directory) {
  auto job = [&directory] {
    std::error_code ignored;  // the whole directory goes at the end, and that failure is reported
    std::filesystem::remove_all(directory, ignored);
  };
  co_await offload(runtime_.disk(), job);
}

bool ProcessJob::stopping() {
  const bool asked = options_.stop_requested && options_.stop_requested();
  const bool too_many = options_.max_errors && report_.progress.failed > *options_.max_errors;
  if (asked || too_many) report_.stopped = true;
  return report_.stopped;
}

void ProcessJob::report_progress() const {
  if (options_.on_progress) options_.on_progress(report_.progress);
}

}  // namespace sluice
