// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/sysfs_processor.hpp"

#include <gmock/gmock.h>

#include "sysfs/sysfs_processor_test.hpp"

namespace rproc::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(SysfsProcessor, ReadsTheFiles) {
    auto m4 = processor();
    EXPECT_EQ(m4.state(), State::offline);
    EXPECT_EQ(m4.firmware(), "rproc-m4-fw");
    EXPECT_EQ(m4.recovery(), RecoveryMode::enabled);
    EXPECT_EQ(m4.coredump(), CoredumpMode::disabled);
    EXPECT_EQ(m4.place().device, "remoteproc0.device");
}

TEST_F(SysfsProcessor, LoadsStartsAndStops) {
    auto m4 = processor();
    ASSERT_TRUE(m4.set_firmware("st/app.elf"));
    ASSERT_TRUE(m4.start(1s));
    EXPECT_EQ(kernel->state(), "running");
    ASSERT_TRUE(m4.stop(1s));
    EXPECT_THAT(kernel->written, ElementsAre("firmware st/app.elf", "state start", "state stop"));
    EXPECT_THAT(*recorder.entries, ElementsAre("offline -> running", "running -> offline"));
}

TEST_F(SysfsProcessor, PassesItsKernelLinesToTheObserver) {
    kernel->log.push_back("6,1,1,-;remoteproc remoteproc0: an older line");
    kernel->starts["rproc-m4-fw"].log = {"powering up m4", "Booting fw image rproc-m4-fw, size 8"};
    auto m4 = processor();
    ASSERT_TRUE(m4.start(1s));
    EXPECT_THAT(*recorder.entries,
                ElementsAre("offline -> running", "log powering up m4", "log Booting fw image rproc-m4-fw, size 8"));
}

TEST_F(SysfsProcessor, RefusedStartHasTheKernelsReason) {
    kernel->starts["rproc-m4-fw"] = {EINVAL, "", {"bad phdr da 0x80100000 mem 0x540", "Boot failed: -22"}, ""};
    const auto started = processor().start(1s);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::boot_refused);
    EXPECT_EQ(started.error().kernel_line(), "bad phdr da 0x80100000 mem 0x540\nBoot failed: -22");
    EXPECT_THAT(started.error().message(), HasSubstr("remoteproc0: the kernel refused the firmware, rproc-m4-fw: -22"));
    EXPECT_THAT(started.error().hint(), HasSubstr("rproc check"));
}

TEST_F(SysfsProcessor, RefusedStartWithoutTheLogNamesTheLog) {
    kernel->log_readable = false;
    kernel->starts["rproc-m4-fw"].error = EINVAL;
    const auto started = processor().start(1s);
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().kernel_line(), IsEmpty());
    EXPECT_THAT(started.error().hint(), HasSubstr("sudo dmesg"));
}

TEST_F(SysfsProcessor, MissingFirmwareListsTheSearchedDirectories) {
    kernel->files["/sys/module/firmware_class/parameters/path"] = "/data/fw\n";
    kernel->starts["rproc-m4-fw"].error = ENOENT;
    const auto started = processor().start(1s);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::firmware_not_found);
    EXPECT_THAT(started.error().what(), HasSubstr("/data/fw, /lib/firmware/updates/6.1.0, /lib/firmware/updates, "
                                                  "/lib/firmware/6.1.0, /lib/firmware"));
}

TEST_F(SysfsProcessor, ErrnosOfAStartHaveDistinctCodes) {
    const std::vector<std::pair<int, ErrorCode>> expected{{ENOMEM, ErrorCode::memory_exhausted},
                                                          {ETIMEDOUT, ErrorCode::timed_out},
                                                          {EOPNOTSUPP, ErrorCode::attach_unsupported},
                                                          {EIO, ErrorCode::boot_refused}};
    for (const auto& [error, code] : expected) {
        kernel->starts["rproc-m4-fw"].error = error;
        const auto started = processor().start(1s);
        ASSERT_FALSE(started);
        EXPECT_EQ(started.error().code(), code) << error;
    }
}

TEST_F(SysfsProcessor, SuccessfulStartThatStaysOfflineIsARefusal) {
    kernel->starts["rproc-m4-fw"] = {0, "offline", {"Boot failed: 1"}, ""};
    const auto started = processor().start(1s);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::vendor_entry_fails_boot);
    EXPECT_EQ(started.error().kernel_line(), "Boot failed: 1");
    EXPECT_EQ(kernel->now, 0ms);
}

TEST_F(SysfsProcessor, FirmwareThatCrashesAtOnceIsAnError) {
    kernel->starts["rproc-m4-fw"].state = "crashed";
    const auto started = processor().start(1s);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::state_invalid);
    EXPECT_EQ(started.error().message(), "remoteproc0: was started, and crashed at once");
}

TEST_F(SysfsProcessor, SecondStartIsRefusedBeforeTheKernelCountsIt) {
    auto m4 = processor();
    ASSERT_TRUE(m4.start(1s));
    const auto again = m4.start(1s);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), ErrorCode::state_invalid);
    EXPECT_THAT(again.error().what(), HasSubstr("cannot start while it is running"));
    EXPECT_EQ(kernel->stops_wanted, 1);
}

TEST_F(SysfsProcessor, StopThatOnlyDropsAReferenceIsReported) {
    auto m4 = processor();
    ASSERT_TRUE(m4.start(1s));
    kernel->stops_wanted = 2;
    const auto stopped = m4.stop(1s);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code(), ErrorCode::state_invalid);
    EXPECT_THAT(stopped.error().what(), HasSubstr("still running"));
    EXPECT_TRUE(m4.stop(1s));
}

TEST_F(SysfsProcessor, StopDetachAndLoadRequireTheirStates) {
    auto m4 = processor();
    EXPECT_EQ(m4.stop(1s).error().code(), ErrorCode::state_invalid);
    EXPECT_EQ(m4.detach(1s).error().code(), ErrorCode::state_invalid);
    kernel->set_state("running");
    EXPECT_EQ(m4.set_firmware("app.elf").error().code(), ErrorCode::state_invalid);
    EXPECT_THAT(kernel->written, IsEmpty());
}

TEST_F(SysfsProcessor, AttachesAndDetaches) {
    kernel->set_state("detached");
    auto m4 = processor();
    ASSERT_TRUE(m4.start(1s));
    EXPECT_EQ(m4.state(), State::attached);
    ASSERT_TRUE(m4.detach(1s));
    EXPECT_EQ(m4.state(), State::detached);
}

TEST_F(SysfsProcessor, WaitsForTheState) {
    kernel->slow = 300ms;
    auto m4 = processor();
    EXPECT_TRUE(m4.start(1s));
    EXPECT_GE(kernel->now, 300ms);
    EXPECT_LT(kernel->now, 400ms);
}

TEST_F(SysfsProcessor, TimedOutStartHasTheKernelLinesSoFar) {
    kernel->slow = 300ms;
    kernel->starts["rproc-m4-fw"].log = {"powering up m4"};
    const auto started = processor().start(100ms);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::timed_out);
    EXPECT_EQ(started.error().kernel_line(), "powering up m4");
}

TEST_F(SysfsProcessor, WaitTimesOut) {
    auto m4 = processor();
    const auto waited = m4.wait_for(State::running, 250ms);
    ASSERT_FALSE(waited);
    EXPECT_EQ(waited.error().code(), ErrorCode::timed_out);
    EXPECT_THAT(waited.error().message(), HasSubstr("remoteproc0: is not running after 250 ms, but offline"));
    EXPECT_GE(kernel->now, 250ms);
}

TEST_F(SysfsProcessor, PermissionErrorNamesTheOwner) {
    auto m4 = processor();
    kernel->refused[self + "firmware"] = EACCES;
    const auto loaded = m4.set_firmware("app.elf");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code(), ErrorCode::access_denied);
    EXPECT_THAT(loaded.error().message(),
                HasSubstr("firmware: this user may not write it: it belongs to user root and group root, mode 0644"));
    EXPECT_THAT(loaded.error().hint(), HasSubstr("udev rule SUBSYSTEM==\"remoteproc\""));
}

TEST_F(SysfsProcessor, InvalidFirmwareNamesAreNotWritten) {
    auto m4 = processor();
    EXPECT_EQ(m4.set_firmware("").error().code(), ErrorCode::firmware_name_empty);
    EXPECT_EQ(m4.set_firmware("a\nb").error().code(), ErrorCode::kernel_file_failed);
    EXPECT_EQ(m4.set_firmware("../app.elf").error().code(), ErrorCode::firmware_not_found);
    const Error elsewhere = m4.set_firmware("/home/me/app.elf").error();
    EXPECT_THAT(elsewhere.hint(), HasSubstr("copy the file to /lib/firmware"));
    EXPECT_THAT(m4.set_firmware("/lib/firmware/st/app.elf").error().hint(), HasSubstr("give \"st/app.elf\""));
    EXPECT_THAT(kernel->written, IsEmpty());
}

TEST_F(SysfsProcessor, FindsCompressedFirmware) {
    auto m4 = processor();
    EXPECT_FALSE(m4.firmware_exists("app.elf"));
    kernel->files["/lib/firmware/updates/app.elf.zst"] = "";
    EXPECT_TRUE(m4.firmware_exists("app.elf"));
}

TEST_F(SysfsProcessor, RecoveryAndCoredumpModesAreWritten) {
    auto m4 = processor();
    ASSERT_TRUE(m4.set_recovery(RecoveryMode::disabled));
    EXPECT_EQ(m4.recovery(), RecoveryMode::disabled);
    ASSERT_TRUE(m4.set_coredump(CoredumpMode::inline_));
    EXPECT_EQ(m4.coredump(), CoredumpMode::inline_);
    kernel->files[self + "coredump"] = "sometimes\n";
    EXPECT_THAT(m4.coredump().error().what(), HasSubstr("\"sometimes\" is not a known mode"));
}

TEST_F(SysfsProcessor, CrashedProcessorIsRecovered) {
    auto m4 = processor();
    EXPECT_EQ(m4.recover(1s).error().code(), ErrorCode::state_invalid);
    kernel->set_state("crashed");
    ASSERT_TRUE(m4.recover(1s));
    EXPECT_EQ(kernel->written.back(), "recovery recover");
    EXPECT_EQ(m4.state(), State::running);
}

TEST_F(SysfsProcessor, FailedRecoveryHasTheKernelsLines) {
    auto m4 = processor();
    kernel->set_state("crashed");
    kernel->starts["rproc-m4-fw"] = {.error = EINVAL, .log = {"Boot failed: -22"}};
    const auto recovered = m4.recover(1s);
    EXPECT_EQ(recovered.error().code(), ErrorCode::boot_refused);
    EXPECT_EQ(recovered.error().kernel_line(), "Boot failed: -22");
    EXPECT_EQ(m4.state(), State::offline);
}

TEST_F(SysfsProcessor, StopOfACrashedProcessorThatTheKernelRefusesHasAHint) {
    auto m4 = processor();
    kernel->stops_crashed = false;
    kernel->set_state("crashed");
    const auto stopped = m4.stop(1s);
    EXPECT_EQ(stopped.error().code(), ErrorCode::state_invalid);
    EXPECT_THAT(stopped.error().hint(), HasSubstr("recover it first"));
    kernel->stops_crashed = true;
    EXPECT_TRUE(m4.stop(1s));
}

TEST_F(SysfsProcessor, AttachWithoutATableIsNotAMissingFirmware) {
    auto m4 = processor();
    kernel->set_state("detached");
    kernel->starts["rproc-m4-fw"] = {.error = ENOENT, .log = {"can't load resource table: -2"}};
    const auto started = m4.start(1s);
    EXPECT_EQ(started.error().code(), ErrorCode::table_missing);
    EXPECT_THAT(started.error().hint(), HasSubstr("st,syscfg-rsc-tbl"));
    EXPECT_THAT(m4.set_firmware("app.elf").error().hint(), HasSubstr("attach to it"));
}

TEST_F(SysfsProcessor, CrashesByDebugfs) {
    auto m4 = processor();
    EXPECT_EQ(m4.crash(CrashType::watchdog).error().code(), ErrorCode::processor_unknown);
    EXPECT_THAT(m4.crash(CrashType::watchdog).error().hint(), HasSubstr("is debugfs mounted"));
    kernel->files[debug + "crash"] = "";
    ASSERT_TRUE(m4.crash(CrashType::fatal_error));
    EXPECT_EQ(kernel->written.back(), "crash 2");
}

TEST_F(SysfsProcessor, CrashEndsWhenItRunsAgain) {
    auto m4 = processor();
    kernel->files[debug + "crash"] = "";
    EXPECT_EQ(m4.crash_and_wait(CrashType::watchdog, 1s).error().code(), ErrorCode::state_invalid);
    kernel->set_state("running");
    kernel->on_crash = [this] {
        kernel->slow = 300ms;
        kernel->set_state("crashed");
        kernel->pending = "running";
    };
    EXPECT_EQ(m4.crash_and_wait(CrashType::watchdog, 1s), State::running);
    EXPECT_GE(kernel->now, 300ms);
}

TEST_F(SysfsProcessor, FastRecoveryIsFoundInTheLog) {
    kernel->files[debug + "crash"] = "";
    kernel->set_state("running");
    kernel->on_crash = [this] { kernel->say("handling crash #1 in m4"); };
    EXPECT_EQ(processor().crash_and_wait(CrashType::watchdog, 1s), State::running);
    EXPECT_EQ(kernel->now, 0ms);
}

TEST_F(SysfsProcessor, CrashWithoutRecoveryStaysCrashed) {
    kernel->files[debug + "crash"] = "";
    kernel->files[self + "recovery"] = "disabled\n";
    kernel->set_state("running");
    kernel->on_crash = [this] { kernel->set_state("crashed"); };
    EXPECT_EQ(processor().crash_and_wait(CrashType::watchdog, 1s), State::crashed);
}

TEST_F(SysfsProcessor, CrashWithoutAStateChangeTimesOut) {
    kernel->files[debug + "crash"] = "";
    kernel->set_state("running");
    EXPECT_EQ(processor().crash_and_wait(CrashType::watchdog, 1s).error().code(), ErrorCode::timed_out);
}

TEST_F(SysfsProcessor, ReadsTraces) {
    auto m4 = processor();
    kernel->files[debug + "trace0"] = "ready\n";
    kernel->files[debug + "trace1"] = "Trace  not available\n";
    kernel->files[debug + "resource_table"] = "";
    EXPECT_EQ(m4.trace_count(), 2U);
    EXPECT_EQ(m4.trace(0), "ready\n");
    EXPECT_EQ(m4.trace(1).error().code(), ErrorCode::trace_unavailable);
    EXPECT_EQ(m4.trace(2).error().code(), ErrorCode::processor_unknown);
}

TEST_F(SysfsProcessor, RemovedProcessorIsUnknown) {
    auto m4 = processor();
    kernel->files.erase(self + "state");
    EXPECT_EQ(m4.state().error().code(), ErrorCode::processor_unknown);
    EXPECT_EQ(m4.wait_for(State::running, 1s).error().code(), ErrorCode::processor_unknown);
}

TEST_F(SysfsProcessor, UnknownStateIsAnError) {
    auto m4 = processor();
    kernel->set_state("invalid");
    EXPECT_EQ(m4.state().error().code(), ErrorCode::kernel_file_failed);
}

}  // namespace
}  // namespace rproc::test
