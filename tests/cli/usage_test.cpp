// SPDX-License-Identifier: BSD-2-Clause
// Help, version and usage errors; the man pages have the same options.

#include <regex>
#include <set>

#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<std::string> kSubcommands{"boot",   "check", "inspect",   "boards", "explain", "sign",
                                            "verify", "keys",  "sequences", "trace",  "ctl",     "tee"};

using Usage = Cli;

TEST_F(Usage, VersionGoesToStandardOutput) {
    const auto result = run({"--version"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, ::testing::MatchesRegex("rproc [0-9]+\\.[0-9]+\\.[0-9]+\n"));
    EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Usage, HelpOfTheCommandNamesEverySubcommandAndVariable) {
    const auto result = run({"--help"});
    EXPECT_EQ(result.status, 0);
    for (const auto& name : kSubcommands) EXPECT_THAT(result.out, HasSubstr("\n  " + name + " "));
    for (const auto* name : {"RPROC_BOARD", "RPROC_FIRMWARE_PATH", "RPROC_SYSFS_ROOT", "RPROC_LOG", "NO_COLOR"})
        EXPECT_THAT(result.out, HasSubstr(name));
}

TEST_F(Usage, HelpOfEachSubcommandHasAnExampleAndTheExitStatuses) {
    for (const auto& name : kSubcommands) {
        const auto result = run({name, "--help"});
        EXPECT_EQ(result.status, 0) << name;
        EXPECT_THAT(result.out, HasSubstr("Examples:\n  rproc " + name)) << name;
        EXPECT_THAT(result.out, HasSubstr("  3  file, board or processor not found")) << name;
    }
}

struct UsageError {
    std::string name;
    Arguments arguments;
    std::string said;
};

void PrintTo(const UsageError& mistake, std::ostream* out) { *out << mistake.name; }

class UsageErrors : public Cli, public ::testing::WithParamInterface<UsageError> {};

TEST_P(UsageErrors, ExitWithTwoAndPrintOneError) {
    const auto result = run(GetParam().arguments);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, ::testing::StartsWith("rproc: error: "));
    EXPECT_THAT(result.err, HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(
    Calls, UsageErrors,
    ::testing::Values(
        UsageError{"Nothing", {}, "subcommand is required"},
        UsageError{"MisspeltSubcommand", {"chek"}, "did you mean check?"},
        UsageError{"UnknownSubcommand", {"frobnicate"}, "there is no subcommand \"frobnicate\"\n"},
        UsageError{"BootWithoutFirmware", {"boot"}, "FW is required"},
        UsageError{"TraceWithoutFirmware", {"trace"}, "FW is required"},
        UsageError{"TeeWithoutAction", {"tee"}, "ACTION is required"},
        UsageError{"TeeStopWithoutId", {"tee", "stop"}, "stop needs one ID"},
        UsageError{"CtlWithoutAction", {"ctl"}, "ACTION is required"},
        UsageError{"InspectWithoutFirmware", {"inspect"}, "FW is required"},
        UsageError{"CheckWithoutFirmware", {"check"}, "no firmware named"},
        UsageError{"UnknownOption", {"check", "--bord", "x", "fw"}, "--bord"},
        UsageError{"TwoBoards", {"check", "--board", "a", "--dtb", "b", "fw"}, "--board excludes --dtb"},
        UsageError{"QuietAndVerbose", {"check", "-q", "-v", "fw"}, "excludes"},
        UsageError{"UnknownColor", {"check", "--color", "sometimes", "fw"}, "sometimes"},
        UsageError{"DirectoryWithoutRecursive", {"check", "."}, "is a directory; give -r"},
        UsageError{"StandardInputTwice", {"check", "-", "--files-from", "-"}, "standard input cannot be both"},
        UsageError{"JsonAndKernelLog", {"boot", "--json", "--kernel-log", "fw"}, "excludes"},
        UsageError{"BoardByNameAndTree", {"boards", "a", "--dtb", "b"}, "excludes"},
        UsageError{"SeveralNodes", {"boards", "--dtb", test_board("two-m4-nodes")}, "choose one with --node"}),
    [](const auto& each) { return each.param.name; });

TEST_F(Usage, UnknownLogLevelIsAUsageError) {
    const auto result = run({"boards"}, {{"RPROC_LOG", "loud"}});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("RPROC_LOG is \"loud\", not debug, info, warn or error"));
}

TEST_F(Usage, LogIsWrittenToStandardErrorAtTheGivenLevel) {
    const auto debug = run({"boot", kHello}, {{"RPROC_LOG", "debug"}});
    EXPECT_THAT(debug.err, HasSubstr("debug load: begins"));
    EXPECT_THAT(debug.err, HasSubstr("info  kernel: remote processor m4 is now up"));
    const auto info = run({"boot", kHello}, {{"RPROC_LOG", "info"}});
    EXPECT_THAT(info.err, Not(HasSubstr("load: begins")));
    EXPECT_THAT(info.err, HasSubstr("state: offline -> running"));
    const auto error = run({"boot", write_shape("segment-outside")}, {{"RPROC_LOG", "error"}});
    EXPECT_THAT(error.err, HasSubstr("[segment-outside-memory]"));
    EXPECT_THAT(error.err, Not(HasSubstr("powering up")));
    EXPECT_THAT(run({"boot", kHello}).err, IsEmpty());
}

/// Every long option in a text. A man page escapes its dashes.
std::set<std::string> long_options(std::string text) {
    text = std::regex_replace(text, std::regex(R"(\\-)"), "-");
    const std::regex option("--[a-z][a-z-]*");
    return {std::sregex_token_iterator(text.begin(), text.end(), option), std::sregex_token_iterator()};
}

TEST_F(Usage, HelpAndManPageHaveTheSameOptions) {
    const std::string pages = RPROC_SOURCE_DIR "/docs/man/rproc";
    EXPECT_EQ(long_options(run({"--help"}).out), long_options(read_text(pages + ".1")));
    for (const auto& name : kSubcommands) {
        const auto in_help = long_options(run({name, "--help"}).out);
        EXPECT_GE(in_help.size(), 4U);
        EXPECT_EQ(in_help, long_options(read_text(pages + "-" + name + ".1"))) << name;
    }
}

TEST_F(Usage, CompletionsOfferEveryOption) {
    const auto bash = long_options(read_text(RPROC_SOURCE_DIR "/contrib/completions/rproc.bash"));
    const auto zsh = long_options(read_text(RPROC_SOURCE_DIR "/contrib/completions/_rproc"));
    for (const auto& name : kSubcommands) {
        for (const auto& option : long_options(run({name, "--help"}).out)) {
            EXPECT_TRUE(bash.contains(option)) << option << " in rproc.bash";
            EXPECT_TRUE(zsh.contains(option)) << option << " in _rproc";
        }
    }
}

}  // namespace
}  // namespace rproc::test
