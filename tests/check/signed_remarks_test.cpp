// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/signed_remarks.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/check/checker.hpp"
#include "support/elf_builder.hpp"
#include "support/signed_package.hpp"

namespace rproc::check {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t kArmExidx = 0x70000001;
constexpr std::uint64_t kShared = 0x10048000;  // mcu_rsc_table

test::Bytes table() { return test::Table{.entries = {test::trace({.da = kShared + 0x1000, .len = 0x400})}}.build(); }

/// Code at 0 and a table in the shared memory, as ST's article has it.
test::ElfImage sound_image() {
    test::ElfImage image;
    image.segments = {{.paddr = 0, .data = test::pattern(64)}, {.paddr = kShared, .data = table()}};
    image.sections = {{.name = ".resource_table", .addr = kShared, .data = table(), .segment = 1}};
    return image;
}

/// As GNU ld links it: the exception index is the start of a segment.
test::ElfImage image_with_exidx() {
    test::ElfImage image = sound_image();
    image.segments.insert(image.segments.begin(), {.type = kArmExidx, .paddr = 0, .data = test::pattern(32)});
    image.sections.front().segment = 2;
    return image;
}

Verdict verdict_on(const test::Bytes& bytes) {
    Checker checker(*platform::embedded_board("stm32mp157c-dk2-tee"));
    return checker.check(FirmwareSource(Firmware("app", bytes)));
}

Verdict verdict_on_signed(const test::ElfImage& image) {
    return verdict_on(
        test::SignedPackage::of({image.build()}, SignType::rsa_pkcs1_sha256).sign(test::signing_key("rsa2048")));
}

const Finding* finding_of(const Verdict& verdict, std::string_view code) {
    const auto found = std::ranges::find(verdict.findings, code, &Finding::code_name);
    return found == verdict.findings.end() ? nullptr : &*found;
}

TEST(SignedRemarks, NoneOnASoundImageOfTheArticlesBoard) {
    const Verdict verdict = verdict_on_signed(sound_image());
    EXPECT_EQ(verdict.outcome, Outcome::boots);
    EXPECT_EQ(finding_of(verdict, "tee-refused"), nullptr);
    EXPECT_EQ(finding_of(verdict, "table-not-in-memory"), nullptr);
}

TEST(SignedRemarks, OpteeTakesTheExceptionIndexForTheSegment) {
    const Verdict verdict = verdict_on_signed(image_with_exidx());
    EXPECT_EQ(verdict.outcome, Outcome::refused);
    EXPECT_EQ(verdict.errno_value, EIO);
    EXPECT_EQ(verdict.state, State::offline);
    EXPECT_EQ(verdict.kernel_log.back(), "Boot failed: -5");
    const Finding* const finding = finding_of(verdict, "tee-refused");
    ASSERT_NE(finding, nullptr);
    EXPECT_THAT(finding->message, HasSubstr("PT_ARM_EXIDX"));
    EXPECT_THAT(finding->message, HasSubstr("TEE_ERROR_BAD_PARAMETERS"));
    EXPECT_THAT(finding->hint, HasSubstr("PHDRS"));
}

TEST(SignedRemarks, TheElfFileIsToldBeforeItIsSigned) {
    const Verdict verdict = verdict_on(image_with_exidx().build());
    EXPECT_EQ(verdict.outcome, Outcome::refused);
    const bool told = std::ranges::any_of(
        verdict.findings, [](const Finding& each) { return each.message.find("PT_ARM_EXIDX") != std::string::npos; });
    EXPECT_TRUE(told);
}

TEST(SignedRemarks, AnExceptionIndexBehindTheSegmentIsHarmless) {
    test::ElfImage image = sound_image();
    image.segments.push_back({.type = kArmExidx, .paddr = 0, .data = test::pattern(32)});
    EXPECT_EQ(verdict_on_signed(image).outcome, Outcome::boots);
}

TEST(SignedRemarks, ATableThatIsLoadedElsewhereIsDegraded) {
    test::ElfImage image = sound_image();
    image.segments.push_back({.paddr = kShared + 0x4000, .data = table()});
    image.sections = {{.name = ".resource_table", .addr = kShared, .data = table()}};
    image.sections.front().offset = 52 + 3 * 32 + 64 + table().size();  // the bytes of segment 2
    const Verdict verdict = verdict_on_signed(image);
    EXPECT_EQ(verdict.outcome, Outcome::degraded);
    const Finding* const finding = finding_of(verdict, "table-not-in-memory");
    ASSERT_NE(finding, nullptr);
    EXPECT_THAT(finding->message, HasSubstr("its bytes are loaded at 0x1004c000"));
}

TEST(SignedRemarks, WhatOpteeAcceptsAndTheStrictPolicyDoesNotIsAWarning) {
    test::ElfImage image = sound_image();
    image.sections = {{.name = ".resource_table", .addr = kShared + 0x4000, .data = table()}};
    const Verdict verdict = verdict_on_signed(image);
    EXPECT_EQ(verdict.outcome, Outcome::degraded) << "Linux reads zeros as the table";
    EXPECT_EQ(verdict.errno_value, 0);
    EXPECT_EQ(verdict.kernel_log.back(), "remote processor m4 is now up");
    EXPECT_NE(finding_of(verdict, "table-not-in-memory"), nullptr);
    EXPECT_EQ(finding_of(verdict, "table-version"), nullptr);
    const Finding* const finding = finding_of(verdict, "optee-accepts-table-place");
    ASSERT_NE(finding, nullptr);
    EXPECT_EQ(finding->severity, Severity::warning);
    EXPECT_THAT(finding->message, HasSubstr("OP-TEE accepts this"));
}

}  // namespace
}  // namespace rproc::check
