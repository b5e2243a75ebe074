// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/whole_file.hpp"

#include "internal/replacement_file.hpp"

namespace rproc::cli {

int write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    internal::ReplacementFile file(path);
    int error = file.error();
    if (error == 0) error = file.write(bytes);
    if (error == 0) error = file.apply_umask();
    return error == 0 ? file.commit() : error;
}

}  // namespace rproc::cli
