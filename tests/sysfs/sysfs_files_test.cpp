// SPDX-License-Identifier: BSD-2-Clause
// The real files, on a plain directory.
#include "rproc/sysfs/sysfs_files.hpp"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <gmock/gmock.h>

#include "rproc/sysfs/sysfs_processor.hpp"

namespace rproc::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LocalFilesTest : public ::testing::Test {
  protected:
    LocalFilesTest() {
        std::string pattern = ::testing::TempDir() + "rproc-linux-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
        root = fs::canonical(pattern);
    }
    ~LocalFilesTest() override {
        std::error_code ignored;
        fs::remove_all(root, ignored);
    }
    void write(const std::string& name, const std::string& content) const {
        fs::create_directories((root / name).parent_path());
        std::ofstream(root / name, std::ios::binary | std::ios::app) << content;
    }

    fs::path root;
    sysfs::LocalFiles files;
};

TEST_F(LocalFilesTest, ReadsAndOverwritesAFile) {
    write("state", "offline\n");
    EXPECT_EQ(files.read(root / "state"), "offline\n");
    ASSERT_TRUE(files.write(root / "state", "start"));
    EXPECT_EQ(files.read(root / "state"), "start");
}

TEST_F(LocalFilesTest, ReadsAFileOfAnySizeInChunks) {
    const std::string big(200'000, 'x');
    write("data", big);
    EXPECT_EQ(files.read(root / "data"), big);
    int pieces = 0;
    ASSERT_TRUE(files.stream(root / "data", [&](std::span<const std::byte>) { return ++pieces < 2; }));
    EXPECT_EQ(pieces, 2);
}

TEST_F(LocalFilesTest, NeverCreatesAFile) {
    EXPECT_EQ(files.write(root / "none", "start").error(), ENOENT);
    EXPECT_FALSE(fs::exists(root / "none"));
}

TEST_F(LocalFilesTest, FailuresAreErrnos) {
    EXPECT_EQ(files.read(root / "none").error(), ENOENT);
    EXPECT_EQ(files.read(root).error(), EISDIR);
    EXPECT_EQ(files.list(root / "none").error(), ENOENT);
    EXPECT_EQ(files.target(root / "none").error(), ENOENT);
    EXPECT_EQ(files.owner(root / "none").error(), ENOENT);
    EXPECT_EQ(files.open_log(root / "none").error(), ENOENT);
    EXPECT_EQ(files.write("/dev/full", "start").error(), ENOSPC);
}

TEST_F(LocalFilesTest, ListsSortedAndFollowsLinks) {
    write("devices/b/x", "");
    write("devices/a/x", "");
    fs::create_directory_symlink("devices/b", root / "link");
    const auto names = files.list(root / "devices");
    ASSERT_TRUE(names);
    EXPECT_THAT(*names, ElementsAre("a", "b"));
    EXPECT_EQ(files.target(root / "link"), root / "devices/b");
}

TEST_F(LocalFilesTest, ReportsOwnerAndMode) {
    write("state", "");
    fs::permissions(root / "state", fs::perms{0440});
    const auto owner = files.owner(root / "state");
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->mode, 0440U);
}

TEST_F(LocalFilesTest, LogBeginsAtItsEndAndDropsProperties) {
    write("kmsg", "6,1,1,-;old\n");
    auto log = files.open_log(root / "kmsg");
    ASSERT_TRUE(log);
    EXPECT_THAT(log->new_records(), IsEmpty());
    write("kmsg", "3,2,1,-;first\n SUBSYSTEM=remoteproc\n DEVICE=+remoteproc:remoteproc0\n6,3,1,-;second\n");
    EXPECT_THAT(log->new_records(), ElementsAre("3,2,1,-;first", "6,3,1,-;second"));
    EXPECT_THAT(log->new_records(), IsEmpty());
}

TEST_F(LocalFilesTest, ProcessorBelowAnotherRoot) {
    write("sys/devices/platform/10000000.m4/remoteproc/remoteproc0/name", "m4\n");
    write("sys/devices/platform/10000000.m4/remoteproc/remoteproc0/state", "running\n");
    write("sys/firmware/devicetree/base/soc/m4@10000000/compatible", "st,stm32mp1-m4");
    const auto root_of = sysfs::SysfsRoot::below(root);
    fs::create_directories(root_of.sys / "class/remoteproc");
    fs::create_directory_symlink("../../devices/platform/10000000.m4/remoteproc/remoteproc0",
                                 root_of.sys / "class/remoteproc/remoteproc0");
    const fs::path device = root_of.sys / "devices/platform/10000000.m4";
    fs::create_directory_symlink("../../../10000000.m4", device / "remoteproc/remoteproc0/device");
    fs::create_directory_symlink("../../../firmware/devicetree/base/soc/m4@10000000", device / "of_node");

    const auto place = sysfs::find_processor(files, root_of, "/proc/device-tree/soc/m4@10000000");
    ASSERT_TRUE(place) << place.error().message();
    EXPECT_EQ(sysfs::describe(*place), "remoteproc0 m4 (/soc/m4@10000000)");
    EXPECT_EQ(place->device, "10000000.m4");
    EXPECT_EQ(sysfs::SysfsRemoteProcessor(*place, root_of).state(), State::running);
}

}  // namespace
}  // namespace rproc::test
