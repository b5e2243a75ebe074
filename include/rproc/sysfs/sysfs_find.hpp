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

/// A processor of the kernel's, and what tells it from the others. A value; it may be gone when it is used.
struct ProcessorPlace {
    std::string entry;   ///< "remoteproc0"; the number may be another after the next boot of Linux
    unsigned index;      ///< 0
    std::string name;    ///< "m4"; not unique
    std::string node;    ///< path of its device tree node, "/soc/m4@10000000"; empty where it has none
    std::string device;  ///< that it belongs to, "10000000.m4"; empty where it cannot be told
};

/// N of "remoteprocN"; nothing for any other text.
[[nodiscard]] std::optional<unsigned> remoteproc_index(std::string_view entry);

/// "remoteproc0 m4 (/soc/m4@10000000)"
[[nodiscard]] std::string describe(const ProcessorPlace& place);

/// The path in the device tree of what lies below /sys/firmware/devicetree/base or /proc/device-tree; empty for any
/// other path.
[[nodiscard]] std::string node_path(std::string_view path);

/// Chooses a processor.
/// @param which its number ("0", "remoteproc0", or a path that ends so), its name ("m4"), the path of its device tree
///   node ("/soc/m4@10000000", also below /proc/device-tree) or the node's last component; empty: the only one.
/// @returns the processor, or
///   processor_unknown: there is none, and the hint lists those that there are;
///   processor_ambiguous: several are meant, and the hint lists them.
[[nodiscard]] Result<ProcessorPlace> choose_processor(const std::vector<ProcessorPlace>& places,
                                                      std::string_view which);

/// All processors, by number (/sys/class/remoteproc).
/// @returns them, at least one, or
///   processor_unknown: there is none, or the kernel has no remoteproc;
///   access_denied or kernel_file_failed: the directory cannot be read.
template <SysfsFiles F>
[[nodiscard]] Result<std::vector<ProcessorPlace>> list_processors(F& files, const SysfsRoot& root);

/// One processor: `list_processors`, then `choose_processor`, with the errors of both.
template <SysfsFiles F>
[[nodiscard]] Result<ProcessorPlace> find_processor(F& files, const SysfsRoot& root, std::string_view which) {
    RPROC_TRY_ASSIGN(const std::vector<ProcessorPlace> places, list_processors(files, root));
    return choose_processor(places, which);
}

namespace internal {

/// Nothing is there to list.
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
    // The node is the platform device's; a processor has one of its own where a device has several processors.
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
