// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/board.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "platform/embedded_boards.hpp"

namespace rproc::platform {

std::vector<std::string> embedded_board_names() {
    std::vector<std::string> names;
    for (const EmbeddedBoardBlob& blob : embedded_board_blobs()) names.emplace_back(blob.name);
    return names;
}

Result<Board> embedded_board(std::string_view name, std::string_view node, std::optional<KernelVersion> kernel) {
    const auto blobs = embedded_board_blobs();
    const auto found = std::ranges::find(blobs, name, &EmbeddedBoardBlob::name);
    if (found == blobs.end()) {
        std::string names;
        for (const std::string& each : embedded_board_names()) names.append(names.empty() ? "" : ", ").append(each);
        return fail(ErrorCode::board_unknown, {}, name, names);
    }
    RPROC_TRY_ASSIGN(const auto tree, DeviceTree::parse(found->dtb));
    return board_from(tree, std::string(name), node, kernel);
}

Result<Board> read_board(const std::filesystem::path& dtb, std::string_view node, std::optional<KernelVersion> kernel) {
    RPROC_TRY_ASSIGN(const auto tree, DeviceTree::read(dtb));
    auto board = board_from(tree, dtb.stem().string(), node, kernel);
    if (!board && board.error().place() == place::DeviceTree{}) board.error().set_place(place::File{dtb.native()});
    return board;
}

Result<Board> board_from(const DeviceTree& tree, std::string name, std::string_view node,
                         std::optional<KernelVersion> kernel) {
    RPROC_TRY_ASSIGN(const auto processor, find_stm32mp15(tree, node));
    RPROC_TRY_ASSIGN(auto config, read_stm32mp15(tree, processor, kernel));
    const auto models = tree.root().strings("model");
    return Board{std::move(name), models.empty() ? std::string() : models.front(), std::move(config)};
}

}  // namespace rproc::platform
