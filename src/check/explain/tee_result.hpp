// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string_view>

#include "check/explain/rows.hpp"

namespace rproc::check {

/// Explains the text of a result: "0xffff0006", "TEE_ERROR_BAD_PARAMETERS", "BAD_PARAMETERS".
[[nodiscard]] std::optional<Explanation> explain_result(std::string_view text);

/// What a result by number means, returned by one command.
/// @param command of a CommandResultRow, also with the prefix that a log has ("TA_RPROC_CMD_LOAD_FW"); empty where it
/// is
///   not known.
/// @returns an explanation without a subject; nothing for a number that is no result, and for success.
[[nodiscard]] std::optional<Explanation> explain_result_of(std::string_view command, std::string_view number);

}  // namespace rproc::check
