// SPDX-License-Identifier: BSD-2-Clause
#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Boards = Cli;

TEST_F(Boards, ListsOneBoardPerLineAndMarksTheDefault) {
    const auto result = run({"boards"});
    EXPECT_EQ(result.status, 0);
    const auto lines = lines_of(result.out);
    ASSERT_GE(lines.size(), 11U);
    EXPECT_THAT(lines.front(), ::testing::MatchesRegex("BOARD +PROCESSOR +MODEL"));
    EXPECT_THAT(lines,
                ::testing::Contains(::testing::MatchesRegex("stm32mp157c-dk2 +m4 +.*Discovery Board \\(default\\)")));
    EXPECT_THAT(lines, ::testing::Contains(HasSubstr("retram 64 KiB, mcuram2 256 KiB, vdev0vring0 4 KiB")));
    EXPECT_THAT(run({"boards", "-q"}).out, HasSubstr("\nstm32mp157c-ev1\n"));
}

TEST_F(Boards, JsonHasOneObjectForEachBoard) {
    const auto boards = objects_of(run({"boards", "--json"}).out);
    EXPECT_EQ(boards.size(), lines_of(run({"boards", "-q"}).out).size());
    for (const auto& board : boards) {
        EXPECT_EQ(board["schema"], "rproc.boards/1");
        EXPECT_FALSE(board["memories"].empty());
    }
}

TEST_F(Boards, JsonOfOneBoardHasItsMemoriesAndRegisters) {
    const auto objects = objects_of(run({"boards", "stm32mp157c-dk2", "--json"}).out);
    ASSERT_EQ(objects.size(), 1U);
    const Json& board = objects.front();
    EXPECT_THAT(fields_of(board),
                ElementsAre("schema", "board", "model", "remoteproc", "node", "tee", "memories", "mailboxes",
                            "watchdog", "reset", "hold_boot", "trust_zone", "deep_sleep", "m4_state", "resource_table",
                            "wakeup_source", "auto_boot", "firmware_name"));
    EXPECT_EQ(board["board"], "stm32mp157c-dk2");
    EXPECT_EQ(board["remoteproc"], "m4");
    EXPECT_EQ(board["tee"], nullptr);
    EXPECT_EQ(
        board["memories"][0],
        Json::parse(
            R"({"name":"retram","da":"0x00000000","pa":"0x38000000","size":65536,"loadable":true,"tee_only":false})"));
    EXPECT_EQ(board["memories"][4]["name"], "vdev0buffer");
    EXPECT_EQ(board["memories"][4]["loadable"], false);
    EXPECT_EQ(board["mailboxes"][0]["name"], "vq0");
    EXPECT_EQ(board["watchdog"], Json::parse("[68, 1]"));
    EXPECT_EQ(board["hold_boot"],
              Json::parse(R"({"form":"syscon","base":"0x50000000","offset":"0x0000010c","mask":"0x00000001"})"));
    EXPECT_EQ(board["firmware_name"], nullptr);
}

TEST_F(Boards, HoldBootBehindScmiIsAResetLine) {
    const auto board = objects_of(run({"boards", "stm32mp157c-dk2-scmi", "--json"}).out).at(0);
    EXPECT_EQ(board["hold_boot"]["form"], "reset");
    EXPECT_EQ(board["trust_zone"], nullptr);
}

TEST_F(Boards, BoardWithATeeSaysThatItsFirmwareMustBeSigned) {
    const auto text = run({"boards", "stm32mp157c-dk2-tee"}).out;
    EXPECT_THAT(text, ::testing::ContainsRegex("loaded by +OP-TEE \\(processor 0 of /firmware/optee-rproc\\): "
                                               "the firmware must be signed\n"));
    EXPECT_THAT(text, Not(HasSubstr("hold-boot")));
    EXPECT_THAT(run({"boards", "stm32mp157c-dk2"}).out, ::testing::ContainsRegex("loaded by +Linux\n"));

    const auto board = objects_of(run({"boards", "stm32mp157c-dk2-tee", "--json"}).out).at(0);
    EXPECT_EQ(board["tee"], Json::parse(R"({"backend":"/firmware/optee-rproc","id":0})"));
    EXPECT_EQ(board["reset"], nullptr);
    EXPECT_EQ(board["hold_boot"], nullptr);
}

TEST_F(Boards, TreeWithoutABackendShowsNone) {
    const Arguments v19{"boards", "--dtb", test_board("tee-v19")};
    EXPECT_THAT(run(v19).out, HasSubstr("OP-TEE (processor 1): the firmware must be signed\n"));
    const auto board = objects_of(run({"boards", "--json", "--dtb", test_board("tee-v19")}).out).at(0);
    EXPECT_EQ(board["tee"], Json::parse(R"({"backend":null,"id":1})"));
}

TEST_F(Boards, ResetsOfAnM4ThatTheTeeOwnsAreNamed) {
    const auto result = run({"boards", "--dtb", test_board("tee-v22-with-resets")});
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("property resets"));
    EXPECT_THAT(result.err, HasSubstr("/delete-property/ resets;"));
}

TEST_F(Boards, ShowsAutoBootAndFirmwareNameOfATree) {
    const auto result = run({"boards", "--dtb", test_board("m4-auto-boot")});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, ::testing::ContainsRegex("auto-boot +yes\n"));
    EXPECT_THAT(result.out, ::testing::ContainsRegex("firmware-name +auto.elf"));
    EXPECT_THAT(result.out, ::testing::ContainsRegex("watchdog +none\n"));
}

TEST_F(Boards, NodeOptionSelectsTheNode) {
    const auto result = run({"boards", "--dtb", test_board("two-m4-nodes"), "--node", "m4b", "--json"});
    EXPECT_EQ(result.status, 0);
    const auto board = objects_of(result.out).at(0);
    EXPECT_EQ(board["remoteproc"], "m4b");
    EXPECT_EQ(board["memories"].size(), 2U);
    EXPECT_EQ(run({"boards", "--dtb", test_board("two-m4-nodes"), "--node", "m4c"}).status, 3);
}

TEST_F(Boards, NamesTheMemoryRegionThatFailsEveryBoot) {
    EXPECT_THAT(run({"boards", "--dtb", test_board("m4-missing-memory-region-node")}).out,
                HasSubstr("memory-region \"nothing\" has no reg, or one that is cut off"));
    EXPECT_THAT(run({"boards", "--dtb", test_board("m4-region-outside-dma-ranges")}).out,
                HasSubstr("memory-region far at 0x64000000 lies outside dma-ranges"));
    EXPECT_THAT(run({"boards", "--dtb", test_board("tee-region-past-retram")}).out,
                HasSubstr("memory-region retram (0x38000000+0x20000) runs past the end of the window"));
}

TEST_F(Boards, UnknownBoardsAndBadTreesAreNotFound) {
    const auto unknown = run({"boards", "stm32mp157z"});
    EXPECT_EQ(unknown.status, 3);
    EXPECT_THAT(unknown.out, IsEmpty());
    EXPECT_THAT(unknown.err, HasSubstr("stm32mp157c-dk2"));
    EXPECT_EQ(run({"boards", "--dtb", "missing.dtb"}).status, 3);
    EXPECT_EQ(run({"boards", "--dtb", write("bad.dtb", "no tree")}).status, 3);
    EXPECT_EQ(run({"boards", "--dtb", test_board("no-m4")}).status, 3);
    EXPECT_EQ(run({"boards", "--dtb", test_board("m4-disabled")}).status, 3);
}

TEST_F(Boards, FlagOverridesTheEnvironment) {
    const std::map<std::string, std::string> environment{{"RPROC_BOARD", "stm32mp157c-ev1"}};
    const auto board_of = [&](const Arguments& more) {
        Arguments arguments{"check", "--json", kHello};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return objects_of(run(arguments, environment).out).at(0)["board"].get<std::string>();
    };
    EXPECT_EQ(board_of({}), "stm32mp157c-ev1");
    EXPECT_EQ(board_of({"--board", "stm32mp157a-dk1"}), "stm32mp157a-dk1");
    EXPECT_EQ(board_of({"--dtb", test_board("m4-minimal")}), "m4-minimal");
    EXPECT_EQ(run({"check", kHello}, {{"RPROC_BOARD", "no-such-board"}}).status, 3);
}

TEST_F(Boards, DefaultBoardIsPrintedWhenNoBoardIsGiven) {
    EXPECT_THAT(run({"check", kHello}).err, HasSubstr("no board named, so this is about stm32mp157c-dk2"));
    EXPECT_THAT(run({"check", kHello}, {{"RPROC_BOARD", "stm32mp157c-ev1"}}).err, IsEmpty());
    EXPECT_THAT(run({"boot", kHello}).out, HasSubstr("stm32mp157c-dk2 (m4), the default board"));
    EXPECT_THAT(run({"boot", "--board", "stm32mp157c-dk2", kHello}).out, Not(HasSubstr("default")));
    EXPECT_THAT(run({"inspect", kHello}).out, HasSubstr("stm32mp157c-dk2 (m4), the default board"));
}

/// The environment of a machine whose kernel has that device tree.
std::map<std::string, std::string> machine(const std::filesystem::path& root, const std::string& dtb) {
    std::filesystem::create_directories(root / "sys/firmware");
    std::filesystem::copy_file(dtb, root / "sys/firmware/fdt", std::filesystem::copy_options::overwrite_existing);
    return {{"RPROC_SYSFS_ROOT", root.string()}};
}

TEST_F(Boards, DeviceTreeOfTheMachineIsTheDefault) {
    const auto here = machine(directory(), test_board("qemu-virt-m4"));
    EXPECT_THAT(run({"boot", kHello}, here).out, HasSubstr("a model of dummy-virt (m4), this machine"));
    EXPECT_THAT(run({"check", kHello}, here).err, HasSubstr("no board named, so this is about dummy-virt"));
    auto named = here;
    named["RPROC_BOARD"] = "stm32mp157c-ev1";
    EXPECT_THAT(run({"boot", kHello}, named).out, HasSubstr("stm32mp157c-ev1 (m4)"));
}

TEST_F(Boards, MachineWithoutARemoteProcessorIsNotABoard) {
    for (const char* tree : {"no-m4", "m4-disabled"}) {
        const auto here = machine(directory(), test_board(tree));
        EXPECT_THAT(run({"boot", kHello}, here).out, HasSubstr("stm32mp157c-dk2 (m4), the default board")) << tree;
    }
}

TEST_F(Boards, ErrorInTheTreeOfTheMachineIsReported) {
    const auto here = machine(directory(), test_board("two-m4-nodes"));
    EXPECT_EQ(run({"boot", kHello}, here).status, 2);
    EXPECT_EQ(run({"boot", "--board", "stm32mp157c-dk2", kHello}, here).status, 0);
}

}  // namespace
}  // namespace rproc::test
