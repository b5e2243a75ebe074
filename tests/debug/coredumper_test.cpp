// SPDX-License-Identifier: BSD-2-Clause
// The three dump modes, on remote processors that crash.
#include "rproc/debug/coredumper.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/alone.hpp"

namespace rproc {
namespace {

namespace fs = std::filesystem;
using test::outcome;
using test::Script;
using ::testing::ElementsAre;

/// A board with memory that only the platform can read.
struct DumpingPlatform : test::BoardPlatform {
    Result<void> prepare(Context& ctx) {
        RPROC_TRY(test::BoardPlatform::prepare(ctx));
        ctx.dump_segments().push_back({.da = DeviceAddress(0x50000000),
                                       .size = 16,
                                       .name = "secrets",
                                       .dump = [this](std::span<std::byte> to, std::uint64_t /*offset*/) {
                                           static_cast<void>(script->call("dump"));
                                           std::ranges::fill(to, std::byte{0x5e});
                                       }});
        return {};
    }
};

class CoredumperTest : public ::testing::Test {
  protected:
    CoredumperTest() {
        fs::remove_all(directory);
        fs::create_directories(directory);
        script.table = ResourceTableBuilder{}.trace("log", 0x200, 16).build();
        EXPECT_EQ(outcome(rproc.set_firmware(test::some_firmware())), "ok");
        rproc.set_crash_handler(dumper.handler());
        EXPECT_EQ(outcome(rproc.boot()), "ok");
        std::ranges::fill(test::alone(rproc).carveouts.da_to_va(DeviceAddress(0), 0x1000), std::byte{0x11});
    }
    ~CoredumperTest() override { fs::remove_all(directory); }

    [[nodiscard]] static DumpingPlatform platform(Script& script) {
        DumpingPlatform platform;
        platform.script = &script;
        return platform;
    }
    [[nodiscard]] static std::vector<std::byte> bytes_of(const fs::path& file) {
        std::ifstream in(file, std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(in)), {});
        std::vector<std::byte> bytes(text.size());
        std::ranges::transform(text, bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
        return bytes;
    }
    [[nodiscard]] static std::vector<std::uint64_t> segments_in(const fs::path& file) {
        const auto bytes = bytes_of(file);
        std::vector<std::uint64_t> addresses;
        const auto image = ElfImage::parse(bytes);
        if (!image) return {};
        for (std::uint32_t i = 0; i < image->segment_count(); ++i) addresses.push_back(image->segment(i).paddr.value());
        return addresses;
    }

    const fs::path directory = fs::path(::testing::TempDir()) / ("coredumper-" + std::to_string(::getpid()));
    Script script;
    std::vector<std::string> reports;
    Coredumper dumper{coredumps_in(directory), {}, [this](const fs::path& file, const Result<CoredumpSummary>& result) {
                          reports.push_back(file.filename().string() + ": " + outcome(result));
                      }};
    RemoteProcessor<test::FullBackend, DumpingPlatform> rproc{test::FullBackend{&script}, platform(script)};
};

TEST_F(CoredumperTest, IsDisabledByDefault) {
    EXPECT_EQ(dumper.mode(), CoredumpMode::disabled);
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    dumper.wait_idle();
    EXPECT_TRUE(fs::is_empty(directory));
    EXPECT_THAT(reports, ::testing::IsEmpty());
}

TEST_F(CoredumperTest, InlineDumpIsWrittenAfterTheRecovery) {
    dumper.set_mode(CoredumpMode::inline_);
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(reports, ElementsAre("m4-crash1.core: ok"));
    EXPECT_THAT(segments_in(directory / "m4-crash1.core"),
                ElementsAre(0U, 0x10040000U, 0x10041000U, 0x50000000U, 0x200U));
    EXPECT_EQ(rproc.state(), State::running);
    EXPECT_EQ(script.count("dump"), 1);
}

TEST_F(CoredumperTest, EnabledDumpHasTheMemoryOfTheCrash) {
    dumper.set_mode(CoredumpMode::enabled);
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    std::ranges::fill(test::alone(rproc).carveouts.da_to_va(DeviceAddress(0), 0x1000), std::byte{0x22});
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    dumper.wait_idle();
    EXPECT_THAT(reports, ElementsAre("m4-crash1.core: ok", "m4-crash2.core: ok"));
    const auto first = bytes_of(directory / "m4-crash1.core");
    const auto second = bytes_of(directory / "m4-crash2.core");
    EXPECT_GE(std::ranges::count(first, std::byte{0x11}), 0x1000);
    EXPECT_LT(std::ranges::count(first, std::byte{0x22}), 16);
    EXPECT_GE(std::ranges::count(second, std::byte{0x22}), 0x1000);
    EXPECT_EQ(std::ranges::count(first, std::byte{0x5e}), 16);
}

TEST_F(CoredumperTest, BothModesWriteTheSameFile) {
    dumper.set_mode(CoredumpMode::inline_);
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    dumper.set_mode(CoredumpMode::enabled);
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    dumper.wait_idle();
    EXPECT_EQ(bytes_of(directory / "m4-crash1.core"), bytes_of(directory / "m4-crash2.core"));
}

TEST_F(CoredumperTest, UnwritableFileDoesNotPreventTheRecovery) {
    fs::remove_all(directory);
    for (const auto mode : {CoredumpMode::inline_, CoredumpMode::enabled}) {
        dumper.set_mode(mode);
        ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
        EXPECT_EQ(rproc.state(), State::running);
    }
    dumper.wait_idle();
    EXPECT_THAT(reports, ElementsAre("m4-crash1.core: file-unwritable", "m4-crash2.core: file-unwritable"));
}

}  // namespace
}  // namespace rproc
