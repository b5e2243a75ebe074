// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Boot = Cli;

std::vector<Json> events_of(const std::vector<Json>& objects, const std::string& event) {
    std::vector<Json> chosen;
    std::ranges::copy_if(objects, std::back_inserter(chosen),
                         [&](const Json& object) { return object["event"] == event; });
    return chosen;
}

std::vector<std::string> strings_of(const std::vector<Json>& objects, const std::string& field) {
    std::vector<std::string> strings;
    for (const Json& object : objects) strings.push_back(object[field]);
    return strings;
}

TEST_F(Boot, ShowsEachStepInOrderAndTheRunningProcessor) {
    const auto result = run({"boot", kHello});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, IsEmpty());
    std::size_t at = 0;
    for (const auto* step :
         {"request_firmware", "sanity_check", "prepare", "boot_address", "parse_fw", "handle_resources",
          "allocate_carveouts", "load", "install_table", "start ", "start_subdevices", "m4: offline -> running",
          "stop_subdevices", "stop ", "m4: running -> offline", "resource_cleanup"}) {
        const auto found = result.out.find(step, at);
        ASSERT_NE(found, std::string::npos) << step << " after " << at << " in\n" << result.out;
        at = found;
    }
    EXPECT_THAT(result.out, ContainsRegex("ok    load +[0-9,]+ us   4 segments, 2,816 bytes\n"));
    EXPECT_THAT(result.out, ContainsRegex("ok    prepare +[0-9,]+ us   6 carveouts\n"));
    EXPECT_THAT(result.out, ContainsRegex("ok    start_subdevices +[0-9,]+ us   virtio0 \\(type 7\\)\n"));
    EXPECT_THAT(result.out, HasSubstr("  table    da 0x10000000  140 bytes\n"));
    EXPECT_THAT(result.out, HasSubstr("2,048 bytes, cm4_log\n"));
    EXPECT_THAT(result.out, HasSubstr("vring 1  da 0x10041000  pa 0x10041000  4 KiB, 16 descriptors, notify id 1\n"));
    EXPECT_THAT(result.out, Not(HasSubstr("powering up")));
}

TEST_F(Boot, RefusalShowsTheKernelLineItsMeaningAndAHint) {
    const auto result = run({"boot", write_shape("segment-outside")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, ContainsRegex("FAIL  load "));
    EXPECT_THAT(result.out, HasSubstr("  kernel  bad phdr da 0x80100000 mem 0x540\n"
                                      "          Failed to load program segments: -22\n"
                                      "          Boot failed: -22\n"));
    EXPECT_THAT(result.out, ContainsRegex("  means   segment 3 \\(0x80100000\\+0x540\\): .*nearest is mcuram"));
    EXPECT_THAT(result.out, HasSubstr("  do      place it in a memory-region"));
    EXPECT_THAT(result.out, Not(HasSubstr("running")));
}

TEST_F(Boot, SegmentPastTheEndOfItsMemoryShowsTheExcess) {
    const auto result = run({"boot", write_shape("segment-crossing-by-1")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("begins in retram (0x0+0x10000) and ends 1 byte past it"));
}

TEST_F(Boot, NoticesAreBelowTheirStep) {
    const auto result = run({"boot", write_shape("table-none")});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, ContainsRegex("ok    parse_fw [^\n]*\n        warning: [^\n]*\n        hint: "));
    EXPECT_THAT(result.out, HasSubstr("no resource table: no trace, no virtio, no rpmsg\n"));
}

TEST_F(Boot, VerboseAddsTheKernelsLinesWithTheirDevices) {
    const auto out = run({"boot", "-v", kHello}).out;
    EXPECT_THAT(out, HasSubstr("remoteproc remoteproc0: powering up m4\n"));
    EXPECT_THAT(out, HasSubstr("rproc-virtio rproc-virtio.1.auto: registered virtio0 (type 7)\n"));
}

TEST_F(Boot, KernelLogPrintsOnlyTheLinesOfDmesg) {
    const auto result = run({"boot", "--kernel-log", write_shape("segment-outside")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(
        lines_of(result.out),
        ElementsAre("remoteproc remoteproc0: powering up m4",
                    "remoteproc remoteproc0: firmware: direct-loading firmware segment-outside.elf",
                    ::testing::StartsWith("remoteproc remoteproc0: Booting fw image segment-outside.elf, size "),
                    "remoteproc remoteproc0: bad phdr da 0x80100000 mem 0x540",
                    "remoteproc remoteproc0: Failed to load program segments: -22",
                    "remoteproc remoteproc0: Boot failed: -22"));
    const auto driver = run({"boot", "--kernel-log", "--dtb", test_board("m4-missing-memory-region-node"), kHello});
    EXPECT_THAT(driver.out, HasSubstr("stm32-rproc 10000000.m4: unable to acquire memory-region\n"));
}

TEST_F(Boot, QuietPrintsOnlyARefusalInOneLine) {
    EXPECT_THAT(run({"boot", "-q", kHello}).out, IsEmpty());
    const auto refused = run({"boot", "-q", write_shape("segment-outside")});
    EXPECT_EQ(refused.status, 1);
    EXPECT_EQ(lines_of(refused.out).size(), 1U);
    EXPECT_THAT(refused.out, HasSubstr("refused: segment 3"));
}

TEST_F(Boot, JsonHasOneObjectForEachEvent) {
    const auto result = run({"boot", "--json", kHello});
    EXPECT_EQ(result.status, 0);
    const auto objects = objects_of(result.out);
    for (const Json& object : objects) EXPECT_EQ(object["schema"], "rproc.boot/1");
    const auto steps = events_of(objects, "step");
    EXPECT_THAT(strings_of(steps, "step"),
                ElementsAre("request_firmware", "sanity_check", "prepare", "boot_address", "parse_fw",
                            "handle_resources", "allocate_carveouts", "load", "install_table", "start",
                            "start_subdevices", "stop_subdevices", "stop", "resource_cleanup"));
    for (const Json& step : steps) {
        EXPECT_THAT(fields_of(step), ElementsAre("schema", "event", "step", "result", "elapsed_us", "summary"));
        EXPECT_EQ(step["result"], "ok");
    }
    EXPECT_THAT(strings_of(events_of(objects, "state"), "to"), ElementsAre("running", "offline"));
    EXPECT_EQ(strings_of(events_of(objects, "log"), "text").front(), "powering up m4");

    const Json& last = objects.back();
    EXPECT_THAT(fields_of(last), ElementsAre("schema", "event", "firmware", "board", "remoteproc", "verdict", "booted",
                                             "errno", "errno_name", "resource_table", "traces", "virtio"));
    EXPECT_EQ(last["event"], "result");
    EXPECT_EQ(last["firmware"], kHello);
    EXPECT_EQ(last["booted"], true);
    EXPECT_EQ(last["verdict"], "boots");
    EXPECT_EQ(last["resource_table"], Json::parse(R"({"da":"0x10000000","size":140})"));
    EXPECT_EQ(last["traces"][0]["name"], "cm4_log");
    EXPECT_EQ(last["virtio"][0]["id"], 7);
    EXPECT_EQ(last["virtio"][0]["vrings"][1],
              Json::parse(R"({"da":"0x10041000","pa":"0x10041000","size":4096,"num":16,"align":16,"notify_id":1})"));
}

TEST_F(Boot, JsonOfARefusalEndsWithItsReason) {
    const auto result = run({"boot", "--json", write_shape("segment-outside")});
    EXPECT_EQ(result.status, 1);
    const auto objects = objects_of(result.out);
    EXPECT_EQ(events_of(objects, "step").at(7)["result"], "failed");
    const Json& last = objects.back();
    EXPECT_THAT(fields_of(last),
                ElementsAre("schema", "event", "firmware", "board", "remoteproc", "verdict", "booted", "errno",
                            "errno_name", "step", "code", "where", "place", "message", "hint"));
    EXPECT_EQ(last["booted"], false);
    EXPECT_EQ(last["errno"], 22);
    EXPECT_EQ(last["errno_name"], "EINVAL");
    EXPECT_EQ(last["step"], "load");
    EXPECT_EQ(last["code"], "segment-outside-memory");
}

TEST_F(Boot, JsonNoticesNameTheirStep) {
    const auto notices = events_of(objects_of(run({"boot", "--json", write_shape("table-none")}).out), "notice");
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_THAT(fields_of(notices[0]),
                ElementsAre("schema", "event", "severity", "code", "step", "where", "place", "message", "hint"));
    EXPECT_EQ(notices[0]["code"], "table-missing");
    EXPECT_EQ(notices[0]["step"], "parse_fw");
}

TEST_F(Boot, WarnsWhereTheKernelPanicsAndTheModelDoesNot) {
    const std::string firmware = write_shape("carveout-dma-da-0");
    const auto result = run({"boot", firmware});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("by a kernel defect: panics\n"));
    EXPECT_EQ(run({"boot", "-q", firmware}).status, 1);
    EXPECT_EQ(objects_of(run({"boot", "--json", firmware}).out).back()["verdict"], "panics");
}

TEST_F(Boot, EmptyFirmwareIsRefusedAndAMissingOneNotFound) {
    const auto empty = run({"boot", write("empty.elf", "")});
    EXPECT_EQ(empty.status, 1);
    EXPECT_THAT(empty.out, HasSubstr("request_firmware failed: -22"));
    const auto missing = run({"boot", "./missing.elf"});
    EXPECT_EQ(missing.status, 3);
    EXPECT_THAT(missing.out, IsEmpty());
    EXPECT_THAT(missing.err, HasSubstr("./missing.elf: there is no such file"));
}

TEST_F(Boot, ReadsStandardInput) {
    const auto result = run({"boot", "-"}, {}, read_text(kHello));
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr("request_firmware"));
    EXPECT_EQ(run({"boot", "-"}).status, 1) << "an empty file";
}

}  // namespace
}  // namespace rproc::test
