// SPDX-License-Identifier: BSD-2-Clause
#include <gmock/gmock.h>

#include "cli_test.hpp"
#include "support/shape_groups.hpp"

namespace rproc::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Inspect : public Cli {
  protected:
    [[nodiscard]] Json json(const std::string& firmware) const {
        const auto result = run({"inspect", "--json", firmware});
        EXPECT_EQ(result.status, 0) << result.err;
        return objects_of(result.out).at(0);
    }
};

TEST_F(Inspect, TextHasSegmentsMemoriesAndEntries) {
    const auto result = run({"inspect", kHello});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_THAT(result.out, HasSubstr("ELF32, little-endian, executable, ARM, entry 0x00000045\n"));
    EXPECT_THAT(result.out, ContainsRegex("\n  1 +LOAD +0x10000000 +140 +140 +RW- +mcuram2\n"));
    EXPECT_THAT(result.out,
                ContainsRegex("retram +da 0x00000000  pa 0x38000000  64 KiB\n    \\[#\\.+\\] 620 used, 64,916 free\n"));
    EXPECT_THAT(result.out, HasSubstr("0x10000098  2,048  trace cm4_log\n"));
    EXPECT_THAT(result.out, HasSubstr("  entry 1 vdev at 0x48\n    id 7 (rpmsg)  notifyid 0  dfeatures 0x00000001"));
    EXPECT_THAT(result.out, HasSubstr("    vring 0  da any  align 16  num 16  notifyid 0  pa 0x00000000  size 438  "
                                      "carveout_size 4,096\n"));
    EXPECT_THAT(result.out, Not(HasSubstr(".shstrtab")));
    EXPECT_THAT(run({"inspect", "-v", kHello}).out, HasSubstr(".shstrtab"));
}

TEST_F(Inspect, JsonDescribesHeaderSegmentsMemoriesAndTable) {
    const Json report = json(write_shape("vdev-good"));
    EXPECT_THAT(fields_of(report), ElementsAre("schema", "firmware", "board", "remoteproc", "size", "elf", "refusal",
                                               "segments", "sections", "memories", "resource_table"));
    EXPECT_EQ(report["schema"], "rproc.inspect/1");
    EXPECT_EQ(report["size"], shape("vdev-good").size());
    EXPECT_EQ(report["elf"]["class"], 32);
    EXPECT_EQ(report["elf"]["machine_name"], "ARM");
    EXPECT_EQ(report["elf"]["entry"], "0x10000000");
    EXPECT_EQ(report["refusal"], nullptr);
    const Json& segment = report["segments"][1];
    EXPECT_THAT(fields_of(segment), ElementsAre("index", "type", "type_name", "flags", "offset", "vaddr", "paddr",
                                                "filesz", "memsz", "align", "loaded", "memory", "misfit", "fault"));
    EXPECT_EQ(segment["paddr"], "0x10000000");
    EXPECT_EQ(segment["memory"], "mcuram2");
    EXPECT_EQ(segment["misfit"], nullptr);
    EXPECT_EQ(report["sections"][1]["name"], ".resource_table");
}

TEST_F(Inspect, JsonMemoriesCountEachByteOnce) {
    const Json memory = json(write_shape("vdev-good"))["memories"][1];
    EXPECT_THAT(fields_of(memory), ElementsAre("name", "da", "pa", "size", "loadable", "used", "free", "contents"));
    EXPECT_EQ(memory["name"], "mcuram2");
    EXPECT_EQ(memory["used"], 256 + 88) << "the resource table lies inside segment 2";
    EXPECT_EQ(memory["free"], 262144 - 256 - 88);
    EXPECT_EQ(memory["contents"][2], Json::parse(R"({"what":"resource table","da":"0x10004000","size":88})"));
}

TEST_F(Inspect, JsonDecodesEachEntry) {
    const Json table = json(kHello)["resource_table"];
    EXPECT_THAT(fields_of(table), ElementsAre("da", "offset", "size", "in_file", "version", "fault", "entries"));
    EXPECT_EQ(table["version"], 1);
    const Json& trace = table["entries"][0];
    EXPECT_THAT(fields_of(trace), ElementsAre("index", "offset", "type", "fields", "fault"));
    EXPECT_EQ(trace["fields"], Json::parse(R"({"da":"0x10000098","len":2048,"reserved":0,"name":"cm4_log"})"));
    const Json& vdev = table["entries"][1];
    EXPECT_EQ(vdev["fields"]["id_name"], "rpmsg");
    EXPECT_EQ(vdev["vrings"][1], Json::parse(R"({"da":"0xffffffff","align":16,"num":16,"notifyid":0,"pa":"0x00000000",
                                                 "size":438,"carveout_size":4096})"));
    const Json carveout = json(write_shape("carveout-any"))["resource_table"]["entries"][0];
    EXPECT_EQ(carveout["fields"], Json::parse(R"({"da":"0xffffffff","pa":"0x00000000","len":4096,"flags":"0x00000000",
                                                  "reserved":0,"name":"mcuram2"})"));
}

TEST_F(Inspect, SegmentOutsideAnyMemoryIsShownWithTheArithmetic) {
    const auto outside = run({"inspect", write_shape("segment-outside")});
    EXPECT_EQ(outside.status, 0);
    EXPECT_THAT(outside.out, ContainsRegex("\n  3 +LOAD +0x80100000 .*no memory\n"));
    EXPECT_THAT(outside.out, ContainsRegex("error  segment 3 \\(0x80100000\\+0x540\\): .*nearest is mcuram"));
    EXPECT_THAT(run({"inspect", write_shape("segment-crossing-by-1")}).out, HasSubstr("ends 1 byte past it"));
    EXPECT_THAT(json(write_shape("segment-vdev-buffer"))["segments"][3]["misfit"], HasSubstr("virtio buffers"));
    EXPECT_THAT(json(write_shape("segment64-address-max"))["segments"][3]["misfit"], HasSubstr("address space"));
    EXPECT_EQ(json(write_shape("segment-truncated"))["segments"][3]["fault"]["code"], "segment-truncated");
}

TEST_F(Inspect, DefectsOfTheTableAreDescribed) {
    EXPECT_EQ(json(write_shape("table-ver-2"))["resource_table"]["fault"]["code"], "table-version");
    EXPECT_EQ(json(write_shape("table-offset-outside"))["resource_table"]["in_file"], false);
    EXPECT_EQ(json(write_shape("table-none"))["resource_table"], nullptr);
    EXPECT_THAT(run({"inspect", write_shape("table-num-wrap")}).out,
                HasSubstr("1073741824 offsets do not fit in 68 bytes"));
    EXPECT_THAT(run({"inspect", write_shape("table-none")}).out, HasSubstr("none: no section .resource_table"));
}

TEST_F(Inspect, EntryThatLinuxDoesNotKnowShowsItsWordsAndWhoDefinesIt) {
    const auto fields = [&](std::uint32_t type) {
        const Bytes entry = ByteWriter().u32(type).u32(0x11).u32(0xdeadbeef).take();
        const Bytes file = image_with_table(Table{.entries = {entry, trace({})}}.build()).build();
        const std::string content(reinterpret_cast<const char*>(file.data()), file.size());
        return json(write("entry.elf", content))["resource_table"]["entries"][0]["fields"];
    };
    EXPECT_EQ(fields(4)["kind"], "INTMEM (TI IPC) or RPROC_MEM (OpenAMP)");
    EXPECT_EQ(fields(4)["words"], Json::parse(R"(["0x00000011","0xdeadbeef"])"));
    EXPECT_EQ(fields(0x10000)["kind"], "carveout, version 1 (TI IPC)");
    EXPECT_EQ(fields(0x10004)["kind"], "unknown");
    EXPECT_EQ(fields(200)["kind"], "vendor");
}

TEST_F(Inspect, InvalidEntryShowsItsReadableFields) {
    const Json truncated = json(write_shape("vdev-truncated-vring1"))["resource_table"]["entries"][0];
    EXPECT_EQ(truncated["fault"]["code"], "entry-truncated");
    EXPECT_EQ(truncated["fields"]["id"], 7);
    EXPECT_EQ(truncated["vrings"].size(), 1U);
    const Json reserved = json(write_shape("trace-reserved"))["resource_table"]["entries"][0];
    EXPECT_EQ(reserved["fault"]["code"], "entry-reserved-bytes");
    EXPECT_EQ(reserved["fields"]["name"], "cm4_log");
    const Json outside = json(write_shape("entry-offset-far"))["resource_table"]["entries"][0];
    EXPECT_EQ(outside["fault"]["code"], "entry-outside-table");
    EXPECT_EQ(outside["type"], "");
}

TEST_F(Inspect, ShowsTheReadablePartsOfARefusedElf) {
    const Json big = json(write_shape("elf-big-endian"));
    EXPECT_EQ(big["elf"]["little_endian"], false);
    EXPECT_EQ(big["elf"]["machine_name"], "ARM");
    EXPECT_EQ(big["refusal"]["code"], "elf-wrong-endianness");
    EXPECT_EQ(json(write_shape("elf-phnum-0"))["refusal"]["code"], "elf-no-segments");
    EXPECT_EQ(json(write_shape("elf-class-3"))["elf"]["class"], 0);
    EXPECT_EQ(json(write_shape("elf64-good"))["elf"]["class"], 64);
    EXPECT_THAT(run({"inspect", write_shape("elf-phnum-65535")}).out, HasSubstr("of 65535 program headers"));
    EXPECT_THAT(run({"inspect", write_shape("elf-machine-x86")}).out, HasSubstr("not for an Arm core"));
}

TEST_F(Inspect, OtherFormatsAreRefused) {
    const auto text = run({"inspect", write("notes.txt", std::string(200, 'x'))});
    EXPECT_EQ(text.status, 1);
    EXPECT_THAT(text.out, IsEmpty());
    EXPECT_THAT(text.err, HasSubstr("notes.txt: begins with 78 78 78 78, not with 7f 45 4c 46 (ELF)"));
    EXPECT_EQ(run({"inspect", write_shape("elf-1-byte")}).status, 1);
    EXPECT_EQ(run({"inspect", "./missing.elf"}).status, 3);
}

TEST_F(Inspect, QuietOnlySetsTheExitStatus) {
    const auto result = run({"inspect", "-q", "-"}, {}, read_text(kHello));
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, IsEmpty());
}

}  // namespace
}  // namespace rproc::test
