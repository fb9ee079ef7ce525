#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "fs/s3_range_reader.hpp"
#include "fs/s3_source.hpp"
#include "sluice/async/concurrency.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

// What is handed on at once: one write of the receiver.
constexpr std::uint64_t slice_size = 1_MiB;

enum class PartState : std::uint8_t {
  waiting,  // for a buffer
  fetching,
  ready,
  failed,
  streamed,  // the receiver reached it before a buffer was free, and reads it from the connection
             // itself
};

struct Part {
  aws::ByteRange range;
  PartState state = PartState::waiting;
  PartBuffers::Buffer buffer;
  aws::Checksum checksum{aws::ChecksumAlgorithm::none};
  std::exception_ptr failed;

  std::uint64_t size() const { return *range.last - range.first + 1; }
};

/// The parts from the one being delivered to the furthest one being fetched: narrow, so that
/// neither memory nor the receiver's disk sees far-apart pieces. Outlives its source while its
/// tasks are being stopped.
struct Window {
  explicit Window(PinnedObject what)
      : object(std::move(what)),
        changed(object.root.runtime.executor()),
        tasks(object.root.runtime.executor()) {}

  /// The next part of the object, nullopt at its end.
  std::optional<aws::ByteRange> take_range() {
    if (next_offset == object.size) return std::nullopt;
    const std::uint64_t first = next_offset;
    next_offset += std::min<std::uint64_t>(object.root.options.part_size, object.size - first);
    return aws::ByteRange{.first = first, .last = next_offset - 1};
  }

  PinnedObject object;
  std::uint64_t next_offset = 0;            // of the first part not yet planned
  std::deque<std::shared_ptr<Part>> parts;  // shared with the tasks that fetch them
  WaitList changed;
  TaskGroup tasks;
};

Task<> fetch(Window* window, std::shared_ptr<Part> part) {
  try {
    PartBuffers::Buffer buffer = co_await window->object.root.read_buffers->acquire(part->size());
    if (part->state == PartState::streamed) co_return;
    part->buffer = std::move(buffer);
    part->state = PartState::fetching;
    RangeReader reader = co_await RangeReader::open(window->object, part->range);
    co_await reader.read(part->buffer.all());
    part->checksum = reader.take_checksum();
    part->state = PartState::ready;
  } catch (...) {
    part->failed = std::current_exception();
    if (part->state != PartState::streamed) part->state = PartState::failed;
  }
  window->changed.wake_all();
}

Task<> stop(std::unique_ptr<Window> window) {
  window->tasks.cancel();
  co_await window->tasks.join();
}

class S3RangeSource final : public ByteSource, private PieceSource {
 public:
  S3RangeSource(PinnedObject object, aws::StoredChecksum stored, FileInfo info)
      : window_(std::make_unique<Window>(std::move(object))),
        stored_(std::move(stored)),
        total_(stored_.algorithm),
        info_(std::move(info)) {}
  ~S3RangeSource() override {
    if (window_->tasks.running() == 0) return;
    S3Root& root = window_->object.root;
    root.background.clean_up("stop a download", stop(std::move(window_)));
  }

  const FileInfo& info() const override { return info_; }

  Task<Bytes> next() override {
    if (delivered_ == front_size()) {
      if (!window_->parts.empty()) finish_front();
      plan();
      if (window_->parts.empty()) {
        verify();
        co_return Bytes();
      }
      co_await begin_front();
    }
    Part& front = *window_->parts.front();
    const Bytes bytes = front.state == PartState::streamed ? co_await stream_piece() : slice(front);
    delivered_ += bytes.size();
    if (!combines(total_.algorithm())) total_.update(bytes);
    co_return bytes;
  }

  PieceSource* pieces() override {
    const bool in_order =
        total_.algorithm() != aws::ChecksumAlgorithm::none && !combines(total_.algorithm());
    return in_order ? nullptr : this;
  }

 private:
  Task<void> pour(PieceSink& sink) override {
    const std::size_t width = window_->object.root.options.parallel_parts;
    const AdaptiveLimit limit({.least = width, .start = width, .most = width},
                              window_->object.root.runtime.shared_clock());
    auto next = [this] { return next_range(); };
    auto work = [this, &sink](aws::ByteRange range) { return pour_range(sink, range); };
    co_await for_each_concurrent(limit, next, work);
    verify();
  }

  Task<std::optional<aws::ByteRange>> next_range() { co_return window_->take_range(); }

  Task<> pour_range(PieceSink& sink, aws::ByteRange range) {
    RangeReader reader = co_await RangeReader::open(window_->object, range);
    std::vector<std::byte> piece(
        static_cast<std::size_t>(std::min<std::uint64_t>(reader.left(), range_piece)));
    for (std::uint64_t offset = range.first; reader.left() > 0;) {
      const std::size_t size = co_await reader.read(piece);
      co_await sink.write_at(offset, Bytes(piece).first(size));
      offset += size;
    }
    early_.emplace(range.first, reader.take_checksum());
    // Checksums combine in the order of the bytes.
    while (!early_.empty() && early_.begin()->first == total_.length()) {
      total_.append(early_.begin()->second);
      early_.erase(early_.begin());
    }
  }

  std::uint64_t front_size() const {
    return window_->parts.empty() ? 0 : window_->parts.front()->size();
  }

  /// Keeps the window full. The front part is not fetched ahead if nobody is: its receiver is here.
  void plan() {
    Window& window = *window_;
    while (window.parts.size() < window.object.root.options.parallel_parts) {
      const auto range = window.take_range();
      if (!range) return;
      const auto& part = window.parts.emplace_back(std::make_shared<Part>());
      part->range = *range;
      if (window.parts.size() > 1) window.tasks.spawn(fetch(window_.get(), part));
    }
  }

  Task<> begin_front() {
    Part& front = *window_->parts.front();
    delivered_ = 0;
    while (front.state == PartState::fetching) {
      const bool woken = co_await window_->changed.wait();
      if (!woken) throw cancelled("download");
    }
    if (front.state == PartState::failed) std::rethrow_exception(front.failed);
    if (front.state != PartState::waiting) co_return;
    // No buffer was free (or none was asked for): waiting for one here, while holding others up,
    // could be for ever.
    front.state = PartState::streamed;
    stream_.emplace(co_await RangeReader::open(window_->object, front.range));
  }

  Task<Bytes> stream_piece() {
    buffer_.resize(range_piece);
    const std::size_t size = co_await stream_->read(buffer_);
    if (stream_->left() == 0) {
      window_->parts.front()->checksum = stream_->take_checksum();
      stream_.reset();
    }
    co_return Bytes(buffer_).first(size);
  }

  Bytes slice(const Part& front) const {
    const Bytes rest = Bytes(front.buffer.all()).subspan(delivered_);
    return rest.first(std::min<std::size_t>(rest.size(), slice_size));
  }

  void finish_front() {
    Part& front = *window_->parts.front();
    if (combines(total_.algorithm())) total_.append(front.checksum);
    window_->parts.pop_front();
    delivered_ = 0;
  }

  void verify() {
    if (stored_.algorithm == aws::ChecksumAlgorithm::none || verified_) return;
    verified_ = true;
    if (total_.base64() == stored_.value) return;
    throw Error(ErrorCode::integrity, "GetObject", to_string(window_->object.location),
                "the bytes do not have the " + std::string(name_of(stored_.algorithm)) +
                    " that is stored with them");
  }

  std::unique_ptr<Window> window_;
  aws::StoredChecksum stored_;
  aws::Checksum total_;
  FileInfo info_;
  std::uint64_t delivered_ = 0;                   // of the front part
  std::map<std::uint64_t, aws::Checksum> early_;  // of ranges poured before one in front of them
  std::optional<RangeReader> stream_;
  std::vector<std::byte> buffer_;
  bool verified_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> make_s3_range_source(S3Root& root, OpContext context,
                                                 aws::S3Location object, aws::ObjectHead head,
                                                 FileInfo info) {
  PinnedObject pinned{.root = root,
                      .context = std::move(context),
                      .location = std::move(object),
                      .etag = std::move(head.etag),
                      .size = head.size,
                      .algorithm = head.checksum.algorithm};
  return std::make_unique<S3RangeSource>(std::move(pinned), std::move(head.checksum),
                                         std::move(info));
}

}  // namespace sluice
