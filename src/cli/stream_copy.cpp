#include "stream_copy.hpp"

#include "sluice/async/deadline.hpp"
#include "sluice/codec/media_type.hpp"
#include "sluice/flow/transfer.hpp"
#include "standard_streams.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

/// Ctrl-C also ends the program that feeds us: its end must not look like the end of the data, so
/// our own signal is given this long to arrive.
constexpr Duration signal_delay = std::chrono::milliseconds(50);

class InputSource final : public ByteSource {
 public:
  explicit InputSource(Session& session)
      : reader_(session.runtime(), "-", session.stop_function()) {
    info_.path = "-";
  }

  const FileInfo& info() const override { return info_; }

  Task<Bytes> next() override {
    const Bytes bytes = co_await reader_.next();
    if (!bytes.empty()) co_return bytes;
    co_await sleep_for(signal_delay);
    if (reader_.stopped()) throw cancelled("read standard input");
    co_return Bytes();
  }

 private:
  InputReader reader_;
  FileInfo info_;
};

WriteOptions write_options(Session& session, const CopyOptions& options) {
  WriteOptions write;
  write.extras = session.new_file_attributes();
  write.must_not_exist = options.no_clobber;
  write.durable = options.durable;
  if (!options.expected_size.empty())
    write.size_hint = size_value(options.expected_size, "--expected-size");
  return write;
}

void report_copied(Output& output, const FileInfo& file, const std::string& to) {
  if (output.json()) {
    codec::JsonWriter writer;
    writer.begin_object().key("action").value("copied").key("path").value(file.path);
    writer.key("size").value(file.size).end_object();
    output.object(writer);
  } else if (output.verbose()) {
    output.note(messages::copied_to, "-", to);
  }
}

Task<FileInfo> write_input(Session& session, const CopyOptions& options, Storage::File to) {
  WriteOptions write = write_options(session, options);
  const auto sink = co_await to.files->create(session.context(), to.path, std::move(write));
  InputSource source(session);
  Progress progress;
  ProgressDisplay display(session.runtime(), session.output());
  const ProgressCallback show = display.callback();
  const BytesPassed on_bytes = [&progress, &show](std::uint64_t bytes) {
    progress.bytes += bytes;
    show(progress);
  };
  co_return co_await pour(session.context(), source, *sink, on_bytes);
}

}  // namespace

Task<ExitCode> copy_from_input(Session& session, std::shared_ptr<const CopyOptions> options) {
  const bool directory = co_await session.is_directory(options->to);
  if (directory) {
    throw UsageError(
        options->to,
        "is a directory, and standard input has no name to go into it by: name the file");
  }
  const Storage::File to = co_await session.open_file(options->to);
  const std::string target = to.files->describe() + to.path;
  if (options->dry_run) {
    session.output().line(messages::would_copy_to, "-", target);
    co_return ExitCode::ok;
  }
  const FileInfo copied = co_await write_input(session, *options, to);
  report_copied(session.output(), copied, target);
  co_return ExitCode::ok;
}

Task<ExitCode> copy_to_output(Session& session, std::string url) {
  const Storage::File from = co_await session.open_file(std::move(url));
  const auto source = co_await from.files->open(session.context(), from.path, {});
  OutputWriter writer(session.runtime(), session.stop_function());
  for (;;) {
    const Bytes bytes = co_await source->next();
    if (bytes.empty()) co_return ExitCode::ok;
    co_await writer.write(bytes);
  }
}

}  // namespace sluice::cli
