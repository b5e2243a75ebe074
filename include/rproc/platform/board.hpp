// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/platform/device_tree.hpp"
#include "rproc/platform/kernel_version.hpp"
#include "rproc/platform/stm32mp15_config.hpp"
#include "rproc/result.hpp"

namespace rproc::platform {

/// A board, and the configuration of one of its remote processors.
struct Board {
    std::string name;   ///< of an embedded board, or the file name of the device tree without .dtb
    std::string model;  ///< `model` of the root node; may be empty
    Stm32mp15Config config;
};

/// The default board of the command.
inline constexpr std::string_view kDefaultBoard = "stm32mp157c-dk2";

/// The names of the boards that are compiled into the library, sorted.
[[nodiscard]] std::vector<std::string> embedded_board_names();

/// A board that is compiled into the library.
/// @param name one of `embedded_board_names`.
/// @param node selects the remote processor of the tree, as in `find_stm32mp15`; empty if there is only one.
/// @param kernel whose driver reads the tree; nothing: see `read_stm32mp15`.
/// @returns the board, or
///   board_unknown: no board has that name; the error lists the names;
///   or an error of `find_stm32mp15` or `read_stm32mp15`.
[[nodiscard]] Result<Board> embedded_board(std::string_view name, std::string_view node = {},
                                           std::optional<KernelVersion> kernel = {});

/// Reads a board from a device tree blob.
/// @param dtb path of a .dtb file, or /sys/firmware/fdt.
/// @param node, kernel as in `embedded_board`.
/// @returns the board, or an error of `DeviceTree::read`, `find_stm32mp15` or `read_stm32mp15`.
[[nodiscard]] Result<Board> read_board(const std::filesystem::path& dtb, std::string_view node = {},
                                       std::optional<KernelVersion> kernel = {});

/// Makes a board from a parsed tree.
/// @param name becomes Board::name.
/// @param node, kernel as in `embedded_board`.
/// @returns the board, or an error of `find_stm32mp15` or `read_stm32mp15`.
[[nodiscard]] Result<Board> board_from(const DeviceTree& tree, std::string name, std::string_view node = {},
                                       std::optional<KernelVersion> kernel = {});

}  // namespace rproc::platform
