// SPDX-License-Identifier: BSD-2-Clause
#include "cli/timeline/picture.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "cli/timeline/chart.hpp"
#include "cli/timeline/style.hpp"

namespace rproc::cli {
namespace {

constexpr double kHeader = 116;
constexpr double kLine = 16;

void draw_header(Drawing& drawing, const TimelineStory& story) {
    constexpr double kBadgeColumn = 8.5;
    constexpr std::size_t kTitleColumns = 56;
    const double badge = static_cast<double>(columns_of(story.result)) * kBadgeColumn + 32;
    const Point corner{kPictureWidth - kMargin - badge, 28};
    drawing.text({kMargin, 50}, "headline", shortened(story.firmware, kTitleColumns));
    drawing.box(corner, {badge, 30}, fmt::format("badge {}", css_class(story.mood)));
    drawing.text_around({corner.x + badge / 2, corner.y + 20}, "on-badge", story.result);
    drawing.text({kMargin, 76}, "muted", facts_text(story));
    drawing.text({kMargin, 96}, "muted", durations_text(story));
}

/// A line of the account below the chart.
struct AccountLine {
    std::string_view css_class;
    double indent;
    std::string label;  ///< in a column of its own
    std::string text;
};
using Block = std::vector<AccountLine>;

constexpr double kColumnGap = 36;
constexpr double kAccountWidth = (kPictureWidth - 2 * kMargin - kColumnGap) / 2;
constexpr double kTextIndent = 76;

void add_broken(Block& block, std::string_view css_class, const std::string& label, const std::string& text,
                double indent) {
    const auto columns = static_cast<std::size_t>((kAccountWidth - indent) / kColumnWidth);
    std::string first = label;
    for (const std::string& line : broken(text, columns))
        block.push_back({css_class, indent, std::exchange(first, {}), line});
}

/// How wide the column of names is; a name that is wider moves what follows it.
std::size_t name_width(const std::vector<TouchedItem>& items) {
    constexpr std::size_t kWidest = 18;
    std::size_t width = 0;
    for (const TouchedItem& item : items) width = std::max(width, columns_of(item.name));
    return std::min(width, kWidest);
}

Block block_of(const StoryStep& step) {
    Block block;
    block.push_back({step.failed ? "mono name bad" : "mono name", 0, {}, step.name});
    const std::size_t width = name_width(step.touched);
    for (const TouchedItem& item : step.touched)
        add_broken(block, "mono", item.kind, fmt::format("{:<{}}  {}", item.name, width, item.detail), kTextIndent);
    for (const std::string& line : step.kernel_lines) add_broken(block, "mono muted", "", line, 12);
    return block;
}

double height_of(const Block& block) { return kLine * static_cast<double>(block.size()) + 12; }

void draw_block(Drawing& drawing, const Block& block, Point at) {
    for (const AccountLine& line : block) {
        if (!line.label.empty()) drawing.text({at.x + 12, at.y}, "mono muted", line.label);
        drawing.text({at.x + line.indent, at.y}, line.css_class, line.text);
        at.y += kLine;
    }
}

/// In two columns, as far as possible of one height; the height that they take.
double draw_account(Drawing& drawing, const TimelineStory& story, double top) {
    std::vector<Block> blocks;
    double all = 0;
    for (const StoryStep& step : story.steps) {
        if (step.touched.empty() && step.kernel_lines.empty()) continue;
        blocks.push_back(block_of(step));
        all += height_of(blocks.back());
    }
    std::array<double, 2> heights{0, 0};
    std::size_t column = 0;
    for (const Block& block : blocks) {
        if (column == 0 && heights[0] + height_of(block) / 2 > all / 2) column = 1;
        draw_block(drawing, block,
                   {kMargin + static_cast<double>(column) * (kAccountWidth + kColumnGap), top + heights[column]});
        heights[column] += height_of(block);
    }
    return std::max(heights[0], heights[1]);
}

}  // namespace

std::string facts_text(const TimelineStory& story) {
    return fmt::format("on {}, loaded by {}, sequence {}", story.board, story.loader, story.sequence);
}

std::string durations_text(const TimelineStory& story) {
    const auto part = [&](StoryStep::Direction direction) {
        const auto count = std::ranges::count(story.steps, direction, &StoryStep::direction);
        return fmt::format("{} µs in {}", microseconds(story.total(direction)),
                           counted(static_cast<std::uint64_t>(count), "step"));
    };
    return fmt::format("boot {}, stop or rollback {}; measured on this machine, on a model of the board",
                       part(StoryStep::Direction::boot), part(StoryStep::Direction::undo));
}

std::string picture_of(const TimelineStory& story) {
    const Chart chart = draw_chart(story);
    Drawing account;
    const double account_top = kHeader + chart.height + 44;
    account.text({kMargin, account_top}, "section", "What each step touched, and what the kernel says");
    const double height = account_top + 32 + draw_account(account, story, account_top + 32);
    Drawing header;
    header.area({0, 0}, {kPictureWidth, height}, "paper");
    draw_header(header, story);
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" "
        "role=\"img\" aria-labelledby=\"title description\">\n"
        "<title id=\"title\">Boot of {2}</title>\n<desc id=\"description\">{3}</desc>\n<style>{4}</style>\n"
        "{5}<g transform=\"translate(0 {6:.0f})\">\n{7}</g>\n{8}</svg>\n",
        kPictureWidth, height, escaped(story.firmware), escaped(describe(story)), kPictureStyle, header.svg(), kHeader,
        chart.drawing.svg(), account.svg());
}

}  // namespace rproc::cli
