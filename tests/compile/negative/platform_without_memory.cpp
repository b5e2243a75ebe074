// expect-error: constraint.*(Platform|MemoryProvider|Composable)|(Platform|MemoryProvider|Composable).*(not satisfied|unsatisfied|evaluated to false)
// SPDX-License-Identifier: BSD-2-Clause
//
// A platform without memory has nothing to load firmware into.
#include <vector>

#include "rproc/core/remote_processor.hpp"
#include "rproc/memory/model_memory.hpp"

struct MyBackend {
    rproc::Result<std::vector<std::byte>> parse_fw(rproc::Context& /*ctx*/, const rproc::Firmware& /*firmware*/) {
        return std::vector<std::byte>();
    }
    rproc::Result<void> load(rproc::Context& /*ctx*/, const rproc::Firmware& /*firmware*/) { return {}; }
    rproc::Result<void> start(rproc::Context& /*ctx*/) { return {}; }
    rproc::Result<void> stop(rproc::Context& /*ctx*/) { return {}; }
};

struct MyPlatform {
    [[nodiscard]] std::string_view name() const { return "m4"; }
#ifndef RPROC_NEGATIVE
    using Memory = rproc::ModelMemory;
    Memory& memory() { return model; }
    Memory model{};
#endif
};

using Processor = rproc::RemoteProcessor<MyBackend, MyPlatform>;
Processor* processor = nullptr;
