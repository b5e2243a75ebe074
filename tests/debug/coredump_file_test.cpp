// SPDX-License-Identifier: BSD-2-Clause
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "debug/coredump_memory.hpp"

namespace rproc {
namespace {

namespace fs = std::filesystem;
using test::CoredumpTest;
using test::outcome;
using test::pattern;

class CoredumpFileTest : public CoredumpTest {
  protected:
    CoredumpFileTest() {
        std::string name = ::testing::TempDir() + "rproc-coredump-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
        directory = name;
    }
    ~CoredumpFileTest() override {
        std::error_code ignored;
        fs::remove_all(directory, ignored);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (directory / name).string(); }
    [[nodiscard]] std::ptrdiff_t files() const {
        return std::distance(fs::directory_iterator(directory), fs::directory_iterator());
    }
    static std::string text_of(const std::string& name) {
        std::ifstream in(name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static std::string as_text(const test::Bytes& bytes) {
        std::string text;
        for (const std::byte byte : bytes) text += std::to_integer<char>(byte);
        return text;
    }

    fs::path directory;
};

TEST_F(CoredumpFileTest, AppearsUnderItsNameWhenComplete) {
    add_retram_and_mcuram();
    const auto segments = dump_segments_of(carveouts);
    std::ofstream(path("core")) << "the previous dump";
    auto out = CoredumpFile::create(path("core"));
    ASSERT_EQ(outcome(out), "ok");
    ASSERT_EQ(outcome(write_coredump(info, segments, carveouts, out->sink())), "ok");
    EXPECT_EQ(text_of(path("core")), "the previous dump");
    ASSERT_EQ(outcome(out->commit()), "ok");
    ASSERT_EQ(outcome(write(segments)), "ok");
    EXPECT_EQ(text_of(path("core")), as_text(file));
    EXPECT_EQ(files(), 1);
    EXPECT_EQ(fs::status(path("core")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(CoredumpFileTest, IncompleteFileIsRemoved) {
    {
        auto out = CoredumpFile::create(path("core"));
        ASSERT_EQ(outcome(out), "ok");
        const CoredumpFile moved = std::move(*out);
        EXPECT_EQ(files(), 1);
    }
    EXPECT_EQ(files(), 0);
}

TEST_F(CoredumpFileTest, SymbolicLinkIsKept) {
    fs::create_directory(path("elsewhere"));
    fs::create_symlink("elsewhere/core", path("link"));
    for (const unsigned first : {1U, 2U}) {  // the link is dangling, then it points to a file
        auto out = CoredumpFile::create(path("link"));
        ASSERT_EQ(outcome(out), "ok");
        ASSERT_EQ(outcome(out->write(pattern(3, first))), "ok");
        ASSERT_EQ(outcome(out->commit()), "ok");
        EXPECT_TRUE(fs::is_symlink(path("link")));
        EXPECT_EQ(text_of(path("elsewhere/core")), as_text(pattern(3, first)));
    }
}

TEST_F(CoredumpFileTest, FullDiskEndsTheDumpAndRemovesTheFile) {
    add_retram_and_mcuram();
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{.rlim_cur = 200, .rlim_max = limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    {
        auto out = CoredumpFile::create(path("core"));
        ASSERT_EQ(outcome(out), "ok");
        const auto written = write_coredump(info, dump_segments_of(carveouts), carveouts, out->sink());
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().message(), path("core") + ": the dump cannot be written: File too large");
    }
    EXPECT_EQ(files(), 0);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    std::signal(SIGXFSZ, handler);
}

TEST_F(CoredumpFileTest, SpecialFileIsNotReplaced) {
    fs::create_directory(path("directory"));
    ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
    for (const std::string& target : {path("directory"), path("fifo"), std::string("/dev/null")}) {
        const auto out = CoredumpFile::create(target);
        ASSERT_FALSE(out) << target;
        EXPECT_EQ(out.error().message(), target + ": the dump cannot be written: not a regular file");
    }
    EXPECT_EQ(files(), 2);
}

TEST_F(CoredumpFileTest, MissingDirectoryIsNamedInTheError) {
    const auto out = CoredumpFile::create(path("missing/core"));
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().message(), path("missing/core") + ": the dump cannot be written: No such file or directory");
}

TEST_F(CoredumpFileTest, TargetThatBecomesADirectoryIsKept) {
    auto out = CoredumpFile::create(path("core"));
    ASSERT_EQ(outcome(out), "ok");
    fs::create_directories(path("core/inside"));
    const auto committed = out->commit();
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().message(), path("core") + ": the dump cannot be written: Is a directory");
    EXPECT_TRUE(fs::exists(path("core/inside")));
}

}  // namespace
}  // namespace rproc
