// SPDX-License-Identifier: BSD-2-Clause
#include "cli/sequences/text.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rproc::cli {
namespace {

using check::FailurePoint;
using check::info_of;
using check::RecordedCommand;
using check::RecordedOp;
using check::RecordedOperation;
using check::SequenceFlag;
using check::SequenceFlagInfo;
using check::SequenceRun;
using check::SequenceVariant;
using check::SequenceVariantInfo;

constexpr std::size_t kOperationWidth = 10;
constexpr std::size_t kOpWidth = 20;

/// A repeated or needless release is harmless; firmware that stays in memory is not.
bool is_harmless(SequenceFlag flag) {
    return flag == SequenceFlag::release_twice || flag == SequenceFlag::release_needless ||
           flag == SequenceFlag::left_to_tee;
}

std::string painted(const Output& out, const std::vector<SequenceFlag>& flags, std::string_view text) {
    if (flags.empty()) return out.good(text);
    return std::ranges::all_of(flags, is_harmless) ? out.warn(text) : out.bad(text);
}

/// "double release", or "ok".
std::string verdict(const std::vector<SequenceFlag>& flags) {
    if (flags.empty()) return "ok";
    std::vector<std::string_view> titles;
    titles.reserve(flags.size());
    for (const SequenceFlag flag : flags) titles.push_back(info_of(flag).title);
    return fmt::format("{}", fmt::join(titles, ", "));
}

std::string text_of(const RecordedCommand& command) {
    const auto name = tee::name_of(command.command);
    if (command.result == tee::ResultCode::success) return std::string(name);
    return fmt::format("{} ({})", name, tee::name_of(command.result));
}

void print_op(Output& out, std::string_view operation, const RecordedOp& op) {
    std::vector<std::string> commands;
    for (const RecordedCommand& command : op.commands) commands.push_back(text_of(command));
    const std::string sent = fmt::format("{}", fmt::join(commands, ", "));
    const std::string_view gap = sent.empty() ? "" : "  ";
    const std::string name = padded(to_string(op.step), op.failed || !sent.empty() ? kOpWidth : 0);
    out.print("    {}{}{}{}\n", padded(operation, kOperationWidth), name, sent,
              op.failed ? std::string(gap) + out.bad("failed") : "");
}

void print_operation(Output& out, const RecordedOperation& operation) {
    std::string_view title = to_string(operation.operation);
    for (const RecordedOp& op : operation.ops) {
        print_op(out, title, op);
        title = "";
    }
}

void print_run(Output& out, const SequenceRun& run) {
    const auto& point = info_of(run.point);
    out.print("\n  {}, {}: {}\n", out.bold(point.name), point.what, painted(out, run.flags, verdict(run.flags)));
    for (const RecordedOperation& operation : run.record.operations) print_operation(out, operation);
    for (const SequenceFlag flag : run.flags) {
        const SequenceFlagInfo& info = info_of(flag);
        out.wrapped(fmt::format("    {}: ", painted(out, {flag}, info.title)), info.title.size() + 6, info.meaning);
    }
}

void print_head(Output& out, const SequenceVariantInfo& variant) {
    const auto design = std::ranges::find(check::sequence_designs(), variant.sequence, &check::SequenceDesign::name);
    const std::string by = variant.is_posted() ? fmt::format("as posted in {}", variant.version) : "as rproc does it";
    out.print("{}\n", out.bold(fmt::format("{}, {}", variant.sequence, by)));
    out.wrapped("  proposed by  ", 15, design->origin);
    out.wrapped("  order        ", 15, design->idea);
    out.wrapped("  releases     ", 15, variant.releases);
}

/// The variants, in the order in which they occur.
std::vector<SequenceVariant> variants_of(const std::vector<SequenceRun>& runs) {
    std::vector<SequenceVariant> variants;
    for (const SequenceRun& run : runs)
        if (variants.empty() || variants.back() != run.variant) variants.push_back(run.variant);
    return variants;
}

/// The runs of one variant, as a column of the summary.
class Column {
  public:
    Column(const std::vector<SequenceRun>& runs, SequenceVariant variant)
        : title_(info_of(variant).is_posted() ? info_of(variant).version : info_of(variant).sequence) {
        for (const SequenceRun& run : runs)
            if (run.variant == variant) runs_.push_back(&run);
        width_ = title_.size();
        for (const SequenceRun* const run : runs_) width_ = std::max(width_, verdict(run->flags).size());
    }

    [[nodiscard]] std::string title() const { return padded(title_, width_); }
    [[nodiscard]] std::string cell(const Output& out, std::size_t row) const {
        const auto& flags = runs_[row]->flags;
        const std::string text = verdict(flags);
        return painted(out, flags, text) + std::string(width_ - text.size(), ' ');
    }
    [[nodiscard]] std::size_t rows() const noexcept { return runs_.size(); }
    [[nodiscard]] FailurePoint point(std::size_t row) const noexcept { return runs_[row]->point; }

  private:
    std::string_view title_;
    std::vector<const SequenceRun*> runs_;
    std::size_t width_;
};

void print_row(Output& out, std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    out.print("{}\n", line);
}

}  // namespace

void print_runs(Output& out, const std::vector<SequenceRun>& runs) {
    for (const SequenceVariant variant : variants_of(runs)) {
        print_head(out, info_of(variant));
        for (const SequenceRun& run : runs)
            if (run.variant == variant) print_run(out, run);
        out.print("\n");
    }
}

void print_summary(Output& out, const std::vector<SequenceRun>& runs) {
    constexpr std::size_t kPointWidth = 19;
    std::vector<Column> columns;
    for (const SequenceVariant variant : variants_of(runs)) columns.emplace_back(runs, variant);
    std::string head = padded("fails at", kPointWidth);
    for (const Column& column : columns) head += column.title() + "  ";
    print_row(out, std::move(head));
    for (std::size_t row = 0; row < columns.front().rows(); ++row) {
        std::string line = padded(info_of(columns.front().point(row)).name, kPointWidth);
        for (const Column& column : columns) line += column.cell(out, row) + "  ";
        print_row(out, std::move(line));
    }
}

void print_legend(Output& out, const std::vector<SequenceRun>& runs) {
    std::set<SequenceFlag> seen;
    for (const SequenceRun& run : runs) seen.insert(run.flags.begin(), run.flags.end());
    if (!seen.empty()) out.print("\n");
    for (const SequenceFlag flag : seen) {
        const SequenceFlagInfo& info = info_of(flag);
        out.wrapped(fmt::format("{}: ", painted(out, {flag}, info.title)), info.title.size() + 2, info.meaning);
    }
}

}  // namespace rproc::cli
