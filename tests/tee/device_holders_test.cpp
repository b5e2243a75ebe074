// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_holders.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rproc::tee::device {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

/// A procfs with the processes of the test.
class DeviceHolders : public ::testing::Test {
  protected:
    DeviceHolders() {
        std::string pattern = ::testing::TempDir() + "rproc-proc-XXXXXX";
        proc = ::mkdtemp(pattern.data());
    }
    ~DeviceHolders() override { fs::remove_all(proc); }

    void add(int process, const std::string& name, const std::string& open) const {
        const auto directory = proc / std::to_string(process);
        fs::create_directories(directory / "fd");
        std::ofstream(directory / "comm") << name << '\n';
        fs::create_symlink("/dev/null", directory / "fd/0");
        fs::create_symlink(open, directory / "fd/3");
    }

    fs::path proc;
};

TEST_F(DeviceHolders, AreTheProcessesThatHaveTheDeviceOpen) {
    add(90, "secure-app", "/dev/tee0");
    add(7, "tee-supplicant", "/dev/teepriv0");
    add(8, "editor", "/dev/teepriv0.txt");
    add(9, "other", "/dev/tee1");
    fs::create_directories(proc / "sys/fd");
    const Holders clients = clients_of(proc, "/dev/tee0");
    EXPECT_THAT(clients.seen, ElementsAre(Holder{90, "secure-app"}));
    EXPECT_TRUE(clients.complete);
    const Holders found = supplicants(proc);
    EXPECT_THAT(found.seen, ElementsAre(Holder{7, "tee-supplicant"}));
    EXPECT_FALSE(missing_supplicant(found));
}

TEST_F(DeviceHolders, DoNotIncludeThisProcess) {
    add(::getpid(), "this", "/dev/tee0");
    EXPECT_THAT(clients_of(proc, "/dev/tee0").seen, IsEmpty());
}

TEST_F(DeviceHolders, AMissingSupplicantIsSaidOnlyWhereAllProcessesAreSeen) {
    add(9, "other", "/dev/tee0");
    const auto missing = missing_supplicant(supplicants(proc));
    ASSERT_TRUE(missing);
    EXPECT_THAT(missing->message(), ::testing::HasSubstr("no process is tee-supplicant"));
    const Holders unknown = supplicants(proc / "no-such-directory");
    EXPECT_FALSE(unknown.complete);
    EXPECT_FALSE(missing_supplicant(unknown));
}

TEST_F(DeviceHolders, OfAnotherUserMayBeUnseen) {
    if (::geteuid() == 0) GTEST_SKIP() << "root sees all processes";
    add(9, "other", "/dev/tee0");
    fs::permissions(proc / "9/fd", fs::perms::none);
    const Holders found = clients_of(proc, "/dev/tee0");
    fs::permissions(proc / "9/fd", fs::perms::owner_all);
    EXPECT_THAT(found.seen, IsEmpty());
    EXPECT_FALSE(found.complete);
}

}  // namespace
}  // namespace rproc::tee::device
