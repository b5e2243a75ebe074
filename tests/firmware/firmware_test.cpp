// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/firmware.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace rproc {
namespace {

TEST(Firmware, CopiesShareTheBytes) {
    auto first = std::make_unique<Firmware>("app.elf", std::vector{std::byte{1}, std::byte{2}});
    const Firmware second = *first;
    EXPECT_EQ(second.bytes().data(), first->bytes().data());
    first.reset();
    ASSERT_EQ(second.bytes().size(), 2U);
    EXPECT_EQ(second.bytes()[1], std::byte{2});
    EXPECT_EQ(second.name(), "app.elf");
}

TEST(Firmware, KeepsTheOwnerOfItsBytes) {
    auto owner = std::make_shared<std::vector<std::byte>>(4, std::byte{7});
    const std::weak_ptr watched = owner;
    {
        const Firmware firmware("app.elf", *owner, owner);
        owner.reset();
        EXPECT_FALSE(watched.expired());
        EXPECT_EQ(firmware.bytes()[3], std::byte{7});
    }
    EXPECT_TRUE(watched.expired());
}

TEST(Firmware, StaticBytesNeedNoOwner) {
    static constexpr std::array<std::byte, 3> kBytes{std::byte{5}};
    const Firmware firmware("built-in", kBytes, nullptr);
    EXPECT_EQ(firmware.bytes().data(), kBytes.data());
}

}  // namespace
}  // namespace rproc
