// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/text_arguments.hpp"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "rproc/error.hpp"

namespace rproc {
namespace {

/// The text with its placeholders filled, as an error renders it.
std::string filled(std::string_view text, std::initializer_list<TextArgument> arguments) {
    return Error::of({.code = ErrorCode::table_missing, .message = text}, {}, arguments).what();
}

TEST(TextArgument, NumbersAndNamesFillTheirPlaceholders) {
    EXPECT_EQ(filled("{0} of {1}", {3U, "app.elf"}), "3 of app.elf");
    EXPECT_EQ(filled("{1}, {0}, {1}", {1U, 2U}), "2, 1, 2");
}

TEST(TextArgument, NumberIsFormattedAsItsPlaceholderSpecifies) {
    EXPECT_EQ(filled("{0} {0:#x} {0:x} {0:#010x} {0:04o}", {0x1fU}), "31 0x1f 1f 0x0000001f 0037");
}

TEST(TextArgument, KeepsTheSignOfANumber) {
    EXPECT_EQ(filled("{0} {1}", {-22, std::int64_t{-1}}), "-22 -1");
    EXPECT_EQ(filled("{0}", {22}), "22");
}

TEST(TextArgument, ResultPlaceholderIsTheNegativeErrno) { EXPECT_EQ(filled("failed: {result}", {}), "failed: -22"); }

TEST(TextArgument, NamePlaceholderIsTheFirstNameInThePlace) {
    const ErrorText text{.message = "carveout {name}"};
    EXPECT_EQ(Error::of(text, place::Carveout{"shm", 16}, {}).what(), "carveout shm");
    EXPECT_EQ(Error::of(text, place::Segment{}, {}).what(), "carveout ");
}

TEST(TextArgument, NameIsNotExpanded) { EXPECT_EQ(filled("\"{0}\"", {"{0} {1:#x} %s"}), "\"{0} {1:#x} %s\""); }

TEST(TextArgument, DoubledBracesRenderAsOne) { EXPECT_EQ(filled("{{ KEEP({0}) }}", {"x"}), "{ KEEP(x) }"); }

TEST(TextArgument, PlaceholderWithoutAnArgumentIsKept) {
    EXPECT_EQ(filled("{0} {1}", {1U}), "1 {1}");
    EXPECT_EQ(filled("{other}", {1U}), "{other}");
    EXPECT_EQ(filled("an open {0", {1U}), "an open {0");
    EXPECT_EQ(filled("}", {}), "}");
}

TEST(CountArguments, IsOneMoreThanTheLargestPlaceholder) {
    EXPECT_EQ(count_arguments("none"), 0U);
    EXPECT_EQ(count_arguments("{0}"), 1U);
    EXPECT_EQ(count_arguments("{2:#x} and {0}"), 3U);
    EXPECT_EQ(count_arguments("{result}"), 0U);
}

}  // namespace
}  // namespace rproc
