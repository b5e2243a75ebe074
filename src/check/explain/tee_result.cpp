// SPDX-License-Identifier: BSD-2-Clause
#include "check/explain/tee_result.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "check/explain/explain_line.hpp"
#include "check/explain/results.hpp"
#include "check/explain/texts.hpp"

namespace rproc::check {
namespace {

/// "BAD_PARAMETERS" of the name of a result, whatever family it was written with.
std::string_view without_family(std::string_view name) {
    for (const std::string_view family : {"tee_error_", "teec_error_", "tee_", "teec_"})
        if (name.starts_with(family)) return name.substr(family.size());
    return name;
}

std::optional<tee::ResultInfo> result_by_number(std::string_view text) {
    constexpr std::size_t kDigits = 8;
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    const auto value = text.size() == kDigits ? number_in(text, 16) : std::nullopt;
    if (!value) return std::nullopt;
    return tee::find_result(*value);
}

std::optional<tee::ResultInfo> result_by_name(const std::string& text) {
    const auto named = [&](const tee::ResultInfo& row) {
        return without_family(lower_case(row.name)) == without_family(text);
    };
    if (const auto* const row = std::ranges::find_if(tee::kResults, named); row != tee::kResults.end()) return *row;
    return std::nullopt;
}

constexpr std::optional<ResultRow> row_of(tee::ResultCode code) {
    for (const ResultRow& row : kResultRows)
        if (row.code == code) return row;
    return std::nullopt;
}
static_assert(std::ranges::all_of(tee::kResults, [](const auto& info) { return row_of(info.code).has_value(); }),
              "every result has a row");

std::string_view call_of(const CommandResultRow& row) {
    return row.command == "open" ? "opening a session" : row.command;
}

enum class OtherCommands { named, left_out };

/// The causes of a result with any command, and what it means with each.
Explanation explain_info(const tee::ResultInfo& info, OtherCommands others) {
    Explanation explanation{ExplanationKind::tee_result,
                            fmt::format("{:#010x} {}", value_of(info.code), info.name),
                            std::string(info.meaning),
                            {}};
    const auto row = row_of(info.code);
    explanation.causes.push_back({std::string(info.cause), std::string(row ? row->next : next::kTeeLog)});
    for (const CommandResultRow& command : kCommandResultRows)
        if (command.code == value_of(info.code) && others == OtherCommands::named)
            explanation.causes.push_back({fmt::format("as the result of {}: {}", call_of(command), command.meaning),
                                          std::string(command.causes[0].next)});
    if (row) add_causes(explanation, row->others);
    return explanation;
}

/// Whether a log's word for a command ("TA_RPROC_FW_CMD_LOAD_FW") is a command of the table.
bool is_command(std::string_view in_log, std::string_view command) {
    if (!in_log.ends_with(command)) return false;
    in_log.remove_suffix(command.size());
    return in_log.empty() || in_log.ends_with('_');
}

}  // namespace

std::optional<Explanation> explain_result(std::string_view text) {
    auto info = result_by_number(text);
    if (!info) info = result_by_name(lower_case(text));
    if (!info) return std::nullopt;
    return explain_info(*info, OtherCommands::named);
}

std::optional<Explanation> explain_result_of(std::string_view command, std::string_view number) {
    const auto info = result_by_number(number);
    if (!info || info->code == tee::ResultCode::success) return std::nullopt;
    const auto is_meant = [&](const CommandResultRow& row) {
        return row.code == value_of(info->code) && is_command(command, row.command);
    };
    const auto* const row = std::ranges::find_if(kCommandResultRows, is_meant);
    Explanation explanation = explain_info(*info, command.empty() ? OtherCommands::named : OtherCommands::left_out);
    if (row != std::end(kCommandResultRows)) {
        explanation.meaning = row->meaning;
        explanation.causes.clear();
        add_causes(explanation, row->causes);
    }
    explanation.meaning = fmt::format("{}: {}", info->name, explanation.meaning);
    return explanation;
}

}  // namespace rproc::check
