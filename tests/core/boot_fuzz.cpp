// SPDX-License-Identifier: BSD-2-Clause
//
// For any image, a boot and its shutdown, or a refused boot, leave no mapping, carveout or table behind, end every step
// that they began, and a good image boots next.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/memory/model_memory.hpp"
#include "support/alone.hpp"
#include "support/elf_builder.hpp"

namespace {

using rproc::Carveout;
using rproc::DeviceAddress;
using rproc::PhysicalAddress;
using rproc::PhysicalRange;
using rproc::Result;

void require(bool holds) {
    if (!holds) __builtin_trap();
}

/// The model with a small allocation limit, so that a run stays fast.
struct SmallMemory {
    rproc::ModelMemory model;

    Result<rproc::Mapping> map(PhysicalRange range) { return model.map(range); }
    Result<rproc::Allocation> allocate(std::uint64_t size) {
        constexpr std::uint64_t kLargest = 0x10000;
        if (size > kLargest) return rproc::fail(rproc::ErrorCode::memory_exhausted, {});
        return model.allocate(size);
    }
};

/// Two memories, the vrings of one device and its buffers.
struct SmallPlatform {
    using Memory = SmallMemory;

    SmallMemory small{};

    [[nodiscard]] std::string_view name() const { return "m4"; }
    Memory& memory() { return small; }
    Result<void> prepare(rproc::Context& ctx) {
        RPROC_TRY(region(ctx, "retram", 0, 0x38000000));
        RPROC_TRY(region(ctx, "mcuram2", 0x10000000, 0x10000000));
        RPROC_TRY(region(ctx, "vdev0vring0", 0x10040000, 0x10040000));
        RPROC_TRY(region(ctx, "vdev0vring1", 0x10041000, 0x10041000));
        RPROC_TRY(ctx.carveouts().add(Carveout::pool("vdev0buffer", PhysicalAddress(0x10042000), 0x4000)));
        return {};
    }
    Result<void> without_table(rproc::Context& ctx, rproc::Error why) {
        ctx.notice(rproc::Severity::warning, std::move(why));
        return {};
    }
    Result<void> power_up(rproc::Context& /*ctx*/) { return {}; }
    Result<void> power_down(rproc::Context& /*ctx*/) { return {}; }
    Result<void> kick(rproc::Context& /*ctx*/, std::uint32_t /*notify_id*/) { return {}; }

  private:
    static Result<void> region(rproc::Context& ctx, std::string_view name, std::uint64_t da, std::uint64_t pa) {
        RPROC_TRY(ctx.carveouts().add(Carveout::region(name, DeviceAddress(da), PhysicalAddress(pa), 0x1000)));
        return {};
    }
};

/// Traps when a step ends without having begun.
struct StepBalance : rproc::NullObserver {
    std::vector<rproc::Step> open;

    void on_step_begin(rproc::Step step) { open.push_back(step); }
    void on_step_end(rproc::Step step) { close(step); }
    void on_step_failed(rproc::Step step, const rproc::Error& error) {
        require(error.step() == step && !error.what().empty());
        close(step);
    }
    void close(rproc::Step step) {
        require(!open.empty() && open.back() == step);
        open.pop_back();
    }
};

using Rproc =
    rproc::RemoteProcessor<rproc::elf::Backend, SmallPlatform, rproc::Mainline, rproc::ObserverRef<StepBalance>>;

void require_nothing_left(const Rproc& rproc, const rproc::ModelMemory& memory) {
    require(rproc.state() == rproc::State::offline && memory.mapped() == 0);
    require(rproc::test::alone(rproc).carveouts.size() == 0 && rproc::test::alone(rproc).table.empty());
    require(rproc::test::alone(rproc).resources.traces.empty() && rproc::test::alone(rproc).resources.vdevs.empty());
}

void check_running(const Rproc& rproc) {
    for (const Carveout& carveout : rproc::test::alone(rproc).carveouts.all()) {
        require(carveout.mapping.mapped() == (carveout.kind != Carveout::Kind::pool));
        require(!carveout.mapping.mapped() || carveout.mapping.bytes().size() == carveout.size);
    }
    for (const rproc::Vdev& vdev : rproc::test::alone(rproc).resources.vdevs) require(vdev.registered == vdev.usable);
}

bool boot(Rproc& rproc, rproc::Firmware firmware) {
    require(rproc.set_firmware(rproc::FirmwareSource(std::move(firmware))).has_value());
    return rproc.boot().has_value();
}

const rproc::Firmware& good_firmware() {
    static const rproc::Firmware firmware(
        "good.elf", rproc::test::ElfImage{.segments = {{.paddr = 0, .data = rproc::test::pattern(64)}}}.build());
    return firmware;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto copy = std::make_unique<std::byte[]>(size);  // NOLINT(modernize-avoid-c-arrays): exactly `size` bytes
    std::ranges::copy(std::as_bytes(std::span(data, size)), copy.get());
    StepBalance balance;
    SmallPlatform platform;
    const rproc::ModelMemory memory = platform.small.model;
    Rproc rproc(rproc::elf::Backend{}, platform, rproc::ObserverRef(balance));
    if (boot(rproc, rproc::Firmware("fuzz.elf", {copy.get(), size}, nullptr))) {
        check_running(rproc);
        require(rproc.shutdown().has_value());
    }
    require_nothing_left(rproc, memory);
    require(boot(rproc, good_firmware()) && rproc.shutdown().has_value());
    require_nothing_left(rproc, memory);
    require(balance.open.empty());
    return 0;
}
