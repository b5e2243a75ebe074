// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string_view>

#include "cli/common/command.hpp"
#include "cli/timeline/story.hpp"

namespace rproc::cli {

enum class TimelineFormat { page, picture };

/// The format of a file by its name: .html and .htm a page, .svg a picture; nothing for any other.
[[nodiscard]] std::optional<TimelineFormat> timeline_format(std::string_view file);

/// Writes the story in the format of the file's name, whole or not at all. Prints an error on stderr.
/// @param file a name with a format.
/// @returns yes, or io_error.
[[nodiscard]] ExitStatus write_timeline(Console& console, const std::string& file, const TimelineStory& story);

}  // namespace rproc::cli
