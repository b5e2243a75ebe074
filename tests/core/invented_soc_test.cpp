// SPDX-License-Identifier: BSD-2-Clause
// A SoC that does not exist: with a translation rule, a table rule and a kernel of its own, all of them in its
// platform. It needs no change in core/, elf/, firmware/ and resource/.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/resource/table_builder.hpp"
#include "rproc/testing/faulty_platform.hpp"
#include "support/alone.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::outcome;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t kCode = 0x1000'0000;    // where the code bus sees the SRAM
constexpr std::uint64_t kSystem = 0x2000'0000;  // where the system bus sees it
constexpr std::uint64_t kSram = 0x8'0000'0000;  // where Linux sees it: above 4 GiB
constexpr std::uint64_t kSramSize = 0x4'0000;

constexpr KernelProfile kKernel{.name = "Linux 9.9 on arm64",
                                .word_bits = 64,
                                .page_size = 0x10000,
                                .unhandled_vendor_entry_fails_boot = false,
                                .probe_failed_line = "virtio {0}: no vrings, error {1}"};

/// Its core sees one SRAM through two buses, and shared memory where Linux sees it. Its driver boots firmware without a
/// resource table, and refuses one whose table is bad.
class InventedSoc {
  public:
    using Memory = ModelMemory;

    explicit InventedSoc(ModelMemory memory) : memory_(std::move(memory)) {}

    [[nodiscard]] std::string_view name() const { return "dsp"; }
    Memory& memory() { return memory_; }

    Result<void> prepare(Context& ctx) {
        Carveout sram{.name = "sram", .pa = PhysicalAddress(kSram), .size = kSramSize};  // no address of its own
        RPROC_TRY(ctx.carveouts().add(std::move(sram)));
        RPROC_TRY(ctx.carveouts().add(
            Carveout::region("vdev0vring0", DeviceAddress(0x90000000), PhysicalAddress(0x90000000), 0x10000)));
        return {};
    }

    [[nodiscard]] std::optional<PhysicalRange> da_to_pa(DeviceRange range) const {
        for (const std::uint64_t window : {kCode, kSystem}) {
            const auto bus = DeviceRange::make(DeviceAddress(window), kSramSize);
            if (!bus->contains(range)) continue;
            return PhysicalRange::make(PhysicalAddress(kSram + range.start().value() - window), range.size());
        }
        return std::nullopt;
    }

    Result<void> without_table(Context& ctx, Error why) {
        if (why.code() != ErrorCode::table_missing) return fail(std::move(why));
        ctx.log(LogLevel::info, LogSource::driver, "no table, no IPC");
        return {};
    }

    [[nodiscard]] KernelProfile kernel_profile() const { return kKernel; }

    void advise(Error& error) const {
        if (error.code() == ErrorCode::devmem_without_iommu) error.set_hint("this SoC has a firewall instead");
    }

    Result<void> kick(Context& /*ctx*/, std::uint32_t /*notify_id*/) { return {}; }
    Result<void> power_up(Context& /*ctx*/) { return {}; }
    Result<void> power_down(Context& /*ctx*/) { return {}; }

  private:
    ModelMemory memory_;
};
static_assert(HasDaToPa<InventedSoc> && HasWithoutTable<InventedSoc> && HasKernelProfile<InventedSoc> &&
              HasAdvise<InventedSoc>);

/// The same tests with the platform as it is, and wrapped for fault injection.
template <class P>
class InventedSocTest : public ::testing::Test {
  protected:
    using Processor = RemoteProcessor<elf::Backend, P, Mainline, ObserverRef<test::Recorder>>;

    [[nodiscard]] P platform() {
        if constexpr (std::same_as<P, InventedSoc>) {
            return InventedSoc(memory);
        } else {
            return P(InventedSoc(memory), rproc::testing::Faults());
        }
    }

    std::string boot(test::ElfImage image) {
        image.elf_class = test::ElfClass::k64;
        if (image.segments.empty()) image.segments = {{.paddr = kCode, .data = test::pattern(8)}};
        EXPECT_EQ(outcome(dsp.set_firmware(FirmwareSource(Firmware("dsp.elf", image.build())))), "ok");
        const auto booted = dsp.boot();
        error = booted ? std::nullopt : std::optional(booted.error());
        return outcome(booted);
    }
    std::string boot(const Bytes& table, std::uint64_t at = kSystem + 0x1000) {
        return boot({.segments = {{.paddr = at, .data = table}},
                     .sections = {{.name = ".resource_table", .addr = at, .data = table, .segment = 0}}});
    }

    /// What Linux sees in the SRAM.
    [[nodiscard]] Bytes sram(std::uint64_t offset, std::size_t size) const {
        const auto bytes = test::alone(dsp).carveouts.pa_to_va(PhysicalAddress(kSram + offset), size);
        return {bytes.begin(), bytes.end()};
    }
    [[nodiscard]] std::uint64_t size_of(std::string_view carveout) const {
        const auto& all = test::alone(dsp).carveouts.all();
        const auto found = std::ranges::find(all, carveout, &Carveout::name);
        return found == all.end() ? 0 : found->size;
    }

    ModelMemory memory;
    test::Recorder recorder;
    Processor dsp{elf::Backend{}, platform(), ObserverRef(recorder)};
    std::optional<Error> error;
};

using Platforms = ::testing::Types<InventedSoc, rproc::testing::FaultyPlatform<InventedSoc>>;
TYPED_TEST_SUITE(InventedSocTest, Platforms);

TYPED_TEST(InventedSocTest, BothBusesLoadIntoTheSameMemory) {
    ASSERT_EQ(this->boot({.segments = {{.paddr = kCode + 0x10, .data = test::pattern(4)},
                                       {.paddr = kSystem + 0x20, .data = test::pattern(4, 9)}}}),
              "ok");
    EXPECT_EQ(this->sram(0x10, 4), test::pattern(4));
    EXPECT_EQ(this->sram(0x20, 4), test::pattern(4, 9));
}

TYPED_TEST(InventedSocTest, WhatTheRuleDoesNotKnowIsLookedUpInTheCarveouts) {
    EXPECT_EQ(this->boot({.segments = {{.paddr = 0x90000000, .data = test::pattern(4)}}}), "ok");
    EXPECT_TRUE(this->dsp.shutdown().has_value());
    EXPECT_EQ(this->boot({.segments = {{.paddr = kCode + kSramSize - 2, .data = test::pattern(4)}}}),
              "segment-outside-memory");
    EXPECT_THAT(this->recorder.lines, Contains("bad phdr da 0x1003fffe mem 0x4"));
    EXPECT_EQ(this->boot({.segments = {{.paddr = kSram, .data = test::pattern(4)}}}), "segment-outside-memory")
        << "a physical address is no device address";
}

TYPED_TEST(InventedSocTest, TheTableAndATraceAreFoundThroughTheRule) {
    ASSERT_EQ(this->boot(ResourceTableBuilder{}.trace("log", kCode + 0x2000, 16).vdev(7, 1, {{}, {}}).build()), "ok");
    EXPECT_EQ(test::alone(this->dsp).table.size(), this->sram(0x1000, test::alone(this->dsp).table.size()).size());
    EXPECT_EQ(test::alone(this->dsp).table.data(),
              test::alone(this->dsp).carveouts.pa_to_va(PhysicalAddress(kSram + 0x1000), 1).data());
    const auto& trace = test::alone(this->dsp).resources.traces.at(0);
    EXPECT_FALSE(test::alone(this->dsp).carveouts.da_to_va(trace.da, trace.len).empty());
}

TYPED_TEST(InventedSocTest, TheDriverDecidesAboutAMissingTable) {
    EXPECT_EQ(this->boot(test::ElfImage{}), "ok");
    EXPECT_THAT(this->recorder.lines, Contains("no table, no IPC"));
    EXPECT_THAT(this->recorder.lines, Not(Contains(HasSubstr("no resource table found"))));
    EXPECT_TRUE(this->dsp.shutdown().has_value());

    EXPECT_EQ(this->boot(test::Table{.ver = 2}.build()), "table-version");
    EXPECT_EQ(this->error->step(), Step::parse_fw);
    EXPECT_EQ(this->error->kernel_result(), -22);
    EXPECT_EQ(this->dsp.state(), State::offline);
    EXPECT_EQ(this->memory.mapped(), 0U);
}

TYPED_TEST(InventedSocTest, AVringTakesPagesOfItsKernel) {
    ASSERT_EQ(this->boot(ResourceTableBuilder{}.vdev(7, 1, {{}, {}}).build()), "ok");
    EXPECT_EQ(this->size_of("vdev0vring1"), 0x10000U);
}

TYPED_TEST(InventedSocTest, ASizeHas64Bits) {
    EXPECT_EQ(this->boot({.segments = {{.paddr = kCode, .data = Bytes(4), .memsz = 0x1'0000'0000}}}),
              "segment-outside-memory");
    EXPECT_THAT(this->recorder.lines, Contains("bad phdr da 0x10000000 mem 0x100000000"));
    EXPECT_EQ(this->boot(ResourceTableBuilder{}.vdev(7, 1, {{}, {.num = 0x1000'0000}}).build()), "memory-exhausted");
    EXPECT_THAT(this->recorder.lines, Contains("failed to allocate dma memory: len 0x1a0010000"));
}

TYPED_TEST(InventedSocTest, ItsKernelWordsAndRulesDecide) {
    ASSERT_EQ(this->boot(ResourceTableBuilder{}.vdev(7, 1, {{.num = 0}, {}}).raw(128, Bytes(4)).build()), "ok")
        << "a vendor's entry at the end fails the boot of Linux 6.1 only";
    EXPECT_THAT(this->recorder.lines, Contains("virtio 1: no vrings, error -22"));
}

TYPED_TEST(InventedSocTest, GivesAHintThatFitsTheSoc) {
    EXPECT_EQ(this->boot(ResourceTableBuilder{}.devmem("uart", 0, 0, 0x1000).build()), "devmem-without-iommu");
    EXPECT_EQ(this->error->hint(), "this SoC has a firewall instead");
}

/// The same core with a platform that decides nothing.
struct PlainSoc {
    using Memory = ModelMemory;
    ModelMemory model{};

    [[nodiscard]] std::string_view name() const { return "dsp"; }
    Memory& memory() { return model; }
    Result<void> prepare(Context& ctx) {
        RPROC_TRY(ctx.carveouts().add(Carveout::region("sram", DeviceAddress(kCode), PhysicalAddress(kSram), 0x1000)));
        return {};
    }
    Result<void> power_up(Context& /*ctx*/) { return {}; }
    Result<void> power_down(Context& /*ctx*/) { return {}; }
};

TEST(PlainSoc, RefusesFirmwareWithoutATableAsTheLoaderDoes) {
    test::Recorder recorder;
    RemoteProcessor<elf::Backend, PlainSoc, Mainline, ObserverRef<test::Recorder>> dsp({}, {}, ObserverRef(recorder));
    const test::ElfImage image{.segments = {{.paddr = kCode, .data = test::pattern(4)}}};
    ASSERT_TRUE(dsp.set_firmware(FirmwareSource(Firmware("dsp.elf", image.build()))).has_value());
    EXPECT_EQ(outcome(dsp.boot()), "table-missing");
    EXPECT_THAT(recorder.notices, IsEmpty());
    EXPECT_THAT(recorder.lines, Contains("Boot failed: -22"));
}

TEST(PlainSoc, HasTheKernelThatTheLibraryIsTestedWith) {
    const Context ctx("dsp");
    EXPECT_EQ(ctx.kernel().word_bits, 32U);
    EXPECT_EQ(ctx.kernel().largest_size(), 0xffffffffU);
    EXPECT_EQ(ctx.kernel().as_size(0x1'0000'1000), 0x1000U);
    EXPECT_EQ(ctx.kernel().whole_pages(0x1001), 0x2000U);
}

}  // namespace
}  // namespace rproc
