// SPDX-License-Identifier: BSD-2-Clause
#include <gmock/gmock.h>

#include "cli_test.hpp"
#include "support/changing_file.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Check = Cli;

constexpr ChangingFile::Sizes kSizes{0x100000, 0x400000};  // of the example firmware, with zeros behind it

/// The file was read whole, or the command says that it changed.
void expect_old_new_or_changed(const CommandResult& result) {
    EXPECT_EQ(result.signal, 0);
    if (result.status == 0) {
        EXPECT_THAT(result.out, HasSubstr(": boots on"));
    } else {
        EXPECT_EQ(result.status, 7);
        EXPECT_THAT(result.err, HasSubstr("changed while it was read"));
        EXPECT_THAT(result.err, HasSubstr("rename"));
    }
}

TEST_F(Check, JsonHasTheFieldsOfTheSchemaInOrder) {
    const auto result = run({"check", "--json", kHello});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, IsEmpty());
    const auto objects = objects_of(result.out);
    ASSERT_EQ(objects.size(), 1U);
    const Json& verdict = objects.front();
    EXPECT_THAT(fields_of(verdict),
                ElementsAre("schema", "firmware", "format", "board", "remoteproc", "kernel", "verdict", "errno",
                            "errno_name", "state", "virtio", "kernel_log", "findings"));
    EXPECT_EQ(verdict["schema"], "rproc.check/1");
    EXPECT_EQ(verdict["firmware"], kHello);
    EXPECT_EQ(verdict["format"], "elf32");
    EXPECT_EQ(verdict["board"], "stm32mp157c-dk2");
    EXPECT_EQ(verdict["remoteproc"], "m4");
    EXPECT_EQ(verdict["kernel"], "6.1");
    EXPECT_EQ(verdict["verdict"], "boots");
    EXPECT_EQ(verdict["errno"], 0);
    EXPECT_EQ(verdict["errno_name"], "");
    EXPECT_EQ(verdict["state"], "running");
    EXPECT_EQ(verdict["virtio"], Json::parse(R"([{"index":0,"id":7,"registered":true}])"));
    EXPECT_EQ(verdict["kernel_log"].back(), "remote processor m4 is now up");
    EXPECT_TRUE(verdict["findings"].is_array());
}

TEST_F(Check, JsonOfARefusalHasTheFinding) {
    const auto result = run({"check", "--json", write_shape("segment-outside")});
    EXPECT_EQ(result.status, 1);
    const Json verdict = objects_of(result.out).at(0);
    EXPECT_EQ(verdict["verdict"], "refused");
    EXPECT_EQ(verdict["errno"], 22);
    EXPECT_EQ(verdict["errno_name"], "EINVAL");
    EXPECT_EQ(verdict["state"], "offline");
    ASSERT_EQ(verdict["findings"].size(), 1U);
    const Json& finding = verdict["findings"][0];
    EXPECT_THAT(fields_of(finding), ElementsAre("severity", "code", "where", "place", "message", "hint"));
    EXPECT_EQ(finding["severity"], "error");
    EXPECT_EQ(finding["code"], "segment-outside-memory");
    EXPECT_EQ(finding["where"], "segment 3 (0x80100000+0x540)");
}

TEST_F(Check, PanicDuringStartHasNeitherErrnoNorState) {
    const auto result = run({"check", "--json", write_shape("elf-phnum-65535")});
    EXPECT_EQ(result.status, 1);
    const Json verdict = objects_of(result.out).at(0);
    EXPECT_EQ(verdict["verdict"], "panics");
    EXPECT_EQ(verdict["errno"], nullptr);
    EXPECT_EQ(verdict["errno_name"], nullptr);
    EXPECT_EQ(verdict["state"], nullptr);
}

TEST_F(Check, BootIsOneLine) {
    const auto result = run({"check", "--board", "stm32mp157c-ev1", write("good.elf", read_text(kHello))});
    EXPECT_EQ(result.out, directory().string() + "/good.elf: boots on stm32mp157c-ev1 (m4)\n");
}

TEST_F(Check, RefusalShowsFindingHintAndTheKernelsLines) {
    const auto result = run({"check", write_shape("segment-outside")});
    const auto lines = lines_of(result.out);
    ASSERT_EQ(lines.size(), 6U) << result.out;
    EXPECT_THAT(lines[0], ::testing::EndsWith("segment-outside.elf: refused on stm32mp157c-dk2 (m4), -22 EINVAL"));
    EXPECT_THAT(lines[1], ::testing::StartsWith("    error    segment 3 (0x80100000+0x540): "));
    EXPECT_THAT(lines[2], ::testing::StartsWith("             hint: "));
    EXPECT_EQ(lines[3], "    kernel   bad phdr da 0x80100000 mem 0x540");
    EXPECT_EQ(lines[5], "             Boot failed: -22");
}

TEST_F(Check, VerboseShowsTheWholeKernelLogOfABootToo) {
    EXPECT_THAT(run({"check", "-v", kHello}).out, HasSubstr("    kernel   powering up m4\n"));
}

TEST_F(Check, DegradedIsAFailureOnlyWithStrict) {
    const std::string firmware = write_shape("table-none");
    const auto result = run({"check", firmware});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr(": boots degraded on "));
    EXPECT_THAT(result.out, HasSubstr("    warning  "));
    EXPECT_EQ(run({"check", "--strict", firmware}).status, 1);
    EXPECT_EQ(run({"check", "--strict", kHello}).status, 0);
}

TEST_F(Check, QuietPrintsALineForEachFailureOnly) {
    const auto result = run({"check", "-q", kHello, write_shape("segment-outside"), write_shape("elf-phnum-0")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_THAT(lines_of(result.out), ElementsAre(HasSubstr("segment-outside.elf: refused: segment 3"),
                                                  HasSubstr("elf-phnum-0.elf: refused: ELF header, e_phnum")));
}

TEST_F(Check, SeveralFirmwaresEndWithASummary) {
    const auto result = run({"check", kHello, write_shape("vdev-good"), write_shape("table-none"),
                             write_shape("segment-outside"), write_shape("elf-phnum-65535"), "./missing.elf"});
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(lines_of(result.out).back(), "2 boot, 1 degraded, 1 refused, 1 panic the kernel, 1 not read");
    EXPECT_THAT(result.err, HasSubstr("rproc: error: ./missing.elf: there is no such file\n"));
}

TEST_F(Check, MissingFirmwareListsTheSearchedPaths) {
    const auto result = run({"check", "missing.elf"}, {{"RPROC_FIRMWARE_PATH", "/first:/second/place"}});
    EXPECT_EQ(result.status, 3);
    for (const auto* tried : {"/first/missing.elf", "/second/place/missing.elf", "/lib/firmware/updates/missing.elf",
                              "/lib/firmware/missing.elf"})
        EXPECT_THAT(result.err, HasSubstr(tried));
}

TEST_F(Check, FileHasPriorityOverTheFirmwarePath) {
    write("firmware/st/app.elf", read_text(kHello));
    const std::map<std::string, std::string> environment{{"RPROC_FIRMWARE_PATH", directory().string() + "/firmware"}};
    write("firmware/app.elf", read_text(kHello));
    EXPECT_EQ(run({"check", "app.elf"}, environment).status, 0);
    write("app.elf", shape("segment-outside"));
    EXPECT_EQ(run({"check", "app.elf"}, environment).status, 1);
}

TEST_F(Check, ReadsStandardInput) {
    const auto result = run({"check", "--json", "-"}, {}, read_text(kHello));
    EXPECT_EQ(result.status, 0);
    const Json verdict = objects_of(result.out).at(0);
    EXPECT_EQ(verdict["firmware"], "-");
    EXPECT_EQ(verdict["kernel_log"][1], "firmware: direct-loading firmware stdin");
}

TEST_F(Check, UsesTheGivenTreeAndNode) {
    const auto on_b =
        run({"check", "--json", "--dtb", test_board("two-m4-nodes"), "--node", "m4b", write_shape("segment-mcuram")});
    const Json verdict = objects_of(on_b.out).at(0);
    EXPECT_EQ(verdict["board"], "two-m4-nodes");
    EXPECT_EQ(verdict["remoteproc"], "m4b");
    EXPECT_THAT(on_b.out, HasSubstr("segment-outside-memory")) << "m4b lacks mcuram";
    EXPECT_EQ(
        run({"check", "--dtb", test_board("two-m4-nodes"), "--node", "m4a", write_shape("segment-mcuram")}).status, 0);
    EXPECT_EQ(run({"check", "--dtb", "missing.dtb", kHello}).status, 3);
    EXPECT_EQ(run({"check", "--dtb", write("bad.dtb", std::string(100, 'x')), kHello}).status, 3);
}

TEST_F(Check, DefaultBoardGivesNoVerdictOnFirmwareForAnotherKindOfProcessor) {
    const std::string x86 = write_shape("elf-machine-x86");
    const auto text = run({"check", x86});
    EXPECT_EQ(text.status, 2);
    EXPECT_THAT(text.out, HasSubstr(": no verdict without a board: give --board or --dtb\n"));
    EXPECT_THAT(text.out, HasSubstr("the file is for x86-64 (machine 62)"));
    const auto json = run({"check", "--json", x86, kHello});
    EXPECT_EQ(json.status, 2);
    const auto objects = objects_of(json.out);
    ASSERT_EQ(objects.size(), 2U);
    EXPECT_EQ(objects[0]["verdict"], nullptr);
    EXPECT_EQ(objects[0]["board"], nullptr);
    ASSERT_EQ(objects[0]["findings"].size(), 1U);
    EXPECT_EQ(objects[0]["findings"][0]["code"], "elf-machine-foreign");
    EXPECT_EQ(objects[1]["verdict"], "boots");
}

TEST_F(Check, NamedBoardGivesAVerdictOnFirmwareForAnotherKindOfProcessor) {
    const auto result = run({"check", "--board", "stm32mp157c-dk2", write_shape("elf-machine-x86")});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr(": boots on stm32mp157c-dk2"));
    EXPECT_THAT(result.out, HasSubstr("[elf-machine-foreign]"));
}

TEST_F(Check, UnreadableFileIsAPermissionError) {
    const auto program = directory() / "rproc";  // in a directory that the user nobody can search
    std::filesystem::copy_file(RPROC_CLI_PATH, program);
    const std::string firmware = write("secret.elf", read_text(kHello));
    std::filesystem::permissions(firmware, std::filesystem::perms::none);
    auto line = command({"check", firmware});
    line.arguments[0] = program.string();
    line.user = CommandLine::User::nobody;
    const auto result = run_command(line);
    EXPECT_EQ(result.status, 5);
    EXPECT_THAT(result.err, HasSubstr("secret.elf: cannot be read: Permission denied"));
}

TEST_F(Check, FindingsShowTheirCodeAndExplainHasThePageForIt) {
    const auto checked = run({"check", write_shape("segment-outside")});
    EXPECT_THAT(lines_of(checked.out).at(1), ::testing::EndsWith(" [segment-outside-memory]"));
    const auto page = run({"check", "--explain", "segment-outside-memory"});
    EXPECT_EQ(page.status, 0);
    EXPECT_THAT(page.out, ::testing::StartsWith("segment-outside-memory\n    a segment does not lie in any memory"));
    EXPECT_THAT(page.out, HasSubstr("\n    example: 0xf000 + 0x1c00 bytes end at 0x10c00;"));
    EXPECT_THAT(page.out, HasSubstr("\n    1. the linker script places it outside"));
    EXPECT_THAT(page.err, IsEmpty());
    EXPECT_EQ(run({"explain", "segment-outside-memory"}).out, page.out);
    EXPECT_EQ(run({"check", "--json", "--explain", "vring-misfit"}).out,
              run({"explain", "--json", "vring-misfit"}).out);
}

TEST_F(Check, ExplainTakesTheCodeOfAFindingAndNoFirmware) {
    const auto other = run({"check", "--explain", "-22"});
    EXPECT_EQ(other.status, 2);
    EXPECT_THAT(other.err, HasSubstr("\"-22\" is none"));
    EXPECT_EQ(run({"check", "--explain", "vring-misfit", kHello}).status, 2);
}

TEST_F(Check, BootingFirmwareShowsItsWarnings) {
    const auto result = run({"check", "--strict", write_shape("segment-overlap")});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr(": boots on "));
    EXPECT_THAT(result.out, HasSubstr("    warning  segment 3 (0x10000080+0x100): overwrites 128 bytes"));
}

TEST_F(Check, DeviceFileIsRefused) {
    const auto result = run({"check", "/dev/null"});
    EXPECT_EQ(result.status, 7);
    EXPECT_THAT(result.err, HasSubstr("not a regular file"));
}

TEST_F(Check, FirmwareThatABuildIsWritingIsOldOrNewOrSaidToHaveChanged) {
    const ChangingFile file(directory() / "app.elf", read_text(kHello), kSizes);
    for (int i = 0; i < 50; ++i) expect_old_new_or_changed(run({"check", "app.elf"}));
}

TEST_F(Check, StandardInputFromAFileThatABuildIsWritingToo) {
    const ChangingFile file(directory() / "app.elf", read_text(kHello), kSizes);
    CommandLine line = command({});
    line.arguments = {"/bin/sh", "-c", RPROC_CLI_PATH " check - < app.elf"};
    for (int i = 0; i < 20; ++i) expect_old_new_or_changed(run_command(line));
}

TEST_F(Check, JsonSaysOfAFileThatChangedWhatLinuxReturns) {
    const ChangingFile file(directory() / "app.elf", read_text(kHello), kSizes);
    CommandResult result = run({"check", "--json", "app.elf"});
    while (result.status == 0) result = run({"check", "--json", "app.elf"});
    EXPECT_EQ(result.status, 7);
    const Json verdict = objects_of(result.out).at(0);
    EXPECT_EQ(verdict["verdict"], "refused");
    EXPECT_EQ(verdict["errno_name"], "EIO");
    EXPECT_EQ(verdict["findings"].at(0)["code"], "firmware-changed");
}

TEST_F(Check, KernelOptionSaysWhoseDriverReadsTheTree) {
    const std::string tree = test_board("m4-without-syscfg-tz");
    const auto newer = run({"check", "--dtb", tree, kHello});
    EXPECT_EQ(newer.status, 0);
    EXPECT_THAT(newer.out, HasSubstr("(m4) with Linux 6.5"));
    const auto named = run({"check", "--json", "--kernel", "6.12.41-armmp", "--dtb", tree, kHello});
    EXPECT_EQ(objects_of(named.out).at(0)["kernel"], "6.12");
    const auto older = run({"check", "--kernel", "6.1", "--dtb", tree, kHello});
    EXPECT_EQ(older.status, 1);
    EXPECT_THAT(older.err, HasSubstr("has no property st,syscfg-tz"));
    EXPECT_THAT(run({"check", "--kernel", "six", kHello}).err, HasSubstr("six is no version of Linux"));
    EXPECT_THAT(run({"boards", "--dtb", tree}).out, HasSubstr("Linux 6.5"));
}

}  // namespace
}  // namespace rproc::test
