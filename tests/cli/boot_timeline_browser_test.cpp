// SPDX-License-Identifier: BSD-2-Clause
// The files of rproc boot --timeline in a browser: headless Chromium, where it is installed.
#include <gmock/gmock.h>

#include "timeline_test.hpp"

namespace rproc::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto* kChromium = "/usr/bin/chromium";

class BootTimelineInBrowser : public TimelineTest {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(kChromium)) GTEST_SKIP() << kChromium << " is not installed";
    }

    /// Opens a file of the directory in the browser. @returns its output.
    [[nodiscard]] std::string open(const std::string& name, const std::string& what) const {
        const std::string profile = (directory() / "profile").string();
        CommandLine line{.arguments = {"/usr/bin/timeout", "--kill-after=5", "60", kChromium, "--headless",
                                       "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
                                       "--hide-scrollbars", "--window-size=1200,900", "--user-data-dir=" + profile,
                                       what, "file://" + (directory() / name).string()},
                         .environment = {{"HOME", profile}},
                         .directory = directory().string()};
        const auto result = run_command(line);
        EXPECT_EQ(result.status, 0) << result.err;
        return result.out;
    }
    [[nodiscard]] std::string document(const std::string& name) const { return open(name, "--dump-dom"); }
    /// A screenshot of the browser, as a PNG.
    [[nodiscard]] std::string screenshot(const std::string& name) const {
        static_cast<void>(open(name, "--screenshot=" + (directory() / (name + ".png")).string()));
        return read(name + ".png");
    }
};

TEST_F(BootTimelineInBrowser, SvgIsWellFormedForAnyTraceName) {
    write("broken.svg", R"(<svg xmlns="http://www.w3.org/2000/svg"><text>a & b</text></svg>)");
    ASSERT_THAT(document("broken.svg"), HasSubstr("parsererror")) << "the browser's error for malformed XML";

    static_cast<void>(timeline_of(write("fw", hostile_firmware()), "boot.svg"));
    const std::string shown = document("boot.svg");
    EXPECT_THAT(shown, Not(HasSubstr("parsererror")));
    EXPECT_THAT(shown, Not(HasSubstr("<script")));
    EXPECT_THAT(shown, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;\\x1b"));
    EXPECT_THAT(shown, HasSubstr("offline → running"));
}

TEST_F(BootTimelineInBrowser, PageHasChartStepsAndMemory) {
    static_cast<void>(timeline_of(write("fw", hostile_firmware()), "boot.html"));
    const std::string shown = document("boot.html");
    EXPECT_THAT(shown, Not(HasSubstr("<script")));
    EXPECT_THAT(shown, HasSubstr("</svg></div>"));
    EXPECT_THAT(shown, HasSubstr("<h2>Steps</h2>"));
    EXPECT_THAT(shown, HasSubstr("<h2>The memory of the running processor</h2>"));
}

TEST_F(BootTimelineInBrowser, PageAndSvgAreNotBlank) {
    write("blank.html", "<!DOCTYPE html><title>blank</title>");
    const std::string blank = screenshot("blank.html");
    ASSERT_THAT(blank, ::testing::StartsWith("\x89PNG"));
    const std::string refused = write_shape("segment-outside");
    static_cast<void>(timeline_of(kHello, "boot.svg"));
    static_cast<void>(timeline_of(refused, "refused.html"));
    for (const auto* name : {"boot.svg", "refused.html"}) {
        const std::string picture = screenshot(name);
        EXPECT_THAT(picture, ::testing::StartsWith("\x89PNG")) << name;
        EXPECT_GT(picture.size(), 10 * blank.size()) << name << " is blank";
    }
}

}  // namespace
}  // namespace rproc::test
