// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/error.hpp"

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/result.hpp"

namespace rproc {
namespace {

using ::testing::ContainsRegex;
using ::testing::Not;

constexpr ErrorText kNamed{.code = ErrorCode::register_failed,
                           .message = "the clock {0} of {1} is {2:#x}",
                           .kernel_line = "clk {0}: {result}",
                           .hint = "enable {0}"};

Error sample() {
    std::string clock = "ck_mcu with a name that no string keeps in itself";
    std::string node = "/soc/rcc@50000000";
    Error error(kNamed, place::Node{node, "clocks"}, clock, node, 0x42U);
    clock.assign(clock.size(), '!');
    node.assign(node.size(), '!');
    return error;
}

TEST(Error, ErrorAndResultAreSmall) {
    EXPECT_LE(sizeof(Error), 16U);
    EXPECT_LE(sizeof(Result<void>), 24U);
}

TEST(Error, KernelResultIsTheNegativeErrno) {
    const Error error(ErrorCode::segment_outside_memory, {}, 0x80100000U, 0x540U);
    EXPECT_EQ(error.errno_value(), 22);
    EXPECT_EQ(error.kernel_result(), -22);
}

TEST(Error, KernelResultIsOneWhereTheKernelReportsSuccess) {
    const Error error(ErrorCode::vendor_entry_fails_boot, {});
    EXPECT_EQ(error.errno_value(), 0);
    EXPECT_EQ(error.kernel_result(), 1);
}

TEST(Error, RendersItsTextsFromItsArguments) {
    const Error error(ErrorCode::segment_truncated, place::Segment{1, 0x80100000, 0x540}, 0x1000U, 0x8000U, 0x6400U,
                      0x9000U);
    EXPECT_EQ(error.what(), "its bytes 0x1000+0x8000 lie past the end of a file of 0x6400 bytes");
    EXPECT_EQ(error.where(), "segment 1 (0x80100000+0x540)");
    EXPECT_EQ(error.message(),
              "segment 1 (0x80100000+0x540): its bytes 0x1000+0x8000 lie past the end of a file of 0x6400 bytes");
    EXPECT_EQ(error.kernel_line(), "truncated fw: need 0x9000 avail 0x6400");
    EXPECT_EQ(error.hint(), "the file was cut off; compare its size with the one the linker wrote");
}

TEST(Error, MessageWithoutAPlaceIsOnlyTheSentence) {
    EXPECT_EQ(Error::of({.message = "no firmware was chosen"}, {}, {}).message(), "no firmware was chosen");
}

TEST(Error, OwnsCopiesOfItsNames) {
    const Error error = sample();
    EXPECT_EQ(error.message(),
              "/soc/rcc@50000000, property clocks: the clock ck_mcu with a name that no string keeps in itself of "
              "/soc/rcc@50000000 is 0x42");
    EXPECT_EQ(error.kernel_line(), "clk ck_mcu with a name that no string keeps in itself: -5");
    EXPECT_EQ(error.place(), Place(place::Node{"/soc/rcc@50000000", "clocks"}));
}

TEST(Error, CopyOutlivesItsOriginal) {
    std::optional<Error> original(sample());
    const Error copy = *original;
    original.reset();
    EXPECT_EQ(copy.message(), sample().message());
    EXPECT_EQ(copy.place(), sample().place());
}

TEST(Error, MovedErrorKeepsItsTexts) {
    Error original = sample();
    const Error moved = std::move(original);
    EXPECT_EQ(moved.message(), sample().message());
}

TEST(Error, SelfAssignmentChangesNothing) {
    Error error = sample();
    const Error& same = error;
    error = same;
    EXPECT_EQ(error.message(), sample().message());
}

TEST(Error, PlaceCanBeReplacedByOneMadeFromItself) {
    Error error = sample();
    error.set_place(error.place().in_file("board.dtb"));
    EXPECT_EQ(error.where(), "board.dtb, /soc/rcc@50000000, property clocks");
    EXPECT_EQ(error.hint(), "enable ck_mcu with a name that no string keeps in itself");
}

TEST(Error, KernelLineAndHintCanBeReplaced) {
    Error error = sample();
    error.set_kernel_line("failed to enable {1}: {result}");
    error.set_hint("");
    EXPECT_EQ(error.kernel_line(), "failed to enable /soc/rcc@50000000: -5");
    EXPECT_EQ(error.hint(), "");
    EXPECT_TRUE(error.has_kernel_line());
}

TEST(Error, NoteIsAppendedToTheMessage) {
    Error error(ErrorCode::table_missing, {});
    error.set_note("the old firmware runs again");
    EXPECT_THAT(error.what(), ::testing::EndsWith("; the old firmware runs again"));
    EXPECT_EQ(Error(error).what(), error.what());
}

TEST(Error, ReplacingTheCodeKeepsTheTextsAndChangesTheErrno) {
    const Error error = sample().with_code(ErrorCode::mailbox_timeout);
    EXPECT_EQ(error.code(), ErrorCode::mailbox_timeout);
    EXPECT_EQ(error.errno_value(), 62);
    EXPECT_EQ(error.what(), sample().what());
}

TEST(Error, HasNoStepByDefault) {
    EXPECT_EQ(Error().step(), Step::none);
    EXPECT_EQ(sample().step(), Step::none);
}

TEST(Error, DefaultErrorHasNoTexts) {
    const Error error;
    EXPECT_EQ(error.message(), "");
    EXPECT_EQ(error.kernel_line(), "");
    EXPECT_TRUE(error.place().empty());
    EXPECT_TRUE(error.arguments().empty());
}

// A text with a placeholder that no call fills would show the placeholder to the user.
TEST(Error, EveryCodeFillsEveryPlaceholderOfItsTexts) {
    for (const ErrorCodeInfo& info : error_codes()) {
        std::array<TextArgument, 8> arguments{};
        arguments.fill(TextArgument(7U));
        const Error error = Error::of(info.text, {}, std::span(arguments).first(info.text.argument_count()));
        for (const std::string& text : {error.what(), error.kernel_line(), error.hint()})
            EXPECT_THAT(text, Not(ContainsRegex("\\{[0-9r]"))) << info.name;
        EXPECT_NE(error.what(), "") << info.name;
    }
}

TEST(Severity, HasNames) {
    EXPECT_EQ(to_string(Severity::note), "note");
    EXPECT_EQ(to_string(Severity::warning), "warning");
    EXPECT_EQ(to_string(Severity::error), "error");
}

}  // namespace
}  // namespace rproc
