// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/platform/device_tree.hpp"
#include "rproc/platform/stm32mp15_config.hpp"
#include "rproc/result.hpp"

namespace rproc::platform {

/// A board with the one remote processor that is meant.
struct Board {
    std::string name;   ///< of an embedded board, or the file name of a tree without .dtb
    std::string model;  ///< the tree's `model`; may be empty
    Stm32mp15Config config;
};

/// The board that is used where none is named.
inline constexpr std::string_view kDefaultBoard = "stm32mp157c-dk2";

/// The names of the boards that are compiled in, sorted.
[[nodiscard]] std::vector<std::string> embedded_board_names();

/// A board that is compiled in.
/// @param node empty, or which remote processor of the tree is meant (see `find_stm32mp15`).
/// @returns the board, or
///   board_unknown: there is none of that name; the error lists those there are;
///   or an error of `find_stm32mp15`.
[[nodiscard]] Result<Board> embedded_board(std::string_view name, std::string_view node = {});

/// A board from a device tree blob.
/// @returns the board, or an error of `DeviceTree::read`, `find_stm32mp15` or `read_stm32mp15`.
[[nodiscard]] Result<Board> read_board(const std::filesystem::path& dtb, std::string_view node = {});

/// A board from a tree that is already read. Errors as `find_stm32mp15` and `read_stm32mp15`.
[[nodiscard]] Result<Board> board_from(const DeviceTree& tree, std::string name, std::string_view node = {});

}  // namespace rproc::platform
