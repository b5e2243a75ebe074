// SPDX-License-Identifier: BSD-2-Clause
#include <signal.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "cli_test.hpp"
#include "fake_kernel.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "running_command.hpp"
#include "support/debugfs_table.hpp"
#include "support/files.hpp"

namespace rproc::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Ctl : public Cli {
  protected:
    Ctl() : kernel(directory() / "root") { kernel.run(); }

    [[nodiscard]] CommandResult ctl(Arguments arguments) const {
        arguments.insert(arguments.begin(), "ctl");
        return run(arguments, {{"RPROC_SYSFS_ROOT", kernel.root().string()}});
    }
    [[nodiscard]] Json ctl_json(Arguments arguments) const {
        arguments.emplace_back("--json");
        return objects_of(ctl(arguments).out).at(0);
    }
    [[nodiscard]] std::string state() const { return kernel.read(FakeKernel::self("state")); }
    [[nodiscard]] std::string firmware() const {
        const std::string name = kernel.read(FakeKernel::self("firmware"));
        return name.substr(0, name.find('\n'));
    }
    void add_firmware(const std::string& name, const std::string& content = "x") const {
        kernel.write("lib/firmware/" + name, content);
    }

    FakeKernel kernel;
};

TEST_F(Ctl, ListsOneProcessorPerLine) {
    kernel.add_processor(1, "cdsp", "/soc/cdsp@a000000");
    const auto result = ctl({"list"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(lines_of(result.out), ElementsAre("remoteproc0  m4    offline  old.elf  /soc/m4@10000000",
                                                  "remoteproc1  cdsp  offline  old.elf  /soc/cdsp@a000000"));
}

TEST_F(Ctl, ListInJsonHasOneObjectForEach) {
    kernel.add_processor(1, "cdsp", "/soc/cdsp@a000000");
    const auto objects = objects_of(ctl({"list", "--json"}).out);
    ASSERT_EQ(objects.size(), 2U);
    EXPECT_THAT(fields_of(objects[0]), ElementsAre("schema", "action", "remoteproc", "name", "node", "state",
                                                   "firmware", "recovery", "coredump"));
    EXPECT_EQ(objects[0]["schema"], "rproc.ctl/1");
    EXPECT_EQ(objects[1]["name"], "cdsp");
    EXPECT_EQ(objects[1]["recovery"], "enabled");
}

TEST_F(Ctl, MachineWithoutRemoteProcessorsIsNotFound) {
    const auto result = run({"ctl", "list"}, {{"RPROC_SYSFS_ROOT", directory().string()}});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, AllOf(HasSubstr("Linux has no remote processor"), HasSubstr("driver is not loaded")));
}

TEST_F(Ctl, ProcessorIsSelectedByNameNumberOrNode) {
    kernel.add_processor(1, "cdsp", "/soc/cdsp@a000000");
    for (const auto* which : {"cdsp", "1", "remoteproc1", "/soc/cdsp@a000000", "/proc/device-tree/soc/cdsp@a000000"})
        EXPECT_EQ(ctl_json({"info", "--remoteproc", which})["remoteproc"], "remoteproc1") << which;
    const auto unknown = ctl({"info", "--remoteproc", "m7"});
    EXPECT_EQ(unknown.status, 3);
    EXPECT_THAT(unknown.err, HasSubstr("it has remoteproc0 m4 (/soc/m4@10000000), remoteproc1 cdsp"));
}

TEST_F(Ctl, WithSeveralProcessorsOneMustBeNamed) {
    kernel.add_processor(1, "m4", "/soc/m4@a000000");
    for (const Arguments& call : {Arguments{"start"}, Arguments{"start", "--remoteproc", "m4"}}) {
        const auto result = ctl(call);
        EXPECT_EQ(result.status, 2);
        EXPECT_THAT(result.err, HasSubstr("remoteproc1 m4 (/soc/m4@a000000)"));
    }
    EXPECT_EQ(state(), "offline\n");
}

TEST_F(Ctl, InfoShowsStateFirmwareAndTable) {
    kernel.write(FakeKernel::debug("resource_table"),
                 "Entry 0 is of type trace\n  Device Address 0x1\n  Length 0x800 Bytes\n  Name cm4_log\n\n");
    kernel.write(FakeKernel::debug("trace0"), "ready\n");
    const auto result = ctl({"info"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out,
              "remoteproc0 (m4)\n"
              "  state     offline\n"
              "  firmware  old.elf\n"
              "  node      /soc/m4@10000000\n"
              "  recovery  enabled\n"
              "  coredump  disabled\n"
              "  memories\n"
              "    retram  da 0x00000000  64 KiB\n"
              "  resource table\n"
              "    Entry 0 is of type trace\n"
              "      Device Address 0x1\n"
              "      Length 0x800 Bytes\n"
              "      Name cm4_log\n"
              "  trace0     cm4_log\n");
    const Json object = ctl_json({"info"});
    EXPECT_EQ(object["memories"][0]["size"], 65536);
    EXPECT_THAT(object["traces"], ElementsAre("cm4_log"));
    EXPECT_THAT(object["dumps"], IsEmpty());
}

TEST_F(Ctl, InfoWithoutDebugfsShowsTheRestAndTheReason) {
    std::filesystem::remove_all(kernel.root() / "sys/kernel/debug/remoteproc");
    kernel.stop();
    const auto result = ctl({"info"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr("state     offline"));
    EXPECT_THAT(result.err, AllOf(HasSubstr("rproc: note: memories"), HasSubstr("is debugfs mounted")));
    EXPECT_TRUE(ctl_json({"info"})["memories"].is_null());
}

TEST_F(Ctl, LoadsStartsAndStops) {
    add_firmware("st/app.elf");
    const auto loaded = ctl({"load", "st/app.elf"});
    EXPECT_EQ(loaded.status, 0);
    EXPECT_EQ(loaded.out, "remoteproc0 (m4) will start st/app.elf\n");
    EXPECT_THAT(loaded.err, IsEmpty());
    EXPECT_EQ(ctl({"start"}).out, "remoteproc0 (m4) runs st/app.elf\n");
    EXPECT_EQ(state(), "running\n");
    EXPECT_EQ(ctl({"stop"}).out, "remoteproc0 (m4) is stopped\n");
    EXPECT_EQ(state(), "offline\n");
    EXPECT_THAT(ctl({"start", "-q"}).out, IsEmpty());
}

TEST_F(Ctl, JsonHasTheResultOfAnAction) {
    const Json object = ctl_json({"start"});
    EXPECT_THAT(fields_of(object),
                ElementsAre("schema", "action", "remoteproc", "name", "node", "ok", "state", "firmware"));
    EXPECT_EQ(object["action"], "start");
    EXPECT_EQ(object["ok"], true);
    EXPECT_EQ(object["state"], "running");
}

TEST_F(Ctl, LoadOfAMissingFilePrintsANote) {
    const auto result = ctl({"load", "none.elf"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err,
                HasSubstr("rproc: note: there is no file \"none.elf\" in the kernel's firmware directories"));
}

TEST_F(Ctl, LoadOfAPathNamesTheFormThatTheKernelAccepts) {
    add_firmware("app.elf");
    const auto elsewhere = ctl({"load", "/home/me/app.elf"});
    EXPECT_EQ(elsewhere.status, 3);
    EXPECT_THAT(elsewhere.err, AllOf(HasSubstr("takes a name relative"), HasSubstr("copy the file to")));
    const auto below = ctl({"load", (kernel.root() / "lib/firmware/app.elf").string()});
    EXPECT_EQ(below.status, 3);
    EXPECT_THAT(below.err, HasSubstr("give \"app.elf\", which is the same file"));
    EXPECT_EQ(firmware(), "old.elf");
}

TEST_F(Ctl, WrongStateIsBusy) {
    EXPECT_EQ(ctl({"stop"}).status, 4);
    ASSERT_EQ(ctl({"start"}).status, 0);
    const auto again = ctl({"start"});
    EXPECT_EQ(again.status, 4);
    EXPECT_THAT(again.err, HasSubstr("cannot start while it is running"));
    EXPECT_EQ(ctl({"load", "app.elf"}).status, 4);
    EXPECT_EQ(state(), "running\n");
}

TEST_F(Ctl, RestartStartsInEveryState) {
    EXPECT_EQ(ctl({"restart"}).status, 0);
    EXPECT_EQ(state(), "running\n");
    EXPECT_EQ(ctl({"restart"}).status, 0);
    kernel.write(FakeKernel::self("state"), "crashed\n");
    EXPECT_EQ(ctl({"restart"}).status, 0);
    EXPECT_EQ(state(), "running\n");
}

TEST_F(Ctl, FailedStartShowsTheKernelsLinesAndTheirMeaning) {
    kernel.on_start("old.elf", {"offline", {"bad phdr da 0x80100000 mem 0x540", "Boot failed: -22"}});
    const auto result = ctl({"start"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, AllOf(HasSubstr("       kernel: bad phdr da 0x80100000 mem 0x540\n"),
                                  HasSubstr("       kernel: Boot failed: -22\n"), HasSubstr("       means:  "),
                                  HasSubstr("       next:   rproc check FW\n")));
    const Json object = ctl_json({"start"});
    EXPECT_EQ(object["ok"], false);
    EXPECT_EQ(object["state"], "offline");
    EXPECT_THAT(object["error"]["kernel_log"], ElementsAre("bad phdr da 0x80100000 mem 0x540", "Boot failed: -22"));
    EXPECT_TRUE(object["error"]["meaning"].is_string());
}

TEST_F(Ctl, WaitTimesOut) {
    kernel.on_start("old.elf", {"suspended", {}});
    const auto result = ctl({"start", "--timeout", "0.05"});
    EXPECT_EQ(result.status, 6);
    EXPECT_THAT(result.err, HasSubstr("is not running after 50 ms, but suspended"));
}

TEST_F(Ctl, PermissionErrorNamesTheFileAndItsOwner) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to switch to the user nobody";
    std::filesystem::permissions(kernel.root(), std::filesystem::perms{0755});
    CommandLine line = command({"ctl", "start"});
    line.environment = {{"RPROC_SYSFS_ROOT", kernel.root().string()}};
    line.user = CommandLine::User::nobody;
    const auto result = run_command(line);
    EXPECT_EQ(result.status, 5);
    EXPECT_THAT(result.err, AllOf(HasSubstr("remoteproc0/state: this user may not write it: it belongs to user root"),
                                  HasSubstr("udev rule SUBSYSTEM==\"remoteproc\"")));
    EXPECT_EQ(state(), "offline\n");
}

TEST_F(Ctl, TracePrintsTheBuffersText) {
    kernel.write(FakeKernel::debug("trace0"), "ready\nsteady\n");
    const auto result = ctl({"trace"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "ready\nsteady\n");
    const Json object = ctl_json({"trace"});
    EXPECT_EQ(object["schema"], "rproc.trace/1");
    EXPECT_EQ(object["remoteproc"], "m4");
}

TEST_F(Ctl, TraceSelectsByTheNamesInTheTable) {
    kernel.write(FakeKernel::debug("resource_table"),
                 "Entry 0 is of type trace\n  Length 0x40 Bytes\n  Name first\n\n"
                 "Entry 1 is of type trace\n  Length 0x40 Bytes\n  Name second\n\n");
    kernel.write(FakeKernel::debug("trace0"), "one\n");
    kernel.write(FakeKernel::debug("trace1"), "two\n");
    EXPECT_EQ(ctl({"trace"}).out, "first: one\nsecond: two\n");
    EXPECT_EQ(ctl({"trace", "-n", "second"}).out, "two\n");
    EXPECT_EQ(ctl({"trace", "-n", "third"}).status, 3);
}

TEST_F(Ctl, TraceWithoutABufferExitsWithOne) {
    const auto result = ctl({"trace"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("there is no trace buffer"));
    kernel.write(FakeKernel::debug("trace0"), "Trace  not available\n");
    EXPECT_EQ(ctl({"trace"}).status, 1);
}

/// The command with arguments, run in parallel to the test, with the root in the environment (set by `env`).
CommandLine in_parallel(const std::filesystem::path& root, const std::filesystem::path& directory,
                        Arguments arguments) {
    CommandLine line{.arguments = {"/usr/bin/env", "RPROC_SYSFS_ROOT=" + root.string(), RPROC_CLI_PATH, "ctl"},
                     .directory = directory.string()};
    line.arguments.insert(line.arguments.end(), arguments.begin(), arguments.end());
    return line;
}

TEST_F(Ctl, TraceFollowsTheBuffer) {
    kernel.write(FakeKernel::debug("resource_table"), "Entry 0 is of type trace\n  Length 0x40 Bytes\n  Name log\n\n");
    kernel.write(FakeKernel::debug("trace0"), "ready\n");
    RunningCommand command(in_parallel(kernel.root(), directory(), {"trace", "-f", "--interval", "1"}));
    EXPECT_EQ(command.read_until("ready\n"), "ready\n");
    kernel.write(FakeKernel::debug("trace0"), "ready\nsteady\n");
    EXPECT_EQ(command.read_until("steady\n"), "steady\n");
    command.send(SIGINT);
    EXPECT_EQ(command.finish().status, 0);
}

TEST_F(Ctl, WatchPrintsStateChangesAndTheKernelsLines) {
    RunningCommand command(in_parallel(kernel.root(), directory(), {"watch", "--interval", "1"}));
    EXPECT_THAT(command.read_until("offline\n"), HasSubstr(" remoteproc0 (m4) offline\n"));
    kernel.log("powering up m4");
    EXPECT_THAT(command.read_until("powering up m4\n"), HasSubstr("kernel: "));
    kernel.write(FakeKernel::self("state"), "running\n");
    EXPECT_THAT(command.read_until("running\n"), HasSubstr(" remoteproc0 (m4) offline -> running\n"));
    command.send(SIGTERM);
    EXPECT_EQ(command.finish().status, 0);
}

TEST_F(Ctl, WatchInJson) {
    RunningCommand command(in_parallel(kernel.root(), directory(), {"watch", "--json", "--remoteproc", "m4"}));
    const Json first = Json::parse(command.read_until("\n"));
    EXPECT_EQ(first["to"], "offline");
    EXPECT_TRUE(first["from"].is_null());
    command.send(SIGINT);
    EXPECT_EQ(command.finish().status, 0);
}

TEST_F(Ctl, CrashWaitsForTheRecovery) {
    EXPECT_EQ(ctl({"crash"}).status, 4);
    ASSERT_EQ(ctl({"start"}).status, 0);
    EXPECT_EQ(ctl({"crash"}).out, "remoteproc0 (m4) crashed, and runs again\n");
    kernel.write(FakeKernel::self("recovery"), "disabled\n");
    EXPECT_EQ(ctl({"crash"}).out, "remoteproc0 (m4) crashed, and stays so: recovery is disabled\n");
    EXPECT_EQ(state(), "crashed\n");
}

TEST_F(Ctl, DumpSavesAndFreesTheCoredump) {
    const auto none = ctl({"dump", "core"});
    EXPECT_EQ(none.status, 3);
    EXPECT_THAT(none.err, HasSubstr("coredumps are off: echo enabled > "));
    kernel.write("sys/class/devcoredump/devcd3/data", std::string(100'000, 'x'));
    kernel.link("sys/class/devcoredump/devcd3/failing_device", "sys/class/remoteproc/remoteproc0");
    EXPECT_THAT(ctl_json({"info"})["dumps"], ElementsAre("devcd3"));
    const auto result = ctl({"dump", "core"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(read_text(directory() / "core"), std::string(100'000, 'x'));
    EXPECT_EQ(kernel.read("sys/class/devcoredump/devcd3/data"), "0");
}

TEST_F(Ctl, DumpThatCannotBeWrittenIsKept) {
    kernel.write("sys/class/devcoredump/devcd3/data", "the dump");
    kernel.link("sys/class/devcoredump/devcd3/failing_device", "sys/class/remoteproc/remoteproc0");
    EXPECT_EQ(ctl({"dump", "none/core"}).status, 7);
    EXPECT_EQ(kernel.read("sys/class/devcoredump/devcd3/data"), "the dump");
}

class CtlSwap : public Ctl {
  protected:
    CtlSwap() {
        add_firmware("old.elf");
        add_firmware("new.elf", read_text(kHello));
        EXPECT_EQ(ctl({"start"}).status, 0);
    }

    /// The text of debugfs' resource_table for the example firmware.
    static std::string hello_table() {
        const auto bytes = read_bytes(kHello);
        const auto image = ElfImage::parse(bytes);
        const auto section = image->find_section(kResourceTableSection);
        std::string text;
        for (const std::string& line : debugfs_table(*image->contents(*section))) text += line + "\n";
        return text;
    }
};

TEST_F(CtlSwap, RunsTheNewFirmwareAndNamesTheEvidence) {
    kernel.on_start("new.elf", {.table = hello_table()});
    const auto result = ctl({"swap", "new.elf"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("remoteproc0 (m4) runs new.elf: its resource table is that of the file: "));
    EXPECT_EQ(firmware(), "new.elf");
    EXPECT_EQ(state(), "running\n");
}

TEST_F(CtlSwap, RollsBackWhenTheNewFirmwareIsRefused) {
    kernel.on_start("new.elf", {"offline", {"bad phdr da 0x1 mem 0x2", "Boot failed: -22"}});
    const auto result = ctl({"swap", "new.elf"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, AllOf(HasSubstr("rolled back: it runs old.elf again"), HasSubstr("kernel: bad phdr")));
    EXPECT_EQ(firmware(), "old.elf");
    EXPECT_EQ(state(), "running\n");
}

TEST_F(CtlSwap, RollsBackWhenAnotherTableIsLoaded) {
    kernel.on_start("new.elf", {.table = "Entry 0 is of type trace\n  Name other\n\n"});
    const auto result = ctl({"swap", "new.elf"});
    EXPECT_EQ(result.status, 4);
    EXPECT_THAT(result.err, AllOf(HasSubstr("another firmware runs than was loaded"),
                                  HasSubstr("rolled back: it runs old.elf again")));
    EXPECT_EQ(firmware(), "old.elf");
}

TEST_F(CtlSwap, ReportsAFailedRollback) {
    kernel.on_start("new.elf", {"offline", {}});
    kernel.on_start("old.elf", {"offline", {}});
    const auto result = ctl({"swap", "new.elf"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("the rollback to old.elf failed, too"));
    EXPECT_EQ(state(), "offline\n");
}

TEST_F(CtlSwap, MissingFileDoesNotStopTheProcessor) {
    const auto result = ctl({"swap", "none.elf"});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("nothing was stopped"));
    EXPECT_EQ(ctl({"swap", "/tmp/new.elf"}).status, 3);
    EXPECT_EQ(state(), "running\n");
}

TEST_F(CtlSwap, ReportsAFileThatCannotBeCompared) {
    add_firmware("signed.bin");
    const auto result = ctl({"swap", "signed.bin"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "remoteproc0 (m4) runs signed.bin: its file cannot be compared\n");
}

TEST_F(Ctl, InvalidArgumentsAreUsageErrors) {
    for (const Arguments& call :
         {Arguments{}, Arguments{"frobnicate"}, Arguments{"load"}, Arguments{"swap"}, Arguments{"dump"},
          Arguments{"start", "app.elf"}, Arguments{"start", "-f"}, Arguments{"list", "-n", "x"},
          Arguments{"start", "--timeout", "-1"}, Arguments{"watch", "--interval", "0"}}) {
        const auto result = ctl(call);
        EXPECT_EQ(result.status, 2) << ::testing::PrintToString(call);
        EXPECT_THAT(result.err, HasSubstr("rproc ctl --help"));
    }
}

TEST_F(Ctl, ControlCharactersDoNotReachTheTerminal) {
    kernel.write(FakeKernel::self("name"), "m\x1b[2J4\n");
    EXPECT_THAT(ctl({"list"}).out + ctl({"info"}).out + ctl({"start"}).out, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace rproc::test
