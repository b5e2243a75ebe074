// SPDX-License-Identifier: BSD-2-Clause
// A SoC of your own, which boots an ELF file: Tern, which does not exist. Its DSP sees one window of DDR at two
// addresses, and the DDR is interleaved: blocks of 64 KiB lie by turns in bank A and in bank B.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <rproc/core/remote_processor.hpp>
#include <rproc/elf/backend.hpp>
#include <rproc/firmware/source.hpp>
#include <rproc/memory/model_memory.hpp>
#include <rproc/platform/registers.hpp>

namespace {

using namespace rproc;

constexpr std::uint64_t kBlock = 0x1'0000;
constexpr std::uint64_t kWindow = 16 * kBlock;
constexpr std::array<std::uint64_t, 2> kAliases{0x1000'0000, 0x3000'0000};        // cached, uncached
constexpr std::array<std::uint64_t, 2> kBanks{0x8'0000'0000, 0x9'0000'0000};      // of the even blocks, the odd ones
constexpr platform::SysconField kReset{PhysicalAddress(0x5000'0000), 0x10, 0x1};  // 1: the core runs

class Tern {
  public:
    using Memory = ModelMemory;

    Tern(ModelMemory memory, platform::ModelRegisters registers)
        : memory_(std::move(memory)), registers_(std::move(registers)) {}

    [[nodiscard]] std::string_view name() const { return "tern-dsp"; }
    Memory& memory() { return memory_; }

    [[nodiscard]] KernelProfile kernel_profile() const { return {.name = "Linux 6.1 on arm64", .word_bits = 64}; }

    /// The memories; the banks have no device address, as the rule below gives it.
    Result<void> prepare(Context& ctx) {
        RPROC_TRY(
            ctx.carveouts().add(Carveout::region("vectors", DeviceAddress(0), PhysicalAddress(0x38000000), kBlock)));
        RPROC_TRY(
            ctx.carveouts().add(Carveout{.name = "bank-a", .pa = PhysicalAddress(kBanks[0]), .size = kWindow / 2}));
        RPROC_TRY(
            ctx.carveouts().add(Carveout{.name = "bank-b", .pa = PhysicalAddress(kBanks[1]), .size = kWindow / 2}));
        return {};
    }

    /// Nothing for a range that crosses into the next block: that lies in the other bank.
    [[nodiscard]] std::optional<PhysicalRange> da_to_pa(DeviceRange range) const {
        for (const std::uint64_t alias : kAliases) {
            if (!DeviceRange::make(DeviceAddress(alias), kWindow)->contains(range)) continue;
            const std::uint64_t offset = range.start().value() - alias;
            const std::uint64_t block = offset / kBlock;
            const std::uint64_t in_block = offset % kBlock;
            if (range.size() > kBlock - in_block) return std::nullopt;
            return PhysicalRange::make(PhysicalAddress(kBanks[block % 2] + block / 2 * kBlock + in_block),
                                       range.size());
        }
        return std::nullopt;
    }

    /// The first alias. Memory that Linux allocates elsewhere is seen where it is.
    [[nodiscard]] std::optional<DeviceAddress> pa_to_da(PhysicalAddress pa) const {
        for (std::size_t bank = 0; bank < kBanks.size(); ++bank) {
            if (pa.value() < kBanks[bank] || pa.value() - kBanks[bank] >= kWindow / 2) continue;
            const std::uint64_t offset = pa.value() - kBanks[bank];
            return DeviceAddress(kAliases[0] + (offset / kBlock * 2 + bank) * kBlock + offset % kBlock);
        }
        return DeviceAddress(pa.value());
    }

    Result<void> power_up(Context& /*ctx*/) { return registers_.update(kReset, 1); }
    Result<void> power_down(Context& /*ctx*/) { return registers_.update(kReset, 0); }
    Result<void> kick(Context& /*ctx*/, std::uint32_t /*notify_id*/) { return {}; }  // the firmware polls

  private:
    ModelMemory memory_;
    platform::ModelRegisters registers_;
};

int report(const Error& error) {
    std::printf("%s\n  hint: %s\n", error.message().c_str(), error.hint().c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const ModelMemory memory;
    const platform::ModelRegisters registers;
    RemoteProcessor<elf::Backend, Tern> dsp({}, Tern(memory, registers));

    if (auto chosen = dsp.set_firmware(firmware_file(argv[1])); !chosen) return report(chosen.error());
    if (auto booted = dsp.boot(); !booted) return report(booted.error());
    std::printf("%s after %zu writes of the reset\n", std::string(to_string(dsp.state())).c_str(),
                registers.writes().size());

    const DeviceAddress da(kAliases[1] + kBlock);
    if (const auto range = dsp.platform().da_to_pa(*DeviceRange::make(da, 4))) {
        const auto back = dsp.platform().pa_to_da(range->start());
        std::printf("da %#jx is pa %#jx, which is da %#jx\n", std::uintmax_t{da.value()},
                    std::uintmax_t{range->start().value()}, std::uintmax_t{back ? back->value() : 0});
        const bool same = dsp.visit([&](const ProcessorView& now) {
            return now.carveouts.da_to_va(da, 4).data() == now.carveouts.pa_to_va(range->start(), 4).data();
        });
        std::printf("%s byte\n", same ? "the same" : "another");
    }

    if (auto recovered = dsp.handle_crash(CrashType::watchdog); !recovered) return report(recovered.error());
    std::printf("%s again after %zu writes\n", std::string(to_string(dsp.state())).c_str(), registers.writes().size());
    if (auto stopped = dsp.shutdown(); !stopped) return report(stopped.error());
}
