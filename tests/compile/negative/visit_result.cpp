// SPDX-License-Identifier: BSD-2-Clause
// expect-error: visit returns a value: copy what is needed
// expect-error-count: 4
//
// A visit hands out values: what refers to the processor does not compile.
#include <span>
#include <string_view>
#include <vector>

#include "rproc/core/registry.hpp"

using rproc::ProcessorView;

void look_at(const rproc::AnyProcessor& processor) {
#ifdef RPROC_NEGATIVE
    processor.visit([](const ProcessorView& now) { return now.table; });
    processor.visit([](const ProcessorView& now) { return now.name; });
    processor.visit([](const ProcessorView& now) { return &now.resources; });
    processor.visit([](const ProcessorView& now) -> const auto& { return now.carveouts; });
#else
    processor.visit([](const ProcessorView& now) { return std::vector(now.table.begin(), now.table.end()); });
    processor.visit([](const ProcessorView& now) { return std::string(now.name); });
    processor.visit([](const ProcessorView& now) { return now.resources; });
    processor.visit([](const ProcessorView& /*now*/) {});
#endif
}
