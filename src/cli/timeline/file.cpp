// SPDX-License-Identifier: BSD-2-Clause
#include "cli/timeline/file.hpp"

#include <array>
#include <span>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "cli/common/whole_file.hpp"
#include "cli/timeline/picture.hpp"

namespace rproc::cli {

std::optional<TimelineFormat> timeline_format(std::string_view file) {
    constexpr std::array<std::pair<std::string_view, TimelineFormat>, 3> kSuffixes{
        {{".html", TimelineFormat::page}, {".htm", TimelineFormat::page}, {".svg", TimelineFormat::picture}}};
    for (const auto& [suffix, format] : kSuffixes)
        if (file.ends_with(suffix)) return format;
    return std::nullopt;
}

constexpr ErrorText kTimelineUnwritable{.code = ErrorCode::file_unwritable,
                                        .message = "the timeline cannot be written: {0}",
                                        .hint = "name a file in a directory that exists and that you may write to"};

ExitStatus write_timeline(Console& console, const std::string& file, const TimelineStory& story) {
    const bool page = timeline_format(file) == TimelineFormat::page;
    const std::string content = page ? page_of(story) : picture_of(story);
    const int error = write_whole_file(file, std::as_bytes(std::span(content)));
    if (error == 0) return ExitStatus::yes;
    report(console, Error(kTimelineUnwritable, place::File{file}, std::generic_category().message(error)));
    return ExitStatus::io_error;
}

}  // namespace rproc::cli
