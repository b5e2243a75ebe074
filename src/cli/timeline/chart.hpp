// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "cli/timeline/drawing.hpp"
#include "cli/timeline/story.hpp"

namespace rproc::cli {

/// The width of every picture and its margin on both sides, in the picture's units.
inline constexpr double kPictureWidth = 1200;
inline constexpr double kMargin = 32;

/// The advance of one column of the fixed-pitch text in pictures (class "mono"), in the picture's units.
inline constexpr double kColumnWidth = 6.7;

struct Chart {
    Drawing drawing;
    double height;
};

/// A bar for each step, on one linear axis: the steps, each with its duration and share, follow one another without the
/// time between them. Problems are below their step.
[[nodiscard]] Chart draw_chart(const TimelineStory& story);

/// The class of a problem: "bad", "doubtful", "good".
[[nodiscard]] std::string_view css_class(Severity severity);
[[nodiscard]] std::string_view css_class(TimelineStory::Mood mood);
/// The class of a step's bar: "boot", "undo" or "failed".
[[nodiscard]] std::string_view css_class(const StoryStep& step);

/// The whole chart in one sentence, for screen readers.
[[nodiscard]] std::string describe(const TimelineStory& story);

}  // namespace rproc::cli
