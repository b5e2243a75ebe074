// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/internal/bytes.hpp"
#include "rproc/memory/provider.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// Maps a resource table that lies in memory, before the carveouts are mapped: the whole carveout that holds it, so
/// that this mapping and the carveout's agree on their bounds; by itself when none does.
/// @returns the table, valid as long as it is kept, or the error of `memory`.
template <MemoryProvider M>
[[nodiscard]] Result<LoadedTable> map_table(const Context& ctx, M& memory, PhysicalRange table) {
    PhysicalRange around = table;
    for (const Carveout& carveout : ctx.carveouts().all()) {
        const auto whole = PhysicalRange::make(carveout.pa, carveout.size);
        if (carveout.kind != Carveout::Kind::region || !whole->contains(table)) continue;
        around = *whole;
        break;
    }
    RPROC_TRY_ASSIGN(Mapping mapping, memory.map(around));
    const auto bytes = internal::slice(mapping.bytes(), table.start().value() - around.start().value(), table.size());
    return LoadedTable{std::move(mapping), bytes};
}

}  // namespace rproc
