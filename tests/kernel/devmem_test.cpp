// SPDX-License-Identifier: BSD-2-Clause
//
// `rproc boot --hardware`, built for the board, on physical memory: the M4's memories are RAM that Linux does not use,
// its syscon and its reset are RAM, too. What the command has done is read from outside, through /dev/mem.

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kernel/command_guest.hpp"
#include "rproc/firmware/elf_image.hpp"

namespace rproc::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kHello = RPROC_SOURCE_DIR "/examples/firmware/prebuilt/m4_hello.elf";
const std::string kDriver = "/sys/bus/platform/drivers/stm32-rproc";
constexpr std::uint64_t kSyscon = 0x63000000;
constexpr std::uint64_t kHoldBoot = kSyscon + 0x10c;
constexpr std::uint64_t kTrustZone = kSyscon;
constexpr std::uint64_t kReset = 0x63001000;

/// Where the big cores see a device address of the guest's M4 (dma-ranges).
std::uint64_t physical(std::uint64_t da) { return da < 0x10000 ? da + 0x62000000 : da - 0x10000000 + 0x60000000; }

class Hardware : public CommandGuest {
  protected:
    void SetUp() override {
        CommandGuest::SetUp();
        if (IsSkipped()) return;
        guest().root().add("/lib/firmware/hello.elf", read_bytes(kHello));
    }

    std::size_t boot(const std::string& verb) {
        return step({verb, "/bin/rproc", "boot", "--hardware", "/lib/firmware/hello.elf"});
    }
    void unbind() { step({"write", kDriver + "/unbind", "60000000.m4"}); }
    /// The kernel shows no registers that a driver has claimed (CONFIG_IO_STRICT_DEVMEM).
    void unbind_reset() { step({"write", "/sys/bus/platform/drivers/simple-reset/unbind", "63001000.rst"}); }
    std::size_t peek(std::uint64_t address, std::uint64_t size) {
        return step({"peek", fmt::format("{:x}", address), fmt::format("{:x}", size)});
    }
};

std::vector<std::string> word_at(std::uint64_t address, std::uint32_t value) {
    return {"-device", fmt::format("loader,addr={:#x},data={:#x},data-len=4", address, value)};
}

TEST_F(Hardware, EveryByteOfTheFirmwareIsInPhysicalMemory) {
    const auto bytes = read_bytes(kHello);
    const auto image = ElfImage::parse(bytes);
    ASSERT_TRUE(image);
    guest().machine_option(word_at(kHoldBoot, 0xa5a5a5a5));
    unbind();
    unbind_reset();
    boot("spawn");
    step({"until", "/tmp/0.out", "-> running"});
    std::vector<std::pair<std::size_t, std::string>> expected;
    for (std::uint32_t i = 0; i < image->segment_count(); ++i) {
        const ElfSegment segment = image->segment(i);
        if (!segment.loadable()) continue;
        const auto contents = *image->contents(segment);
        std::string memory(reinterpret_cast<const char*>(contents.data()), contents.size());
        memory.resize(static_cast<std::size_t>(segment.memsz));
        const bool holds_table = segment.paddr == DeviceAddress(0x10000000);
        if (!holds_table) expected.emplace_back(peek(physical(segment.paddr.value()), segment.memsz), memory);
    }
    const auto held = peek(kHoldBoot, 4);
    const auto stop = step({"interrupt"});
    const auto reset = peek(kReset, 4);
    follow();

    for (const auto& [place, memory] : expected) EXPECT_EQ(text(place), memory) << "step " << place;
    EXPECT_EQ(text(held), "\xa4\xa5\xa5\xa5");  // held again, as the driver does; the other bits are left
    EXPECT_EQ(status(stop), 0) << out(stop) << err(stop);
    EXPECT_EQ(text(reset), std::string("\x01\0\0\0", 4));
}

TEST_F(Hardware, WhatIsMissingIsOneErrorAndNothingIsChanged) {
    const auto bound = boot("run");
    unbind();
    const auto claimed = boot("run");
    const auto user = step({"run_as", "65534", "/bin/rproc", "boot", "--hardware", "/lib/firmware/hello.elf"});
    const auto memory = peek(0x62000000, 4);
    follow();

    EXPECT_EQ(status(bound), 4) << err(bound);
    EXPECT_THAT(err(bound), AllOf(HasSubstr("stm32-rproc has the processor"), HasSubstr("unbind")));
    EXPECT_EQ(status(claimed), 5) << err(claimed);
    EXPECT_THAT(err(claimed), AllOf(HasSubstr("0x63001000"), HasSubstr("unbind the driver that uses it")));
    EXPECT_EQ(status(user), 5) << err(user);
    EXPECT_THAT(err(user), HasSubstr("run as root"));
    EXPECT_EQ(text(memory), std::string(4, '\0'));
}

TEST_F(Hardware, ACoreOfTheSecureWorldIsLeftAlone) {
    guest().machine_option(word_at(kTrustZone, 1));
    unbind();
    unbind_reset();
    const auto secured = boot("run");
    follow();

    EXPECT_EQ(status(secured), 5) << err(secured);
    EXPECT_THAT(err(secured), HasSubstr("secure world owns the register"));
}

}  // namespace
}  // namespace rproc::test
