// SPDX-License-Identifier: BSD-2-Clause
//
// `rproc ctl`, built for the board, on the real driver: what a user types, and what the kernel's own files say then.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kernel/command_guest.hpp"
#include "support/elf_builder.hpp"

namespace rproc::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kSelf = "/sys/class/remoteproc/remoteproc0/";
const std::string kDebug = "/sys/kernel/debug/remoteproc/remoteproc0/";
constexpr std::uint32_t kLogAddress = 0x10005000;

/// A firmware whose log already has this text in it; no CPU runs it.
Bytes firmware(const std::string& text, const std::string& log_name = "cm4_log") {
    ByteWriter log;
    log.text(text, 0x400);
    const Bytes table = Table{.entries = {trace({.name = log_name, .da = kLogAddress}), vdev({})}}.build();
    ElfImage image;
    image.segments = {{.paddr = 0, .data = pattern(0x100)},
                      {.paddr = 0x10000000, .data = pattern(0x100)},
                      {.paddr = 0x10004000, .data = table},
                      {.paddr = kLogAddress, .data = log.take()}};
    image.sections = {{.name = ".resource_table", .addr = 0x10004000, .data = table, .segment = 2}};
    return image.build();
}

class OnTheBoard : public CommandGuest {
  protected:
    void SetUp() override {
        CommandGuest::SetUp();
        if (IsSkipped()) return;
        guest().root().add("/lib/firmware/first.elf", firmware("first: ready\n"));
        guest().root().add("/lib/firmware/second.elf", firmware("second: ready\n", "log2"));
        Bytes outside = firmware("");
        outside[52 + 32 + 12 + 3] = std::byte{0x80};  // p_paddr of the second segment
        guest().root().add("/lib/firmware/outside.elf", outside);
    }

    std::size_t ctl(std::vector<std::string> arguments) { return run("run", std::move(arguments)); }
    std::size_t read(const std::string& path) { return step({"read", path}); }

    std::size_t run(const std::string& verb, std::vector<std::string> arguments) {
        std::vector<std::string> words{verb};
        if (verb == "run_as") {
            words.push_back(arguments.front());
            arguments.erase(arguments.begin());
        }
        words.insert(words.end(), {"/bin/rproc", "ctl"});
        words.insert(words.end(), arguments.begin(), arguments.end());
        return step(std::move(words));
    }

    /// The only object that a step printed.
    [[nodiscard]] json object(std::size_t step) const { return json::parse(out(step)); }
};

TEST_F(OnTheBoard, AFirmwareIsLoadedStartedTracedAndStopped) {
    const auto list = ctl({"list"});
    const auto load = ctl({"load", "first.elf"});
    const auto named = read(kSelf + "firmware");
    const auto start = ctl({"start"});
    const auto running = read(kSelf + "state");
    const auto info = ctl({"info", "--json"});
    const auto log = ctl({"trace"});
    const auto stop = ctl({"stop"});
    const auto offline = read(kSelf + "state");
    follow();

    EXPECT_EQ(status(list), 0) << err(list);
    EXPECT_EQ(out(list), "remoteproc0  m4  offline  rproc-m4-fw  /soc/ahb/m4@10000000\n");
    EXPECT_EQ(out(load), "remoteproc0 (m4) will start first.elf\n") << err(load);
    EXPECT_EQ(text(named), "first.elf\n");
    EXPECT_EQ(out(start), "remoteproc0 (m4) runs first.elf\n") << err(start);
    EXPECT_EQ(text(running), "running\n");
    EXPECT_EQ(out(log), "first: ready\n") << err(log);
    EXPECT_EQ(out(stop), "remoteproc0 (m4) is stopped\n") << err(stop);
    EXPECT_EQ(text(offline), "offline\n");

    const json processor = object(info);
    EXPECT_EQ(processor["state"], "running");
    EXPECT_EQ(processor["memories"].size(), 6U) << processor.dump(1);
    EXPECT_THAT(processor["traces"].dump(), HasSubstr("cm4_log"));
    EXPECT_THAT(processor["resource_table"].dump(), HasSubstr("Entry 1 is of type vdev"));
}

TEST_F(OnTheBoard, ARefusedFirmwareIsExplainedWithTheKernelsLines) {
    ctl({"load", "outside.elf"});
    const auto start = ctl({"start"});
    const auto start_json = ctl({"start", "--json"});
    const auto state = read(kSelf + "state");
    const auto check = step({"run", "/bin/rproc", "check", "/lib/firmware/outside.elf"});
    follow();

    EXPECT_EQ(status(start), 1);
    EXPECT_THAT(err(start), AllOf(HasSubstr("kernel: bad phdr da 0x80000000 mem 0x100"),
                                  HasSubstr("kernel: Boot failed: -22"), HasSubstr("means:  ")));
    EXPECT_EQ(object(start_json)["error"]["kernel_log"].size(), 6U) << out(start_json);
    EXPECT_EQ(text(state), "offline\n");
    EXPECT_EQ(status(check), 1) << err(check);
    EXPECT_THAT(out(check), AllOf(HasSubstr("segment-outside-memory"), HasSubstr("dummy-virt")));
}

TEST_F(OnTheBoard, WrongCallsChangeNothing) {
    const auto missing = ctl({"load", "missing.elf"});
    const auto start = ctl({"start"});
    const auto empty = ctl({"load", ""});
    const auto path = ctl({"load", "/lib/firmware/first.elf"});
    const auto stop = ctl({"stop"});
    const auto crash = ctl({"crash"});
    const auto trace = ctl({"trace"});
    const auto unknown = ctl({"info", "--remoteproc", "m7"});
    const auto state = read(kSelf + "state");
    ctl({"load", "first.elf"});
    ctl({"start"});
    const auto busy_load = ctl({"load", "second.elf"});
    const auto busy_start = ctl({"start"});
    const auto running = read(kSelf + "state");
    const auto name = read(kSelf + "firmware");
    follow();

    EXPECT_EQ(status(missing), 0);
    EXPECT_THAT(err(missing), HasSubstr("note: there is no file \"missing.elf\""));
    EXPECT_EQ(status(start), 3) << err(start);
    EXPECT_THAT(err(start), HasSubstr("missing.elf"));
    EXPECT_EQ(status(empty), 2) << err(empty);
    EXPECT_EQ(status(path), 3) << err(path);
    EXPECT_THAT(err(path), HasSubstr("give \"first.elf\""));
    EXPECT_EQ(status(stop), 4) << err(stop);
    EXPECT_EQ(status(crash), 4) << err(crash);
    EXPECT_EQ(status(trace), 1) << err(trace);
    EXPECT_EQ(status(unknown), 3) << err(unknown);
    EXPECT_EQ(text(state), "offline\n");
    EXPECT_EQ(status(busy_load), 4) << err(busy_load);
    EXPECT_EQ(status(busy_start), 4) << err(busy_start);
    EXPECT_EQ(text(running), "running\n");
    EXPECT_EQ(text(name), "first.elf\n");
}

TEST_F(OnTheBoard, ACrashIsRecoveredFromAndLeavesACoredump) {
    ctl({"load", "first.elf"});
    step({"write", kSelf + "coredump", "enabled"});
    ctl({"start"});
    const auto crash = ctl({"crash"});
    const auto running = read(kSelf + "state");
    const auto dumps = step({"list", "/sys/class/devcoredump"});
    const auto dump = ctl({"dump", "/tmp/m4.core"});
    const auto core = read("/tmp/m4.core");
    const auto freed = step({"list", "/sys/class/devcoredump"});
    const auto again = ctl({"dump", "/tmp/again.core"});
    step({"write", kSelf + "recovery", "disabled"});
    const auto stays = ctl({"crash"});
    const auto crashed = read(kSelf + "state");
    const auto stop = ctl({"stop"});
    const auto restart = ctl({"restart"});
    const auto back = read(kSelf + "state");
    follow();

    EXPECT_EQ(out(crash), "remoteproc0 (m4) crashed, and runs again\n") << err(crash);
    EXPECT_EQ(text(running), "running\n");
    EXPECT_THAT(result().records.at(dumps).at("list").dump(), HasSubstr("devcd"));
    EXPECT_EQ(status(dump), 0) << err(dump);
    EXPECT_THAT(text(core).substr(0, 4),
                "\x7f"
                "ELF");
    EXPECT_THAT(text(core), HasSubstr("first: ready\n"));
    EXPECT_THAT(result().records.at(freed).at("list").dump(), Not(HasSubstr("devcd")));
    EXPECT_EQ(status(again), 3) << err(again);
    EXPECT_EQ(out(stays), "remoteproc0 (m4) crashed, and stays so: recovery is disabled\n") << err(stays);
    EXPECT_EQ(text(crashed), "crashed\n");
    EXPECT_EQ(status(stop), 4);  // as this kernel, 6.1.176, has it
    EXPECT_THAT(err(stop), HasSubstr("recover it first"));
    EXPECT_EQ(status(restart), 0) << err(restart);
    EXPECT_EQ(text(back), "running\n");
}

TEST_F(OnTheBoard, ASwapIsConfirmedOrRolledBack) {
    ctl({"load", "first.elf"});
    ctl({"start"});
    const auto swap = ctl({"swap", "second.elf"});
    const auto second = ctl({"trace"});
    const auto table = read(kDebug + "resource_table");
    const auto refused = ctl({"swap", "outside.elf"});
    const auto still = read(kSelf + "firmware");
    const auto running = read(kSelf + "state");
    const auto missing = ctl({"swap", "missing.elf"});
    const auto undisturbed = read(kSelf + "state");
    follow();

    EXPECT_EQ(status(swap), 0) << err(swap);
    EXPECT_THAT(out(swap), HasSubstr("second.elf"));
    EXPECT_EQ(out(second), "second: ready\n");
    EXPECT_THAT(text(table), HasSubstr("log2"));
    EXPECT_EQ(status(refused), 1) << err(refused);
    EXPECT_THAT(err(refused), HasSubstr("bad phdr da 0x80000000"));
    EXPECT_EQ(text(still), "second.elf\n");
    EXPECT_EQ(text(running), "running\n");
    EXPECT_EQ(status(missing), 3) << err(missing);
    EXPECT_EQ(text(undisturbed), "running\n");
}

TEST_F(OnTheBoard, WatchAndTraceFollow) {
    ctl({"load", "first.elf"});
    run("spawn", {"watch", "--interval", "1"});
    step({"until", "/tmp/1.out", "offline"});
    ctl({"start"});
    step({"until", "/tmp/1.out", "offline -> running"});
    ctl({"crash"});
    step({"until", "/tmp/1.out", "recovering m4"});
    ctl({"stop"});
    step({"until", "/tmp/1.out", "running -> offline"});
    const auto watch = step({"interrupt"});
    follow();

    EXPECT_EQ(status(watch), 0) << err(watch);
    EXPECT_THAT(out(watch), AllOf(HasSubstr("remoteproc0 (m4) offline\n"), HasSubstr("offline -> running\n"),
                                  HasSubstr("kernel: crash detected in m4: type fatal error\n"),
                                  HasSubstr("kernel: handling crash #1 in m4\n"), HasSubstr("running -> offline\n")));
}

TEST_F(OnTheBoard, ATraceIsFollowedOverASwap) {
    ctl({"load", "first.elf"});
    ctl({"start"});
    run("spawn", {"trace", "-f", "--interval", "1"});
    step({"until", "/tmp/2.out", "first: ready"});
    ctl({"swap", "second.elf"});
    step({"until", "/tmp/2.out", "second: ready"});
    const auto trace = step({"interrupt"});
    follow();

    EXPECT_EQ(status(trace), 0) << err(trace);
    EXPECT_EQ(out(trace), "first: ready\nsecond: ready\n");
}

TEST_F(OnTheBoard, WhoIsNotRootLearnsWhatIsMissing) {
    const auto list = run("run_as", {"65534", "list"});
    const auto start = run("run_as", {"65534", "start"});
    const auto crash = run("run_as", {"65534", "crash"});
    follow();

    EXPECT_EQ(status(list), 0) << err(list);
    EXPECT_EQ(status(start), 5);
    EXPECT_THAT(err(start), AllOf(HasSubstr("remoteproc0/state"), HasSubstr("udev rule")));
    EXPECT_NE(status(crash), 0);
}

/// What a bootloader leaves in the board's memory before Linux starts.
std::vector<std::string> word_at(std::uint32_t address, std::uint32_t value) {
    return {"-device", fmt::format("loader,addr={:#x},data={:#x},data-len=4", address, value)};
}

constexpr std::uint32_t kTableRegister = 0x63000144;  // st,syscfg-rsc-tbl of the board
constexpr std::uint32_t kStateRegister = 0x63000148;  // st,syscfg-m4-state
constexpr std::uint32_t kRunning = 2;

TEST_F(OnTheBoard, AProcessorThatTheBootloaderStartedIsAttachedTo) {
    const auto table = std::filesystem::path(::testing::TempDir()) / "bootloader_table.bin";
    const Bytes bytes = Table{.entries = {trace({.da = kLogAddress})}}.build();
    std::ofstream(table, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    guest().machine_option(word_at(kStateRegister, kRunning));
    guest().machine_option(word_at(kTableRegister, 0x10004000));
    guest().machine_option({"-device", "loader,force-raw=on,addr=0x60004000,file=" + table.string()});
    const auto detached = ctl({"list"});
    const auto load = ctl({"load", "first.elf"});
    const auto start = ctl({"start"});
    const auto attached = read(kSelf + "state");
    const auto info = ctl({"info"});
    const auto again = ctl({"start"});
    const auto stop = ctl({"stop"});
    const auto offline = read(kSelf + "state");
    const auto own = ctl({"load", "first.elf"});
    const auto restart = ctl({"restart"});
    follow();

    EXPECT_THAT(out(detached), HasSubstr("m4  detached"));
    EXPECT_EQ(status(load), 4);
    EXPECT_THAT(err(load), HasSubstr("attach to it with `rproc ctl start`, then stop it"));
    EXPECT_EQ(out(start), "remoteproc0 (m4) is attached\n") << err(start);
    EXPECT_EQ(text(attached), "attached\n");
    EXPECT_THAT(out(info), AllOf(HasSubstr("state     attached"), HasSubstr("cm4_log"))) << err(info);
    EXPECT_EQ(status(again), 4) << err(again);
    EXPECT_EQ(status(stop), 0) << err(stop);
    EXPECT_EQ(text(offline), "offline\n");
    EXPECT_EQ(status(own), 0) << err(own);
    EXPECT_EQ(out(restart), "remoteproc0 (m4) runs first.elf\n") << err(restart);
}

TEST_F(OnTheBoard, ABootloaderThatLeavesNoTableIsToBlame) {
    guest().machine_option(word_at(kStateRegister, kRunning));
    const auto start = ctl({"start"});
    const auto state = read(kSelf + "state");
    follow();

    EXPECT_EQ(status(start), 1);
    EXPECT_THAT(err(start), AllOf(HasSubstr("st,syscfg-rsc-tbl"), HasSubstr("kernel: can't load resource table: -2")));
    EXPECT_EQ(text(state), "detached\n");
}

}  // namespace
}  // namespace rproc::test
