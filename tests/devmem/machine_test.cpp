// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/devmem/machine.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace rproc::devmem::test {
namespace {

namespace fs = std::filesystem;

struct MachineTest : ::testing::Test {
    MachineTest() {
        std::string name = ::testing::TempDir() + "rproc_machine.XXXXXX";
        root = ::mkdtemp(name.data());
    }
    ~MachineTest() override { fs::remove_all(root); }

    void boot_with(const std::string& tree) const {
        fs::create_directories(root / "sys/firmware");
        fs::copy_file(fs::path(RPROC_TEST_BOARD_DIR) / (tree + ".dtb"), root / "sys/firmware/fdt");
    }
    void add_device(const std::string& name, const std::string& uevent) const {
        const fs::path directory = root / "sys/bus/platform/devices" / name;
        fs::create_directories(directory);
        std::ofstream(directory / "uevent") << uevent;
    }
    [[nodiscard]] Result<void> refused() const {
        sysfs::LocalFiles files;
        return refuse_bound_driver(files, sysfs::SysfsRoot::below(root), "/ahb/m4@10000000");
    }

    fs::path root;
};

TEST_F(MachineTest, IsReadFromTheTreeOfTheKernel) {
    boot_with("qemu-virt-m4");
    const auto machine = read_machine(sysfs::SysfsRoot::below(root));
    ASSERT_TRUE(machine) << machine.error().message();
    EXPECT_EQ(machine->board.config.name, "m4");
}

TEST_F(MachineTest, WithoutAProcessorIsAnotherMachine) {
    EXPECT_EQ(read_machine(sysfs::SysfsRoot::below(root)).error().code(), ErrorCode::other_machine);
    boot_with("no-m4");
    const auto machine = read_machine(sysfs::SysfsRoot::below(root));
    ASSERT_FALSE(machine);
    EXPECT_EQ(machine.error().code(), ErrorCode::other_machine);
    EXPECT_FALSE(machine.error().hint().empty());
}

TEST_F(MachineTest, ADriverThatIsBoundToTheNodeIsNamed) {
    EXPECT_TRUE(refused());
    add_device("10000000.m4", "OF_NAME=m4\nOF_FULLNAME=/ahb/m4@10000000\n");
    add_device("4c001000.mailbox", "DRIVER=stm32-ipcc\nOF_FULLNAME=/soc/mailbox@4c001000\n");
    EXPECT_TRUE(refused());
    add_device("10000000.m4", "DRIVER=stm32-rproc\nOF_NAME=m4\nOF_FULLNAME=/ahb/m4@10000000\n");
    const auto error = refused();
    ASSERT_FALSE(error);
    EXPECT_EQ(error.error().code(), ErrorCode::driver_bound);
    EXPECT_EQ(error.error().what(), "the kernel's driver stm32-rproc has the processor");
    EXPECT_EQ(error.error().hint().substr(0, 66), "echo 10000000.m4 > /sys/bus/platform/drivers/stm32-rproc/unbind, o");
}

TEST(Uevent, IsReadLineByLine) {
    EXPECT_EQ(read_uevent("DRIVER=a\nMODALIAS=x\nOF_FULLNAME=/b").node, "/b");
    EXPECT_EQ(read_uevent("DRIVER=a\nMODALIAS=x\nOF_FULLNAME=/b").driver, "a");
    EXPECT_TRUE(read_uevent("").driver.empty());
}

}  // namespace
}  // namespace rproc::devmem::test
