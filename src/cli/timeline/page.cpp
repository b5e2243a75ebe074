// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include <fmt/format.h>

#include "cli/timeline/chart.hpp"
#include "cli/timeline/picture.hpp"
#include "cli/timeline/style.hpp"

namespace rproc::cli {
namespace {

std::string html_of(const Remark& remark) {
    const std::string hint = remark.hint.empty() ? std::string() : fmt::format("<br>hint: {}", escaped(remark.hint));
    return fmt::format("<p class=\"remark {}\"><strong>{}</strong> {}{}</p>\n", css_class(remark.severity),
                       escaped(remark.label), escaped(remark.text), hint);
}

std::string html_of(const std::vector<Remark>& remarks) {
    std::string html;
    for (const Remark& remark : remarks) html += html_of(remark);
    return html;
}

std::string items_table(const std::vector<TouchedItem>& items) {
    if (items.empty()) return {};
    std::string html = "<table class=\"items\">\n";
    for (const TouchedItem& item : items) {
        html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", escaped(item.kind), escaped(item.name),
                            escaped(item.detail));
    }
    return html + "</table>\n";
}

std::string kernel_log(const std::vector<std::string>& lines) {
    if (lines.empty()) return {};
    std::string html = "<pre>";
    for (const std::string& line : lines) html += escaped(line) + "\n";
    return html + "</pre>\n";
}

std::string account_of(const StoryStep& step) {
    const std::string html = html_of(step.remarks);
    const std::string touched = step.touched.empty() ? "" : counted(step.touched.size(), "item") + " touched";
    const std::string said = step.kernel_lines.empty() ? "" : counted(step.kernel_lines.size(), "kernel line");
    if (touched.empty() && said.empty()) return html;
    return fmt::format("{}<details open><summary>{}{}{}</summary>\n{}{}</details>\n", html, touched,
                       touched.empty() || said.empty() ? "" : ", ", said, items_table(step.touched),
                       kernel_log(step.kernel_lines));
}

std::string state_row(const StoryState& state) {
    return fmt::format("<tr class=\"state\"><th scope=\"row\" colspan=\"4\">{} → {}</th></tr>\n", state.from, state.to);
}

std::string steps_table(const TimelineStory& story) {
    std::string html =
        "<table>\n<caption>The steps, in order. They follow one another; the time between them is left out.</caption>\n"
        "<thead><tr><th scope=\"col\">step</th><th scope=\"col\" class=\"number\">µs</th>"
        "<th scope=\"col\" class=\"number\">share</th><th scope=\"col\">result, and what it touched</th></tr>"
        "</thead>\n<tbody>\n";
    const auto add_states = [&](std::size_t done) {
        for (const StoryState& state : story.states)
            if (state.after == done) html += state_row(state);
    };
    for (std::size_t i = 0; i < story.steps.size(); ++i) {
        const StoryStep& step = story.steps[i];
        add_states(i);
        html += fmt::format(
            "<tr class=\"{}\"><th scope=\"row\" class=\"fixed\">{}</th><td class=\"number\">{}</td>"
            "<td class=\"number\">{}</td><td>{}\n{}</td></tr>\n",
            css_class(step), escaped(step.name), microseconds(step.duration), share(step.duration, story.total()),
            step.failed && step.remarks.empty() ? "<strong>refused</strong>" : escaped(step.summary), account_of(step));
    }
    add_states(story.steps.size());
    return html + "</tbody>\n</table>\n";
}

std::string memory_table(const std::vector<StoryMemory>& memories) {
    if (memories.empty()) return {};
    std::string html =
        "<h2>The memory of the running processor</h2>\n<table>\n<thead><tr><th scope=\"col\">carveout</th>"
        "<th scope=\"col\">da</th><th scope=\"col\">pa</th><th scope=\"col\" class=\"number\">size</th>"
        "<th scope=\"col\">contents</th></tr></thead>\n<tbody>\n";
    for (const StoryMemory& memory : memories) {
        html += fmt::format(
            "<tr><th scope=\"row\" class=\"fixed\">{}</th><td class=\"fixed\">{}</td><td class=\"fixed\">{}</td>"
            "<td class=\"number\">{}</td><td>{}</td></tr>\n",
            escaped(memory.name), memory.da, memory.pa, bytes_text(memory.size), escaped(memory.contents));
    }
    return html + "</tbody>\n</table>\n";
}

std::string chart_element(const TimelineStory& story) {
    constexpr double kOverhang = 6;  // of a mark at the end of the axis
    const Chart chart = draw_chart(story);
    return fmt::format(
        "<div class=\"chart\"><svg viewBox=\"{:.0f} 0 {:.0f} {:.0f}\" role=\"img\" "
        "aria-labelledby=\"title description\">\n<title id=\"title\">The steps as bars</title>\n"
        "<desc id=\"description\">{}</desc>\n{}</svg></div>\n",
        kMargin, kPictureWidth - 2 * kMargin + kOverhang, chart.height, escaped(describe(story)), chart.drawing.svg());
}

}  // namespace

std::string page_of(const TimelineStory& story) {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>Boot of {0}: {1}</title>\n<style>{2}{3}</style>\n</head>\n<body>\n<main>\n"
        "<header><div><h1>{0}</h1>\n<p>{4}<br>{5}</p></div>\n<span class=\"badge {6}\">{1}</span></header>\n"
        "{7}{8}<h2>Steps</h2>\n{9}{10}</main>\n</body>\n</html>\n",
        escaped(story.firmware), escaped(story.result), kPictureStyle, kPageStyle, escaped(facts_text(story)),
        escaped(durations_text(story)), css_class(story.mood), chart_element(story), html_of(story.remarks),
        steps_table(story), memory_table(story.memories));
}

}  // namespace rproc::cli
