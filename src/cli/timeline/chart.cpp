// SPDX-License-Identifier: BSD-2-Clause
#include "cli/timeline/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace rproc::cli {
namespace {

constexpr double kRight = kPictureWidth - kMargin;
constexpr double kDurationEnd = 254;  // columns of numbers end here
constexpr double kShareEnd = 322;
constexpr double kAxisStart = 346;
constexpr double kAxisWidth = kRight - kAxisStart;
constexpr double kHeading = 34;
constexpr double kLane = 26;
constexpr double kBar = 14;
constexpr double kLeastBar = 3;
constexpr double kGap = 8;
constexpr double kBaseline = 17;  // of a lane's text, from the lane's top

/// The distance of the axis' marks: 1, 2 or 5 times a power of ten, at most eight of them.
Duration mark_distance(Duration total) {
    constexpr double kMostMarks = 8;
    const double least = std::max(static_cast<double>(total.count()) / kMostMarks, 1.0);
    const double decade = std::pow(10, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * decade >= least) return Duration(std::llround(factor * decade));
    return Duration(std::llround(10 * decade));
}

std::string mark_text(Duration at, Duration distance) {
    const double value = static_cast<double>(at.count()) / 1000;
    if (distance >= Duration(1000)) return grouped(static_cast<std::uint64_t>(at.count() / 1000));
    return fmt::format("{:.{}f}", value, distance >= Duration(100) ? 1 : 3);
}

class ChartDrawer {
  public:
    explicit ChartDrawer(const TimelineStory& story) : story_(story), total_(story.total()) {}

    Chart draw() {
        for (std::size_t i = 0; i < story_.steps.size(); ++i) {
            draw_states(i);
            draw_step(story_.steps[i]);
        }
        draw_states(story_.steps.size());
        for (const Remark& remark : story_.remarks) draw_remark(remark);
        const double axis_end = y_;
        draw_legend();
        Chart chart{{}, y_};
        draw_axis(chart.drawing, axis_end);
        chart.drawing.append(lanes_);
        return chart;
    }

  private:
    [[nodiscard]] double x_of(Duration at) const {
        return kAxisStart + kAxisWidth * static_cast<double>(at.count()) / static_cast<double>(total_.count());
    }

    void draw_axis(Drawing& under, double end) const {
        under.text({kMargin, kBaseline}, "heading", "step");
        under.text_before({kDurationEnd, kBaseline}, "heading", "µs");
        under.text_before({kShareEnd, kBaseline}, "heading", "share");
        const Duration distance = mark_distance(total_);
        for (Duration at{0}; at <= total_; at += distance) {
            under.line({x_of(at), kHeading - 8}, {x_of(at), end}, "grid");
            under.text_around({x_of(at), kBaseline}, "heading number", mark_text(at, distance));
        }
        under.line({kMargin, kHeading - 8}, {kRight, kHeading - 8}, "grid");
    }

    void draw_legend() {
        constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kLegend{
            {{"boot", "boot"}, {"undo", "stop or rollback"}, {"failed", "the failed step"}}};
        double x = kAxisStart;
        for (const auto& [name, text] : kLegend) {
            const auto has_class = [name = name](const StoryStep& step) { return css_class(step) == name; };
            if (std::ranges::none_of(story_.steps, has_class)) continue;
            lanes_.box({x, y_ + 12}, {10, 10}, fmt::format("bar {}", name));
            lanes_.text({x + 16, y_ + 21}, "heading", text);
            x += 150;
        }
        y_ += kLane;
    }

    void draw_states(std::size_t done) {
        for (const StoryState& state : story_.states) {
            if (state.after != done) continue;
            const double x = done < story_.steps.size() ? x_of(story_.steps[done].begin) : kRight;
            const double middle = y_ + kLane / 2;
            lanes_.line({kMargin, middle}, {kRight, middle}, "state");
            const std::string text = fmt::format("{} → {}", state.from, state.to);
            lanes_.area({kMargin - 8, y_ + 3}, {static_cast<double>(columns_of(text)) * 7.4 + 16, kLane - 6}, "paper");
            lanes_.text({kMargin, y_ + kBaseline}, "mono state-name", text);
            lanes_.diamond({x, middle}, 5, "state-mark");
            y_ += kLane;
        }
    }

    void draw_step(const StoryStep& step) {
        const std::string name_class = step.failed ? "mono name bad" : "mono name";
        lanes_.text({kMargin, y_ + kBaseline}, name_class, step.name);
        lanes_.text_before({kDurationEnd, y_ + kBaseline}, "mono", microseconds(step.duration));
        lanes_.text_before({kShareEnd, y_ + kBaseline}, "mono muted", share(step.duration, total_));
        draw_bar(step);
        y_ += kLane;
        for (const Remark& remark : step.remarks) draw_remark(remark);
    }

    void draw_bar(const StoryStep& step) {
        const double width = std::max(x_of(step.begin + step.duration) - x_of(step.begin), kLeastBar);
        const double start = std::min(x_of(step.begin), kRight - width);
        const std::string label = step.failed ? "refused" : step.summary;
        lanes_.box(
            {start, y_ + (kLane - kBar) / 2}, {width, kBar}, fmt::format("bar {}", css_class(step)),
            fmt::format("{}: {} µs{}{}", step.name, microseconds(step.duration), label.empty() ? "" : ", ", label));
        draw_label(label, start, start + width, step.failed);
    }

    /// Beside the bar, on the side with more room; in it where neither side has any.
    void draw_label(const std::string& label, double start, double end, bool failed) {
        const double y = y_ + kBaseline;
        const double before = start - kGap - kAxisStart;
        const double after = kRight - end - kGap;
        const double needed = static_cast<double>(columns_of(label)) * kColumnWidth;
        const std::string style = failed ? "mono label bad" : "mono label muted";
        if (needed > std::max(before, after) && end - start > std::max(before, after)) {
            lanes_.text({start + kGap, y}, "mono in-bar", fitted(label, end - start - 2 * kGap));
        } else if (needed <= after || after >= before) {
            lanes_.text({end + kGap, y}, style, fitted(label, after));
        } else {
            lanes_.text_before({start - kGap, y}, style, fitted(label, before));
        }
    }

    [[nodiscard]] static std::string fitted(const std::string& text, double width) {
        return shortened(text, static_cast<std::size_t>(std::max(width, 0.0) / kColumnWidth));
    }

    void draw_remark(const Remark& remark) {
        constexpr double kLine = 18;
        constexpr double kPadding = 8;
        constexpr double kTextStart = kMargin + 90;
        constexpr auto kColumns = static_cast<std::size_t>((kRight - kTextStart - 2 * kPadding) / kColumnWidth);
        const auto text = broken(remark.text, kColumns);
        const auto hint = remark.hint.empty() ? std::vector<std::string>() : broken(remark.hint, kColumns);
        const double height = kLine * static_cast<double>(text.size() + hint.size()) + 2 * kPadding;
        const std::string tone(css_class(remark.severity));
        lanes_.area({kMargin, y_ + 2}, {kRight - kMargin, height}, "remark " + tone);
        lanes_.area({kMargin, y_ + 2}, {4, height}, "edge " + tone);
        double y = y_ + 2 + kPadding + 13;
        const auto write = [&](const std::vector<std::string>& lines, std::string_view label, std::string_view style) {
            if (!lines.empty()) lanes_.text({kMargin + 14, y}, fmt::format("mono {}", style), label);
            for (const std::string& line : lines) {
                lanes_.text({kTextStart, y}, "mono", line);
                y += kLine;
            }
        };
        write(text, remark.label, tone);
        write(hint, "hint", "muted");
        y_ += height + 8;
    }

    const TimelineStory& story_;
    Duration total_;
    Drawing lanes_{};
    double y_ = kHeading;
};

}  // namespace

Chart draw_chart(const TimelineStory& story) { return ChartDrawer(story).draw(); }

std::string_view css_class(Severity severity) {
    switch (severity) {
        case Severity::note: return "note";
        case Severity::warning: return "doubtful";
        case Severity::error: return "bad";
    }
    return "note";
}

std::string_view css_class(TimelineStory::Mood mood) {
    switch (mood) {
        case TimelineStory::Mood::good: return "good";
        case TimelineStory::Mood::doubtful: return "doubtful";
        case TimelineStory::Mood::bad: return "bad";
    }
    return "bad";
}

std::string_view css_class(const StoryStep& step) {
    if (step.failed) return "failed";
    return step.direction == StoryStep::Direction::boot ? "boot" : "undo";
}

std::string describe(const TimelineStory& story) {
    std::string text = fmt::format("{} on {}: {}.", story.firmware, story.board, story.result);
    for (const StoryStep& step : story.steps)
        text += fmt::format(" {} {} µs{};", step.name, microseconds(step.duration), step.failed ? ", refused" : "");
    return text;
}

}  // namespace rproc::cli
