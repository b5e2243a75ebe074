// SPDX-License-Identifier: BSD-2-Clause
// rproc boot --timeline: the content of the files, and when none is written.
#include <algorithm>
#include <map>
#include <regex>

#include <gmock/gmock.h>

#include "timeline_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using BootTimelineFile = TimelineTest;

const std::vector<std::string> kBothFormats{"boot.html", "boot.svg"};

TEST_F(BootTimelineFile, HasEachStepInOrderWithItsDurationAndShare) {
    for (const auto& name : kBothFormats) {
        const std::string content = timeline_of(kHello, name);
        std::size_t at = content.find("µs");
        for (const auto* step :
             {"request_firmware", "sanity_check", "prepare", "boot_address", "parse_fw", "handle_resources",
              "allocate_carveouts", "load", "install_table", "start", "start_subdevices", "offline → running",
              "stop_subdevices", "stop", "running → offline", "resource_cleanup"}) {
            const auto found = content.find(std::string(">") + step + "<", at);
            ASSERT_NE(found, std::string::npos) << step << " in " << name;
            at = found;
        }
        EXPECT_THAT(content, ContainsRegex(">[0-9,]+\\.[0-9]<")) << name;
        EXPECT_THAT(content, ContainsRegex(">[0-9]+\\.[0-9] %<")) << name;
    }
}

TEST_F(BootTimelineFile, ShowsMemoryRegistersAndMessagesOfEachStep) {
    for (const auto& name : kBothFormats) {
        const std::string text = text_of(timeline_of(kHello, name));
        EXPECT_THAT(text, HasSubstr("retram")) << name;
        EXPECT_THAT(text, HasSubstr("da 0x00000000  pa 0x38000000  64 KiB")) << name;
        EXPECT_THAT(text, HasSubstr("da 0x10000000 in mcuram2  140 bytes, 140 from the file")) << name;
        EXPECT_THAT(text, ContainsRegex("hold-boot +pa 0x5000010c, bits 0x1 = 0x1")) << name;
        EXPECT_THAT(text, ContainsRegex("reset of the processor +line 8225 of /soc/rcc@50000000 asserted")) << name;
        EXPECT_THAT(text, ContainsRegex("mailbox +shutdown +\"stop\" sent")) << name;
        EXPECT_THAT(text, ContainsRegex("rpmsg +2 vrings")) << name;
        EXPECT_THAT(text, HasSubstr("da 0x10041000  4 KiB, 16 descriptors, notify id 1")) << name;
        EXPECT_THAT(text, HasSubstr("140 bytes at da 0x10000000")) << name;
        EXPECT_THAT(text, ContainsRegex("5 mappings +given back")) << name;
    }
}

TEST_F(BootTimelineFile, HasTheKernelsLinesBelowTheirStep) {
    for (const auto& name : kBothFormats) {
        const std::string text = text_of(timeline_of(kHello, name));
        const auto line = text.find("rproc-virtio rproc-virtio.1.auto: registered virtio0 (type 7)");
        ASSERT_NE(line, std::string::npos) << name;
        EXPECT_LT(text.rfind("start_subdevices", line), line) << name;
        EXPECT_GT(text.rfind("start_subdevices", line), text.rfind("install_table", line)) << name;
    }
}

TEST_F(BootTimelineFile, PageHasTheMemoryOfTheRunningProcessor) {
    const std::string text = text_of(timeline_of(kHello, "boot.html"));
    EXPECT_THAT(text, ContainsRegex("mcuram2 +0x10000000 +0x10000000 +256 KiB +segment 1, segment 3, resource table, "
                                    "trace cm4_log"));
    EXPECT_THAT(text, ContainsRegex("vdev0buffer +0x10042000 .*Linux does not map it"));
}

TEST_F(BootTimelineFile, TeeCommandsAreBelowTheirStep) {
    const std::string data = RPROC_TEST_DATA_DIR "/signed/";
    ASSERT_EQ(run({"boot", "-q", "--tee", "software", "--key", data + "rsa2048.pub.pem", "--timeline", "boot.html",
                   data + "app.rsa2048.signed"})
                  .status,
              0);
    const std::string text = text_of(read("boot.html"));
    EXPECT_THAT(text, HasSubstr("loaded by a software TEE"));
    EXPECT_THAT(text, ContainsRegex("LOAD_FW +TEE_SUCCESS"));
    EXPECT_THAT(text, ContainsRegex("RELEASE_FW +TEE_SUCCESS"));
    EXPECT_LT(text.find("LOAD_FW"), text.find("in mcuram2"));
    EXPECT_EQ(text.find("in mcuram2  140"), text.rfind("in mcuram2  140")) << "the second LOAD_FW loads nothing";
}

TEST_F(BootTimelineFile, RefusalHasItsReasonAndHint) {
    const std::string firmware = write_shape("segment-outside");
    for (const auto& name : kBothFormats) {
        const auto result = run({"boot", "--timeline", name, firmware});
        EXPECT_EQ(result.status, 1);
        EXPECT_THAT(result.out, ContainsRegex("FAIL  load "));
        const std::string content = read(name);
        EXPECT_THAT(content, HasSubstr("refused: -22 EINVAL"));
        EXPECT_THAT(content, HasSubstr("class=\"bar failed\""));
        const std::string text = text_of(content);
        const auto reason = text.find("segment 3 (0x80100000+0x540): lies in no memory of the board");
        const auto hint = text.find("place it in a memory-region of the board", reason);
        ASSERT_NE(hint, std::string::npos) << name;
        EXPECT_LT(text.rfind("load", reason), reason);
        EXPECT_THAT(text, HasSubstr("remoteproc remoteproc0: Boot failed: -22"));
        EXPECT_THAT(text, Not(HasSubstr("→"))) << "it did not run";
        EXPECT_THAT(text, Not(ContainsRegex("segment +3 +da "))) << "segment 3 was not loaded";
    }
}

TEST_F(BootTimelineFile, HasWarningsAndKernelDefects) {
    EXPECT_THAT(text_of(timeline_of(write_shape("table-none"), "none.svg")), HasSubstr("warning"));
    const std::string panics = text_of(timeline_of(write_shape("carveout-dma-da-0"), "panics.html"));
    EXPECT_THAT(panics, HasSubstr("by a kernel defect: stop: the kernel panics"));
}

TEST_F(BootTimelineFile, RefusalBeforeTheFirstStepIsInTheSvg) {
    const auto result =
        run({"boot", "-q", "--dtb", test_board("m4-missing-memory-region-node"), "--timeline", "boot.svg", kHello});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(text_of(read("boot.svg")), HasSubstr("has no reg, or one that is cut off"));
}

TEST_F(BootTimelineFile, HasNoExternalReferences) {
    for (const auto& name : kBothFormats) {
        std::string content = timeline_of(kHello, name);
        if (name == "boot.svg") {
            const std::string xml_namespace = " xmlns=\"http://www.w3.org/2000/svg\"";
            const auto at = content.find(xml_namespace);
            ASSERT_NE(at, std::string::npos);
            content.erase(at, xml_namespace.size());
        }
        for (const auto* reference : {"://", "src=", "href=", "url(", "@import", "<script", "<link", "<img"})
            EXPECT_THAT(content, Not(HasSubstr(reference))) << name;
    }
    EXPECT_THAT(read("boot.html"),
                HasSubstr(R"(http-equiv="Content-Security-Policy" content="default-src 'none'; style-src )"));
}

TEST_F(BootTimelineFile, SupportsLightAndDarkModeAndScreenReaders) {
    for (const auto& name : kBothFormats) {
        const std::string content = timeline_of(kHello, name);
        EXPECT_THAT(content, HasSubstr("@media (prefers-color-scheme:dark)")) << name;
        EXPECT_THAT(content, HasSubstr(R"(role="img" aria-labelledby="title description")")) << name;
        EXPECT_THAT(content, HasSubstr("<title id=\"title\">")) << name;
        EXPECT_THAT(content, HasSubstr("<desc id=\"description\">")) << name;
    }
    EXPECT_THAT(read("boot.html"), HasSubstr("<th scope=\"col\">step</th>"));
    EXPECT_THAT(read("boot.html"), HasSubstr("<meta charset=\"utf-8\">"));
}

TEST_F(BootTimelineFile, EscapesNamesFromTheFirmware) {
    for (const auto& name : kBothFormats) {
        const std::string content = timeline_of(write("<b>&'\".elf", hostile_firmware()), name);
        EXPECT_THAT(content, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;\\x1b\xef\xbf\xbd&amp;")) << name;
        EXPECT_THAT(content, HasSubstr("&lt;b&gt;&amp;&#39;&quot;.elf")) << name;
        EXPECT_THAT(content, Not(HasSubstr("<script"))) << name;
        EXPECT_THAT(content, Not(HasSubstr("<b>"))) << name;
        const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
        EXPECT_TRUE(std::ranges::none_of(content, control)) << name;
    }
}

TEST_F(BootTimelineFile, ReplacesInvalidUtf8AndDirectionOverrides) {
    struct Case {
        std::string name;
        std::string shown;
    };
    const std::string replaced = "\xef\xbf\xbd";
    for (const auto& [name, shown] : {Case{"a\xc0\x80z", "a" + replaced + replaced + "z"},                 // overlong
                                      Case{"a\xed\xa0\x80z", "a" + replaced + replaced + replaced + "z"},  // surrogate
                                      Case{"a\xe2\x80\xaez", "a" + replaced + "z"},  // right to left
                                      Case{"a\xef\xbf\xbez", "a" + replaced + "z"},  // noncharacter
                                      Case{"a\xc2\x85z", "a" + replaced + "z"},      // C1 control
                                      Case{"a\xe2\x82", "a" + replaced + replaced},  // cut off
                                      Case{"a\xf0\x9f\x98\x80z", "a\xf0\x9f\x98\x80z"}}) {
        EXPECT_THAT(timeline_of(write("fw", with_trace_named(name)), "boot.svg"),
                    ContainsRegex(">" + shown + " +da 0x10000098 "));
    }
}

/// The fixed-pitch texts of the chart: the start and end of each, by line.
std::map<double, std::vector<std::pair<double, double>>> extents_in(const std::string& page) {
    static const std::regex text(
        "<text class=\"mono([^\"]*)\" x=\"([0-9.]+)\" y=\"([0-9.]+)\" text-anchor=\"([a-z]+)\"[^>]*>([^<]*)</text>");
    std::map<double, std::vector<std::pair<double, double>>> lines;
    for (auto found = std::sregex_iterator(page.begin(), page.end(), text); found != std::sregex_iterator(); ++found) {
        const std::string content = text_of((*found)[5]);
        const auto columns = std::ranges::count_if(content, [](char c) { return (c & 0xc0) != 0x80; });
        const double width = 6.6 * static_cast<double>(columns);
        const double x = std::stod((*found)[2]);
        const double start = (*found)[4] == "end" ? x - width : x;
        lines[std::stod((*found)[3])].emplace_back(start, start + width);
    }
    return lines;
}

TEST_F(BootTimelineFile, TextsOfTheChartNeitherOverlapNorLeaveIt) {
    for (const auto* each : {"segment-outside", "table-none", "carveout-dma-da-0"}) {
        auto lines = extents_in(timeline_of(write_shape(each), "boot.html"));
        EXPECT_GE(lines.size(), 10U);
        for (auto& [y, extents] : lines) {
            std::ranges::sort(extents);
            EXPECT_GE(extents.front().first, 0) << each << " at " << y;
            EXPECT_LE(extents.back().second, 1200) << each << " at " << y;
            for (std::size_t i = 1; i < extents.size(); ++i)
                EXPECT_LE(extents[i - 1].second, extents[i].first) << each << " at " << y;
        }
    }
}

TEST_F(BootTimelineFile, LongNameIsShortenedInTheSvg) {
    const std::string name = std::string(200, 'n') + ".elf";
    const std::string content = timeline_of(write(name, read_text(kHello)), "boot.svg");
    EXPECT_THAT(content, ContainsRegex("class=\"headline\"[^>]*>n{40,70}…</text>"));
}

TEST_F(BootTimelineFile, OutputIsThatWithoutATimeline) {
    const std::string firmware = write_shape("segment-outside");
    EXPECT_EQ(run({"boot", "--kernel-log", "--timeline", "a.svg", firmware}).out,
              run({"boot", "--kernel-log", firmware}).out);
    EXPECT_EQ(run({"boot", "-q", "--timeline", "b.svg", firmware}).out, run({"boot", "-q", firmware}).out);
    const auto objects = objects_of(run({"boot", "--json", "--timeline", "c.html", kHello}).out);
    EXPECT_EQ(objects.size(), objects_of(run({"boot", "--json", kHello}).out).size());
    EXPECT_EQ(objects.back()["event"], "result");
    for (const auto* file : {"a.svg", "b.svg", "c.html"}) EXPECT_THAT(read(file), Not(IsEmpty())) << file;
}

TEST_F(BootTimelineFile, ExtensionSelectsTheFormat) {
    EXPECT_THAT(timeline_of(kHello, "boot.html"), StartsWith("<!DOCTYPE html>"));
    EXPECT_THAT(timeline_of(kHello, "boot.htm"), StartsWith("<!DOCTYPE html>"));
    EXPECT_THAT(timeline_of(kHello, "boot.svg"), StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "));
    for (const auto* name : {"boot.png", "boot", "-", "html"}) {
        const auto result = run({"boot", "--timeline", name, kHello});
        EXPECT_EQ(result.status, 2) << name;
        EXPECT_THAT(result.out, IsEmpty()) << name;
        EXPECT_THAT(result.err, HasSubstr(".html")) << name;
        EXPECT_THAT(result.err, HasSubstr(".svg")) << name;
        EXPECT_FALSE(std::filesystem::exists(directory() / name)) << name;
    }
}

TEST_F(BootTimelineFile, UnwritableFileIsAnErrorAfterTheBoot) {
    std::filesystem::create_directory(directory() / "taken.svg");
    for (const auto* name : {"missing/boot.html", "taken.svg"}) {
        const auto result = run({"boot", "--timeline", name, kHello});
        EXPECT_EQ(result.status, 7) << name;
        EXPECT_THAT(result.out, HasSubstr("m4: running -> offline")) << name;
        EXPECT_THAT(result.err,
                    StartsWith(std::string("rproc: error: ") + name + ": the timeline cannot be written: "));
    }
    std::vector<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator(directory())) left.push_back(entry.path().filename());
    EXPECT_THAT(left, ElementsAre("taken.svg"));
}

TEST_F(BootTimelineFile, ReplacesAnOlderFileAtomically) {
    write("boot.svg", std::string(1 << 20, 'x'));
    const std::string content = timeline_of(kHello, "boot.svg");
    EXPECT_THAT(content, StartsWith("<?xml"));
    EXPECT_THAT(content, ::testing::EndsWith("</svg>\n"));
}

TEST_F(BootTimelineFile, IsNotWrittenWithoutAFirmware) {
    EXPECT_EQ(run({"boot", "--timeline", "boot.svg", "./missing.elf"}).status, 3);
    EXPECT_FALSE(std::filesystem::exists(directory() / "boot.svg"));
}

}  // namespace
}  // namespace rproc::test
