// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/explain.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "rproc/check/checker.hpp"
#include "rproc/check/finding_code.hpp"
#include "rproc/check/verdict.hpp"
#include "rproc/tee/protocol.hpp"
#include "support/shapes.hpp"

namespace rproc::check {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The explanation; an empty one, and a failure, where there is none.
Explanation explained(std::string_view text) {
    auto explanation = explain(text);
    EXPECT_TRUE(explanation) << text;
    return explanation.value_or(Explanation{});
}

void expect_complete(const Explanation& explanation) {
    EXPECT_GE(explanation.meaning.size(), 15U) << explanation.subject;
    EXPECT_FALSE(explanation.causes.empty()) << explanation.subject;
    EXPECT_THAT(explanation.meaning, Not(HasSubstr("{"))) << explanation.subject;
    for (const Cause& cause : explanation.causes) {
        EXPECT_FALSE(cause.what.empty()) << explanation.subject;
        EXPECT_FALSE(cause.next.empty()) << explanation.subject;
        EXPECT_THAT(cause.what + cause.next, Not(HasSubstr("{0}"))) << explanation.subject;
    }
}

TEST(ExplainFinding, KnowsEveryErrorCode) {
    for (const ErrorCodeInfo& code : error_codes()) {
        const auto explanation = explained(code.name);
        EXPECT_EQ(explanation.kind, ExplanationKind::finding) << code.name;
        EXPECT_EQ(explanation.subject, code.name);
        expect_complete(explanation);
    }
}

TEST(ExplainFinding, KnowsEveryFindingOfCheck) {
    for (const FindingCodeInfo& info : finding_codes()) {
        const auto explanation = explained(info.name);
        EXPECT_EQ(explanation.kind, ExplanationKind::finding) << info.name;
        EXPECT_EQ(explanation.subject, info.name);
        EXPECT_EQ(explanation.meaning, info.meaning);
        expect_complete(explanation);
    }
}

TEST(ExplainErrno, TakesEveryForm) {
    for (const char* text :
         {"-22", "22", "EINVAL", "einval", "-EINVAL", "-22 EINVAL", "EINVAL (-22)", "errno 22", "errno=22", "Errno: 22",
          "error -22", "0xffffffea", "Invalid argument", "sh: write error: Invalid argument", "  -22\n",
          "bash: /sys/class/remoteproc/remoteproc0/state: Invalid argument"}) {
        const auto explanation = explained(text);
        EXPECT_EQ(explanation.kind, ExplanationKind::errno_value) << text;
        EXPECT_EQ(explanation.subject, "-22 EINVAL") << text;
    }
}

TEST(ExplainErrno, KnowsEveryErrnoThatTheLibraryReturns) {
    for (const ErrorCodeInfo& code : error_codes()) {
        if (code.errno_value == 0) continue;
        const auto explanation = explained(fmt::format("-{}", code.errno_value));
        EXPECT_EQ(explanation.subject, fmt::format("-{} {}", code.errno_value, errno_name(code.errno_value)));
        expect_complete(explanation);
    }
}

// The host is Linux, and these numbers are the same on all of its architectures that remoteproc runs on.
TEST(ExplainErrno, SpellsNumbersAsTheSystemDoes) {
    for (const int value :
         {EPERM,  ENOENT, EIO,   ENOEXEC, EAGAIN,    EACCES,   EFAULT,     EBUSY,   EEXIST,    ENODEV,      EINVAL,
          ENOSPC, ENOSYS, ETIME, EBADMSG, EOVERFLOW, EMSGSIZE, EOPNOTSUPP, ENOBUFS, ETIMEDOUT, EKEYREJECTED}) {
        const auto explanation = explained(std::to_string(value));
        EXPECT_EQ(explanation.subject.substr(0, explanation.subject.find(' ')), fmt::format("-{}", value));
        EXPECT_EQ(explained(std::strerror(value)).subject, explanation.subject);
        expect_complete(explanation);
    }
}

TEST(ExplainErrno, KnowsEveryNameOfLinux) {
    for (int value = 1; value <= EHWPOISON; ++value) {
        const char* const name = strerrorname_np(value);
        if (name == nullptr || value == EWOULDBLOCK) continue;
        EXPECT_EQ(explained(name).subject, fmt::format("-{} {}", value, name));
        expect_complete(explained(name));
    }
    for (const char* name : {"ERESTARTSYS", "ENOIOCTLCMD", "EPROBE_DEFER", "ENOTSUPP"})
        EXPECT_THAT(explained(name).subject, ::testing::EndsWith(name));
}

TEST(ExplainErrno, PermissionAndMissingFirmwareAreToldApart) {
    EXPECT_THAT(explained("-2").meaning, HasSubstr("permissions are not the reason"));
    EXPECT_THAT(explained("sh: write error: No such file or directory").subject, "-2 ENOENT");
    EXPECT_THAT(explained("-bash: /sys/class/remoteproc/remoteproc0/state: Permission denied").causes.front().next,
                HasSubstr("sudo tee"));
}

TEST(ExplainResult, TakesEveryForm) {
    for (const char* text : {"0xffff0006", "0xFFFF0006", "ffff0006", "TEE_ERROR_BAD_PARAMETERS", "BAD_PARAMETERS",
                             "TEEC_ERROR_BAD_PARAMETERS", "bad_parameters"}) {
        const auto explanation = explained(text);
        EXPECT_EQ(explanation.kind, ExplanationKind::tee_result) << text;
        EXPECT_EQ(explanation.subject, "0xffff0006 TEE_ERROR_BAD_PARAMETERS") << text;
    }
}

TEST(ExplainResult, KnowsEveryResultByNumberAndName) {
    for (const tee::ResultInfo& info : tee::kResults) {
        const auto explanation = explained(info.name);
        EXPECT_EQ(explanation.kind, ExplanationKind::tee_result) << info.name;
        EXPECT_EQ(explanation.meaning, info.meaning);
        ASSERT_FALSE(explanation.causes.empty());
        EXPECT_EQ(explanation.causes.front().what, info.cause);
        expect_complete(explanation);
    }
}

TEST(ExplainResult, OnlyOneIsASignatureFailure) {
    EXPECT_THAT(explained("0xffff0006").meaning, HasSubstr("it is not a signature failure"));
    EXPECT_THAT(explained("0xffff3072").meaning, HasSubstr("this is the signature failure"));
}

/// What a boot says when all is well, or before the line that tells.
bool is_routine(std::string_view line) {
    constexpr std::array<std::string_view, 6> kBeginnings{
        "powering up ",      "Booting fw image ", "firmware: direct-loading ",
        "remote processor ", "registered virtio", "assigned reserved memory node "};
    return std::ranges::any_of(kBeginnings, [&](std::string_view beginning) { return line.starts_with(beginning); });
}

bool reports_error(const Explanation& explanation) {
    return explanation.role == LineRole::cause || explanation.role == LineRole::follows;
}

TEST(ExplainLine, KnowsWhatTheRealKernelSaid) {
    std::ifstream file(RPROC_TEST_DATA_DIR "/kernel_verdicts.json");
    const auto recorded = nlohmann::json::parse(file);
    std::size_t known = 0;
    for (const auto& shape : recorded["shapes"]) {
        for (const std::string line : shape["log"]) {
            const auto explanation = explained(line);
            EXPECT_EQ(reports_error(explanation), !is_routine(line)) << line;
            EXPECT_EQ(explanation.kind, ExplanationKind::kernel_line) << line;
            EXPECT_EQ(explanation.subject, line);
            if (!is_routine(line)) expect_complete(explanation);
            ++known;
        }
    }
    EXPECT_GT(known, 500U);
}

TEST(ExplainLine, KnowsWhatUsersMeet) {
    for (const char* line : {"Trace  not available",
                             "Trace log not available",
                             "can't change firmware while running",
                             "can't provide empty string for firmware name",
                             "Unrecognised option: boot",
                             "imx_rproc_kick failed -62",
                             "imx_rproc_kick: failed (0, err:-62)",
                             "stm32_rproc_kick: failed (vq0, err:-5)",
                             "unable to acquire memory-region",
                             "memory region not valid 0x64000000",
                             "rsc table is truncated",
                             "failed to get resource table va ffe20000",
                             "Translation failed da=0x1fff0000",
                             "Translation failed: da = 0x1fff0000 len = 0x240",
                             "Authentication failed!",
                             "warning: remote FW shutdown without ack",
                             "can't prepare rproc m4: -22",
                             "can't start rproc m4: -22",
                             "failed to probe subdevices for m4: -22",
                             ".kick method not defined for m4",
                             "request_firmware failed: -2",
                             "request_firmware failed: -5",
                             "size (100000000) does not fit in size_t type",
                             "elf64 header is too small",
                             "devmem rsc is truncated",
                             "trace rsc has non zero reserved bytes",
                             "failed to set hold boot",
                             "stm32_rproc_of_memory_translations: dma-ranges property not defined",
                             "failed to get mcu_reset",
                             "crash detected in m4: type watchdog",
                             "timeout waiting for a tx buffer",
                             "msg received with no recipient",
                             "TEE err ffff0006",
                             "tee_client_open_session failed, err: 0xffff0008"}) {
        const auto explanation = explained(line);
        EXPECT_EQ(explanation.kind, ExplanationKind::kernel_line) << line;
        EXPECT_EQ(explanation.subject, line);
        expect_complete(explanation);
    }
}

TEST(ExplainLine, SkipsTimeLevelHostAndDevice) {
    for (const char* line :
         {"bad phdr da 0x80100000 mem 0x540", "remoteproc remoteproc0: bad phdr da 0x80100000 mem 0x540",
          "[   12.345678] remoteproc remoteproc0: bad phdr da 0x80100000 mem 0x540",
          "<3>[   12.345678] remoteproc remoteproc0: bad phdr da 0x80100000 mem 0x540\r\n",
          "[Sat Nov 21 15:09:25 2026] remoteproc remoteproc0: bad phdr da 0x80100000 mem 0x540",
          "kern  :err   : [   12.345678] remoteproc remoteproc0: bad phdr da 0x80100000 mem 0x540",
          "Nov 21 15:09:25 board kernel: remoteproc remoteproc0: bad phdr da 0x80100000 mem 0x540",
          "Nov 21 15:09:25 board kernel: [   12.345678] remoteproc remoteproc0: bad phdr da 0x80100000 mem 0x540"}) {
        const auto explanation = explained(line);
        EXPECT_EQ(explanation.subject, "bad phdr da 0x80100000 mem 0x540") << line;
        EXPECT_EQ(
            explanation.meaning,
            "the segment at device address 0x80100000, 0x540 bytes long, does not lie in any memory that Linux can "
            "load to");
    }
}

TEST(ExplainLine, MessagesMayHaveColonsOfTheirOwn) {
    EXPECT_EQ(explained("[ 1.0] rproc-virtio: probe of rproc-virtio.1.auto failed with error -12").subject,
              "rproc-virtio: probe of rproc-virtio.1.auto failed with error -12");
    EXPECT_EQ(explained("[ 1.0] remoteproc remoteproc0: Unrecognised option: up").meaning,
              "\"up\" is no word that this file of remoteproc knows");
    EXPECT_EQ(explained("remoteproc remoteproc0: vdev rsc is truncated").meaning,
              "a vdev entry runs past the end of the resource table");
}

TEST(ExplainLine, ConsequencesPointToTheLineBefore) {
    for (const char* line : {"Failed to load program segments: -22", "Boot failed: -22", "can't prepare rproc m4: -22",
                             "Failed to process resources: -22", "Failed to allocate associated carveouts: -12"}) {
        EXPECT_THAT(explained(line).meaning, ::testing::StartsWith("the consequence of the line before")) << line;
    }
    EXPECT_THAT(explained("Boot failed: 1").meaning, HasSubstr("reports success"));
}

TEST(ExplainLine, AResultOfTheTeeInItIsExplainedToo) {
    for (const char* line :
         {"Can't Authenticate the firmware (0xffff0006)", "remoteproc remoteproc0: TEE err ffff0006",
          "TA_RPROC_CMD_LOAD_FW invoke failed TEE err: 0xffff0006, ret:0", "load failed, TEE err: ffff0006"}) {
        const auto explanation = explained(line);
        EXPECT_THAT(explanation.meaning, HasSubstr("TEE_ERROR_BAD_PARAMETERS")) << line;
        EXPECT_EQ(explanation.causes.front().what, tee::find_result(0xffff0006)->cause) << line;
    }
    EXPECT_THAT(explained("bad phdr da 0x00000000 mem 0x540").meaning, Not(HasSubstr("TEE")));
}

TEST(ExplainLine, RoutineLinesReportNoError) {
    for (const char* line : {"remoteproc remoteproc0: powering up m4", "remote processor m4 is now up",
                             "Booting fw image a.elf, size 4096", "virtio_rpmsg_bus virtio0: rpmsg host is online"}) {
        EXPECT_FALSE(reports_error(explained(line))) << line;
        EXPECT_TRUE(explained(line).causes.empty()) << line;
    }
}

TEST(ExplainLine, TheSameResultMeansAnotherThingWithEachCommand) {
    const auto meaning = [](std::string_view line) { return explained(line).meaning; };
    const std::string load = "TA_RPROC_FW_CMD_LOAD_FW invoke failed TEE err: ";
    EXPECT_THAT(meaning(load + "ffff0001, ret:0"), HasSubstr("lies outside the memories that the TEE gives"));
    EXPECT_THAT(meaning(load + "0xffff000a, ret:0"), HasSubstr("does not verify signatures of that type"));
    EXPECT_THAT(meaning("tee_client_open_session failed, err: 0xffff000a"), HasSubstr("knows no processor of this id"));
    EXPECT_THAT(meaning("tee_client_open_session failed, err: 0xffff000d"), HasSubstr("in this process or another"));
    EXPECT_THAT(meaning("TA_RPROC_CMD_RELEASE_FW invoke failed TEE err: 0xffff0006, ret:0"),
                HasSubstr("nothing to release"));
    EXPECT_THAT(meaning("TA_RPROC_CMD_START_FW invoke failed TEE err: 0xffff0007, ret:0"),
                HasSubstr("nothing is loaded"));
    EXPECT_EQ(explained("BUSY").subject, "0xffff000d TEE_ERROR_BUSY");
    EXPECT_THAT(explained("0xffff0001").causes.at(1).what, HasSubstr("as the result of LOAD_FW: a segment"));
}

TEST(ExplainLine, TakesLinesOfTheConsoleOfOptee) {
    for (const char* line : {"E/TA: remoteproc_load_fw:1250 Can't Authenticate the firmware (res = 0xffff0006)",
                             "E/TA:  remoteproc_load_fw:1250 Can't Authenticate the firmware (res = 0xffff0006)",
                             "E/TA:? 0 remoteproc_load_fw:1250 Can't Authenticate the firmware (res = 0xffff0006)"}) {
        EXPECT_EQ(explained(line).subject, "Can't Authenticate the firmware (res = 0xffff0006)") << line;
        EXPECT_EQ(explained(line).device, "OP-TEE") << line;
    }
    EXPECT_THAT(explained("E/TA:  remoteproc_load_segment:700 Fails to clear segment, res = 0xffff0001").meaning,
                HasSubstr("lies outside the memories"));
    EXPECT_THAT(explained("E/TC:0   stm32_iac_itr:197 IAC exception ID: 156").meaning, HasSubstr("RIF firewall"));
}

TEST(ExplainLine, NamesTheErrnoOfAnErrorThatAProbePrintsBeforeItsMessage) {
    const auto explanation = explained("stm32-rproc 10000000.m4: error -EPROBE_DEFER: failed to get mcu reset");
    EXPECT_EQ(explanation.subject, "failed to get mcu reset");
    EXPECT_THAT(explanation.meaning, HasSubstr("-517 EPROBE_DEFER"));
    EXPECT_THAT(explanation.causes.front().what, HasSubstr("tries again"));
    EXPECT_EQ(explanation.device, "10000000.m4");
}

TEST(ExplainLine, CausesFitTheErrno) {
    const auto text_of = [](std::string_view line) {
        std::string text;
        for (const Cause& cause : explained(line).causes) text += cause.what + "\n";
        return text;
    };
    EXPECT_THAT(text_of("remoteproc remoteproc0: Boot failed: -22"), HasSubstr("wants a resource table"));
    EXPECT_THAT(text_of("remoteproc remoteproc0: Boot failed: -5"), HasSubstr("the TEE refused"));
    EXPECT_THAT(text_of("remoteproc remoteproc0: Boot failed: -5"), Not(HasSubstr("resource table")));
    EXPECT_THAT(text_of("stm32-rproc: probe of 10000000.m4 failed with error -3"), HasSubstr("not ESRCH"));
    EXPECT_THAT(text_of("stm32-rproc: probe of 10000000.m4 failed with error -517"), Not(HasSubstr("ESRCH")));
}

TEST(ExplainLine, CommandsNameTheProcessorOfTheLine) {
    EXPECT_THAT(explained("remoteproc remoteproc12: can't change firmware while running").causes.front().next,
                HasSubstr("/remoteproc12/"));
    EXPECT_THAT(explained("can't change firmware while running").causes.front().next, HasSubstr("/remoteproc0/"));
}

TEST(ExplainLine, EachLineOfAProcessorWithAnErrnoIsExplained) {
    const auto explanation = explained("omap-rproc 40800000.dsp: could not configure the thing, ret = -19");
    EXPECT_EQ(explanation.device, "40800000.dsp");
    EXPECT_THAT(explanation.meaning, HasSubstr("-19 ENODEV, No such device"));
    expect_complete(explanation);
    EXPECT_THAT(explained("k3_r5_rproc bus@f4000: mbox_request_channel failed badly: -517").meaning,
                HasSubstr("the nearest line that is known is \"mbox_request_channel failed"));
    EXPECT_FALSE(explain("usb 1-1: could not configure the thing, ret = -19"));
}

TEST(ExplainLine, PatternsTakeNoMoreThanTheirNumbers) {
    EXPECT_THAT(explained("Translation failed: da = 0x1fff0000 len = 0x40").meaning,
                HasSubstr("the 0x40 bytes at device address 0x1fff0000 lie"));
    EXPECT_FALSE(explain("bad phdr da 0x80100000 mem many"));
    EXPECT_FALSE(explain("Boot failed: tomorrow"));
}

/// A printf format with a value for each conversion: `number` for decimal ones.
std::string printed(std::string format, const std::string& number) {
    const std::pair<std::regex, std::string> conversions[]{
        {std::regex("%pR"), "[mem 0x10000000-0x1003ffff]"},
        {std::regex("%pe"), "-ENOMEM"},
        {std::regex("%p(ad|a)?"), "0x10000000"},
        {std::regex("%#[0-9]*l*x"), "0xffff0006"},
        {std::regex("%[0-9]*[lz]*x"), "1003ffff"},
        {std::regex("%[lz]*[diu]"), number},
        {std::regex("%s"), "m4"},
    };
    for (const auto& [conversion, value] : conversions) format = std::regex_replace(format, conversion, value);
    return format;
}

TEST(ExplainLine, KnowsEveryLineThatIsPrinted) {
    const std::map<std::string, std::string> devices{{"remoteproc", "[    1.0] remoteproc remoteproc0: "},
                                                     {"stm32-rproc", "stm32-rproc 10000000.m4: "},
                                                     {"mailbox", "stm32-ipcc 4c001000.mailbox: "},
                                                     {"rpmsg", "virtio_rpmsg_bus virtio0: "},
                                                     {"tee", "remoteproc-tee optee-rproc: "},
                                                     {"optee", "E/TA:  function:100 "},
                                                     {"u-boot", ""}};
    std::ifstream file(RPROC_TEST_DATA_DIR "/printed_lines.txt");
    std::size_t lines = 0;
    for (std::string row; std::getline(file, row);) {
        if (row.starts_with('#')) continue;
        const auto blank = row.find(' ');
        for (const char* number : {"-22", "-517", "7"}) {
            const std::string line = devices.at(row.substr(0, blank)) + printed(row.substr(blank + 1), number);
            const auto explanation = explained(line);
            EXPECT_EQ(explanation.kind, ExplanationKind::kernel_line) << line;
            EXPECT_THAT(explanation.meaning, Not(HasSubstr(" reports -"))) << line << " has no row";
            if (reports_error(explanation)) expect_complete(explanation);
        }
        ++lines;
    }
    EXPECT_GT(lines, 250U);
}

/// The line of the kernel that an error has, with a number for each of its arguments.
std::string filled_in(std::string_view kernel_line) {
    static const std::regex kResult("\\{(result|[0-9]:d)\\}");
    static const std::regex kHex("\\{[0-9]:#[^}]*x\\}");
    static const std::regex kOther("\\{[^}]*\\}");
    std::string text(kernel_line);
    text = std::regex_replace(text, kResult, "-22");
    text = std::regex_replace(text, kHex, "0x10000000");
    return std::regex_replace(text, kOther, "7");
}

TEST(ExplainLine, KnowsEveryLineThatAnErrorHas) {
    for (const ErrorCodeInfo& code : error_codes()) {
        if (code.text.kernel_line.empty()) continue;
        const std::string line = filled_in(code.text.kernel_line);
        expect_complete(explained(line));
    }
}

TEST(ExplainLine, KnowsEveryLineThatCheckPredicts) {
    auto board = platform::embedded_board("stm32mp157c-dk2");
    ASSERT_TRUE(board);
    Checker checker(std::move(*board));
    std::set<std::string> lines;
    for (auto& shape : test::all_shapes()) {
        const Verdict verdict = checker.check(FirmwareSource(Firmware(shape.name + ".elf", std::move(shape.image))));
        lines.insert(verdict.kernel_log.begin(), verdict.kernel_log.end());
    }
    EXPECT_GT(lines.size(), 100U);
    for (const std::string& line : lines) EXPECT_TRUE(explain(line)) << line;
}

TEST(Explain, KnowsNothingOfOtherTexts) {
    for (const char* text : {"",
                             " ",
                             "-",
                             "0",
                             "9999",
                             "-22 ENOENT",
                             "22 23",
                             "E",
                             "errno",
                             "0x80100000",
                             "0xffff0002",
                             "TEE_ERROR_",
                             "consequence",
                             "hello world",
                             "mmc0: error -110 whilst initialising SD card",
                             "i2c i2c-0: failed to get interrupt",
                             "[    1.0] bluetooth hci0: Direct firmware load for a.hcd failed with error -2",
                             "cat: /etc/shadow: Permission denied",
                             "bad phdr da 0x80100000 memory",
                             "<3>",
                             "[",
                             "[]",
                             ": ",
                             "kernel: "}) {
        EXPECT_FALSE(explain(text)) << text;
    }
    EXPECT_TRUE(explain("Unrecognised option: " + std::string(1000, 'x')));
    EXPECT_FALSE(explain("Unrecognised option: " + std::string(10000, 'x')));
}

}  // namespace
}  // namespace rproc::check
