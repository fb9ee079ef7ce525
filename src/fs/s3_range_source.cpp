#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "fs/s3_source.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

// What is handed on at once: one write of the receiver.
constexpr std::uint64_t slice_size = 1_MiB;
constexpr std::uint64_t stream_size = 256_KiB;

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
  Window(S3Root& the_root, OpContext the_context, aws::S3Location the_object,
         const aws::ObjectHead& head)
      : root(the_root),
        context(std::move(the_context)),
        object(std::move(the_object)),
        etag(head.etag),
        size(head.size),
        algorithm(head.checksum.algorithm),
        changed(the_root.runtime.executor()),
        tasks(the_root.runtime.executor()) {}

  aws::GetOptions pinned(aws::ByteRange range) const {
    return {.range = range, .if_match = etag, .version_id = {}, .checksum = false};
  }
  /// What a part computes by itself; a hash that does not combine is left to the receiver.
  aws::ChecksumAlgorithm part_algorithm() const {
    return combines(algorithm) ? algorithm : aws::ChecksumAlgorithm::none;
  }

  S3Root& root;
  OpContext context;
  aws::S3Location object;
  std::string etag;
  std::uint64_t size;
  std::uint64_t next_offset = 0;  // of the first part not yet planned
  aws::ChecksumAlgorithm algorithm;
  std::deque<std::shared_ptr<Part>> parts;  // shared with the tasks that fetch them
  WaitList changed;
  TaskGroup tasks;
};

Task<> fill(Window& window, Part& part) {
  aws::S3ObjectReader reader =
      co_await window.root.client().get(window.context, window.object, window.pinned(part.range));
  aws::Checksum checksum(window.part_algorithm());
  MutableBytes room = part.buffer.all();
  while (!room.empty()) {
    const MutableBytes piece = room.first(std::min<std::size_t>(room.size(), stream_size));
    const std::size_t size = co_await reader.read(piece);
    if (size == 0) break;  // the reader has made sure that this is the end
    checksum.update(Bytes(piece).first(size));
    room = room.subspan(size);
  }
  std::byte beyond{};
  const std::size_t rest =
      co_await reader.read(MutableBytes(&beyond, 1));  // a clean end keeps the connection
  if (!room.empty() || rest > 0) {
    throw Error(ErrorCode::protocol, "GetObject", to_string(window.object),
                "a range of another length than was asked for");
  }
  part.checksum = std::move(checksum);
}

Task<> fetch(Window* window, std::shared_ptr<Part> part) {
  try {
    PartBuffers::Buffer buffer = co_await window->root.buffers->acquire(part->size());
    if (part->state == PartState::streamed) co_return;
    part->buffer = std::move(buffer);
    part->state = PartState::fetching;
    co_await fill(*window, *part);
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

class S3RangeSource final : public ByteSource {
 public:
  S3RangeSource(S3Root& root, OpContext context, aws::S3Location object, aws::ObjectHead head,
                FileInfo info)
      : window_(std::make_unique<Window>(root, std::move(context), std::move(object), head)),
        stored_(std::move(head.checksum)),
        total_(stored_.algorithm),
        info_(std::move(info)) {}
  ~S3RangeSource() override {
    if (window_->tasks.running() == 0) return;
    S3Root& root = window_->root;
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

 private:
  std::uint64_t front_size() const {
    return window_->parts.empty() ? 0 : window_->parts.front()->size();
  }

  /// Keeps the window full. The front part is not fetched ahead if nobody is: its receiver is here.
  void plan() {
    Window& window = *window_;
    const std::size_t width = window.root.options.parallel_parts;
    while (window.parts.size() < width && window.next_offset < window.size) {
      const std::uint64_t size =
          std::min(window.root.options.part_size, window.size - window.next_offset);
      const auto& part = window.parts.emplace_back(std::make_shared<Part>());
      part->range = {.first = window.next_offset, .last = window.next_offset + size - 1};
      part->checksum = aws::Checksum(window.part_algorithm());
      window.next_offset += size;
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
    stream_.emplace(co_await window_->root.client().get(window_->context, window_->object,
                                                        window_->pinned(front.range)));
  }

  Task<Bytes> stream_piece() {
    Part& front = *window_->parts.front();
    buffer_.resize(stream_size);
    const std::uint64_t left = front.size() - delivered_;
    std::size_t filled = 0;
    while (filled < std::min(left, stream_size)) {
      const MutableBytes room = MutableBytes(buffer_).subspan(filled);
      const std::size_t size = co_await stream_->read(room);
      if (size == 0) break;
      filled += size;
    }
    if (filled == 0 || filled > left) {
      throw Error(ErrorCode::protocol, "GetObject", to_string(window_->object),
                  "a range of another length than was asked for");
    }
    if (filled == left) {
      std::byte beyond{};
      co_await stream_->read(MutableBytes(&beyond, 1));  // a clean end keeps the connection
      stream_.reset();
    }
    const Bytes bytes = Bytes(buffer_).first(filled);
    front.checksum.update(bytes);
    co_return bytes;
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
    throw Error(ErrorCode::integrity, "GetObject", to_string(window_->object),
                "the bytes do not have the " + std::string(name_of(stored_.algorithm)) +
                    " that is stored with them");
  }

  std::unique_ptr<Window> window_;
  aws::StoredChecksum stored_;
  aws::Checksum total_;
  FileInfo info_;
  std::uint64_t delivered_ = 0;  // of the front part
  std::optional<aws::S3ObjectReader> stream_;
  std::vector<std::byte> buffer_;
  bool verified_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> make_s3_range_source(S3Root& root, OpContext context,
                                                 aws::S3Location object, aws::ObjectHead head,
                                                 FileInfo info) {
  return std::make_unique<S3RangeSource>(root, std::move(context), std::move(object),
                                         std::move(head), std::move(info));
}

}  // namespace sluice
