// SPDX-License-Identifier: BSD-2-Clause
// Output to terminals, closed pipes and full devices; colours.

#include <algorithm>
#include <csignal>

#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Stdout = CommandLine::Stdout;

class OutputOf : public Cli {
  protected:
    [[nodiscard]] CommandResult run_to(Stdout where, const Arguments& arguments,
                                       std::map<std::string, std::string> environment = {}) const {
        CommandLine line = command(arguments);
        line.standard_output = where;
        line.environment = std::move(environment);
        return run_command(line);
    }
    [[nodiscard]] std::string on_terminal(const Arguments& arguments,
                                          std::map<std::string, std::string> environment) const {
        return run_to(Stdout::terminal, arguments, std::move(environment)).out;
    }
};

constexpr auto kEscape = "\x1b[";

TEST_F(OutputOf, ColoursOnlyOnATerminal) {
    if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminals available";
    EXPECT_THAT(run({"check", kHello}, {{"TERM", "xterm"}}).out, Not(HasSubstr(kEscape)));
    EXPECT_THAT(on_terminal({"check", kHello}, {{"TERM", "xterm"}}), HasSubstr("\x1b[32mboots\x1b[0m"));
    EXPECT_THAT(on_terminal({"check", kHello}, {{"TERM", "dumb"}}), Not(HasSubstr(kEscape)));
    EXPECT_THAT(on_terminal({"check", kHello}, {}), Not(HasSubstr(kEscape)));
}

TEST_F(OutputOf, NoColorDisablesColoursUnlessTheFlagIsGiven) {
    if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminals available";
    const std::map<std::string, std::string> no_color{{"TERM", "xterm"}, {"NO_COLOR", "1"}};
    EXPECT_THAT(on_terminal({"check", kHello}, no_color), Not(HasSubstr(kEscape)));
    EXPECT_THAT(on_terminal({"check", kHello}, {{"TERM", "xterm"}, {"NO_COLOR", ""}}), HasSubstr(kEscape));
    EXPECT_THAT(run({"check", "--color", "always", kHello}, no_color).out, HasSubstr(kEscape));
    EXPECT_THAT(on_terminal({"check", "--color", "never", kHello}, {{"TERM", "xterm"}}), Not(HasSubstr(kEscape)));
    EXPECT_THAT(on_terminal({"check", "--color", "auto", kHello}, no_color), Not(HasSubstr(kEscape)));
}

TEST_F(OutputOf, JsonHasNoColours) {
    for (const auto* subcommand : {"check", "boot", "inspect"})
        EXPECT_THAT(run({subcommand, "--json", "--color", "always", kHello}).out, Not(HasSubstr(kEscape)));
}

TEST_F(OutputOf, LongLinesAreWrappedOnlyOnATerminal) {
    if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminals available";
    const std::string firmware = write_shape("segment-outside");
    const auto longest = [](const std::string& text) {
        const auto lines = lines_of(text);
        return std::ranges::max(lines, {}, &std::string::size).size();
    };
    const Arguments arguments{"boot", firmware.substr(directory().string().size() + 1)};
    EXPECT_GT(longest(run(arguments).out), 100U);
    EXPECT_LE(longest(on_terminal(arguments, {})), 81U) << "80 columns and a carriage return";
}

TEST_F(OutputOf, ClosedPipeEndsTheCommandQuietly) {
    Arguments many{"check", "-v"};
    for (int i = 0; i < 500; ++i) many.push_back(kHello);
    many.insert(many.end(), {"--board", "stm32mp157c-dk2"});
    const auto headed = run_to(Stdout::left_to_head, many);
    EXPECT_EQ(headed.signal, SIGPIPE);
    EXPECT_THAT(headed.err, IsEmpty());
    const auto ignoring = run_to(Stdout::closed_early, many);
    EXPECT_EQ(ignoring.status, 7);
    EXPECT_THAT(ignoring.err, IsEmpty());
}

TEST_F(OutputOf, FullDeviceIsAnError) {
    for (const Arguments& arguments : {Arguments{"boards"}, Arguments{"check", "--board", "stm32mp157c-dk2", kHello},
                                       Arguments{"inspect", "--json", kHello}, Arguments{"--help"}}) {
        const auto result = run_to(Stdout::full_device, arguments);
        EXPECT_EQ(result.status, 7) << arguments[0];
        EXPECT_EQ(result.err, "rproc: error: cannot write the result: No space left on device\n");
    }
}

TEST_F(OutputOf, ControlCharactersInNamesAreEscaped) {
    const auto result = run({"check", "-q", write("\x1b[31mred.elf", shape("segment-outside"))});
    EXPECT_THAT(result.out, HasSubstr("\\x1b[31mred.elf: refused"));
    EXPECT_THAT(result.out, Not(HasSubstr(kEscape)));
}

TEST_F(OutputOf, NamesWithInvalidUtf8MakeValidJson) {
    const auto result = run({"check", "--json", write("caf\xe9.elf", read_text(kHello))});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(objects_of(result.out).at(0)["firmware"].get<std::string>(),
                ::testing::EndsWith("/caf\xef\xbf\xbd.elf"));
}

}  // namespace
}  // namespace rproc::test
