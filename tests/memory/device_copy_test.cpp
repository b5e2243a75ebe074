// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/memory/device_copy.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rproc {
namespace {

std::vector<std::byte> pattern(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i + 1);
    return bytes;
}

/// Calls `f` for every alignment of the two sides and every small size.
template <class F>
void with_every_alignment(F f) {
    for (std::size_t to = 0; to < 8; ++to)
        for (std::size_t from = 0; from < 8; ++from)
            for (std::size_t size = 0; size < 24; ++size) f(to, from, size);
}

TEST(DeviceCopy, WritesTheBytesAndNoOthersAtEveryAlignment) {
    with_every_alignment([](std::size_t to, std::size_t from, std::size_t size) {
        const auto source = pattern(40);
        std::vector<std::byte> target(40, std::byte{0xee});
        auto expected = target;
        for (std::size_t i = 0; i < size; ++i) expected[to + i] = source[from + i];
        copy_to_device(std::span(target).subspan(to), std::span(source).subspan(from, size));
        EXPECT_EQ(target, expected) << to << ' ' << from << ' ' << size;
    });
}

TEST(DeviceCopy, ReadsTheBytesAtEveryAlignment) {
    with_every_alignment([](std::size_t to, std::size_t from, std::size_t size) {
        const auto source = pattern(40);
        std::vector<std::byte> target(40, std::byte{0xee});
        auto expected = target;
        for (std::size_t i = 0; i < size; ++i) expected[to + i] = source[from + i];
        copy_from_device(std::span(target).subspan(to, size), std::span(source).subspan(from));
        EXPECT_EQ(target, expected) << to << ' ' << from << ' ' << size;
    });
}

TEST(DeviceCopy, ClearsTheBytesAndNoOthers) {
    with_every_alignment([](std::size_t to, std::size_t /*from*/, std::size_t size) {
        auto target = pattern(40);
        auto expected = target;
        for (std::size_t i = 0; i < size; ++i) expected[to + i] = std::byte{0};
        clear_device(std::span(target).subspan(to, size));
        EXPECT_EQ(target, expected) << to << ' ' << size;
    });
}

}  // namespace
}  // namespace rproc
