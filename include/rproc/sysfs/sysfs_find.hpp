// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/result.hpp"
#include "rproc/sysfs/sysfs_errors.hpp"
#include "rproc/sysfs/sysfs_files.hpp"

namespace rproc::sysfs {

/// The identification of a processor of the kernel. A value; the processor may disappear at any time.
struct ProcessorPlace {
    std::string entry;   ///< "remoteproc0"; the number may change with the next boot of Linux
    unsigned index;      ///< of "remoteproc0": 0
    std::string name;    ///< "m4"; not unique
    std::string node;    ///< path of its device tree node, "/soc/m4@10000000"; empty without one
    std::string device;  ///< its parent, "10000000.m4"; empty if unknown
};

/// @returns N of "remoteprocN", or nothing for any other text.
[[nodiscard]] std::optional<unsigned> remoteproc_index(std::string_view entry);

/// Formats as "remoteproc0 m4 (/soc/m4@10000000)".
[[nodiscard]] std::string describe(const ProcessorPlace& place);

/// The device tree path of a path below /sys/firmware/devicetree/base or /proc/device-tree; empty for any other path.
[[nodiscard]] std::string node_path(std::string_view path);

/// Selects a processor from a list.
/// @param which its number ("0", "remoteproc0", or a path that ends in that), its name ("m4"), the path of its device
///   tree node ("/soc/m4@10000000", also below /proc/device-tree), or the last component of that path; empty if there
///   is only one.
/// @returns the processor, or
///   processor_unknown: none matches; the hint lists the processors;
///   processor_ambiguous: several match; the hint lists them.
[[nodiscard]] Result<ProcessorPlace> choose_processor(const std::vector<ProcessorPlace>& places,
                                                      std::string_view which);

/// Lists all processors of the kernel, sorted by number (/sys/class/remoteproc).
/// @returns the processors, at least one, or
///   processor_unknown: there is none, or the kernel has no remoteproc;
///   access_denied, kernel_file_failed: the directory cannot be read.
template <SysfsFiles F>
[[nodiscard]] Result<std::vector<ProcessorPlace>> list_processors(F& files, const SysfsRoot& root);

/// Selects a processor of the kernel: `list_processors`, then `choose_processor`, with the errors of both.
template <SysfsFiles F>
[[nodiscard]] Result<ProcessorPlace> find_processor(F& files, const SysfsRoot& root, std::string_view which) {
    RPROC_TRY_ASSIGN(const std::vector<ProcessorPlace> places, list_processors(files, root));
    return choose_processor(places, which);
}

namespace internal {

/// The error of an empty or missing directory, processor_unknown.
[[nodiscard]] Error no_processors(const std::filesystem::path& directory);
/// Sorts by number.
void sort_places(std::vector<ProcessorPlace>& places);
/// The text up to its first newline.
[[nodiscard]] std::string first_line(std::string text);

template <SysfsFiles F>
[[nodiscard]] ProcessorPlace read_place(F& files, const std::filesystem::path& directory, std::string entry,
                                        unsigned index) {
    ProcessorPlace place{std::move(entry), index, {}, {}, {}};
    const std::filesystem::path self = directory / place.entry;
    if (auto name = files.read(self / "name")) place.name = first_line(*std::move(name));
    if (const auto device = files.target(self / "device")) place.device = device->filename().string();
    // The node belongs to the platform device; if a device has several processors, each has its own.
    for (const auto* link : {"of_node", "device/of_node"})
        if (const auto node = files.target(self / link); node && place.node.empty())
            place.node = node_path(node->string());
    return place;
}

}  // namespace internal

template <SysfsFiles F>
Result<std::vector<ProcessorPlace>> list_processors(F& files, const SysfsRoot& root) {
    const std::filesystem::path directory = root.sys / "class/remoteproc";
    auto entries = files.list(directory);
    if (!entries && entries.error() != ENOENT) return fail(read_error({directory, entries.error()}));
    if (!entries) return fail(internal::no_processors(directory));
    std::vector<ProcessorPlace> places;
    for (std::string& entry : *entries)
        if (const auto index = remoteproc_index(entry))
            places.push_back(internal::read_place(files, directory, std::move(entry), *index));
    if (places.empty()) return fail(internal::no_processors(directory));
    internal::sort_places(places);
    return places;
}

}  // namespace rproc::sysfs
