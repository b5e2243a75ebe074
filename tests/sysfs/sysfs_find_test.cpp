// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/sysfs_find.hpp"

#include <gmock/gmock.h>

#include "model_kernel.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SysfsFind : public ::testing::Test {
  protected:
    SysfsFind() {
        kernel->add_processor("remoteproc10", "cdsp", "/soc/cdsp@a000000");
        kernel->add_processor("remoteproc2", "cdsp", "/soc/cdsp@b000000");
        kernel->add_processor("remoteproc0", "m4", "/soc/m4@10000000");
        kernel->add_processor("remoteproc3", "virtual", "");
    }

    std::string entry(std::string_view which) {
        const auto found = sysfs::find_processor(files, {}, which);
        return found ? found->entry : std::string(name_of(found.error().code()));
    }

    std::shared_ptr<ModelKernel> kernel = std::make_shared<ModelKernel>();
    ModelFiles files{kernel};
};

TEST_F(SysfsFind, ListsByNumber) {
    const auto places = sysfs::list_processors(files, {});
    ASSERT_TRUE(places);
    std::vector<std::string> all;
    for (const auto& place : *places) all.push_back(sysfs::describe(place));
    EXPECT_THAT(all, ElementsAre("remoteproc0 m4 (/soc/m4@10000000)", "remoteproc2 cdsp (/soc/cdsp@b000000)",
                                 "remoteproc3 virtual", "remoteproc10 cdsp (/soc/cdsp@a000000)"));
}

TEST_F(SysfsFind, FindsByNumberNameOrNode) {
    for (const auto* which :
         {"2", "remoteproc2", "/sys/class/remoteproc/remoteproc2", "/soc/cdsp@b000000",
          "/proc/device-tree/soc/cdsp@b000000/", "/sys/firmware/devicetree/base/soc/cdsp@b000000", "cdsp@b000000"})
        EXPECT_EQ(entry(which), "remoteproc2") << which;
    EXPECT_EQ(entry("m4"), "remoteproc0");
    EXPECT_EQ(entry("10"), "remoteproc10");
}

TEST_F(SysfsFind, AmbiguousNameListsTheProcessors) {
    const auto found = sysfs::find_processor(files, {}, "cdsp");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), ErrorCode::processor_ambiguous);
    EXPECT_THAT(found.error().hint(),
                HasSubstr("remoteproc2 cdsp (/soc/cdsp@b000000), remoteproc10 cdsp (/soc/cdsp@a000000)"));
}

TEST_F(SysfsFind, WithoutANameTheOnlyProcessorIsFound) {
    EXPECT_EQ(entry(""), name_of(ErrorCode::processor_ambiguous));
    kernel = std::make_shared<ModelKernel>();
    kernel->add_processor("remoteproc1", "m4", "");
    files = ModelFiles(kernel);
    EXPECT_EQ(entry(""), "remoteproc1");
}

TEST_F(SysfsFind, MissingProcessorIsUnknown) {
    for (const auto* which : {"7", "remoteproc7", "m", "/soc", "/soc/m4@1", "remoteproc", "-1"})
        EXPECT_EQ(entry(which), "processor-unknown") << which;
    EXPECT_THAT(sysfs::find_processor(files, {}, "m7").error().hint(), HasSubstr("it has remoteproc0 m4"));
}

TEST_F(SysfsFind, KernelWithoutProcessorsIsExplained) {
    ModelFiles none(std::make_shared<ModelKernel>());
    const auto found = sysfs::list_processors(none, {});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), ErrorCode::processor_unknown);
    EXPECT_THAT(found.error().hint(), HasSubstr("driver is not loaded"));
}

}  // namespace
}  // namespace rproc::test
