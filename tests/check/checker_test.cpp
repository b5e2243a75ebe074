// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/checker.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/check/finding_code.hpp"
#include "support/shapes.hpp"

namespace rproc::check {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Checker dk2_checker() {
    auto board = platform::embedded_board("stm32mp157c-dk2");
    EXPECT_TRUE(board.has_value());
    return Checker(std::move(*board));
}

FirmwareSource shape(std::string_view name) {
    for (auto& shape : test::all_shapes())
        if (shape.name == name) return FirmwareSource(Firmware(shape.name + ".elf", std::move(shape.image)));
    ADD_FAILURE() << "no shape " << name;
    return FirmwareSource(Firmware("none", {}));
}

std::vector<std::string> codes(const Verdict& verdict) {
    std::vector<std::string> list;
    for (const Finding& finding : verdict.findings) list.emplace_back(finding.code_name());
    return list;
}

TEST(Checker, GoodFirmwareBootsWithNothingToSay) {
    auto checker = dk2_checker();

    const Verdict verdict = checker.check(shape("elf-good"));

    EXPECT_EQ(verdict.firmware, "elf-good.elf");
    EXPECT_EQ(verdict.format, "elf32");
    EXPECT_EQ(verdict.board, "stm32mp157c-dk2");
    EXPECT_EQ(verdict.remoteproc, "m4");
    EXPECT_EQ(verdict.outcome, Outcome::boots);
    EXPECT_EQ(verdict.errno_value, 0);
    EXPECT_EQ(verdict.state, State::running);
    ASSERT_EQ(verdict.virtio.size(), 1U);
    EXPECT_EQ(verdict.virtio.front().id, 7U);
    EXPECT_TRUE(verdict.virtio.front().registered);
    EXPECT_EQ(verdict.kernel_log.front(), "powering up m4");
    EXPECT_EQ(verdict.kernel_log.back(), "remote processor m4 is now up");
    EXPECT_THAT(codes(verdict), IsEmpty());
}

TEST(Checker, RefusalIsExplainedWithTheBoardsMemories) {
    auto checker = dk2_checker();

    const Verdict verdict = checker.check(shape("segment-crossing-by-1"));

    EXPECT_EQ(verdict.outcome, Outcome::refused);
    EXPECT_EQ(verdict.errno_value, 22);
    EXPECT_EQ(verdict.state, State::offline);
    ASSERT_EQ(verdict.findings.size(), 1U);
    EXPECT_EQ(verdict.findings.front().code_name(), "segment-outside-memory");
    EXPECT_THAT(verdict.findings.front().where(), HasSubstr("0xff00+0x101"));
    EXPECT_THAT(verdict.findings.front().message, HasSubstr("ends 1 byte past it"));
    EXPECT_THAT(verdict.kernel_log, Contains("bad phdr da 0xff00 mem 0x101"));
}

TEST(Checker, WhatBootsButLacksSomethingIsDegraded) {
    auto checker = dk2_checker();
    const std::vector<std::pair<std::string_view, std::string>> shapes{
        {"table-none", "table-missing"},
        {"table-ver-2", "table-version"},
        {"table-reserved-1", "table-reserved-bytes"},
        {"table-size-15", "table-headerless"},
        {"table-num-wrap", "table-incomplete"},
        {"table-offset-outside", "table-truncated"},
        {"vdev-num-0", "vring-invalid"},
        {"vdev-da-outside", "vring-misfit"},
        {"trace-da-outside", "trace-unavailable"},
        {"table-address-unmapped", "table-not-in-memory"}};
    for (const auto& [name, code] : shapes) {
        const Verdict verdict = checker.check(shape(name));
        EXPECT_EQ(verdict.outcome, Outcome::degraded) << name;
        EXPECT_EQ(verdict.errno_value, 0) << name;
        EXPECT_THAT(codes(verdict), Contains(code)) << name;
    }
}

TEST(Checker, KernelDefectsAreNamed) {
    auto checker = dk2_checker();
    const std::vector<std::pair<std::string_view, std::string_view>> shapes{
        {"elf-phnum-65535", name_of(FindingCode::kernel_reads_past_file)},
        {"elf-shstrndx-65535", name_of(FindingCode::kernel_reads_past_file)},
        {"elf-section-name-outside", name_of(FindingCode::kernel_reads_past_file)},
        {"elf64-shoff-max", name_of(FindingCode::kernel_reads_past_file)},
        {"segment64-offset-wrap", name_of(FindingCode::kernel_reads_past_file)},
        {"segment64-alias", name_of(FindingCode::kernel_truncates_address)},
        {"elf64-names-offset-high", name_of(FindingCode::kernel_truncates_offset)},
        {"vdev-num-max", name_of(FindingCode::kernel_vring_size_wraps)},
        {"entry-offset-c0000000", name_of(FindingCode::kernel_reads_before_table)},
        {"vdev-vrings-1", name_of(FindingCode::kernel_panics_on_free)},
        {"vdev-two", name_of(FindingCode::kernel_panics_on_free)},
        {"carveout-dma-len-4k", name_of(FindingCode::kernel_panics_on_free)},
        {"carveout-format-s", name_of(FindingCode::kernel_format_string)}};
    std::set<std::string_view> seen;
    for (const auto& [name, code] : shapes) {
        EXPECT_THAT(codes(checker.check(shape(name))), Contains(code)) << name;
        seen.insert(code);
    }
    seen.insert(name_of(FindingCode::kernel_looks_up_null_node));  // of a board: BoardRemarks
    EXPECT_EQ(seen.size(), std::ranges::count(finding_codes(), true, &FindingCodeInfo::kernel_defect))
        << "every defect has a shape";
}

TEST(Checker, PanicAtTheStartHasNeitherErrnoNorState) {
    auto checker = dk2_checker();

    const Verdict verdict = checker.check(shape("mixed-vdev-no-vring-bad-segment"));

    EXPECT_EQ(verdict.outcome, Outcome::panics);
    EXPECT_FALSE(verdict.errno_value);
    EXPECT_FALSE(verdict.state);
    EXPECT_FALSE(verdict.virtio.front().registered);
}

TEST(Checker, PanicAtTheStopHasBoth) {
    auto checker = dk2_checker();

    const Verdict verdict = checker.check(shape("vdev-vrings-1"));

    EXPECT_EQ(verdict.outcome, Outcome::panics);
    EXPECT_EQ(verdict.errno_value, 0);
    EXPECT_EQ(verdict.state, State::running);
}

TEST(Checker, FailedBootThatIsReportedAsSuccess) {
    auto checker = dk2_checker();

    const Verdict verdict = checker.check(shape("entry-vendor-alone"));

    EXPECT_EQ(verdict.outcome, Outcome::refused);
    EXPECT_EQ(verdict.errno_value, 0);
    EXPECT_EQ(verdict.state, State::offline);
    EXPECT_THAT(codes(verdict), Contains("vendor-entry-fails-boot"));
    EXPECT_EQ(verdict.kernel_log.back(), "Boot failed: 1");
}

TEST(Checker, TableThatOverwritesWhatIsLoadedIsAWarning) {
    auto checker = dk2_checker();

    for (const auto* name : {"table-address-0", "table-address-elsewhere"}) {
        const Verdict verdict = checker.check(shape(name));
        EXPECT_EQ(verdict.outcome, Outcome::boots) << name;
        EXPECT_THAT(codes(verdict), Contains("table-outside-segments")) << name;
    }
}

std::vector<std::byte> bytes_of(std::string_view text) {
    std::vector<std::byte> bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    bytes.resize(std::max<std::size_t>(bytes.size(), 128));  // more than an ELF header
    return bytes;
}

/// What is found about a file of these bytes besides that it is no ELF file.
Finding form_of(const std::string& name, std::string_view text) {
    auto checker = dk2_checker();
    const Verdict verdict = checker.check(FirmwareSource(Firmware(name, bytes_of(text))));
    EXPECT_EQ(verdict.outcome, Outcome::refused) << name;
    EXPECT_EQ(verdict.findings.size(), 2U) << name;
    EXPECT_EQ(verdict.findings.front().code_name(), "elf-bad-magic") << name;
    return verdict.findings.back();
}

TEST(Checker, CompressedFileIsRecognised) {
    using namespace std::string_view_literals;
    const Finding xz = form_of("app.elf.xz", "\xfd\x37zXZ\0\0\4"sv);
    EXPECT_EQ(xz.code_name(), "firmware-compressed");
    EXPECT_THAT(xz.message, HasSubstr("as app.elf.xz, when it is asked for app.elf, does not find that"));
    EXPECT_THAT(xz.message, HasSubstr("CONFIG_FW_LOADER_COMPRESS_XZ"));
    EXPECT_THAT(form_of("app.elf.zst", "\x28\xb5\x2f\xfd"sv).message, HasSubstr("CONFIG_FW_LOADER_COMPRESS_ZSTD"));
    EXPECT_THAT(form_of("app", "\x28\xb5\x2f\xfd"sv).message, HasSubstr("as app.zst, when it is asked for app"));
    EXPECT_THAT(form_of("app.elf.gz", "\x1f\x8b\x08"sv).message, HasSubstr("gzip, which Linux never unpacks"));
}

TEST(Checker, FileForAProgrammerIsRecognised) {
    const Finding hex = form_of("app.hex", ":020000040800F2\r\n:10000000000004101D010008210100082501000845\r\n");
    EXPECT_EQ(hex.code_name(), "firmware-as-text");
    EXPECT_THAT(hex.message, HasSubstr("Intel HEX"));
    EXPECT_THAT(form_of("app.srec", "S00600004844521B\n").message, HasSubstr("S-records"));
    const std::string_view vectors(
        "\x00\x00\x04\x10\x99\x02\x00\x00\xa1\x02\x00\x00\xa3\x02\x00\x00\xa5\x02\x00\x00\xa7\x02\x00\x00\xa9\x02\x00"
        "\x00",
        28);
    EXPECT_EQ(form_of("app.bin", vectors).code_name(), "firmware-as-raw-bytes");
}

TEST(Checker, OtherBytesAreNotTakenForAForm) {
    for (const std::string_view text : {":020000040800F3", "S0060000484452FF", ":hello", "S", "plain text", ""}) {
        auto checker = dk2_checker();
        const Verdict verdict = checker.check(FirmwareSource(Firmware("app", bytes_of(text))));
        EXPECT_EQ(codes(verdict), std::vector<std::string>{"elf-bad-magic"}) << text;
    }
}

TEST(Checker, ImageSignedForOpteeIsRecognised) {
    auto checker = dk2_checker();
    std::vector<std::byte> image(64);
    image[0] = std::byte{0x68};
    image[1] = std::byte{0xa4};
    image[2] = std::byte{0x43};
    image[3] = std::byte{0x35};

    const Verdict verdict = checker.check(FirmwareSource(Firmware("app.signed", image)));

    EXPECT_EQ(codes(verdict), std::vector<std::string>{"elf-bad-magic"});
    EXPECT_THAT(verdict.findings.front().message, HasSubstr("signed for OP-TEE"));
    EXPECT_THAT(verdict.kernel_log, Contains("Image is corrupted (bad magic)"));
}

TEST(Checker, FileThatIsNotThereIsRefusedWithItsName) {
    auto checker = dk2_checker();

    const Verdict verdict = checker.check(firmware_file("/no/such/firmware.elf"));

    EXPECT_EQ(verdict.firmware, "firmware.elf");
    EXPECT_EQ(verdict.format, "unknown");
    EXPECT_EQ(verdict.outcome, Outcome::refused);
    EXPECT_EQ(verdict.errno_value, 2);
    EXPECT_EQ(codes(verdict), std::vector<std::string>{"firmware-not-found"});
    EXPECT_THAT(verdict.kernel_log, Contains("request_firmware failed: -2"));
}

TEST(Checker, OneVerdictDoesNotDependOnTheOneBefore) {
    auto checker = dk2_checker();
    const Verdict first = checker.check(shape("elf-good"));
    static_cast<void>(checker.check(shape("segment-outside")));
    static_cast<void>(checker.check(shape("vdev-two")));

    const Verdict again = checker.check(shape("elf-good"));

    EXPECT_EQ(again.kernel_log, first.kernel_log);
    EXPECT_EQ(again.outcome, first.outcome);
    EXPECT_THAT(codes(again), IsEmpty());
}

TEST(ErrnoName, KnowsWhatRemoteprocReturns) {
    EXPECT_EQ(errno_name(0), "");
    EXPECT_EQ(errno_name(22), "EINVAL");
    EXPECT_EQ(errno_name(75), "EOVERFLOW");
    EXPECT_EQ(errno_name(4095), "errno 4095");
    for (const ErrorCodeInfo& info : error_codes())
        EXPECT_THAT(errno_name(info.errno_value), ::testing::Not(HasSubstr("errno"))) << info.name;
}

}  // namespace
}  // namespace rproc::check
