// SPDX-License-Identifier: BSD-2-Clause
// rproc ctl trace: the trace buffers of a processor that the kernel drives.
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/ctl/report.hpp"
#include "cli/trace/output.hpp"
#include "cli/trace/signals.hpp"
#include "cli/trace/view.hpp"
#include "rproc/debug/trace.hpp"

namespace rproc::cli {
namespace {

constexpr ErrorText kNoBuffer{.code = ErrorCode::trace_unavailable,
                              .message = "there is no trace buffer: the firmware has none, or is not up",
                              .hint = "start it; a trace entry (type 2) in its resource table makes a buffer"};

/// The buffers whose names and sizes debugfs has, in its text of the resource table.
Result<std::vector<TraceBuffer>> buffers_of(CtlProcessor& processor) {
    RPROC_TRY_ASSIGN(const std::size_t count, processor.trace_count());
    if (count == 0) return fail(kNoBuffer, place::Processor{processor.place().entry});
    const auto entries = sysfs::trace_entries(processor.resource_table().value_or(std::string()));
    std::vector<TraceBuffer> buffers;
    for (std::size_t i = 0; i < count; ++i) {
        const bool known = i < entries.size();
        buffers.push_back({known ? entries[i].name : std::string(), DeviceAddress(0), known ? entries[i].length : 0});
    }
    return buffers;
}

/// A copy of the whole buffer, of which the kernel shows the part before the first zero byte.
std::vector<std::byte> whole_buffer(const std::string& text, std::uint64_t length) {
    constexpr std::uint64_t kMostBelieved = std::uint64_t{16} << 20U;  // the firmware's table is not trusted
    const auto bytes = std::as_bytes(std::span(text));
    std::vector<std::byte> buffer(bytes.begin(), bytes.end());
    buffer.resize(std::max(buffer.size(), static_cast<std::size_t>(std::min(length, kMostBelieved))));
    return buffer;
}

class CtlTraces {
  public:
    CtlTraces(const CtlScene& scene, CtlProcessor& processor, std::vector<ChosenTrace> traces)
        : processor_(processor), board_{"linux", "", {}}, traces_(std::move(traces)), rings_(traces_.size()) {
        board_.config.name = processor.place().name;
        output_ = make_trace_output(scene.console, scene.options, board_, traces_);
    }

    /// Prints the new text.
    /// @returns the first error; the other buffers are printed in any case.
    std::optional<Error> look(TraceOutput::Look look) {
        std::optional<Error> first;
        for (std::size_t n = 0; n < traces_.size(); ++n) {
            const auto text = processor_.trace(traces_[n].index);
            if (text) {
                output_->show(n, look, rings_[n].update(whole_buffer(*text, traces_[n].buffer.len)));
            } else if (!first) {
                first = text.error();
            }
        }
        return first;
    }
    void finish() { output_->finish(); }

  private:
    CtlProcessor& processor_;
    platform::Board board_;
    std::vector<ChosenTrace> traces_;
    std::vector<TraceRing> rings_;
    std::unique_ptr<TraceOutput> output_;
};

/// Continues after an error: the buffers go with a stop and come back with the next start.
ExitStatus follow(const CtlScene& scene, CtlTraces& traces) {
    TraceSignals signals;
    while (scene.console.out.flush() == 0) {
        const auto woken = signals.wait(std::chrono::milliseconds(scene.options.interval), STDOUT_FILENO);
        if (woken == TraceSignals::Woken::reader_left) return ExitStatus::io_error;
        static_cast<void>(traces.look(TraceOutput::Look::later));
        if (woken == TraceSignals::Woken::asked_to_stop) return ExitStatus::yes;
    }
    return ExitStatus::io_error;
}

}  // namespace

ExitStatus ctl_trace(const CtlScene& scene, CtlProcessor& processor) {
    const auto buffers = buffers_of(processor);
    if (!buffers) return report(scene.console, buffers.error());
    auto chosen = choose_traces(*buffers, scene.options.names);
    if (!chosen) {
        report(scene.console, chosen.error());
        return ExitStatus::not_found;
    }
    CtlTraces traces(scene, processor, *std::move(chosen));
    ExitStatus status = ExitStatus::yes;
    if (const auto error = traces.look(TraceOutput::Look::first)) status = report(scene.console, *error);
    if (scene.options.follow) status = follow(scene, traces);
    traces.finish();
    return status;
}

}  // namespace rproc::cli
