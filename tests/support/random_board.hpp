// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rproc::test {

/// The device tree of a board for QEMU's `virt` machine, with the M4 of qemu-virt-m4.dtsi, in which a few things are
/// wrong.
struct RandomBoard {
    std::string name;    ///< "board-0017"
    std::string about;   ///< the edits: "retram without no-map, m4 without mailboxes"
    std::string source;  ///< an overlay for QEMU's tree, for dtc
};

/// `count` boards; the same for the same seed. The first has each single edit in turn, the later ones two or three.
[[nodiscard]] std::vector<RandomBoard> random_boards(std::uint64_t seed, std::size_t count);

}  // namespace rproc::test
