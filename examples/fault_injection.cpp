// SPDX-License-Identifier: BSD-2-Clause
// Fault injection for your own policies: wraps them, and runs each scenario once for each call that can fail. Prints
// the number of faults and the violations.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <rproc/core/remote_processor.hpp>
#include <rproc/memory/model_memory.hpp>
#include <rproc/testing/fault_scenarios.hpp>
#include <rproc/testing/faulty_backend.hpp>
#include <rproc/testing/faulty_platform.hpp>

namespace {

using rproc::Context;
using rproc::Result;

constexpr rproc::ErrorText kTooLarge{.code = rproc::ErrorCode::segment_outside_memory,
                                     .message = "{0} bytes do not fit the memory",
                                     .hint = "link a smaller image"};

/// The policies under test: a backend for raw binaries, and a platform with one memory.
struct RawBackend {
    Result<std::vector<std::byte>> parse_fw(Context& /*ctx*/, const rproc::Firmware& /*firmware*/) {
        return std::vector<std::byte>();
    }
    Result<void> load(Context& ctx, const rproc::Firmware& firmware) {
        const auto memory = ctx.carveouts().da_to_va(rproc::DeviceAddress(0), firmware.bytes().size());
        if (memory.empty())
            return rproc::fail(kTooLarge, rproc::place::Firmware{firmware.name()}, firmware.bytes().size());
        std::ranges::copy(firmware.bytes(), memory.begin());
        return {};
    }
    Result<void> start(Context& /*ctx*/) { return {}; }
    Result<void> stop(Context& /*ctx*/) { return {}; }
};

struct TinyPlatform {
    using Memory = rproc::ModelMemory;

    rproc::ModelMemory model;

    [[nodiscard]] std::string_view name() const { return "dsp"; }
    Memory& memory() { return model; }
    Result<void> prepare(Context& ctx) {
        RPROC_TRY(ctx.carveouts().add(
            rproc::Carveout::region("tcm", rproc::DeviceAddress(0), rproc::PhysicalAddress(0x20000000), 0x10000)));
        return {};
    }
};

/// Makes a new remote processor for each fault, and checks what the processor holds outside of the library.
struct DspRig {
    using Processor =
        rproc::RemoteProcessor<rproc::testing::FaultyBackend<RawBackend>, rproc::testing::FaultyPlatform<TinyPlatform>,
                               rproc::Mainline, rproc::ObserverRef<rproc::testing::LifeWatch>>;

    explicit DspRig(rproc::testing::Faults injected) : faults(std::move(injected)) {}

    Result<std::unique_ptr<Processor>> make(rproc::ObserverRef<rproc::testing::LifeWatch> observer) {
        return std::make_unique<Processor>(rproc::testing::FaultyBackend(RawBackend{}, faults),
                                           rproc::testing::FaultyPlatform(TinyPlatform{memory}, faults), observer);
    }
    rproc::FirmwareSource firmware() const {
        return rproc::FirmwareSource(rproc::Firmware("raw.bin", std::vector<std::byte>(64)));
    }
    std::vector<std::string> violations_in(rproc::State state) const {
        const bool up = state == rproc::State::running || state == rproc::State::crashed;
        if (up || memory.mapped() == 0) return {};
        return {"memory is still mapped"};
    }

    rproc::testing::Faults faults;
    rproc::ModelMemory memory;
};

}  // namespace

int main() {
    const rproc::testing::FaultReport report = rproc::testing::every_fault_of<DspRig>("dsp");
    std::printf("%s\n", to_string(report).c_str());
    return report.violations.empty() ? 0 : 1;
}
