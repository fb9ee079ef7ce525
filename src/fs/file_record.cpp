#include "fs/file_record.hpp"

#include <cstring>
#include <type_traits>
#include <utility>

#include "sluice/core/error.hpp"

namespace sluice {
namespace {

/// Appends values. What is written here and what Reader takes is one list: see visit_fields.
class Writer {
 public:
  template <class T>
    requires std::is_trivially_copyable_v<T>
  void operator()(const T& value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    out_.append(text);
  }
  void operator()(const std::map<std::string, std::string>& map) {
    (*this)(static_cast<std::uint32_t>(map.size()));
    for (const auto& [name, value] : map) {
      (*this)(name);
      (*this)(value);
    }
  }
  void operator()(const std::optional<std::map<std::string, std::string>>& map) {
    (*this)(map.has_value());
    if (map) (*this)(*map);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view record) : rest_(record) {}

  template <class T>
    requires std::is_trivially_copyable_v<T>
  void operator()(T& value) {
    const std::string_view bytes = take(sizeof value);
    std::memcpy(&value, bytes.data(), sizeof value);
  }
  void operator()(std::string& text) { text = take(length()); }
  void operator()(std::map<std::string, std::string>& map) {
    for (std::uint32_t left = length(); left > 0; --left) {
      std::string name;
      (*this)(name);
      (*this)(map[std::move(name)]);
    }
  }
  void operator()(std::optional<std::map<std::string, std::string>>& map) {
    bool present = false;
    (*this)(present);
    if (present) (*this)(map.emplace());
  }

 private:
  std::uint32_t length() {
    std::uint32_t value = 0;
    (*this)(value);
    return value;
  }
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      throw Error(ErrorCode::internal, "read", "sort record", "it is cut short");
    }
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  std::string_view rest_;
};

template <class Visitor, class Info>
void visit_fields(Visitor& visit, Info& info) {
  visit(info.size);
  visit(info.mtime);
  visit(info.etag);
  visit(info.type);
}

template <class Visitor, class Extras>
void visit_extras(Visitor& visit, Extras& extras) {
  visit(extras.mode);
  visit(extras.uid);
  visit(extras.gid);
  visit(extras.link_target);
  visit(extras.storage_class);
  visit(extras.restore);
  visit(extras.version_id);
  visit(extras.content_type);
  visit(extras.checksum_algorithm);
  visit(extras.checksum);
  visit(extras.encryption);
  visit(extras.encryption_key_id);
  visit(extras.headers);
  visit(extras.metadata);
  visit(extras.tags);
}

}  // namespace

std::string encode_file_record(const FileInfo& info) {
  Writer writer;
  visit_fields(writer, info);
  writer(info.extras != nullptr);
  if (info.extras) visit_extras(writer, *info.extras);
  return writer.take();
}

FileInfo decode_file_record(std::string path, std::string_view record) {
  Reader reader(record);
  FileInfo info;
  info.path = std::move(path);
  visit_fields(reader, info);
  bool has_extras = false;
  reader(has_extras);
  if (!has_extras) return info;
  auto extras = std::make_shared<FileExtras>();
  visit_extras(reader, *extras);
  info.extras = std::move(extras);
  return info;
}

}  // namespace sluice
