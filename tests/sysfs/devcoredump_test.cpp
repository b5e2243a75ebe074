// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/devcoredump.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sysfs/sysfs_processor_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Devcoredump : public SysfsProcessor {
  protected:
    Devcoredump() {
        const std::string dumps = "/sys/class/devcoredump/";
        kernel->files[dumps + "devcd1/data"] = "the dump";
        kernel->links[dumps + "devcd1/failing_device"] = kernel->links["/sys/class/remoteproc/remoteproc0"];
        kernel->files[dumps + "devcd2/data"] = "of another device";
        kernel->links[dumps + "devcd2/failing_device"] = "/sys/devices/other";
    }
    ModelFiles files{kernel};
    sysfs::SysfsRoot root{};
};

TEST_F(Devcoredump, FindsTheDumpsOfThisProcessor) {
    const auto found = sysfs::devcoredumps_of(files, root, processor().directory());
    ASSERT_TRUE(found);
    EXPECT_THAT(*found, ElementsAre("devcd1"));
}

TEST_F(Devcoredump, CanBeReadAndFreed) {
    std::string read;
    const auto size = sysfs::read_devcoredump(files, root, "devcd1", [&](std::span<const std::byte> bytes) {
        read.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return true;
    });
    EXPECT_EQ(size, 8U);
    EXPECT_EQ(read, "the dump");
    ASSERT_TRUE(sysfs::free_devcoredump(files, root, "devcd1"));
    EXPECT_EQ(kernel->written.back(), "data 0");
    const auto stopped = sysfs::read_devcoredump(files, root, "devcd1", [](auto) { return false; });
    EXPECT_EQ(stopped.error().code(), ErrorCode::kernel_file_failed);
}

TEST_F(Devcoredump, NoDumpIsNotAnError) {
    kernel->files.erase("/sys/class/devcoredump/devcd1/data");
    kernel->files.erase("/sys/class/devcoredump/devcd2/data");
    kernel->links.erase("/sys/class/devcoredump/devcd1/failing_device");
    kernel->links.erase("/sys/class/devcoredump/devcd2/failing_device");
    const auto found = sysfs::devcoredumps_of(files, root, processor().directory());
    ASSERT_TRUE(found);
    EXPECT_THAT(*found, IsEmpty());
}

}  // namespace
}  // namespace rproc::test
