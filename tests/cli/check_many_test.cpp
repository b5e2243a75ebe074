// SPDX-License-Identifier: BSD-2-Clause
// rproc check on directories and lists, and on very many files.

#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using CheckMany = Cli;

std::vector<std::string> firmwares_of(const CommandResult& result) {
    std::vector<std::string> names;
    for (const Json& verdict : objects_of(result.out)) names.push_back(verdict["firmware"]);
    return names;
}

TEST_F(CheckMany, RecursiveChecksAllFilesInTheOrderOfTheirNames) {
    for (const auto* name : {"tree/c.elf", "tree/a.elf", "tree/b/z.elf", "tree/b/y.elf"})
        write(name, read_text(kHello));
    std::filesystem::create_directory_symlink("..", directory() / "tree/loop");
    const auto result = run({"check", "--json", "-r", "tree"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(firmwares_of(result), ElementsAre("tree/a.elf", "tree/b/y.elf", "tree/b/z.elf", "tree/c.elf"));
}

TEST_F(CheckMany, EmptyDirectoryIsAnError) {
    std::filesystem::create_directory(directory() / "empty");
    const auto result = run({"check", "-r", "empty"});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("there is no firmware to check"));
}

TEST_F(CheckMany, FilesFromAddsTheLinesOfAFileOrOfStandardInput) {
    write("a.elf", read_text(kHello));
    write("b c.elf", read_text(kHello));
    write("list", "b c.elf\n\na.elf\n");
    EXPECT_THAT(firmwares_of(run({"check", "--json", "a.elf", "--files-from", "list"})),
                ElementsAre("a.elf", "b c.elf", "a.elf"));
    EXPECT_THAT(firmwares_of(run({"check", "--json", "--files-from", "-"}, {}, "b c.elf\na.elf")),
                ElementsAre("b c.elf", "a.elf"));
    const auto missing = run({"check", "--files-from", "no-list"});
    EXPECT_EQ(missing.status, 3);
    EXPECT_THAT(missing.err, HasSubstr("no-list: cannot be read: No such file or directory"));
}

TEST_F(CheckMany, SummaryCountsTheFilesBeforeAMissingOne) {
    const auto result = run({"check", "-q", write_shape("segment-outside"), "--files-from", "no-list"});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.out, HasSubstr("segment-outside.elf: refused"));
}

#if defined(__SANITIZE_ADDRESS__)
#define RPROC_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RPROC_TEST_SANITIZED 1
#endif
#endif

#if defined(RPROC_TEST_SANITIZED)
constexpr int kMany = 1'000;  // ten times as slow
#else
constexpr int kMany = 10'000;
#endif

TEST_F(CheckMany, MemoryDoesNotGrowWithTheNumberOfFiles) {
    constexpr int kFew = 100;
    const std::vector<std::string> images{read_text(kHello), shape("segment-outside"), shape("vdev-good"),
                                          shape("table-none")};
    for (int i = 0; i < kMany; ++i) {
        const std::string& image = images[static_cast<std::size_t>(i) % images.size()];
        write("many/" + std::to_string(i) + ".elf", image);
        if (i < kFew) write("few/" + std::to_string(i) + ".elf", image);
    }
    // Sanitizers keep freed memory for a while.
    const std::map<std::string, std::string> environment{{"ASAN_OPTIONS", "quarantine_size_mb=1"}};
    const auto few = run({"check", "-r", "few"}, environment);
    const auto many = run({"check", "-r", "many"}, environment);
    EXPECT_EQ(many.status, 1);
    EXPECT_EQ(lines_of(few.out).back(), "50 boot, 25 degraded, 25 refused");
    EXPECT_EQ(lines_of(many.out).back(),
              kMany == 1'000 ? "500 boot, 250 degraded, 250 refused" : "5,000 boot, 2,500 degraded, 2,500 refused");
    constexpr long kSlack = 4L * 1024;  // KiB; the names of the directory are among them
    EXPECT_LT(many.peak_kib, few.peak_kib + kSlack);
}

}  // namespace
}  // namespace rproc::test
