// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>

#include "rproc/platform/board.hpp"
#include "rproc/platform/device_tree.hpp"
#include "rproc/result.hpp"
#include "rproc/sysfs/sysfs_files.hpp"

/// What a boot on hardware takes besides the parts: the right machine, and no driver of the kernel in the way.
namespace rproc::devmem {

/// The machine that the program runs on.
struct Machine {
    platform::DeviceTree tree;
    platform::Board board;
};

/// Reads the device tree that Linux was started with, `root.sys`/firmware/fdt.
/// @param node empty, or which remote processor of the tree is meant.
/// @returns the machine, or
///   other_machine: it has no device tree, or no such processor in it;
///   devmem_denied: the tree is root's;
///   or another error of DeviceTree::read or platform::board_from.
[[nodiscard]] Result<Machine> read_machine(const sysfs::SysfsRoot& root, std::string_view node = {});

/// What the kernel says of a platform device, in the file `uevent` of its directory in sysfs.
struct BoundDriver {
    std::string node;    ///< OF_FULLNAME: path in the device tree; empty without one
    std::string driver;  ///< DRIVER; empty while no driver is bound
};
[[nodiscard]] BoundDriver read_uevent(std::string_view text);

/// Looks for a driver of the kernel that is bound to a node.
/// @returns nothing when there is none, or
///   driver_bound: there is one; it and the device are named.
template <sysfs::SysfsFiles F>
[[nodiscard]] Result<void> refuse_bound_driver(F& files, const sysfs::SysfsRoot& root, std::string_view node) {
    const auto directory = root.sys / "bus/platform/devices";
    const auto devices = files.list(directory);
    if (!devices) return {};  // no platform bus, so no device on it
    for (const std::string& device : *devices) {
        const auto text = files.read(directory / device / "uevent");
        if (!text) continue;
        const BoundDriver bound = read_uevent(*text);
        if (bound.node != node || bound.driver.empty()) continue;
        return fail(ErrorCode::driver_bound, place::Node{node}, bound.driver, device);
    }
    return {};
}

}  // namespace rproc::devmem
