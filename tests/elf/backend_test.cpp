// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/elf/backend.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/memory/model_memory.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::ElfClass;
using test::outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Records notices by their code, and the log lines.
struct RecordingObserver : NullObserver {
    std::vector<std::string> notices;
    std::vector<std::string> lines;
    void on_notice(Severity /*severity*/, const Error& error) { notices.emplace_back(name_of(error.code())); }
    void on_log(const LogLine& line) { lines.push_back(line.text()); }
};

/// The backend with two adjacent carveouts: 4 KiB at da 0, and 4 KiB at da 0x1000.
class ElfBackendTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ctx.report_to(listener);
        add(Carveout::region("low", DeviceAddress(0), PhysicalAddress(0x38000000), 0x1000));
        add(Carveout::region("high", DeviceAddress(0x1000), PhysicalAddress(0x10000000), 0x1000));
        ctx.carveouts().index();
        for (const Carveout& carveout : ctx.carveouts().all())
            std::ranges::fill(carveout.mapping.bytes(), std::byte{0xee});
    }
    void add(Carveout carveout) {
        auto added = ctx.carveouts().add(std::move(carveout));
        ASSERT_EQ(outcome(ctx.carveouts().map(*added.value(), memory)), "ok");
    }

    static Firmware firmware(const test::ElfImage& image) { return {"app.elf", image.build()}; }
    static test::ElfImage image(std::vector<test::Segment> segments, ElfClass elf_class = ElfClass::k32) {
        return {.elf_class = elf_class, .segments = std::move(segments)};
    }
    static test::ElfImage with_table(Bytes table, std::uint64_t addr = 0x100) {
        return {.segments = {{.paddr = addr, .data = table}},
                .sections = {{.name = ".resource_table", .addr = addr, .data = std::move(table), .segment = 0}}};
    }

    std::string load(const test::ElfImage& what) {
        const Firmware file = firmware(what);
        const auto loaded = backend.load(ctx, backend.parse(ctx, file).value());
        kernel_line = loaded ? "" : loaded.error().kernel_line();
        return outcome(loaded);
    }
    std::string parse_fw(const test::ElfImage& what) {
        const Firmware file = firmware(what);
        auto parsed = backend.parse_fw(ctx, backend.parse(ctx, file).value());
        kernel_line = parsed ? "" : parsed.error().kernel_line();
        if (parsed) table = std::move(parsed).value();
        return outcome(parsed);
    }
    std::span<std::byte> find_loaded(const test::ElfImage& what) {
        const Firmware file = firmware(what);
        const auto found = backend.find_loaded_rsc_table(ctx, backend.parse(ctx, file).value());
        return found;
    }
    [[nodiscard]] std::span<std::byte> at(std::uint64_t da, std::uint64_t size) const {
        return ctx.carveouts().da_to_va(DeviceAddress(da), size);
    }
    [[nodiscard]] bool untouched(std::uint64_t da, std::uint64_t size) const {
        return std::ranges::count(at(da, size), std::byte{0xee}) == static_cast<std::ptrdiff_t>(size);
    }

    ModelMemory memory;
    Context ctx{"m4"};
    RecordingObserver listener;
    elf::Backend backend;
    std::string kernel_line;
    Bytes table;
};

TEST_F(ElfBackendTest, LoadCopiesAndZeroFillsByteByByte) {
    ASSERT_EQ(load(image({{.paddr = 0x10, .data = test::pattern(32), .memsz = 48}})), "ok");
    EXPECT_TRUE(untouched(0, 0x10));
    EXPECT_TRUE(std::ranges::equal(at(0x10, 32), test::pattern(32)));
    EXPECT_TRUE(std::ranges::equal(at(0x30, 16), Bytes(16)));
    EXPECT_TRUE(untouched(0x40, 0x1000 - 0x40));
    EXPECT_TRUE(untouched(0x1000, 0x1000));
}

TEST_F(ElfBackendTest, LoadUsesThePaddrOfTheProgramHeader) {
    ASSERT_EQ(load(image({{.paddr = 0x1000, .data = test::pattern(4), .vaddr = 0x0}})), "ok");
    EXPECT_TRUE(std::ranges::equal(at(0x1000, 4), test::pattern(4)));
    EXPECT_TRUE(untouched(0, 0x1000));
}

TEST_F(ElfBackendTest, LoadTakesASegmentWithoutBytesInTheFile) {
    ASSERT_EQ(load(image({{.paddr = 0x20, .memsz = 8}})), "ok");
    EXPECT_TRUE(std::ranges::equal(at(0x20, 8), Bytes(8)));
    EXPECT_TRUE(untouched(0x28, 8));
}

TEST_F(ElfBackendTest, LoadSkipsSegmentsThatAreNotLoadable) {
    ASSERT_EQ(load(image({{.type = 2, .paddr = 0x20, .data = test::pattern(4)},
                          {.type = 0x70000001, .paddr = 0xf0000000, .data = test::pattern(4)},
                          {.paddr = 0xf0000000, .memsz = 0}})),
              "ok");
    EXPECT_TRUE(untouched(0, 0x1000));
}

TEST_F(ElfBackendTest, LaterSegmentOverwritesAnEarlierOne) {
    ASSERT_EQ(load(image({{.paddr = 0, .data = test::pattern(8)}, {.paddr = 4, .data = test::pattern(8, 0x80)}})),
              "ok");
    EXPECT_TRUE(std::ranges::equal(at(0, 4), test::pattern(4)));
    EXPECT_TRUE(std::ranges::equal(at(4, 8), test::pattern(8, 0x80)));
}

TEST_F(ElfBackendTest, LoadFillsACarveoutToItsLastByte) {
    EXPECT_EQ(load(image({{.paddr = 0, .data = test::pattern(0x1000)}})), "ok");
    EXPECT_TRUE(std::ranges::equal(at(0, 0x1000), test::pattern(0x1000)));
    EXPECT_EQ(load(image({{.paddr = 0x1fff, .data = test::pattern(1)}})), "ok");
}

TEST_F(ElfBackendTest, LoadRefusesFileszLargerThanMemsz) {
    EXPECT_EQ(load(image({{.paddr = 0, .data = Bytes(0x40), .memsz = 0x20}})), "segment-filesz-exceeds-memsz");
    EXPECT_EQ(kernel_line, "bad phdr filesz 0x40 memsz 0x20");
}

TEST_F(ElfBackendTest, LoadRefusesATruncatedFile) {
    auto cut = image({{.paddr = 0, .data = Bytes(0x60), .offset = 0x8000}});
    EXPECT_EQ(load(cut), "segment-truncated");
    EXPECT_EQ(kernel_line, fmt::format("truncated fw: need 0x8060 avail {:#x}", cut.build().size()));
}

TEST_F(ElfBackendTest, LoadRefusesSizesBeyondA32BitKernel) {
    EXPECT_EQ(load(image({{.paddr = 0, .data = Bytes(4), .memsz = 0x100000000}}, ElfClass::k64)), "segment-too-large");
    EXPECT_EQ(kernel_line, "size (100000000) does not fit in size_t type");
    EXPECT_EQ(load(image({{.paddr = 0, .data = Bytes(4), .memsz = 0xffffffff}}, ElfClass::k64)),
              "segment-outside-memory");
}

TEST_F(ElfBackendTest, LoadRefusesASegmentOutsideEveryCarveout) {
    EXPECT_EQ(load(image({{.paddr = 0x80100000, .data = Bytes(4), .memsz = 0x540}})), "segment-outside-memory");
    EXPECT_EQ(kernel_line, "bad phdr da 0x80100000 mem 0x540");
}

TEST_F(ElfBackendTest, LoadRefusesASegmentAcrossTwoCarveouts) {
    EXPECT_EQ(load(image({{.paddr = 0xff0, .data = Bytes(0x20)}})), "segment-outside-memory");
    EXPECT_EQ(kernel_line, "bad phdr da 0xff0 mem 0x20");
    EXPECT_TRUE(untouched(0xff0, 0x10));
}

TEST_F(ElfBackendTest, LoadRefusesASegmentOneByteTooLong) {
    EXPECT_EQ(load(image({{.paddr = 0x1ff0, .data = Bytes(0x10), .memsz = 0x11}})), "segment-outside-memory");
    EXPECT_TRUE(untouched(0x1ff0, 0x10));
}

TEST_F(ElfBackendTest, Regression64BitDaDoesNotAliasA32BitOffset) {
    EXPECT_EQ(load(image({{.paddr = 0x100000010, .data = test::pattern(4)}}, ElfClass::k64)), "segment-outside-memory");
    EXPECT_EQ(kernel_line, "bad phdr da 0x100000010 mem 0x4");
    EXPECT_TRUE(untouched(0, 0x1000));
}

TEST_F(ElfBackendTest, RegressionSegmentThatWrapsTheAddressSpaceIsRefused) {
    const std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(load(image({{.paddr = top - 3, .data = Bytes(4), .memsz = 0x20}}, ElfClass::k64)),
              "segment-outside-memory");
    EXPECT_EQ(load(image({{.paddr = 0, .data = Bytes(4), .offset = top - 3}}, ElfClass::k64)), "segment-truncated");
}

TEST_F(ElfBackendTest, SegmentsBeforeARefusedOneAreCopied) {
    EXPECT_EQ(load(image({{.paddr = 0, .data = test::pattern(4)},
                          {.paddr = 0xf0000000, .data = test::pattern(4)},
                          {.paddr = 8, .data = test::pattern(4)}})),
              "segment-outside-memory");
    EXPECT_TRUE(std::ranges::equal(at(0, 4), test::pattern(4)));
    EXPECT_TRUE(untouched(8, 4));
}

// e_phnum is two; the file ends after the first program header.
TEST_F(ElfBackendTest, TruncatedProgramHeadersAreANotice) {
    auto cut = image({{.paddr = 0, .data = test::pattern(4)}});
    cut.header.phoff = cut.build().size();
    cut.header.phnum = 2;
    Bytes bytes = cut.build();
    const Bytes program_header(bytes.begin() + 52, bytes.begin() + 84);
    bytes.insert(bytes.end(), program_header.begin(), program_header.end());
    EXPECT_EQ(outcome(backend.load(ctx, rproc::ElfImage::parse(bytes).value())), "ok");
    EXPECT_THAT(listener.notices, ElementsAre("elf-program-headers-cut-off"));
    EXPECT_TRUE(std::ranges::equal(at(0, 4), test::pattern(4)));
}

TEST_F(ElfBackendTest, ParseFailsAsElfImageDoes) {
    auto what = image({{.paddr = 0, .data = Bytes(4)}});
    EXPECT_EQ(outcome(backend.parse(ctx, firmware(what))), "ok");
    what.header.phnum = 0;
    EXPECT_EQ(outcome(backend.parse(ctx, firmware(what))), "elf-no-segments");
}

TEST_F(ElfBackendTest, BootAddressIsTheEntryPoint) {
    auto what = image({{.paddr = 0, .data = Bytes(4)}});
    what.header.entry = 0x10000041;
    const Firmware file = firmware(what);
    EXPECT_EQ(backend.boot_address(ctx, backend.parse(ctx, file).value()), DeviceAddress(0x10000041));
}

TEST_F(ElfBackendTest, ParseFwCopiesTheTable) {
    const Bytes expected = test::Table{.entries = {test::trace({})}}.build();
    ASSERT_EQ(parse_fw(with_table(expected)), "ok");
    EXPECT_EQ(table, expected);
    EXPECT_THAT(listener.notices, IsEmpty());
    EXPECT_THAT(listener.lines, IsEmpty());
}

// The platform decides about firmware without a table: the backend logs nothing.
TEST_F(ElfBackendTest, FirmwareWithoutATableIsAnErrorForThePlatform) {
    EXPECT_EQ(parse_fw(image({{.paddr = 0, .data = Bytes(4)}})), "table-missing");
    EXPECT_EQ(kernel_line, "");
    EXPECT_THAT(listener.notices, IsEmpty());
    EXPECT_THAT(listener.lines, IsEmpty());
}

TEST_F(ElfBackendTest, ABadTableIsAnErrorForThePlatform) {
    struct Case {
        Bytes table;
        const char* code;
        const char* line;
    };
    const Case cases[] = {{Bytes(15), "table-headerless", "header-less resource table"},
                          {test::Table{.ver = 2}.build(), "table-version", "unsupported fw ver: 2"},
                          {test::Table{.reserved = {1, 0}}.build(), "table-reserved-bytes", "non zero reserved bytes"},
                          {test::Table{.num = 9}.build(), "table-incomplete", "resource table incomplete"}};
    for (const Case& bad : cases) {
        EXPECT_EQ(parse_fw(with_table(bad.table)), bad.code);
        EXPECT_EQ(kernel_line, bad.line);
        EXPECT_THAT(listener.lines, IsEmpty());
    }
}

TEST_F(ElfBackendTest, TablePastTheEndOfTheFileIsAnErrorForThePlatform) {
    for (const std::uint64_t offset : {std::uint64_t{0x8000}, std::uint64_t{0xfffffff0}}) {
        auto what = with_table(test::Table{}.build());
        what.sections[0].offset = offset;
        EXPECT_EQ(parse_fw(what), "table-truncated");
        EXPECT_EQ(kernel_line, "resource table truncated");
    }
}

TEST_F(ElfBackendTest, FindsTheTableInMemory) {
    const Bytes expected = test::Table{.entries = {test::trace({})}}.build();
    const auto found = find_loaded(with_table(expected, 0x1100));
    EXPECT_EQ(found.data(), at(0x1100, 1).data());
    EXPECT_EQ(found.size(), expected.size());
}

TEST_F(ElfBackendTest, TableOutsideEveryCarveoutIsANotice) {
    EXPECT_TRUE(find_loaded(with_table(test::Table{}.build(), 0xf0000000)).empty());
    EXPECT_THAT(listener.notices, ElementsAre("table-not-in-memory"));
    EXPECT_THAT(listener.lines, IsEmpty());
}

TEST_F(ElfBackendTest, TableAcrossTheEndOfACarveoutIsNotFound) {
    EXPECT_TRUE(find_loaded(with_table(test::Table{}.build(), 0x1ff8)).empty());
    EXPECT_THAT(listener.notices, ElementsAre("table-not-in-memory"));
}

// Linux looks the table up a second time, and prints the warning a second time.
TEST_F(ElfBackendTest, InvalidTableIsReportedAgainAndNotFound) {
    EXPECT_TRUE(find_loaded(with_table(test::Table{.ver = 2}.build())).empty());
    EXPECT_THAT(listener.notices, IsEmpty());
    EXPECT_THAT(listener.lines, ElementsAre("unsupported fw ver: 2"));
}

TEST_F(ElfBackendTest, StartAndStopCallThePlatformsCoreControl) {
    struct Core {
        std::vector<std::string> calls;
        Result<void> power_up(Context& /*ctx*/) {
            calls.emplace_back("up");
            return {};
        }
        Result<void> power_down(Context& /*ctx*/) {
            calls.emplace_back("down");
            return fail(Error::of({.code = ErrorCode::register_failed}, {}, {}));
        }
    };
    Core core;
    EXPECT_EQ(outcome(backend.start(ctx, core)), "ok");
    EXPECT_EQ(outcome(backend.stop(ctx, core)), "register-failed");
    EXPECT_THAT(core.calls, ElementsAre("up", "down"));
}

}  // namespace
}  // namespace rproc
