// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/resource/layout.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <gtest/gtest.h>

#include "support/elf_builder.hpp"

namespace rproc {
namespace {

template <class T>
bool has_bytes(const T& value, const test::Bytes& expected) {
    return std::ranges::equal(std::as_bytes(std::span(&value, 1)), expected);
}

TEST(Layout, IntegersAreLittleEndian) {
    const internal::Le32 value = 0x11223344;
    EXPECT_TRUE(has_bytes(value, test::ByteWriter().u8(0x44).u8(0x33).u8(0x22).u8(0x11).take()));
    EXPECT_EQ(value.get(), 0x11223344U);
    EXPECT_EQ(internal::Le16(0x8001).get(), 0x8001U);
    EXPECT_EQ(internal::Le64(0x8000000000000001).get(), 0x8000000000000001U);
}

TEST(Layout, VdevFieldsHaveTheirOffsets) {
    const wire::Vdev vdev{.id = 1,
                          .notifyid = 2,
                          .dfeatures = 3,
                          .gfeatures = 4,
                          .config_len = 5,
                          .status = 6,
                          .num_of_vrings = 7,
                          .reserved = {8, 9}};
    EXPECT_TRUE(has_bytes(vdev, test::ByteWriter().u32(1).u32(2).u32(3).u32(4).u32(5).u8(6).u8(7).u8(8).u8(9).take()));
}

TEST(Layout, VringFieldsHaveTheirOffsets) {
    const wire::Vring vring{.da = 1, .align = 2, .num = 3, .notifyid = 4, .pa = 5};
    EXPECT_TRUE(has_bytes(vring, test::ByteWriter().u32(1).u32(2).u32(3).u32(4).u32(5).take()));
}

TEST(Layout, MemoryEntriesAndTracesEndWithTheirName) {
    const wire::Name name{'a', 'b'};
    const wire::Carveout carveout{.da = 1, .pa = 2, .len = 3, .flags = 4, .reserved = 5, .name = name};
    EXPECT_TRUE(has_bytes(carveout, test::ByteWriter().u32(1).u32(2).u32(3).u32(4).u32(5).text("ab", 32).take()));
    const wire::Devmem devmem{.da = 1, .pa = 2, .len = 3, .flags = 4, .reserved = 5, .name = name};
    EXPECT_TRUE(has_bytes(devmem, test::ByteWriter().u32(1).u32(2).u32(3).u32(4).u32(5).text("ab", 32).take()));
    const wire::Trace trace{.da = 1, .len = 2, .reserved = 3, .name = name};
    EXPECT_TRUE(has_bytes(trace, test::ByteWriter().u32(1).u32(2).u32(3).text("ab", 32).take()));
}

TEST(Layout, NameEndsAtItsZeroOrAtItsLastByte) {
    wire::Name name{};
    EXPECT_EQ(wire::view(name), "");
    name = {'l', 'o', 'g', '\0', 'x'};
    EXPECT_EQ(wire::view(name), "log");
    name.fill('n');
    EXPECT_EQ(wire::view(name).size(), 32U);
}

TEST(Layout, AccessPastTheEndIsRefused) {
    std::array<std::byte, 7> bytes{};
    EXPECT_TRUE(internal::read_at<internal::Le32>(bytes, 3).has_value());
    EXPECT_FALSE(internal::read_at<internal::Le32>(bytes, 4).has_value());
    EXPECT_FALSE(internal::read_at<internal::Le32>(bytes, 0xffffffffffffffff).has_value());
    EXPECT_TRUE(internal::write_at(bytes, 3, internal::Le32(0x01020304)));
    EXPECT_EQ(bytes[6], std::byte{1});
    EXPECT_FALSE(internal::write_at(bytes, 4, internal::Le32(0xffffffff)));
    EXPECT_EQ(bytes[6], std::byte{1});
}

TEST(Layout, FitsNeverWraps) {
    constexpr auto kTop = ~std::uint64_t{0};
    EXPECT_TRUE(internal::fits(0, 0, 0));
    EXPECT_TRUE(internal::fits(4, 0, 4));
    EXPECT_FALSE(internal::fits(5, 0, 4));
    EXPECT_FALSE(internal::fits(kTop, 2, 16));
    EXPECT_FALSE(internal::fits(2, kTop, 16));
    EXPECT_TRUE(internal::fits(1, kTop - 1, kTop));
}

}  // namespace
}  // namespace rproc
