// SPDX-License-Identifier: BSD-2-Clause
#include <gmock/gmock.h>

#include "cli/cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// A machine that has the kernel's files in the test's directory, and no /dev/mem that the test would use.
class BootHardware : public Cli {
  protected:
    [[nodiscard]] CommandResult boot(Arguments arguments) const {
        arguments.insert(arguments.begin(), "boot");
        return run(arguments, {{"RPROC_SYSFS_ROOT", directory().string()}});
    }
    void start_with(const std::string& board) const { write("sys/firmware/fdt", read_text(test_board(board))); }
};

TEST_F(BootHardware, AnotherMachineIsSaidSo) {
    const auto none = boot({"--hardware", kHello});
    EXPECT_EQ(none.status, 3) << none.err;
    EXPECT_THAT(none.err, AllOf(HasSubstr("started without a device tree"), HasSubstr("hint:")));
    start_with("no-m4");
    const auto other = boot({"--hardware", kHello});
    EXPECT_EQ(other.status, 3) << other.err;
    EXPECT_THAT(other.err, AllOf(HasSubstr("has no such remote processor"), HasSubstr("hint:")));
}

TEST_F(BootHardware, ADriverOfTheKernelComesFirst) {
    start_with("qemu-virt-m4");
    write("sys/bus/platform/devices/60000000.m4/uevent", "DRIVER=stm32-rproc\nOF_FULLNAME=/soc/ahb/m4@10000000\n");
    for (const Arguments& arguments : {Arguments{"--hardware", kHello}, Arguments{"--tee", "device", kHello}}) {
        const auto bound = boot(arguments);
        EXPECT_EQ(bound.status, 4) << bound.err;
        EXPECT_THAT(bound.err, AllOf(HasSubstr("driver stm32-rproc has the processor"), HasSubstr("unbind")));
    }
}

TEST_F(BootHardware, OptionsThatAreForModelsAreRefused) {
    start_with("qemu-virt-m4");
    for (const Arguments& wrong :
         {Arguments{"--hardware", "--board", "stm32mp157c-dk2", kHello}, Arguments{"--hardware", "--dtb", "x", kHello},
          Arguments{"--hardware", "--tee", "software", kHello}, Arguments{"--hardware", "--key", "k.pem", kHello},
          Arguments{"--hardware", "--timeline", "boot.html", kHello},
          Arguments{"--hardware", "--sequence", "load-first", kHello}}) {
        const auto refused = boot(wrong);
        EXPECT_EQ(refused.status, 2) << wrong[1] << ": " << refused.err;
    }
}

TEST_F(BootHardware, ACoreOfATeeWantsTheDevice) {
    start_with("tee-v22");
    const auto refused = boot({"--hardware", kHello});
    EXPECT_EQ(refused.status, 2) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("add --tee device"));
}

}  // namespace
}  // namespace rproc::test
