// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sim/file_memory.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/memory/model_memory.hpp"
#include "support/files.hpp"

namespace rproc::sim {
namespace {

namespace fs = std::filesystem;
using test::outcome;
using test::read_bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

PhysicalRange place(std::uint64_t start, std::uint64_t size) {
    return PhysicalRange::make(PhysicalAddress(start), size).value();
}

bool is_zero(std::span<const std::byte> bytes) {
    return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

/// Works in an empty directory of its own.
class FileMemoryIn : public ::testing::Test {
  protected:
    FileMemoryIn() {
        std::string pattern = ::testing::TempDir() + "rproc-memory-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
        directory_ = pattern;
    }
    ~FileMemoryIn() override {
        std::error_code ignored;
        fs::remove_all(directory_, ignored);
    }

    [[nodiscard]] FileMemory open() const { return FileMemory::open(directory_).value(); }
    [[nodiscard]] fs::path path(const std::string& name) const { return directory_ / name; }
    [[nodiscard]] std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(directory_)) names.insert(entry.path().filename().string());
        return names;
    }
    void write(const std::string& name, std::size_t size, char filling = '\0') const {
        std::ofstream(path(name), std::ios::binary) << std::string(size, filling);
    }

  private:
    fs::path directory_;
};

TEST_F(FileMemoryIn, AFixedPlaceIsAFileOfItsSizeForItsOwnerAlone) {
    FileMemory memory = open();
    const auto mapping = memory.map(place(0x38000000, 0x10000));
    ASSERT_EQ(outcome(mapping), "ok");
    EXPECT_EQ(mapping->bytes().size(), 0x10000U);
    EXPECT_TRUE(is_zero(mapping->bytes()));
    EXPECT_EQ(memory.mapped(), 1U);
    EXPECT_THAT(files(), ElementsAre("38000000-3800ffff.mem"));
    EXPECT_EQ(fs::file_size(path("38000000-3800ffff.mem")), 0x10000U);
    EXPECT_EQ(fs::status(path("38000000-3800ffff.mem")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(FileMemoryIn, TheWholeFileHasItsPlaceOnTheDisk) {
    write("38000000-3800ffff.mem", 0);
    fs::resize_file(path("38000000-3800ffff.mem"), 0x10000);  // a hole
    FileMemory memory = open();
    const auto taken = memory.map(place(0x38000000, 0x10000)).value();
    const auto created = memory.map(place(0x10000000, 0x10000)).value();
    for (const char* name : {"38000000-3800ffff.mem", "10000000-1000ffff.mem"}) {
        struct stat status {};
        ASSERT_EQ(::stat(path(name).c_str(), &status), 0);
        EXPECT_GE(status.st_blocks * 512, 0x10000) << name;
    }
}

TEST_F(FileMemoryIn, AFixedPlaceKeepsItsContentFromOneMemoryToTheNext) {
    open().map(place(0x1000, 0x100)).value().bytes()[7] = std::byte{0x5a};
    EXPECT_EQ(read_bytes(path("00001000-000010ff.mem")).at(7), std::byte{0x5a});
    FileMemory next = open();
    EXPECT_EQ(next.map(place(0x1000, 0x100)).value().bytes()[7], std::byte{0x5a});
    EXPECT_EQ(next.mapped(), 0U);
}

TEST_F(FileMemoryIn, TwoMemoriesOnOneDirectorySeeEachOthersBytes) {
    FileMemory one = open();
    FileMemory other = open();
    const auto here = one.map(place(0x10000000, 0x40000)).value();
    const auto there = other.map(place(0x10000000, 0x40000)).value();
    here.bytes()[0x98] = std::byte{'h'};
    EXPECT_EQ(there.bytes()[0x98], std::byte{'h'});
    there.bytes()[0x3ffff] = std::byte{'t'};
    EXPECT_EQ(here.bytes()[0x3ffff], std::byte{'t'});
}

TEST_F(FileMemoryIn, AnotherMemoryFindsAnAllocationByItsAddress) {
    FileMemory linux_side = open();
    FileMemory firmware_side = open();
    const auto vring = linux_side.allocate(0x2000).value();
    const auto seen = firmware_side.map(place(vring.pa.value() + 0x1ffe, 2)).value();
    vring.mapping.bytes()[0x1fff] = std::byte{3};
    EXPECT_EQ(seen.bytes()[1], std::byte{3});
}

TEST_F(FileMemoryIn, APartOfAPlaceShowsItsBytesWhereverItBegins) {
    FileMemory memory = open();
    const auto whole = memory.map(place(0x10000000, 0x40000)).value();
    for (const std::uint64_t offset : {0x0U, 0x40U, 0xfffU, 0x1000U, 0x1001U, 0x3fff0U}) {
        const auto part = memory.map(place(0x10000000 + offset, 0x10)).value();
        whole.bytes()[offset + 0xf] = std::byte{9};
        ASSERT_EQ(part.bytes().size(), 0x10U);
        EXPECT_EQ(part.bytes()[0xf], std::byte{9}) << offset;
    }
    EXPECT_THAT(files(), ElementsAre("10000000-1003ffff.mem"));
    EXPECT_EQ(memory.mapped(), 1U);
}

TEST_F(FileMemoryIn, RefusesOtherBounds) {
    FileMemory memory = open();
    const auto mapping = memory.map(place(0x1000, 0x100));
    EXPECT_EQ(outcome(memory.map(place(0x10ff, 2))), "memory-overlap");
    EXPECT_EQ(outcome(memory.map(place(0xf00, 0x400))), "memory-overlap");
    EXPECT_EQ(outcome(memory.map(place(0xfff, 2))), "memory-overlap");
    const auto refused = open().map(place(0xf00, 0x400));
    EXPECT_THAT(refused.error().what(), HasSubstr("00001000-000010ff.mem"));
    EXPECT_THAT(refused.error().hint(), HasSubstr("a directory of its own"));
    EXPECT_EQ(outcome(memory.map(place(0x1100, 0x100))), "ok");
}

TEST_F(FileMemoryIn, RefusesAPlaceThatTwoFilesHold) {
    write("00001000-00001fff.mem", 0x1000);
    write("00001000-000010ff.mem", 0x100);
    EXPECT_EQ(outcome(open().map(place(0x1000, 0x10))), "memory-overlap");
}

TEST_F(FileMemoryIn, PassesOverFilesThatAreNoPlaces) {
    for (const char* name : {"README", "1000-1fff.mem", "00001000-00001FFF.mem", "00001fff-00001000.mem",
                             "00001000-00001fff.mem~", "x0001000-00001fff.mem", "00000000-ffffffffffffffff.mem"})
        write(name, 1);
    FileMemory memory = open();
    EXPECT_EQ(outcome(memory.map(place(0x1000, 0x1000))), "ok");
}

TEST_F(FileMemoryIn, NamesHaveAllTheDigitsThatAnAddressNeeds) {
    EXPECT_EQ(FileMemory::file_name(place(0, 0x10000)), "00000000-0000ffff.mem");
    EXPECT_EQ(FileMemory::file_name(place(0xfffff000, 0x2000)), "fffff000-100000fff.mem");
    FileMemory memory = open();
    memory.map(place(0xfffff000, 0x2000)).value().bytes()[0] = std::byte{1};
    EXPECT_EQ(memory.map(place(0xfffff000, 0x2000)).value().bytes()[0], std::byte{1});
}

TEST_F(FileMemoryIn, RefusesSizesThatItCannotHave) {
    FileMemory memory = open();
    EXPECT_EQ(outcome(memory.map(place(0x1000, 0))), "memory-exhausted");
    EXPECT_EQ(outcome(memory.map(place(0x1000, ModelMemory::kLargestRegion + 1))), "memory-exhausted");
    EXPECT_EQ(outcome(memory.allocate(0)), "memory-exhausted");
    EXPECT_EQ(outcome(memory.allocate(ModelMemory::kLargestAllocation + 1)), "memory-exhausted");
    EXPECT_EQ(memory.mapped(), 0U);
    EXPECT_THAT(files(), IsEmpty());
}

TEST_F(FileMemoryIn, AllAllocationsTogetherHaveALimit) {
    FileMemory memory = open();
    const auto first = memory.allocate(ModelMemory::kLargestAllocation).value();
    auto second = memory.allocate(ModelMemory::kLargestAllocation).value();
    EXPECT_EQ(outcome(memory.allocate(1)), "memory-exhausted");
    second.mapping.reset();
    EXPECT_EQ(outcome(memory.allocate(1)), "ok");
}

TEST_F(FileMemoryIn, AllocationsAreZeroedPageAlignedAndApartAlsoInTwoMemories) {
    FileMemory memory = open();
    FileMemory other = open();
    const auto first = memory.allocate(0x1001).value();
    const auto second = memory.allocate(0x20).value();
    const auto third = other.allocate(0x20).value();
    EXPECT_EQ(first.pa, ModelMemory::kPoolStart);
    EXPECT_EQ(second.pa.value(), ModelMemory::kPoolStart.value() + 0x2000);
    EXPECT_EQ(third.pa.value(), ModelMemory::kPoolStart.value() + 0x3000);
    EXPECT_TRUE(is_zero(first.mapping.bytes()));
    EXPECT_TRUE(is_zero(third.mapping.bytes()));
}

TEST_F(FileMemoryIn, AnAllocationAndItsFileGoAwayWithTheMapping) {
    FileMemory memory = open();
    {
        const auto first = memory.allocate(0x100).value();
        first.mapping.bytes()[0] = std::byte{1};
        EXPECT_THAT(files(), ElementsAre("d0000000-d00000ff.mem"));
    }
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_EQ(memory.mapped(), 0U);
    EXPECT_TRUE(is_zero(memory.allocate(0x100).value().mapping.bytes()));
}

TEST_F(FileMemoryIn, AllocationsMayEndInAnyOrder) {
    FileMemory memory = open();
    auto first = memory.allocate(0x100).value();
    auto second = memory.allocate(0x100).value();
    first.mapping.reset();
    const auto third = memory.allocate(0x2000).value();
    EXPECT_FALSE(place(third.pa.value(), 0x2000).overlaps(place(second.pa.value(), 0x100)));
    second.mapping.bytes()[0] = std::byte{7};
    EXPECT_TRUE(is_zero(third.mapping.bytes()));
    EXPECT_EQ(memory.mapped(), 2U);
}

TEST_F(FileMemoryIn, AHandleSharesTheMemory) {
    FileMemory memory = open();
    const FileMemory seen = memory;
    const auto mapping = memory.map(place(0x1000, 0x10)).value();
    EXPECT_EQ(seen.mapped(), 1U);
}

TEST_F(FileMemoryIn, TellsInWhichFileBytesAre) {
    FileMemory memory = open();
    const auto mapping = memory.map(place(0x10000000, 0x40000)).value();
    const auto found = memory.find(place(0x10000098, 0x800));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->file, path("10000000-1003ffff.mem"));
    EXPECT_EQ(found->offset, 0x98U);
    EXPECT_FALSE(memory.find(place(0x1003fff0, 0x20)));
}

TEST_F(FileMemoryIn, AFileOfTheWrongSizeIsRefusedAndLeftAlone) {
    write("00001000-000010ff.mem", 0x80, 'x');
    const auto refused = open().map(place(0x1000, 0x100));
    ASSERT_EQ(outcome(refused), "file-unwritable");
    EXPECT_EQ(refused.error().what(),
              path("00001000-000010ff.mem").string() + ": has 128 bytes, and the memory has 256");
    EXPECT_THAT(refused.error().hint(), HasSubstr("truncate -s 256"));
    EXPECT_EQ(fs::file_size(path("00001000-000010ff.mem")), 0x80U);
}

TEST_F(FileMemoryIn, ASymbolicLinkIsNotFollowed) {
    write("elsewhere", 0x100, 'x');
    fs::create_symlink(path("elsewhere"), path("00001000-000010ff.mem"));
    const auto refused = open().map(place(0x1000, 0x100));
    ASSERT_EQ(outcome(refused), "file-unwritable");
    EXPECT_THAT(refused.error().hint(), HasSubstr("symbolic link is not followed"));
    EXPECT_EQ(read_bytes(path("elsewhere")).at(0), std::byte{'x'});
}

TEST_F(FileMemoryIn, APipeOrADirectoryIsNoMemory) {
    ASSERT_EQ(::mkfifo(path("00001000-000010ff.mem").c_str(), 0600), 0);
    fs::create_directory(path("00002000-000020ff.mem"));
    FileMemory memory = open();
    EXPECT_THAT(memory.map(place(0x1000, 0x100)).error().what(), HasSubstr("is no regular file"));
    EXPECT_EQ(outcome(memory.map(place(0x2000, 0x100))), "file-unwritable");
    EXPECT_EQ(memory.mapped(), 0U);
}

/// As long as this lives, no file can grow past `bytes`: a disk that is full, as far as a file is concerned.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }

  private:
    rlimit before_{};
    sighandler_t handler_;
};

TEST_F(FileMemoryIn, MemoryForWhichThereIsNoRoomIsRefusedAtOnceAndLeavesNoFile) {
    FileMemory memory = open();
    const FileSizeLimit limit(0x1000);
    EXPECT_EQ(outcome(memory.map(place(0x1000, 0x1000))), "ok");
    const auto refused = memory.map(place(0x10000000, 0x40000));
    ASSERT_EQ(outcome(refused), "file-unwritable");
    EXPECT_THAT(refused.error().what(), HasSubstr("cannot get 262144 bytes on the disk: "));
    EXPECT_THAT(refused.error().hint(), HasSubstr("with room for the memory"));
    EXPECT_EQ(outcome(memory.allocate(0x2000)), "file-unwritable");
    EXPECT_THAT(files(), ElementsAre("00001000-00001fff.mem"));
    EXPECT_EQ(memory.mapped(), 0U);
}

TEST_F(FileMemoryIn, NothingStaysOpenOrMapped) {
    const auto open_files = [] {
        return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
    };
    const auto before = open_files();
    {
        FileMemory memory = open();
        const auto whole = memory.map(place(0x10000000, 0x40000)).value();
        const auto part = memory.map(place(0x10002345, 0x3000)).value();
        const auto allocation = memory.allocate(0x1800).value();
        EXPECT_EQ(outcome(memory.map(place(0x1003ffff, 2))), "memory-overlap");
        EXPECT_EQ(memory.mapped(), 3U);
    }
    EXPECT_EQ(open_files(), before);
    std::ifstream maps("/proc/self/maps");
    const std::string text((std::istreambuf_iterator<char>(maps)), std::istreambuf_iterator<char>());
    EXPECT_THAT(text, Not(HasSubstr(path("").string())));
}

TEST_F(FileMemoryIn, TheDirectoryIsCreatedForItsOwnerAlone) {
    const fs::path directory = path("board");
    ASSERT_EQ(outcome(FileMemory::open(directory)), "ok");
    EXPECT_EQ(fs::status(directory).permissions(), fs::perms::owner_all);
    EXPECT_EQ(outcome(FileMemory::open(directory)), "ok");
}

TEST_F(FileMemoryIn, WhatIsNoDirectoryIsRefused) {
    write("file", 1);
    const auto file = FileMemory::open(path("file"));
    ASSERT_EQ(outcome(file), "file-unwritable");
    EXPECT_EQ(file.error().what(), path("file").string() + ": the directory cannot be opened: Not a directory");
    EXPECT_THAT(FileMemory::open(path("missing") / "board").error().what(), HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace rproc::sim
