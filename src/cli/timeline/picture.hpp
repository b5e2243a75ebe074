// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "cli/timeline/story.hpp"

namespace rproc::cli {

/// The whole story as one SVG file: well-formed XML that needs nothing from outside.
[[nodiscard]] std::string picture_of(const TimelineStory& story);

/// The same as a page: HTML that needs nothing from outside, and no script.
[[nodiscard]] std::string page_of(const TimelineStory& story);

/// "on stm32mp157c-dk2 (m4), loaded by Linux, sequence mainline"
[[nodiscard]] std::string facts_text(const TimelineStory& story);

/// "boot 85.2 µs in 11 steps, stop or rollback 14.8 µs in 3 steps; ..."
[[nodiscard]] std::string durations_text(const TimelineStory& story);

}  // namespace rproc::cli
