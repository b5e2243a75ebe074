// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/devmem/machine.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace rproc::devmem {
namespace {

constexpr ErrorText kTreeDenied{.code = ErrorCode::devmem_denied,
                                .message = "this user may not read the machine's device tree",
                                .hint = "run as root"};
constexpr ErrorText kNoTree{.code = ErrorCode::other_machine,
                            .message = "this machine was started without a device tree",
                            .hint = text_of(ErrorCode::other_machine).hint};

/// "stm32mp157c-dk2" of "st,stm32mp157c-dk2".
std::string name_of(const platform::DeviceTree& tree) {
    const auto compatible = tree.root().strings("compatible");
    std::string name = compatible.empty() ? "fdt" : compatible.front();
    name.erase(0, name.find(',') + 1);
    return name;
}

}  // namespace

Result<Machine> read_machine(const sysfs::SysfsRoot& root, std::string_view node) {
    const std::filesystem::path file = root.sys / "firmware/fdt";
    auto tree = platform::DeviceTree::read(file);
    if (!tree && tree.error().code() == ErrorCode::firmware_not_found) return fail(kNoTree, place::File{file.native()});
    if (!tree && tree.error().code() == ErrorCode::firmware_unreadable)
        return fail(kTreeDenied, place::File{file.native()});
    if (!tree) return fail(std::move(tree).error());
    auto board = platform::board_from(*tree, name_of(*tree), node);
    if (!board && board.error().code() == ErrorCode::dt_node_missing)
        return fail(ErrorCode::other_machine, place::File{file.native()});
    if (!board) return fail(std::move(board).error());
    return Machine{*std::move(tree), *std::move(board)};
}

BoundDriver read_uevent(std::string_view text) {
    BoundDriver bound;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        constexpr std::string_view kNode = "OF_FULLNAME=";
        constexpr std::string_view kDriver = "DRIVER=";
        if (line.starts_with(kNode)) bound.node = line.substr(kNode.size());
        if (line.starts_with(kDriver)) bound.driver = line.substr(kDriver.size());
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return bound;
}

}  // namespace rproc::devmem
