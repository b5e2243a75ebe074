// expect-error: constraint.*(StartsCore|DrivesCore|Composable|Backend)|(StartsCore|DrivesCore|Composable|Backend).*(not satisfied|unsatisfied|evaluated to false)
// SPDX-License-Identifier: BSD-2-Clause
//
// A backend that cannot start what it loads is no backend.
#include <vector>

#include "rproc/core/remote_processor.hpp"
#include "rproc/memory/model_memory.hpp"

struct MyBackend {
    rproc::Result<std::vector<std::byte>> parse_fw(rproc::Context& /*ctx*/, const rproc::Firmware& /*firmware*/) {
        return std::vector<std::byte>();
    }
    rproc::Result<void> load(rproc::Context& /*ctx*/, const rproc::Firmware& /*firmware*/) { return {}; }
#ifndef RPROC_NEGATIVE
    rproc::Result<void> start(rproc::Context& /*ctx*/) { return {}; }
#endif
    rproc::Result<void> stop(rproc::Context& /*ctx*/) { return {}; }
};

struct MyPlatform {
    using Memory = rproc::ModelMemory;
    Memory model{};

    [[nodiscard]] std::string_view name() const { return "m4"; }
    Memory& memory() { return model; }
};

using Processor = rproc::RemoteProcessor<MyBackend, MyPlatform>;
Processor* processor = nullptr;
