// SPDX-License-Identifier: BSD-2-Clause
// Files that another program writes to while they are read.
#include "support/changing_file.hpp"

#include <stdlib.h>

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/firmware/secret.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/platform/device_tree.hpp"
#include "support/files.hpp"

namespace rproc {
namespace {

namespace fs = std::filesystem;
using test::ChangingFile;
using test::outcome;
using ::testing::AnyOf;
using ::testing::HasSubstr;

/// In an empty directory of its own.
class ChangingFileTest : public ::testing::Test {
  protected:
    ChangingFileTest() {
        std::string pattern = ::testing::TempDir() + "rproc-changing-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
        directory_ = pattern;
    }
    ~ChangingFileTest() override {
        std::error_code ignored;
        fs::remove_all(directory_, ignored);
    }

    [[nodiscard]] fs::path path(const std::string& name) const { return directory_ / name; }

  private:
    fs::path directory_;
};

TEST_F(ChangingFileTest, EachOf2000ReadsGivesAWholeFirmwareOrSaysThatItChanged) {
    const ChangingFile file(path("app.elf"), "begin", {0x40000, 0x200000});
    std::map<std::string, int> outcomes;
    for (int i = 0; i < 2000; ++i) {
        const auto firmware = read_firmware_file(file.path());
        ++outcomes[outcome(firmware)];
        EXPECT_TRUE(!firmware || file.may_have(firmware->bytes().size()));
    }
    EXPECT_EQ(outcomes["ok"] + outcomes["firmware-changed"], 2000);
}

TEST_F(ChangingFileTest, TheErrorNamesTheFileAndWhatToDo) {
    const ChangingFile file(path("app.elf"), "begin", {0x40000, 0x200000});
    auto firmware = read_firmware_file(file.path());
    while (firmware) firmware = read_firmware_file(file.path());
    EXPECT_EQ(firmware.error().message(), path("app.elf").string() + ": changed while it was read");
    EXPECT_EQ(firmware.error().kernel_line(), "request_firmware failed: -5");
    EXPECT_THAT(firmware.error().hint(), HasSubstr("rename"));
}

TEST_F(ChangingFileTest, AKeyIsReadWholeOrSaysThatItChanged) {
    const ChangingFile file(path("key.pem"), "begin", {1000, 60000});
    for (int i = 0; i < 1000; ++i) {
        const auto secret = read_secret_file(file.path());
        EXPECT_THAT(outcome(secret), AnyOf("ok", "firmware-changed"));
        EXPECT_TRUE(!secret || file.may_have(secret->bytes().size()));
        EXPECT_TRUE(secret || secret.error().kernel_line().empty());
    }
}

TEST_F(ChangingFileTest, ADeviceTreeIsReadWholeOrSaysThatItChanged) {
    const auto blob = test::read_bytes(RPROC_TEST_BOARD_DIR "/m4-disabled.dtb");
    const std::string begin(reinterpret_cast<const char*>(blob.data()), blob.size());
    const ChangingFile file(path("board.dtb"), begin, {blob.size() + 0x1000, blob.size() + 0x100000});
    for (int i = 0; i < 200; ++i) {
        const auto tree = platform::DeviceTree::read(file.path());
        if (tree) continue;
        EXPECT_EQ(outcome(tree), "firmware-changed");
        EXPECT_THAT(tree.error().hint(), HasSubstr("try again"));
    }
}

TEST_F(ChangingFileTest, AFirmwareThatTheCallerMapsHasASizeThatTheFileHad) {
    const ChangingFile file(path("app.elf"), "begin", {0x1000, 0x2000});
    for (int i = 0; i < 100; ++i) {
        const auto firmware = MappedFileSource(file.path()).request();
        ASSERT_EQ(outcome(firmware), "ok");
        EXPECT_TRUE(file.may_have(firmware->bytes().size()));
        EXPECT_EQ(firmware->bytes().front(), std::byte{'b'});  // the shorter file has this page, too
    }
}

}  // namespace
}  // namespace rproc
