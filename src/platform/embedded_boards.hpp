// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace rproc::platform {

/// One board compiled into the library: a flattened device tree under the name of its source file without `.dts`.
/// Both views have static storage; `dtb` is aligned to eight bytes, as libfdt requires.
struct EmbeddedBoardBlob {
    std::string_view name;
    std::span<const std::byte> dtb;
};

/// Every board under `src/platform/boards`, sorted by name. Valid for the life of the program; callable from any
/// thread. The build generates the definition.
[[nodiscard]] std::span<const EmbeddedBoardBlob> embedded_board_blobs() noexcept;

}  // namespace rproc::platform
