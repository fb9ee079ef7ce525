#include "fs/record_sorter.hpp"
#include "sluice/core/bytes.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sluice {
namespace {

constexpr std::size_t run_buffer = 64_KiB;
constexpr std::size_t write_buffer = 256_KiB;

struct RecordHead {
  std::uint16_t key_length;
  std::uint16_t payload_length;
};

// The first eight bytes as a number that orders as they do; decides most comparisons without
// touching the key itself.
std::uint64_t order_prefix(std::string_view key) {
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, key.data(), std::min(key.size(), sizeof prefix));
  if constexpr (std::endian::native == std::endian::little) prefix = __builtin_bswap64(prefix);
  return prefix;
}

}  // namespace

struct RecordSorter::Chunk {
  struct Entry {
    std::uint64_t prefix;
    std::uint32_t offset;
    RecordHead head;
  };

  Record at(const Entry& entry) const {
    const std::string_view all(bytes);
    return {all.substr(entry.offset, entry.head.key_length),
            all.substr(entry.offset + entry.head.key_length, entry.head.payload_length)};
  }
  void sort() {
    std::ranges::sort(entries, [this](const Entry& a, const Entry& b) {
      return a.prefix != b.prefix ? a.prefix < b.prefix : at(a).key < at(b).key;
    });
  }
  std::size_t memory() const { return bytes.capacity() + entries.capacity() * sizeof(Entry); }

  std::string bytes;
  std::vector<Entry> entries;
};

/// One sorted sequence, in memory or on disk.
class RecordSorter::Run {
 public:
  virtual ~Run() = default;
  /// Goes to the next record; false at the end.
  bool advance() {
    if (!load()) return false;
    prefix_ = order_prefix(record_.key);
    return true;
  }
  const Record& record() const { return record_; }
  static bool later(const std::unique_ptr<Run>& a, const std::unique_ptr<Run>& b) {
    return a->prefix_ != b->prefix_ ? a->prefix_ > b->prefix_ : a->record_.key > b->record_.key;
  }

 protected:
  virtual bool load() = 0;
  Record record_;

 private:
  std::uint64_t prefix_ = 0;
};

namespace {

class MemoryRun final : public RecordSorter::Run {
 public:
  explicit MemoryRun(const RecordSorter::Chunk& chunk) : chunk_(chunk) {}

 private:
  bool load() override {
    if (next_ == chunk_.entries.size()) return false;
    record_ = chunk_.at(chunk_.entries[next_++]);
    return true;
  }

  const RecordSorter::Chunk& chunk_;
  std::size_t next_ = 0;
};

class FileRun final : public RecordSorter::Run {
 public:
  FileRun(int fd, std::uint64_t begin, std::uint64_t end) : fd_(fd), next_(begin), end_(end) {}

 private:
  bool load() override {
    if (available() == 0 && next_ == end_) return false;
    RecordHead head{};
    need(sizeof head);
    std::memcpy(&head, buffer_.data() + position_, sizeof head);
    position_ += sizeof head;
    const std::size_t length = std::size_t{head.key_length} + head.payload_length;
    need(length);
    const std::string_view bytes(buffer_.data() + position_, length);
    record_ = {bytes.substr(0, head.key_length), bytes.substr(head.key_length)};
    position_ += length;
    return true;
  }

  std::size_t available() const { return buffer_.size() - position_; }

  // Makes `count` bytes readable at position_; the record before is not needed any more.
  void need(std::size_t count) {
    if (available() >= count) return;
    buffer_.erase(0, position_);
    position_ = 0;
    const std::size_t held = buffer_.size();
    const std::size_t wanted = std::max(run_buffer, count) - held;
    const std::size_t room =
        static_cast<std::size_t>(std::min<std::uint64_t>(wanted, end_ - next_));
    buffer_.resize(held + room);
    const MutableBytes target = std::as_writable_bytes(std::span(buffer_)).subspan(held);
    const std::size_t got = read_at(fd_, target, next_, "scratch file");
    next_ += got;
    if (got < room || buffer_.size() < count) {
      throw Error(ErrorCode::internal, "read", "scratch file",
                  "it is shorter than what was written");
    }
  }

  int fd_;
  std::uint64_t next_, end_;
  std::string buffer_;
  std::size_t position_ = 0;
};

void append_record(std::string& out, const RecordSorter::Record& record) {
  const RecordHead head{static_cast<std::uint16_t>(record.key.size()),
                        static_cast<std::uint16_t>(record.payload.size())};
  out.append(reinterpret_cast<const char*>(&head), sizeof head);
  out.append(record.key).append(record.payload);
}

}  // namespace

RecordSorter::RecordSorter(std::size_t memory, std::filesystem::path scratch)
    : memory_(memory),
      chunk_bytes_(std::clamp<std::size_t>(memory / 16, 1024, 1_MiB)),
      scratch_(std::move(scratch)) {}

RecordSorter::~RecordSorter() = default;

void RecordSorter::add(std::string_view key, std::string_view payload) {
  if (key.size() > max_key || payload.size() > max_payload) {
    throw Error(ErrorCode::invalid_input, "sort", std::string(key.substr(0, 256)),
                "the name or its attributes are over 65,535 bytes");
  }
  if (chunks_.empty()) chunks_.push_back(std::make_unique<Chunk>());
  Chunk& chunk = *chunks_.back();
  chunk.entries.push_back({.prefix = order_prefix(key),
                           .offset = static_cast<std::uint32_t>(chunk.bytes.size()),
                           .head = {static_cast<std::uint16_t>(key.size()),
                                    static_cast<std::uint16_t>(payload.size())}});
  chunk.bytes.append(key).append(payload);
  if (chunk.bytes.size() < chunk_bytes_ && chunk.entries.size() * 16 < chunk_bytes_) return;
  close_chunk();
  if (closed_bytes_ >= memory_) spill();
  chunks_.push_back(std::make_unique<Chunk>());
}

void RecordSorter::close_chunk() {
  chunks_.back()->sort();
  closed_bytes_ += chunks_.back()->memory();
}

void RecordSorter::finish() {
  if (!chunks_.empty()) close_chunk();
  if (!spilled_.empty()) spill();  // one kind of run, and the memory is free for others
  start_runs();
}

void RecordSorter::start_runs() {
  heap_.clear();
  for (const auto& chunk : chunks_)
    heap_.push_back(std::make_unique<MemoryRun>(*chunk));
  for (const FileRange& range : spilled_) {
    heap_.push_back(std::make_unique<FileRun>(file_.get(), range.begin, range.end));
  }
  std::erase_if(heap_, [](const auto& run) { return !run->advance(); });
  std::ranges::make_heap(heap_, Run::later);
  at_front_ = false;
}

void RecordSorter::spill() {
  if (!file_) file_ = open_scratch_file(scratch_);
  std::vector<FileRange> before = std::exchange(spilled_, {});
  start_runs();
  const std::uint64_t begin = file_size_;
  std::string out;
  const auto flush = [&] {
    write_all_at(file_.get(), as_bytes(out), file_size_, "scratch file");
    file_size_ += out.size();
    out.clear();
  };
  while (const auto record = next()) {
    append_record(out, *record);
    if (out.size() >= write_buffer) flush();
  }
  flush();
  heap_.clear();
  chunks_.clear();
  closed_bytes_ = 0;
  spilled_ = std::move(before);
  if (file_size_ > begin) spilled_.push_back({begin, file_size_});
}

std::optional<RecordSorter::Record> RecordSorter::next() {
  if (at_front_) {
    // Put the front back where its next record belongs.
    std::ranges::pop_heap(heap_, Run::later);
    if (heap_.back()->advance()) {
      std::ranges::push_heap(heap_, Run::later);
    } else {
      heap_.pop_back();
    }
  }
  at_front_ = !heap_.empty();
  if (!at_front_) return std::nullopt;
  return heap_.front()->record();
}

void RecordSorter::reset() {
  heap_.clear();
  at_front_ = false;
  if (chunks_.size() > 1) chunks_.resize(1);
  if (!chunks_.empty()) {
    if (chunks_.front()->memory() > run_buffer) {
      chunks_.clear();
    } else {
      chunks_.front()->bytes.clear();
      chunks_.front()->entries.clear();
    }
  }
  closed_bytes_ = 0;
  spilled_.clear();
  file_.reset();
  file_size_ = 0;
}

}  // namespace sluice
