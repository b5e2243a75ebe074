// SPDX-License-Identifier: BSD-2-Clause
#include <fmt/format.h>

#include "cli/boot/reporters.hpp"
#include "cli/common/resource_report.hpp"
#include "rproc/state.hpp"

namespace rproc::cli {
namespace {

constexpr std::size_t kIndent = 8;
constexpr std::size_t kLabel = 9;  // under the kernel's lines, what they mean, and what to do

std::string address_text(const std::optional<DeviceAddress>& da) {
    return da ? hex(da->value()) : std::string("unknown");
}

std::string mark_of(const Output& out, Severity severity) {
    switch (severity) {
        case Severity::note: return out.dim("note");
        case Severity::warning: return out.warn("warning");
        case Severity::error: return out.bad("error");
    }
    return "";
}

}  // namespace

void Timeline::on_step_begin(Step /*step*/) {
    in_step_ = true;
    watch_.start();
}

void Timeline::on_step_end(Step step) { print_step(out_.good("  ok  "), step, facts_.of(step)); }

void Timeline::on_step_failed(Step step, const Error& /*error*/) { print_step(out_.bad("  FAIL"), step, ""); }

void Timeline::on_notice(Severity severity, const Error& error) { notices_.emplace_back(severity, error); }

void Timeline::on_log(const LogLine& line) {
    facts_.on_log(line);
    if (line.level() != LogLevel::info) problem_lines_.push_back(printable(line.text()));
    if (lines_ == KernelLines::hidden) return;
    step_lines_.push_back(printable(as_in_dmesg(line, job_.board)));
    if (in_step_) return;
    out_.print("        {}\n", out_.dim(step_lines_.back()));
    step_lines_.clear();
}

void Timeline::on_state(State from, State to) {
    out_.print("\n{}: {} -> {}\n", out_.bold(printable(job_.board.config.name)), to_string(from),
               out_.bold(to_string(to)));
}

void Timeline::print_step(const std::string& mark, Step step, const std::string& result) {
    const std::string time = fmt::format("{} us", grouped(static_cast<std::uint64_t>(watch_.elapsed().count())));
    out_.print("{}  {:<18} {:>10}{}\n", mark, to_string(step), time, result.empty() ? "" : "   " + printable(result));
    for (const std::string& line : std::exchange(step_lines_, {})) out_.print("        {}\n", out_.dim(line));
    for (const auto& [severity, error] : std::exchange(notices_, {})) print_notice(severity, error);
    in_step_ = false;
}

void Timeline::print_notice(Severity severity, const Error& error) {
    const std::string start = fmt::format("{:{}}{}: ", "", kIndent, mark_of(out_, severity));
    const std::size_t width = kIndent + to_string(severity).size() + 2;
    out_.wrapped(start, width, printable(error.message()));
    if (!error.hint().empty())
        out_.wrapped(fmt::format("{:{}}hint: ", "", kIndent), kIndent + 6, printable(error.hint()));
}

void Timeline::print_vdev(const RunningVdev& vdev) {
    const std::string_view name = virtio_name(vdev.id);
    out_.print("  vdev {}   {}{}\n", vdev.index,
               name.empty() ? fmt::format("virtio id {}", vdev.id) : std::string(name),
               vdev.registered ? "" : out_.warn(", not registered"));
    for (std::size_t i = 0; i < vdev.vrings.size(); ++i) {
        const RunningVring& vring = vdev.vrings[i];
        out_.print("    vring {}  da {}  pa {}  {}, {}, notify id {}\n", i, address_text(vring.da),
                   hex(vring.pa.value()), bytes_text(vring.size), counted(vring.num, "descriptor"), vring.notify_id);
    }
}

void Timeline::running(const Running& running) {
    if (running.table) {
        out_.print("  table    da {}  {}\n",
                   running.table->da ? hex(running.table->da->value()) : "none: a copy of Linux's own",
                   counted(running.table->size, "byte"));
    }
    for (const RunningTrace& trace : running.traces) {
        out_.print("  trace    da {}  {}, {}{}\n", hex(trace.da.value()), counted(trace.len, "byte"),
                   printable(trace.name), trace.readable ? "" : out_.warn(", in no memory of the board"));
    }
    for (const RunningVdev& vdev : running.vdevs) print_vdev(vdev);
    if (!running.table) out_.write("  no resource table: no trace, no virtio, no rpmsg\n");
    out_.write("\n");
}

void Timeline::refused(const Error& error) {
    out_.print("\n{} {}: {}\n", printable(job_.board.config.name), out_.bad("did not boot"),
               out_.bold(printable(job_.firmware_name)));
    std::string_view label = "  kernel";
    for (const std::string& line : problem_lines_) out_.print("{:<{}} {}\n", std::exchange(label, ""), kLabel, line);
    out_.wrapped(fmt::format("{:<{}} ", "  means", kLabel), kLabel + 1,
                 printable(meaning_of(error, job_.board, job_.images)));
    if (!error.hint().empty())
        out_.wrapped(fmt::format("{:<{}} ", "  do", kLabel), kLabel + 1, printable(error.hint()));
    print_kernel_defects();
}

void Timeline::stopped() { print_kernel_defects(); }

void Timeline::print_kernel_defects() {
    const auto defects = job_.kernel_defects();
    if (defects.empty()) return;
    out_.print("\n{}: {}\n", out_.bold("Linux 6.1 on a board, by a kernel defect"), to_string(job_.verdict.outcome));
    for (const check::Finding& defect : defects) {
        out_.wrapped(fmt::format("{:<{}} ", "  why", kLabel), kLabel + 1, printable(defect.message_with_place()));
        if (!defect.hint.empty())
            out_.wrapped(fmt::format("{:<{}} ", "  do", kLabel), kLabel + 1, printable(defect.hint));
    }
}

}  // namespace rproc::cli
