// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "cli/timeline/drawing.hpp"
#include "cli/timeline/story.hpp"

namespace rproc::cli {

/// How wide every picture is, and what it leaves free on both sides; in the picture's units.
inline constexpr double kPictureWidth = 1200;
inline constexpr double kMargin = 32;

/// The advance of one column of the fixed-pitch text in pictures (class "mono"), in the picture's units.
inline constexpr double kColumnWidth = 6.7;

struct Chart {
    Drawing drawing;
    double height;
};

/// A bar for each step, on one linear axis: the steps, each with its duration and share, follow one another without the
/// time between them. What is wrong stands below its step.
[[nodiscard]] Chart draw_chart(const TimelineStory& story);

/// The class of what belongs to a problem: "bad", "doubtful", "good".
[[nodiscard]] std::string_view css_class(Severity severity);
[[nodiscard]] std::string_view css_class(TimelineStory::Mood mood);
/// The class of a step's bar: "up", "back" or "failed".
[[nodiscard]] std::string_view css_class(const StoryStep& step);

/// One sentence on the whole chart, for those who cannot see it.
[[nodiscard]] std::string describe(const TimelineStory& story);

}  // namespace rproc::cli
