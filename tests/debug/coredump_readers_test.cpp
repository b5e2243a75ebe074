// SPDX-License-Identifier: BSD-2-Clause
//
// The dumps as read by readelf and gdb-multiarch.
#include <stdlib.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "debug/coredump_memory.hpp"
#include "support/run_command.hpp"

namespace rproc {
namespace {

namespace fs = std::filesystem;
using test::CommandLine;
using test::CoredumpTest;
using test::outcome;
using ::testing::HasSubstr;

/// The program's path, or nothing when it is not installed.
std::string find_program(const std::string& name) {
    const char* const path = ::getenv("PATH");
    std::istringstream directories(path == nullptr ? "" : path);
    for (std::string directory; std::getline(directories, directory, ':');)
        if (fs::exists(fs::path(directory) / name)) return fs::path(directory) / name;
    return {};
}

/// The text with each run of blanks and newlines as one blank.
std::string squeezed(const std::string& text) {
    std::istringstream words(text);
    std::string result;
    for (std::string word; words >> word;) result += word + " ";
    return result;
}

class CoredumpReadersTest : public CoredumpTest {
  protected:
    CoredumpReadersTest() {
        std::string name = ::testing::TempDir() + "rproc-readers-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
        directory = name;
    }
    ~CoredumpReadersTest() override {
        std::error_code ignored;
        fs::remove_all(directory, ignored);
    }

    /// Writes both memories and a trace buffer into the file "core".
    void dump(CoredumpFormat format, CoredumpClass elf_class, std::uint16_t machine = 40) {
        if (carveouts.size() == 0) add_retram_and_mcuram();
        info.format = format;
        info.elf_class = elf_class;
        info.machine = machine;
        auto segments = dump_segments_of(carveouts);
        add_trace_segments(segments, std::vector<TraceBuffer>{{"cm4_log", DeviceAddress(0x10000040), 0x20}});
        auto out = CoredumpFile::create(core());
        ASSERT_EQ(outcome(out), "ok");
        ASSERT_EQ(outcome(write_coredump(info, segments, carveouts, out->sink())), "ok");
        ASSERT_EQ(outcome(out->commit()), "ok");
    }
    [[nodiscard]] std::string core() const { return (directory / "core").string(); }

    /// The output of `readelf`, which must not print a warning.
    [[nodiscard]] std::string readelf() const {
        const auto result = test::run_command({.arguments = {find_program("readelf"), "-h", "-l", "-S", "-W", core()}});
        EXPECT_EQ(result.status, 0);
        EXPECT_EQ(result.err, "");
        return squeezed(result.out);
    }
    /// What gdb prints for its commands.
    [[nodiscard]] static std::string gdb(const std::vector<std::string>& commands) {
        CommandLine line{.arguments = {find_program("gdb-multiarch"), "-nx", "-batch"}};
        for (const std::string& command : commands) {
            line.arguments.emplace_back("-ex");
            line.arguments.push_back(command);
        }
        return squeezed(test::run_command(line).out);
    }

    fs::path directory;
};

TEST_F(CoredumpReadersTest, ReadelfReadsSegments) {
    if (find_program("readelf").empty()) GTEST_SKIP() << "readelf is not installed (package binutils)";
    dump(CoredumpFormat::segments, CoredumpClass::elf32);
    EXPECT_THAT(readelf(), AllOf(HasSubstr("Class: ELF32 "), HasSubstr("Type: CORE (Core file) "),
                                 HasSubstr("Machine: ARM "), HasSubstr("Entry point address: 0x45 "),
                                 HasSubstr("Number of program headers: 3 "), HasSubstr("There are no sections")));
    EXPECT_THAT(readelf(), AllOf(HasSubstr("LOAD 0x000094 0x00000000 0x00000000 0x00040 0x00040 RWE 0 "),
                                 HasSubstr("LOAD 0x0000d4 0x10000000 0x10000000 0x00100 0x00100 RWE 0 "),
                                 HasSubstr("LOAD 0x0001d4 0x10000040 0x10000040 0x00020 0x00020 RWE 0 ")));
    dump(CoredumpFormat::segments, CoredumpClass::elf64, 183);
    EXPECT_THAT(readelf(),
                AllOf(HasSubstr("Class: ELF64 "), HasSubstr("Type: CORE (Core file) "), HasSubstr("Machine: AArch64 "),
                      HasSubstr("LOAD 0x0000e8 0x0000000000000000 0x0000000000000000 0x000040 0x000040 RWE 0 "),
                      HasSubstr("LOAD 0x000128 0x0000000010000000 0x0000000010000000 0x000100 0x000100 RWE 0 "),
                      HasSubstr("LOAD 0x000228 0x0000000010000040 0x0000000010000040 0x000020 0x000020 RWE 0 ")));
}

TEST_F(CoredumpReadersTest, ReadelfReadsSections) {
    if (find_program("readelf").empty()) GTEST_SKIP() << "readelf is not installed (package binutils)";
    dump(CoredumpFormat::sections, CoredumpClass::elf32);
    EXPECT_THAT(readelf(),
                AllOf(HasSubstr("Type: CORE (Core file) "), HasSubstr("Number of section headers: 5 "),
                      HasSubstr("There are no program headers"), HasSubstr("] STR_TBL STRTAB 00000000 0000fc 00001f "),
                      HasSubstr("] retram PROGBITS 00000000 00011b 000040 00 W 0 0 0 "),
                      HasSubstr("] mcuram PROGBITS 10000000 00015b 000100 00 W 0 0 0 "),
                      HasSubstr("] cm4_log PROGBITS 10000040 00025b 000020 00 W 0 0 0 ")));
    dump(CoredumpFormat::sections, CoredumpClass::elf64);
    EXPECT_THAT(readelf(), AllOf(HasSubstr("Class: ELF64 "), HasSubstr("] mcuram PROGBITS 0000000010000000 "),
                                 HasSubstr("] cm4_log PROGBITS 0000000010000040 ")));
}

TEST_F(CoredumpReadersTest, GdbShowsTheMemory) {
    if (find_program("gdb-multiarch").empty()) GTEST_SKIP() << "gdb-multiarch is not installed";
    struct Case {
        CoredumpClass elf_class;
        std::uint16_t machine;
    };
    for (const Case& each : {Case{CoredumpClass::elf32, 40}, Case{CoredumpClass::elf32, 0},
                             Case{CoredumpClass::elf64, 183}, Case{CoredumpClass::elf64, 0}}) {
        dump(CoredumpFormat::segments, each.elf_class, each.machine);
        const std::string shown =
            gdb({"target core " + core(), "x/4xw 0x10000040", "x/2xb 0x0", "x/xw 0x20000000", "info files"});
        EXPECT_THAT(shown, HasSubstr("0x10000040: 0xc3c2c1c0 0xc7c6c5c4 0xcbcac9c8 0xcfcecdcc "));
        EXPECT_THAT(shown, HasSubstr("0x0: 0x01 0x02 "));
        EXPECT_THAT(shown, ::testing::ContainsRegex("0x0*10000000 - 0x0*10000100 is load1"));
        EXPECT_THAT(shown, ::testing::Not(::testing::ContainsRegex("0x20000000: 0x")));
    }
}

TEST_F(CoredumpReadersTest, GdbReadsMemoryFromTheDumpNotFromTheFirmwareFile) {
    if (find_program("gdb-multiarch").empty()) GTEST_SKIP() << "gdb-multiarch is not installed";
    dump(CoredumpFormat::segments, CoredumpClass::elf32);
    const std::string firmware = RPROC_SOURCE_DIR "/examples/firmware/prebuilt/m4_hello.elf";
    EXPECT_THAT(gdb({"file " + firmware, "target core " + core(), "x/xw 0x10000000"}),
                HasSubstr("0x10000000: 0x83828180 "))
        << "the memory of the crash, not of the firmware file";
}

}  // namespace
}  // namespace rproc
