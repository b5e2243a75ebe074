// SPDX-License-Identifier: BSD-2-Clause
// Files of a FileMemory that another program makes shorter.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/sim/file_memory.hpp"
#include "support/files.hpp"

namespace rproc::sim {
namespace {

namespace fs = std::filesystem;
using test::outcome;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr std::uint64_t kStart = 0x10000000;
constexpr std::uint64_t kSize = 0x40000;

PhysicalRange place(std::uint64_t start, std::uint64_t size) {
    return PhysicalRange::make(PhysicalAddress(start), size).value();
}

/// A memory of one place, in an empty directory of its own.
class ShortenedFile : public ::testing::Test {
  protected:
    ShortenedFile() {
        std::string pattern = ::testing::TempDir() + "rproc-shortened-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
        directory_ = pattern;
    }
    ~ShortenedFile() override {
        std::error_code ignored;
        fs::remove_all(directory_, ignored);
    }

    void SetUp() override {
#if defined(__arm__) || defined(__aarch64__)
        GTEST_SKIP() << "qemu-arm 7.2 repeats the fault for ever, also when the page has been replaced";
#endif
    }

    [[nodiscard]] FileMemory open() const { return FileMemory::open(directory_).value(); }
    [[nodiscard]] fs::path file() const { return directory_ / FileMemory::file_name(place(kStart, kSize)); }
    [[nodiscard]] fs::path path(const std::string& name) const { return directory_ / name; }

  private:
    fs::path directory_;
};

TEST_F(ShortenedFile, IsAnErrorAndNotTheEndOfTheProcess) {
    FileMemory memory = open();
    const auto mapping = memory.map(place(kStart, kSize)).value();
    const auto bytes = mapping.bytes();
    bytes[0x5000] = std::byte{1};
    EXPECT_EQ(outcome(memory.intact()), "ok");
    fs::resize_file(file(), 0x2000);
    EXPECT_EQ(bytes[0x5000], std::byte{0});
    bytes[kSize - 1] = std::byte{7};
    EXPECT_EQ(bytes[kSize - 1], std::byte{7});
    const auto lost = memory.intact();
    ASSERT_EQ(outcome(lost), "memory-shortened");
    EXPECT_EQ(lost.error().what(),
              file().string() + ": another program made it shorter while it was the memory of the model");
    EXPECT_THAT(lost.error().hint(), HasSubstr("conv=notrunc"));
    EXPECT_EQ(outcome(memory.map(place(kStart, 0x10))), "memory-shortened");
    EXPECT_EQ(outcome(memory.allocate(0x10)), "memory-shortened");
}

TEST_F(ShortenedFile, KeepsWhatIsBeforeItsEndShared) {
    FileMemory memory = open();
    const auto mapping = memory.map(place(kStart, kSize)).value();
    fs::resize_file(file(), 0x10000);
    mapping.bytes()[kSize - 1] = std::byte{7};
    mapping.bytes()[0xffff] = std::byte{9};
    const auto content = test::read_bytes(file());
    ASSERT_EQ(content.size(), 0x10000U);
    EXPECT_EQ(content[0xffff], std::byte{9});
}

TEST_F(ShortenedFile, IsNoticedBeforeItIsTouched) {
    FileMemory memory = open();
    const auto mapping = memory.map(place(kStart, kSize)).value();
    fs::resize_file(file(), kSize - 1);
    EXPECT_EQ(outcome(memory.intact()), "memory-shortened");
}

TEST_F(ShortenedFile, StaysAnErrorWhenItIsMadeLongAgain) {
    FileMemory memory = open();
    const auto mapping = memory.map(place(kStart, kSize)).value();
    fs::resize_file(file(), 0);
    mapping.bytes()[0x3000] = std::byte{1};
    fs::resize_file(file(), kSize);
    EXPECT_EQ(outcome(memory.intact()), "memory-shortened");
    EXPECT_EQ(test::read_bytes(file()).at(0x3000), std::byte{0});
}

TEST_F(ShortenedFile, StaysAnErrorWhenItsMappingHasEnded) {
    FileMemory memory = open();
    ASSERT_EQ(outcome(memory.map(place(kStart, kSize))), "ok");
    {
        const auto mapping = memory.map(place(kStart + 0x1234, 0x2000));
        ASSERT_EQ(outcome(mapping), "ok");
        fs::resize_file(file(), 0);
        mapping->bytes()[0x1fff] = std::byte{1};
    }
    EXPECT_EQ(memory.mapped(), 0U);
    fs::resize_file(file(), kSize);
    EXPECT_EQ(outcome(memory.intact()), "memory-shortened");
    EXPECT_EQ(outcome(open().map(place(kStart, kSize))), "ok") << "a memory that is opened again knows nothing of it";
}

TEST_F(ShortenedFile, OfAnAllocationIsAnErrorToo) {
    FileMemory memory = open();
    {
        const auto allocation = memory.allocate(0x3000).value();
        fs::resize_file(memory.find(place(allocation.pa.value(), 0x3000))->file, 0);
        allocation.mapping.bytes()[0] = std::byte{1};
    }
    EXPECT_EQ(outcome(memory.intact()), "memory-shortened");
    EXPECT_EQ(memory.mapped(), 0U);
}

TEST_F(ShortenedFile, IsAnErrorOfItsOwnMemoryAlone) {
    FileMemory memory = open();
    const auto mapping = memory.map(place(kStart, kSize)).value();
    fs::create_directory(path("other"));
    FileMemory other = FileMemory::open(path("other")).value();
    const auto unharmed = other.map(place(kStart, kSize)).value();
    unharmed.bytes()[5] = std::byte{5};
    fs::resize_file(file(), 0);
    mapping.bytes()[0] = std::byte{1};
    EXPECT_EQ(outcome(memory.intact()), "memory-shortened");
    EXPECT_EQ(outcome(other.intact()), "ok");
    EXPECT_EQ(unharmed.bytes()[5], std::byte{5});
}

/// Makes the file shorter and longer again, as often as that, in a process of its own.
pid_t start_shortening(const fs::path& file, int times) {
    const std::string name = file.string();
    const pid_t child = ::fork();
    if (child != 0) return child;
    for (int i = 0; i < times; ++i)
        if (::truncate(name.c_str(), 0) != 0 || ::truncate(name.c_str(), kSize) != 0) ::_exit(1);
    ::_exit(0);
}

TEST_F(ShortenedFile, MayBeShortenedWhileItIsWritten) {
    for (int round = 0; round < 20; ++round) {
        FileMemory memory = open();
        auto mapping = memory.map(place(kStart, kSize)).value();
        const pid_t child = start_shortening(file(), 100);
        ASSERT_GT(child, 0);
        int status = 0;
        while (::waitpid(child, &status, WNOHANG) == 0)
            for (std::size_t at = 0; at < kSize; at += 0x800) mapping.bytes()[at] = std::byte{1};
        EXPECT_EQ(status, 0);
        EXPECT_THAT(outcome(memory.intact()), AnyOf("ok", "memory-shortened"));
        mapping.reset();
    }
}

/// Touches a mapping that is no memory of a model, behind the end of its file.
void touch_behind_the_end(const fs::path& name) {
    const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    auto* const bytes = static_cast<volatile char*>(::mmap(nullptr, 0x1000, PROT_READ, MAP_SHARED, fd, 0));
    (void)bytes[0];
}

using OtherFaults = ShortenedFile;

TEST_F(OtherFaults, GoToTheHandlerThatWasThereBefore) {
    EXPECT_EXIT(
        {
            ::signal(SIGBUS, [](int) { ::_exit(42); });
            FileMemory memory = open();
            const auto mapping = memory.map(place(kStart, kSize)).value();
            touch_behind_the_end(path("no memory"));
        },
        ::testing::ExitedWithCode(42), "");
}

TEST_F(OtherFaults, EndTheProcessWhereThereWasNoHandler) {
    EXPECT_EXIT(
        {
            ::signal(SIGBUS, SIG_DFL);
            FileMemory memory = open();
            const auto mapping = memory.map(place(kStart, kSize)).value();
            touch_behind_the_end(path("no memory"));
        },
        ::testing::KilledBySignal(SIGBUS), "");
}

TEST_F(OtherFaults, ASignalThatWasSentHasItsEffect) {
    EXPECT_EXIT(
        {
            ::signal(SIGBUS, SIG_DFL);
            FileMemory memory = open();
            const auto mapping = memory.map(place(kStart, kSize)).value();
            ::kill(::getpid(), SIGBUS);
        },
        ::testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace rproc::sim
