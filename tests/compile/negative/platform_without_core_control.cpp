// expect-error: constraint.*(CoreControl|Composable)|(CoreControl|Composable).*(not satisfied|unsatisfied|evaluated to false)
// SPDX-License-Identifier: BSD-2-Clause
//
// The ELF backend leaves the core to Linux: the platform must be able to power it.
#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/memory/model_memory.hpp"

struct MyPlatform {
    using Memory = rproc::ModelMemory;
    Memory model{};

    [[nodiscard]] std::string_view name() const { return "m4"; }
    Memory& memory() { return model; }
#ifndef RPROC_NEGATIVE
    rproc::Result<void> power_up(rproc::Context& /*ctx*/) { return {}; }
    rproc::Result<void> power_down(rproc::Context& /*ctx*/) { return {}; }
#endif
};

using Processor = rproc::RemoteProcessor<rproc::elf::Backend, MyPlatform>;
Processor* processor = nullptr;
