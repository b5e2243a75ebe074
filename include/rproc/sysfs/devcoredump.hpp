// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "rproc/result.hpp"
#include "rproc/sysfs/sysfs_errors.hpp"
#include "rproc/sysfs/sysfs_files.hpp"

/// The dumps that the kernel keeps in /sys/class/devcoredump/devcdN (drivers/base/devcoredump.c). It frees a dump after
/// five minutes, and takes no further dump of a device while it holds one.
namespace rproc::sysfs {

/// Lists the dumps of one device.
/// @param device the directory of the device in sysfs.
/// @returns the names ("devcd1"), empty when there is none, or
///   access_denied, kernel_file_failed: the directory cannot be read.
template <SysfsFiles F>
[[nodiscard]] Result<std::vector<std::string>> devcoredumps_of(F& files, const SysfsRoot& root,
                                                               const std::filesystem::path& device) {
    const std::filesystem::path directory = root.sys / "class/devcoredump";
    const auto entries = files.list(directory);
    if (!entries && entries.error() == ENOENT) return std::vector<std::string>{};
    if (!entries) return fail(read_error({directory, entries.error()}));
    const auto self = files.target(device);
    std::vector<std::string> found;
    for (const std::string& entry : *entries) {
        const auto failing = files.target(directory / entry / "failing_device");
        if (self && failing && *failing == *self) found.push_back(entry);
    }
    return found;
}

inline constexpr ErrorText kDumpCutOff{.code = ErrorCode::kernel_file_failed, .message = "was not read to its end"};

/// Reads a dump, and passes its bytes to `sink` in pieces.
/// @param dump its name, "devcd1".
/// @returns the number of bytes, or
///   processor_unknown: the dump does not exist any more;
///   access_denied, kernel_file_failed: it cannot be read; kernel_file_failed also when the sink returned false.
template <SysfsFiles F>
[[nodiscard]] Result<std::uint64_t> read_devcoredump(F& files, const SysfsRoot& root, const std::string& dump,
                                                     const FileSink& sink) {
    const std::filesystem::path data = root.sys / "class/devcoredump" / dump / "data";
    std::uint64_t size = 0;
    bool wanted = true;
    const auto done = files.stream(data, [&](std::span<const std::byte> bytes) {
        wanted = sink(bytes);
        if (wanted) size += bytes.size();
        return wanted;
    });
    if (!done) return fail(read_error({data, done.error()}));
    if (!wanted) return fail(kDumpCutOff, place::File{data.native()});
    return size;
}

/// Frees a dump, so that the kernel can take the next one.
/// @param dump its name, "devcd1".
/// @returns nothing, or the errors of `write_error`.
template <SysfsFiles F>
[[nodiscard]] Result<void> free_devcoredump(F& files, const SysfsRoot& root, const std::string& dump) {
    const std::filesystem::path data = root.sys / "class/devcoredump" / dump / "data";
    if (const auto written = files.write(data, "0"); !written) return fail(write_error({data, written.error()}, "0"));
    return {};
}

}  // namespace rproc::sysfs
