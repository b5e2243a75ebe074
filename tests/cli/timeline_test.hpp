// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <regex>
#include <string>
#include <string_view>

#include "cli_test.hpp"

namespace rproc::test {

/// The example firmware, with another name for its trace: at most 31 bytes, none of them zero.
inline std::string with_trace_named(std::string_view name) {
    constexpr std::size_t kField = 32;
    std::string image = read_text(kHello);
    std::string field(name);
    field.resize(kField);
    const auto at = image.find(std::string_view("cm4_log\0", 8));
    return image.replace(at, kField, field);
}

/// A firmware whose trace name breaks HTML and SVG unless it is escaped.
inline std::string hostile_firmware() { return with_trace_named("<script>alert(1)</script>\x1b\xff&\"'"); }

/// The visible text of HTML or SVG on one line: without tags and styles, with entities decoded.
inline std::string text_of(const std::string& markup) {
    const auto style = markup.find("</style>");
    const std::string without_style = style == std::string::npos ? markup : markup.substr(style);
    std::string text = std::regex_replace(without_style, std::regex("<[^>]*>|\n"), "  ");
    for (const auto& [entity, character] : {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}})
        text = std::regex_replace(text, std::regex(entity), character);
    return text;
}

/// Boots with --timeline.
class TimelineTest : public Cli {
  protected:
    [[nodiscard]] std::string read(const std::string& name) const { return read_text(directory() / name); }

    /// The timeline of a boot, in a file of that name.
    [[nodiscard]] std::string timeline_of(const std::string& firmware, const std::string& name) const {
        const auto result = run({"boot", "-q", "--timeline", name, firmware});
        EXPECT_EQ(result.err, "");
        return read(name);
    }
};

}  // namespace rproc::test
