// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/whole_file.hpp"

#include <deque>

#include "internal/replacement_file.hpp"

namespace rproc::cli {
namespace {

/// 0 when the bytes are on the disk, beside the target.
int write_beside(internal::ReplacementFile& file, std::span<const std::byte> bytes) {
    int error = file.error();
    if (error == 0) error = file.write(bytes);
    if (error == 0) error = file.apply_umask();
    return error == 0 ? file.sync() : error;
}

}  // namespace

int write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    const FileContent file{path, bytes};
    const auto failure = write_whole_files(std::span(&file, 1));
    return failure ? failure->error : 0;
}

std::optional<WriteFailure> write_whole_files(std::span<const FileContent> files) {
    std::deque<internal::ReplacementFile> written;
    for (const FileContent& file : files)
        if (const int error = write_beside(written.emplace_back(file.path), file.bytes); error != 0)
            return WriteFailure{file.path, error};
    for (std::size_t i = 0; i < files.size(); ++i)
        if (const int error = written[i].commit(); error != 0) return WriteFailure{files[i].path, error};
    return std::nullopt;
}

}  // namespace rproc::cli
