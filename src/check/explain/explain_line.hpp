// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/explain/rows.hpp"

namespace rproc::check {

/// Explains a line of a log.
[[nodiscard]] std::optional<Explanation> explain_line(std::string_view text);

/// @returns the topic of that name; a TopicRow or the row of a finding. @pre there is one.
[[nodiscard]] TopicRow topic_named(std::string_view name);

/// Adds causes to an explanation.
/// @param values of what the line has in its holes.
/// @param errno_value of the line; 0 where it has none.
void add_causes(Explanation& explanation, const CauseTexts& causes, const std::vector<std::string>& values = {},
                int errno_value = 0);

/// Makes the commands of an explanation those of the device that its line names.
void name_device_in_commands(Explanation& explanation);

}  // namespace rproc::check
