// SPDX-License-Identifier: BSD-2-Clause
// A processor of your own, from two small policies and the headers alone (rproc::headers, no libelf, no libfdt): a
// backend that takes raw binaries, a platform with one memory, and an observer that prints the steps.
#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include <rproc/core/remote_processor.hpp>
#include <rproc/memory/model_memory.hpp>

namespace {

using rproc::Context;
using rproc::Result;

constexpr rproc::ErrorText kTooLarge{.code = rproc::ErrorCode::segment_outside_memory,
                                     .message = "{0} bytes do not fit the memory",
                                     .hint = "link a smaller image"};

/// A flat image that begins at device address 0, on a core that this backend starts itself. There is nothing to parse,
/// so its ops take the firmware; a backend for a file format has a type `Image` and an op `parse`.
struct RawBackend {
    Result<std::vector<std::byte>> parse_fw(Context& /*ctx*/, const rproc::Firmware& /*firmware*/) {
        return std::vector<std::byte>();  // a raw binary has no resource table
    }
    Result<void> load(Context& ctx, const rproc::Firmware& firmware) {
        const auto memory = ctx.carveouts().da_to_va(rproc::DeviceAddress(0), firmware.bytes().size());
        if (memory.empty())
            return rproc::fail(kTooLarge, rproc::place::Firmware{firmware.name()}, firmware.bytes().size());
        std::ranges::copy(firmware.bytes(), memory.begin());
        return {};
    }
    Result<void> start(Context& ctx) {
        std::printf("  %s runs\n", ctx.name().c_str());
        return {};
    }
    Result<void> stop(Context& /*ctx*/) { return {}; }
};

/// One memory of 64 KiB, which the core sees at address 0.
struct TinyPlatform {
    using Memory = rproc::ModelMemory;

    [[nodiscard]] std::string_view name() const { return "dsp"; }
    Memory& memory() { return memory_; }
    Result<void> prepare(Context& ctx) {
        RPROC_TRY(ctx.carveouts().add(
            rproc::Carveout::region("tcm", rproc::DeviceAddress(0), rproc::PhysicalAddress(0x20000000), 0x10000)));
        return {};
    }

  private:
    rproc::ModelMemory memory_;
};

struct StepPrinter : rproc::NullObserver {
    void on_step_end(rproc::Step step) { std::printf("  %s\n", std::string(to_string(step)).c_str()); }
};

}  // namespace

int main() {
    rproc::RemoteProcessor<RawBackend, TinyPlatform, rproc::Mainline, StepPrinter> dsp({}, {});

    const auto boot = [&](std::size_t size) {
        if (auto chosen = dsp.set_firmware(rproc::FirmwareSource({"raw.bin", std::vector<std::byte>(size)})); !chosen) {
            return false;
        }
        return dsp.boot().has_value();
    };
    std::printf("64 KiB:\n");
    if (!boot(0x10000) || !dsp.shutdown()) return 1;
    std::printf("one byte more:\n");
    if (boot(0x10001)) return 1;
    std::printf("  refused\n");
}
