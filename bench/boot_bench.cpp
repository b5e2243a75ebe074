// SPDX-License-Identifier: BSD-2-Clause
//
// A whole boot and shutdown of a small firmware, with every step of the kernel, against the copying and zeroing that
// any loader needs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "allocation_counter.hpp"
#include "ratios.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/elf_builder.hpp"

namespace rproc::bench {
namespace {

/// The memories of a small Cortex-M; power_up and power_down do nothing.
struct Platform {
    using Memory = ModelMemory;

    ModelMemory model{};

    [[nodiscard]] std::string_view name() const { return "m4"; }
    Memory& memory() { return model; }
    Result<void> prepare(Context& ctx) {
        RPROC_TRY(region(ctx, "retram", 0, 0x38000000, 0x10000));
        RPROC_TRY(region(ctx, "mcuram2", 0x10000000, 0x10000000, 0x40000));
        RPROC_TRY(region(ctx, "vdev0vring0", 0x10040000, 0x10040000, 0x1000));
        RPROC_TRY(region(ctx, "vdev0vring1", 0x10041000, 0x10041000, 0x1000));
        RPROC_TRY(ctx.carveouts().add(Carveout::pool("vdev0buffer", PhysicalAddress(0x10042000), 0x4000)));
        return {};
    }
    Result<void> power_up(Context& /*ctx*/) { return {}; }
    Result<void> power_down(Context& /*ctx*/) { return {}; }
    Result<void> kick(Context& /*ctx*/, std::uint32_t /*notify_id*/) { return {}; }

  private:
    static Result<void> region(Context& ctx, std::string_view name, std::uint64_t da, std::uint64_t pa,
                               std::uint64_t size) {
        RPROC_TRY(ctx.carveouts().add(Carveout::region(name, DeviceAddress(da), PhysicalAddress(pa), size)));
        return {};
    }
};

/// Vectors, code and data with some memory to zero, and a table with a trace and an rpmsg device: 21 KiB.
test::ElfImage firmware() {
    const auto table = ResourceTableBuilder{}.trace("log", 0x10006000, 0x400).vdev(7, 1, {{}, {}}).build();
    return {.segments = {{.paddr = 0, .data = test::pattern(664)},
                         {.paddr = 0x10000000, .data = test::pattern(16384)},
                         {.paddr = 0x10005000, .data = test::pattern(512), .memsz = 4096},
                         {.paddr = 0x10004000, .data = table}},
            .sections = {{.name = ".resource_table", .addr = 0x10004000, .data = table, .segment = 3}}};
}

void boot_and_shutdown(benchmark::State& state) {
    RemoteProcessor<elf::Backend, Platform> rproc(elf::Backend{}, Platform{});
    if (!rproc.set_firmware(FirmwareSource(Firmware("app.elf", firmware().build())))) return;
    const std::size_t before = allocations();
    for (auto _ : state) {
        const bool done = rproc.boot() && rproc.shutdown();
        if (!done) state.SkipWithError("the firmware does not boot");
    }
    state.counters["allocations"] =
        benchmark::Counter(static_cast<double>(allocations() - before), benchmark::Counter::kAvgIterations);
}

void copy_and_zero(benchmark::State& state) {
    const auto image = firmware();
    std::vector<std::vector<std::byte>> memory;
    for (const auto& segment : image.segments) memory.emplace_back(segment.memsz.value_or(segment.data.size()));
    for (auto _ : state) {
        for (std::size_t i = 0; i < memory.size(); ++i) {
            const auto& data = image.segments[i].data;
            std::memcpy(memory[i].data(), data.data(), data.size());
            std::memset(memory[i].data() + data.size(), 0, memory[i].size() - data.size());
            benchmark::DoNotOptimize(memory[i].data());
        }
        benchmark::ClobberMemory();
    }
}

BENCHMARK(boot_and_shutdown);
BENCHMARK(copy_and_zero);

const bool kCompared = [] {
    ratios().push_back({"boot and shutdown", "boot_and_shutdown", "copy_and_zero", "copying its segments", 1});
    return true;
}();

}  // namespace
}  // namespace rproc::bench
