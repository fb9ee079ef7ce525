#include "sluice/fs/scratch_file.hpp"

#include "fs/posix_file.hpp"

namespace sluice {

struct ScratchFile::Descriptor {
  UniqueFd fd;
};

ScratchFile::ScratchFile(std::filesystem::path directory) : directory_(std::move(directory)) {}
ScratchFile::~ScratchFile() = default;

void ScratchFile::append(Bytes bytes) {
  if (!file_) file_ = std::make_unique<Descriptor>(open_scratch_file(directory_));
  write_all_at(file_->fd.get(), bytes, size_, directory_.native());
  size_ += bytes.size();
}

std::size_t ScratchFile::read_at(MutableBytes buffer, std::uint64_t offset) const {
  return file_ ? sluice::read_at(file_->fd.get(), buffer, offset, directory_.native()) : 0;
}

}  // namespace sluice
