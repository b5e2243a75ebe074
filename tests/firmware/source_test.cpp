// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc {
namespace {

namespace fs = std::filesystem;
using test::outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string text(const Result<Firmware>& firmware) {
    if (!firmware) return "refused: " + outcome(firmware);
    std::string result;
    for (const std::byte b : firmware->bytes()) result += static_cast<char>(b);
    return result;
}

/// A root file system of its own for each test.
class SourceTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "rproc_source_XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        root = pattern;
    }
    void TearDown() override { fs::remove_all(root); }

    fs::path write(const fs::path& name, std::string_view content) const {
        const fs::path path = root / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
    [[nodiscard]] FirmwareSearchPath search() const { return FirmwareSearchPath::below(root, "6.1.0-17", "/opt/fw"); }

    fs::path root;
};

using FirmwareFile = SourceTest;
using FirmwareSearch = SourceTest;

TEST_F(FirmwareFile, IsReadWhole) {
    const auto firmware = read_firmware_file(write("dir/app.elf", "content"));
    EXPECT_EQ(text(firmware), "content");
    EXPECT_EQ(firmware->name(), "app.elf");
}

TEST_F(FirmwareFile, StaysReadableAfterItsNameIsGone) {
    const fs::path path = write("app.elf", "content");
    const auto firmware = read_firmware_file(path);
    fs::remove(path);
    EXPECT_EQ(text(firmware), "content");
}

TEST_F(FirmwareFile, LaterWritesToTheFileDoNotReachTheImage) {
    const fs::path path = write("app.elf", "content");
    const auto firmware = read_firmware_file(path);
    std::ofstream(path, std::ios::binary | std::ios::in) << "changed";
    EXPECT_EQ(text(firmware), "content");
    fs::resize_file(path, 0);
    EXPECT_EQ(text(firmware), "content");
}

TEST_F(FirmwareFile, IsMappedForWhoAsksForThatByType) {
    const fs::path path = write("app.elf", "content");
    const MappedFileSource source(path);
    EXPECT_EQ(source.name(), "app.elf");
    const FirmwareSource as_any_source = source;
    const auto firmware = as_any_source.request();
    EXPECT_EQ(text(firmware), "content");
    std::ofstream(path, std::ios::binary | std::ios::in) << "changed";
    EXPECT_EQ(text(firmware), "changed");
    fs::remove(path);
    EXPECT_EQ(text(firmware), "changed");
    EXPECT_EQ(outcome(source.request()), "firmware-not-found");
    EXPECT_EQ(outcome(MappedFileSource(write("empty.elf", "")).request()), "firmware-empty");
    EXPECT_EQ(outcome(MappedFileSource(root).request()), "firmware-unreadable");
}

TEST_F(FirmwareFile, MustExist) {
    const auto firmware = read_firmware_file(root / "absent.elf");
    EXPECT_EQ(outcome(firmware), "firmware-not-found");
    EXPECT_EQ(firmware.error().where(), (root / "absent.elf").string());
    EXPECT_EQ(firmware.error().kernel_line(), "request_firmware failed: -2");
}

TEST_F(FirmwareFile, AFileIsNotADirectoryOnTheWay) {
    const fs::path file = write("app.elf", "content");
    EXPECT_EQ(outcome(read_firmware_file(file / "below")), "firmware-not-found");
}

TEST_F(FirmwareFile, MustNotBeEmpty) {
    const auto firmware = read_firmware_file(write("empty.elf", ""));
    EXPECT_EQ(outcome(firmware), "firmware-empty");
    EXPECT_EQ(firmware.error().kernel_line(), "request_firmware failed: -22");
}

TEST_F(FirmwareFile, MustNotBeLargerThanLinuxReads) {
    constexpr std::uint64_t kOneByteInItsLow32Bits = (std::uint64_t{1} << 32U) + 1;
    const fs::path path = write("huge.elf", "e");
    for (const std::uint64_t size : {kLargestFirmware + 1, kOneByteInItsLow32Bits}) {
        fs::resize_file(path, size);
        EXPECT_EQ(outcome(read_firmware_file(path)), "firmware-too-large") << size;
        EXPECT_EQ(read_firmware_file(path).error().kernel_line(), "request_firmware failed: -27");
    }
}

TEST_F(FirmwareFile, IsMappedWholeOrNotAtAllWhereItDoesNotFitTheAddressSpace) {
    constexpr std::uint64_t kSize = (std::uint64_t{1} << 32U) + 1;  // without its highest bit, one byte
    const fs::path path = write("huge.elf", "e");
    fs::resize_file(path, kSize);
    const auto firmware = MappedFileSource(path).request();
    if (sizeof(std::size_t) == 4) {
        EXPECT_EQ(outcome(firmware), "firmware-unreadable");
    } else {
        ASSERT_TRUE(firmware.has_value());
        EXPECT_EQ(firmware->bytes().size(), kSize);
    }
}

TEST_F(FirmwareFile, MustNotBeADirectory) { EXPECT_EQ(outcome(read_firmware_file(root)), "firmware-unreadable"); }

// Without a writer an ordinary open of a fifo never returns.
TEST_F(FirmwareFile, MustNotBeAFifo) {
    const fs::path fifo = root / "fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_EQ(outcome(read_firmware_file(fifo)), "firmware-unreadable");
}

TEST_F(FirmwareFile, MustNotBeADevice) { EXPECT_EQ(outcome(read_firmware_file("/dev/null")), "firmware-unreadable"); }

TEST_F(FirmwareFile, MustBeReadable) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may read every file";
    const fs::path path = write("secret.elf", "content");
    fs::permissions(path, fs::perms::none);
    const auto firmware = read_firmware_file(path);
    EXPECT_EQ(outcome(firmware), "firmware-unreadable");
    EXPECT_THAT(firmware.error().what(), HasSubstr("Permission denied"));
}

TEST_F(FirmwareFile, MustNotBeALinkToItself) {
    fs::create_symlink(root / "loop", root / "loop");
    EXPECT_EQ(outcome(read_firmware_file(root / "loop")), "firmware-unreadable");
}

TEST_F(FirmwareFile, IsOpenedAnewAtEachRequest) {
    const auto source = firmware_file(write("app.elf", "first"));
    EXPECT_EQ(source.name(), "app.elf");
    const auto first = source.request();
    fs::rename(write("new.elf", "second"), root / "app.elf");
    EXPECT_EQ(text(source.request()), "second");
    EXPECT_EQ(text(first), "first") << "what was read before must not change";
    fs::remove(root / "app.elf");
    EXPECT_EQ(outcome(source.request()), "firmware-not-found");
}

TEST(FirmwareSource, HandsOutBytesThatAreThere) {
    const FirmwareSource source(Firmware("app.elf", {std::byte{'x'}}));
    EXPECT_EQ(source.name(), "app.elf");
    EXPECT_EQ(text(source.request()), "x");
    EXPECT_EQ(text(source.request()), "x");
}

TEST(FirmwareSource, KeepsTheOutcomeOfARequestThatWasMade) {
    int asked = 0;
    const FirmwareSource source("made", [&]() -> Result<Firmware> {
        ++asked;
        return fail(Error::of({.code = ErrorCode::firmware_unreadable}, {}, {}));
    });
    const FirmwareSource same = source.requested();
    EXPECT_EQ(same.name(), "made");
    EXPECT_EQ(outcome(same.request()), "firmware-unreadable");
    EXPECT_EQ(outcome(same.request()), "firmware-unreadable");
    EXPECT_EQ(asked, 1);
}

TEST(FirmwareSource, AsksTheCallersFunctionEachTime) {
    int asked = 0;
    const FirmwareSource source("made", [&]() -> Result<Firmware> {
        ++asked;
        return fail(Error::of({.code = ErrorCode::firmware_unreadable}, {}, {}));
    });
    EXPECT_EQ(outcome(source.request()), "firmware-unreadable");
    EXPECT_EQ(outcome(source.request()), "firmware-unreadable");
    EXPECT_EQ(asked, 2);
}

TEST_F(FirmwareSearch, LooksInTheKernelsOrder) {
    EXPECT_THAT(search().directories(),
                ElementsAre(root / "opt/fw", root / "lib/firmware/updates/6.1.0-17", root / "lib/firmware/updates",
                            root / "lib/firmware/6.1.0-17", root / "lib/firmware"));
}

TEST_F(FirmwareSearch, LeavesOutWhatIsNotSet) {
    EXPECT_THAT(FirmwareSearchPath::below(root, "", "").directories(),
                ElementsAre(root / "lib/firmware/updates", root / "lib/firmware"));
}

// Files appear from the last directory to the first; each new one wins.
TEST_F(FirmwareSearch, TheFirstDirectoryThatHasTheNameWins) {
    const auto directories = search().directories();
    for (auto directory = directories.rbegin(); directory != directories.rend(); ++directory) {
        const std::string content = directory->string();
        write(*directory / "app.elf", content);
        EXPECT_EQ(text(search().find("app.elf")), content);
    }
}

TEST_F(FirmwareSearch, ANameMayHaveDirectories) {
    write("lib/firmware/st/app.elf", "content");
    const auto firmware = search().find("st/app.elf");
    EXPECT_EQ(text(firmware), "content");
    EXPECT_EQ(firmware->name(), "st/app.elf");
}

TEST_F(FirmwareSearch, AFailureListsEveryPathTried) {
    const FirmwareSearchPath path = search();
    const auto firmware = path.find("app.elf");
    ASSERT_EQ(outcome(firmware), "firmware-not-found");
    for (const fs::path& directory : path.directories())
        EXPECT_THAT(firmware.error().what(), HasSubstr((directory / "app.elf").string()));
    EXPECT_EQ(firmware.error().where(), "app.elf");
    EXPECT_EQ(firmware.error().kernel_line(), "request_firmware failed: -2");
}

TEST_F(FirmwareSearch, ANameMustNotLeaveTheDirectories) {
    write("lib/secret.elf", "content");
    write("lib/firmware/app.elf", "content");
    const std::string absolute = (root / "lib/firmware/app.elf").string();
    for (const std::string& name : {std::string("../secret.elf"), std::string("st/../../secret.elf"),
                                    std::string("a/.."), std::string(".."), absolute})
        EXPECT_EQ(outcome(search().find(name)), "firmware-not-found") << name;
}

TEST_F(FirmwareSearch, TwoDotsMayBePartOfAName) {
    write("lib/firmware/app..elf", "content");
    EXPECT_EQ(text(search().find("app..elf")), "content");
}

TEST_F(FirmwareSearch, NeedsAName) { EXPECT_EQ(outcome(search().find("")), "firmware-name-empty"); }

// As request_firmware does: a file that is there and unusable ends the search.
TEST_F(FirmwareSearch, AnUnusableFileIsNotPassedOver) {
    write("lib/firmware/updates/app.elf", "");
    write("lib/firmware/app.elf", "content");
    EXPECT_EQ(outcome(search().find("app.elf")), "firmware-empty");
    fs::create_directories(root / "lib/firmware/updates/dir.elf");
    EXPECT_EQ(outcome(search().find("dir.elf")), "firmware-unreadable");
}

TEST_F(FirmwareSearch, ASourceLooksAnewAtEachRequest) {
    write("lib/firmware/app.elf", "old");
    const auto source = search().source("app.elf");
    EXPECT_EQ(source.name(), "app.elf");
    EXPECT_EQ(text(source.request()), "old");
    write("lib/firmware/updates/app.elf", "new");
    EXPECT_EQ(text(source.request()), "new");
}

/// Sets an environment variable for the time of a test.
class Environment {
  public:
    Environment(const char* name, const std::string& value) : name_(name) {
        if (const char* const before = std::getenv(name)) before_ = before;
        ::setenv(name, value.c_str(), 1);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

  private:
    const char* name_;
    std::optional<std::string> before_;
};

TEST_F(FirmwareSearch, TheEnvironmentGoesBeforeTheSystem) {
    const Environment path("RPROC_FIRMWARE_PATH", (root / "a").string() + "::" + (root / "b").string());
    const auto directories = FirmwareSearchPath::system().directories();
    ASSERT_GE(directories.size(), 4U);
    EXPECT_EQ(directories[0], root / "a");
    EXPECT_EQ(directories[1], root / "b");
    EXPECT_EQ(directories.back(), "/lib/firmware");
    write("b/app.elf", "content");
    EXPECT_EQ(text(FirmwareSearchPath::system().find("app.elf")), "content");
}

}  // namespace
}  // namespace rproc
