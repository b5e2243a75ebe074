// SPDX-License-Identifier: BSD-2-Clause
#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Explain : public Cli {
  protected:
    /// The subjects of the explanations, in order.
    [[nodiscard]] std::vector<std::string> subjects(const Arguments& texts, const std::string& input = {}) const {
        Arguments arguments{"explain", "--json"};
        arguments.insert(arguments.end(), texts.begin(), texts.end());
        std::vector<std::string> found;
        for (const Json& object : objects_of(run(arguments, {}, input).out)) found.push_back(object["subject"]);
        return found;
    }
};

const std::string kDmesg =
    "[    0.000000] Booting Linux on physical CPU 0x0\n"
    "[   11.100000] remoteproc remoteproc0: powering up m4\n"
    "[   11.200000] bluetooth hci0: Direct firmware load for a.hcd failed with error -2\n"
    "[   12.345678] remoteproc remoteproc0: bad phdr da 0x80100000 mem 0x540\n"
    "[   12.345700] remoteproc remoteproc0: Failed to load program segments: -22\n"
    "[   12.345800] remoteproc remoteproc0: Boot failed: -22\n"
    "[   22.345678] remoteproc remoteproc0: bad phdr da 0x80100000 mem 0x540\n"
    "[   22.345800] remoteproc remoteproc0: Boot failed: -22\n";

TEST_F(Explain, ShowsMeaningCausesAndTheNextCommand) {
    const auto result = run({"explain", "EINVAL"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, StartsWith("-22 EINVAL\n    the kernel's answer to nearly everything"));
    EXPECT_THAT(result.out, HasSubstr("\n    1. it refuses the firmware"));
    EXPECT_THAT(result.out, HasSubstr("\n       next: rproc check FW\n"));
    EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Explain, NegativeNumberIsNotAnOption) {
    const auto plain = run({"explain", "-22"});
    EXPECT_EQ(plain.status, 0);
    EXPECT_THAT(plain.out, StartsWith("-22 EINVAL\n"));
    EXPECT_EQ(run({"explain", "--", "-22"}).out, plain.out);
    EXPECT_EQ(subjects({"-22", "-2"}), (std::vector<std::string>{"-22 EINVAL", "-2 ENOENT"}));
}

TEST_F(Explain, LineMayBeUnquoted) {
    EXPECT_THAT(subjects({"-22", "EINVAL"}), ElementsAre("-22 EINVAL"));
    EXPECT_THAT(subjects({"bad", "phdr", "da", "0x80100000", "mem", "0x540"}),
                ElementsAre("bad phdr da 0x80100000 mem 0x540"));
    EXPECT_THAT(subjects({"Boot", "failed:", "-22"}), ElementsAre("Boot failed: -22"));
    EXPECT_THAT(subjects({"Boot failed: -22", "resource table incomplete"}),
                ElementsAre("Boot failed: -22", "resource table incomplete"));
}

TEST_F(Explain, ReadsAWholeLogAndExplainsEachLineOnce) {
    const auto expected =
        ElementsAre("bad phdr da 0x80100000 mem 0x540", "Failed to load program segments: -22", "Boot failed: -22");
    EXPECT_THAT(subjects({}, kDmesg), expected);
    EXPECT_THAT(subjects({"-"}, kDmesg), expected);
    EXPECT_EQ(run({"explain"}, {}, kDmesg).err, "");
    EXPECT_THAT(subjects({"Boot failed: -22", "-"}, "ffff0006\r\nBoot failed: -22\n"),
                ElementsAre("Boot failed: -22", "0xffff0006 TEE_ERROR_BAD_PARAMETERS"));
}

TEST_F(Explain, GroupsALogByProcessorAndBoot) {
    const auto result = run({"explain"}, {}, kDmesg);
    EXPECT_THAT(result.out,
                StartsWith("remoteproc0 (m4): failed\n\nbad phdr da 0x80100000 mem 0x540\n    the segment"));
    EXPECT_THAT(result.out, HasSubstr("\nconsequences: Failed to load program segments: -22; Boot failed: -22\n"));
    const auto objects = objects_of(run({"explain", "--json"}, {}, kDmesg).out);
    EXPECT_EQ(objects.at(2)["role"], "follows");
    EXPECT_EQ(objects.at(2)["device"], "remoteproc0");
    EXPECT_EQ(objects.at(2)["attempt"]["outcome"], "failed");
    EXPECT_THAT(fields_of(objects.at(0)["attempt"]),
                ElementsAre("number", "device", "processor", "firmware", "outcome", "times"));
}

TEST_F(Explain, ALogWithoutErrorsIsSaidToBeOne) {
    const std::string log =
        "remoteproc remoteproc0: powering up m4\nremoteproc remoteproc0: remote processor m4 is now up\n";
    const auto result = run({"explain"}, {}, log);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "remoteproc0 (m4): running; no error in the log\n\n");
    EXPECT_EQ(objects_of(run({"explain", "--json"}, {}, log).out).at(0)["role"], "succeeds");
}

TEST_F(Explain, JsonHasOneObjectForEachExplanation) {
    const auto result =
        run({"explain", "--json", "segment-outside-memory", "0xffff3072", "22", "rsc table is truncated"});
    EXPECT_EQ(result.status, 0);
    std::vector<std::string> kinds;
    for (const Json& object : objects_of(result.out)) {
        EXPECT_THAT(fields_of(object), ElementsAre("schema", "subject", "kind", "meaning", "causes", "example", "role",
                                                   "device", "attempt"));
        EXPECT_EQ(object["attempt"], nullptr);
        EXPECT_EQ(object["schema"], "rproc.explain/1");
        for (const Json& cause : object["causes"]) EXPECT_THAT(fields_of(cause), ElementsAre("what", "next"));
        kinds.push_back(object["kind"]);
    }
    EXPECT_THAT(kinds, ElementsAre("finding", "tee", "errno", "kernel-line"));
}

TEST_F(Explain, QuietIsOneLineEach) {
    const auto result = run({"explain", "-q", "0xffff0006", "firmware-busy"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(lines_of(result.out),
                ElementsAre(StartsWith("0xffff0006 TEE_ERROR_BAD_PARAMETERS: the TEE does not recognise this"),
                            StartsWith("firmware-busy: the firmware's name can change only")));
}

TEST_F(Explain, ColorsOnRequest) {
    EXPECT_THAT(run({"explain", "--color", "always", "22"}).out, HasSubstr("\x1b[1m-22 EINVAL\x1b[0m"));
    EXPECT_THAT(run({"explain", "22"}).out, Not(HasSubstr("\x1b")));
}

TEST_F(Explain, UnknownTextExitsWithOne) {
    const auto argument = run({"explain", "gibberish"});
    EXPECT_EQ(argument.status, 1);
    EXPECT_THAT(argument.out, IsEmpty());
    EXPECT_EQ(argument.err, "rproc: note: nothing is known about \"gibberish\"\n");
    const auto input = run({"explain"}, {}, "[ 0.0] Booting Linux\n");
    EXPECT_EQ(input.status, 1);
    EXPECT_EQ(input.err, "rproc: note: standard input has no line that is known\n");
    EXPECT_EQ(run({"explain"}).status, 1);
    const auto mixed = run({"explain", "gibberish", "22"});
    EXPECT_EQ(mixed.status, 0);
    EXPECT_THAT(mixed.err, HasSubstr("gibberish"));
}

TEST_F(Explain, ControlCharactersDoNotReachTheTerminal) {
    const auto result = run({"explain", "Unrecognised option: \x1b[2J", "gib\x1b[2Jberish"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out + result.err, Not(HasSubstr("\x1b")));
}

TEST_F(Explain, InvalidOptionsAreUsageErrors) {
    EXPECT_EQ(run({"explain", "--board", "x", "22"}).status, 2);
    EXPECT_EQ(run({"explain", "-x"}).status, 2);
    EXPECT_EQ(run({"explain", "--color", "sometimes", "22"}).status, 2);
}

// explain knows every kernel line that check shows for a failing firmware.
TEST_F(Explain, ExplainsWhatCheckPrints) {
    for (const char* name : {"segment-outside", "table-ver-2", "elf-magic-first"}) {
        const auto verdict = objects_of(run({"check", "--json", write_shape(name)}).out).at(0);
        std::string log;
        for (const std::string line : verdict["kernel_log"]) log += line + "\n";
        EXPECT_EQ(run({"explain"}, {}, log).status, 0) << name;
        for (const Json& finding : verdict["findings"])
            EXPECT_EQ(run({"explain", finding["code"].get<std::string>()}).status, 0) << finding;
    }
}

}  // namespace
}  // namespace rproc::test
