// SPDX-License-Identifier: BSD-2-Clause
#include "cli/trace/view.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "rproc/check/memory_map.hpp"

namespace rproc::cli {
namespace {

std::string label_of(const std::vector<TraceBuffer>& traces, std::size_t index) {
    const std::string& name = traces[index].name;
    if (!name.empty() && std::ranges::count(traces, name, &TraceBuffer::name) == 1) return name;
    return fmt::format("trace{}", index);
}

/// Which buffers a name means.
std::set<std::size_t> meant_by(const std::string& name, const std::vector<TraceBuffer>& traces) {
    std::set<std::size_t> meant;
    for (std::size_t i = 0; i < traces.size(); ++i)
        if (traces[i].name == name || label_of(traces, i) == name) meant.insert(i);
    if (!meant.empty()) return meant;
    for (std::size_t i = 0; i < traces.size(); ++i)
        if (std::to_string(i) == name) meant.insert(i);
    return meant;
}

constexpr ErrorText kNoSuchTrace{
    .code = ErrorCode::trace_unavailable, .message = "the firmware has no trace buffer \"{0}\"", .hint = "it has {1}"};

Error no_such_trace(const std::string& name, const std::vector<TraceBuffer>& traces) {
    std::string list;
    for (std::size_t i = 0; i < traces.size(); ++i)
        list += fmt::format("{}{} ({})", i == 0 ? "" : ", ", label_of(traces, i), i);
    return Error(kNoSuchTrace, {}, name, list);
}

/// Why a buffer cannot be read, by the board's memories.
Error explained(Error error, const TraceBuffer& trace, const platform::Board& board) {
    const auto range = DeviceRange::make(trace.da, std::max<std::uint64_t>(trace.len, 1));
    if (!range) return error;
    const std::string what = error.what() + ": " + check::explain_misfit(board.config, *range);
    const std::string hint = error.hint();
    const TextArgument arguments[]{what, hint};
    return Error::of({error.code(), "{0}", "", "{1}"}, error.place(), arguments);
}

std::optional<PhysicalRange> physical_range(const TraceBuffer& trace, const CarveoutRegistry& carveouts) {
    for (const Carveout& carveout : carveouts.all()) {
        const auto seen = carveout.da ? DeviceRange::make(*carveout.da, carveout.size) : std::nullopt;
        const auto wanted = DeviceRange::make(trace.da, trace.len);
        if (!carveout.mapping.mapped() || !seen || !wanted || !seen->contains(*wanted)) continue;
        const auto start = carveout.pa.plus(trace.da.value() - carveout.da->value());
        return start ? PhysicalRange::make(*start, trace.len) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

Result<std::vector<ChosenTrace>> choose_traces(const std::vector<TraceBuffer>& traces,
                                               const std::vector<std::string>& names) {
    std::set<std::size_t> meant;
    for (const std::string& name : names) {
        const auto found = meant_by(name, traces);
        if (found.empty()) return fail(no_such_trace(name, traces));
        meant.insert(found.begin(), found.end());
    }
    std::vector<ChosenTrace> chosen;
    for (std::size_t i = 0; i < traces.size(); ++i)
        if (names.empty() || meant.contains(i)) chosen.push_back({i, traces[i], label_of(traces, i)});
    return chosen;
}

TraceView::TraceView(Console& console, const CommonOptions& options, const TraceScene& scene)
    : console_(console), options_(options), scene_(scene) {}

ExitStatus TraceView::open(std::vector<ChosenTrace> traces) {
    std::vector<TraceNews> first;
    std::erase_if(traces, [&](const ChosenTrace& trace) {
        TraceFollower follower(trace.index);
        auto news = follower.poll(scene_.processor);
        if (!news) {
            report(console_, explained(std::move(news).error(), trace.buffer, scene_.board));
            return true;
        }
        tell_place(trace);
        first.push_back(*std::move(news));
        followers_.push_back(std::move(follower));
        return false;
    });
    if (traces.empty()) return ExitStatus::no;
    if (const auto read = memory_intact(); !read) return report(console_, read.error());
    output_ = make_trace_output(console_, options_, scene_.board, std::move(traces));
    for (std::size_t n = 0; n < first.size(); ++n) output_->show(n, TraceOutput::Look::first, first[n]);
    return ExitStatus::yes;
}

ExitStatus TraceView::follow(TraceSignals& signals, std::chrono::milliseconds interval) {
    while (console_.out.flush() == 0) {
        const auto woken = signals.wait(interval, STDOUT_FILENO);
        if (woken == TraceSignals::Woken::reader_left) return ExitStatus::io_error;
        if (const auto looked = look_again(); !looked) return report(console_, looked.error());
        if (woken == TraceSignals::Woken::asked_to_stop) return ExitStatus::yes;
    }
    return ExitStatus::io_error;
}

void TraceView::close() {
    if (output_) output_->finish();
}

// What was read before is text of the firmware only where it came from the files.
Result<void> TraceView::memory_intact() const { return scene_.files ? scene_.files->intact() : Result<void>(); }

Result<void> TraceView::look_again() {
    for (std::size_t n = 0; n < followers_.size(); ++n) {
        const auto news = followers_[n].poll(scene_.processor);
        RPROC_TRY(memory_intact());
        if (news) output_->show(n, TraceOutput::Look::later, *news);  // it was there, and stays until the shutdown
    }
    return {};
}

void TraceView::tell_place(const ChosenTrace& trace) {
    if (!scene_.files || options_.quiet) return;
    const auto range =
        scene_.processor.visit([&](const ProcessorView& now) { return physical_range(trace.buffer, now.carveouts); });
    const auto place = range ? scene_.files->find(*range) : std::nullopt;
    if (!place) return;
    console_.err.print("rproc: note: {}: {} at offset {:#x} of {}\n", printable(trace.label),
                       counted(trace.buffer.len, "byte"), place->offset, printable(place->file.string()));
}

}  // namespace rproc::cli
