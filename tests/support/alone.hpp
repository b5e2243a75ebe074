// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <span>

#include "rproc/core/processor_view.hpp"

namespace rproc::test {

/// What a visit shows, kept beyond it. For a test in which no other thread runs: valid until the next operation.
struct Kept {
    const CarveoutRegistry& carveouts;
    const Resources& resources;
    std::span<const std::byte> table;
};

/// The processor as the test's only thread sees it.
template <class Processor>
[[nodiscard]] Kept alone(const Processor& processor) {
    std::optional<Kept> kept;
    processor.visit([&](const ProcessorView& now) { kept.emplace(Kept{now.carveouts, now.resources, now.table}); });
    return *kept;
}

}  // namespace rproc::test
