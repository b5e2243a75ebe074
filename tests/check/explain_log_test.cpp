// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/explain_log.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace rproc::check {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> subjects(const std::vector<Explanation>& explanations) {
    std::vector<std::string> list;
    for (const Explanation& explanation : explanations) list.push_back(explanation.subject);
    return list;
}

/// The only attempt of a log; an empty one, and a failure, where there are others.
Attempt only_attempt(std::string_view log) {
    auto attempts = explain_log(log);
    EXPECT_EQ(attempts.size(), 1U);
    return attempts.empty() ? Attempt{} : attempts.front();
}

constexpr std::string_view kFailedBoot =
    "[   11.1] remoteproc remoteproc1: powering up m4\n"
    "[   11.2] remoteproc remoteproc1: Booting fw image app.elf, size 4096\n"
    "[   11.3] remoteproc remoteproc1: bad phdr da 0x80100000 mem 0x540\n"
    "[   11.4] remoteproc remoteproc1: Failed to load program segments: -22\n"
    "[   11.5] remoteproc remoteproc1: Boot failed: -22\n";

TEST(ExplainLog, TheCauseLeadsAndItsConsequencesFollow) {
    const Attempt attempt = only_attempt(kFailedBoot);
    EXPECT_EQ(attempt.device, "remoteproc1");
    EXPECT_EQ(attempt.processor, "m4");
    EXPECT_EQ(attempt.firmware, "app.elf");
    EXPECT_EQ(attempt.outcome, AttemptOutcome::failed);
    EXPECT_THAT(subjects(attempt.causes), ElementsAre("bad phdr da 0x80100000 mem 0x540"));
    EXPECT_THAT(subjects(attempt.consequences),
                ElementsAre("Failed to load program segments: -22", "Boot failed: -22"));
}

TEST(ExplainLog, BootsThatWentTheSameWayAreOne) {
    EXPECT_EQ(only_attempt(fmt::format("{0}{0}", kFailedBoot)).times, 2U);
    const auto attempts =
        explain_log(fmt::format("{}remoteproc remoteproc1: powering up m4\n"
                                "remoteproc remoteproc1: remote processor m4 is now up\n",
                                kFailedBoot));
    ASSERT_EQ(attempts.size(), 2U);
    EXPECT_EQ(attempts[1].outcome, AttemptOutcome::running);
    EXPECT_THAT(attempts[1].causes, IsEmpty());
}

TEST(ExplainLog, LinesOfTwoProcessorsAreToldApart) {
    const auto attempts = explain_log(
        "remoteproc remoteproc0: powering up m4\n"
        "remoteproc remoteproc3: powering up 54474000.pru\n"
        "remoteproc remoteproc0: Image is corrupted (bad magic)\n"
        "remoteproc remoteproc3: No loadable segments\n"
        "pru-rproc 54474000.pru: mbox_request_channel failed: -19\n"
        "remoteproc remoteproc0: Boot failed: -22\n"
        "remoteproc remoteproc3: Boot failed: -22\n");
    ASSERT_EQ(attempts.size(), 2U);
    EXPECT_THAT(subjects(attempts[0].causes), ElementsAre("Image is corrupted (bad magic)"));
    EXPECT_THAT(subjects(attempts[1].causes), ElementsAre("No loadable segments", "mbox_request_channel failed: -19"));
}

TEST(ExplainLog, LinesOfDriversAndConsolesBelongToTheBootBeforeThem) {
    const Attempt attempt = only_attempt(
        "remoteproc remoteproc1: Booting fw image qcom/cdsp.mbn, size 3500000\n"
        "qcom_q6v5_pas 1b300000.remoteproc: error -22 initializing firmware qcom/cdsp.mbn\n"
        "remoteproc remoteproc1: can't start rproc cdsp: -22\n"
        "remoteproc remoteproc1: Boot failed: -22\n");
    EXPECT_THAT(subjects(attempt.causes), ElementsAre("error -22 initializing firmware qcom/cdsp.mbn"));
    const Attempt tee = only_attempt(
        "remoteproc remoteproc0: powering up m4\n"
        "E/TA:  remoteproc_load_segment:700 Fails to clear segment, res = 0xffff0001\n"
        "remoteproc-tee optee-rproc: TA_RPROC_CMD_LOAD_FW invoke failed TEE err: 0xffff0001, ret:0\n"
        "remoteproc remoteproc0: Boot failed: -5\n");
    EXPECT_THAT(subjects(tee.causes), ElementsAre("Fails to clear segment, res = 0xffff0001"));
    EXPECT_EQ(tee.consequences.size(), 2U);
}

TEST(ExplainLog, AProbeIsOneWithTheLinesOfItsDevice) {
    const Attempt attempt = only_attempt(
        "stm32-rproc 10000000.m4: error -EINVAL: failed to get mcu reset\n"
        "remoteproc remoteproc0: releasing m4\n"
        "stm32-rproc: probe of 10000000.m4 failed with error -22\n");
    EXPECT_EQ(attempt.device, "10000000.m4");
    EXPECT_THAT(subjects(attempt.causes), ElementsAre("failed to get mcu reset"));
    EXPECT_THAT(subjects(attempt.consequences), ElementsAre("probe of 10000000.m4 failed with error -22"));
}

TEST(ExplainLog, AConsequenceWithoutACauseIsExplainedItself) {
    const Attempt attempt = only_attempt(
        "remoteproc remoteproc0: powering up m4\n"
        "remoteproc remoteproc0: Boot failed: -22\n");
    EXPECT_THAT(subjects(attempt.causes), ElementsAre("Boot failed: -22"));
    EXPECT_THAT(attempt.consequences, IsEmpty());
}

TEST(ExplainLog, AttachingWithoutATableIsSaid) {
    const std::string attached =
        "remoteproc remoteproc0: attaching to m4\n"
        "remoteproc remoteproc0: remote processor m4 is now attached\n";
    EXPECT_THAT(only_attempt(attached).causes.at(0).meaning, HasSubstr("found no resource table"));
    const std::string with_virtio =
        "remoteproc remoteproc0: attaching to m4\n"
        "rproc-virtio rproc-virtio.1.auto: registered virtio0 (type 7)\n"
        "remoteproc remoteproc0: remote processor m4 is now attached\n";
    EXPECT_THAT(only_attempt(with_virtio).causes, IsEmpty());
}

TEST(ExplainLog, AnOopsInABootIsNamedWithItsDefect) {
    const Attempt attempt = only_attempt(
        "remoteproc remoteproc0: powering up imx-rproc\n"
        "remoteproc remoteproc0: Booting fw image hello.elf, size 193480\n"
        "remoteproc remoteproc0: No resource table in elf\n"
        "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000\n"
        "pc : 0x0\n"
        "lr : rproc_elf_load_segments+0x16c/0x23c\n");
    EXPECT_EQ(attempt.outcome, AttemptOutcome::kernel_stopped);
    EXPECT_THAT(attempt.causes.at(0).meaning, HasSubstr("a firmware without a resource table"));
    const Attempt stop = only_attempt(
        "remoteproc remoteproc0: remote processor m4 is now up\n"
        "[  9.0] Unable to handle kernel NULL pointer dereference at virtual address 00000008\n"
        "[  9.1] PC is at rproc_free_vring+0x1c/0x60\n");
    EXPECT_EQ(stop.outcome, AttemptOutcome::kernel_stopped);
    EXPECT_THAT(stop.causes.at(0).causes.at(0).what, HasSubstr("fewer than two vrings"));
}

TEST(ExplainLog, AnOopsOfSomethingElseIsLeftOut) {
    const Attempt attempt = only_attempt(
        "remoteproc remoteproc0: remote processor m4 is now up\n"
        "Unable to handle kernel NULL pointer dereference at virtual address 00000008\n"
        "PC is at ext4_readdir+0x1c/0x60\n"
        "Internal error: Oops: 5 [#1] SMP ARM\n");
    EXPECT_EQ(attempt.outcome, AttemptOutcome::running);
    EXPECT_THAT(attempt.causes, IsEmpty());
}

TEST(ExplainLog, NothingIsKnownOfOtherLogs) {
    EXPECT_THAT(explain_log(""), IsEmpty());
    EXPECT_THAT(explain_log("\n\n"), IsEmpty());
    EXPECT_THAT(explain_log("[ 0.0] Booting Linux\nusb 1-1: error -71\nKernel panic - not syncing: VFS\n"), IsEmpty());
    EXPECT_THAT(explain_log("remoteproc remoteproc0: m4 is available\n"), IsEmpty());
}

}  // namespace
}  // namespace rproc::check
