// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/common/command.hpp"
#include "cli/trace/output.hpp"
#include "cli/trace/signals.hpp"
#include "rproc/core/registry.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/debug/trace.hpp"
#include "rproc/sim/file_memory.hpp"

namespace rproc::cli {

/// Chooses among the trace buffers of a firmware: each name is the name of one or more, or the number of one; no name
/// means all.
/// @returns them in the firmware's order, or
///   trace_unavailable: there is none of that name, and the hint lists those that there are.
[[nodiscard]] Result<std::vector<ChosenTrace>> choose_traces(const std::vector<TraceBuffer>& traces,
                                                             const std::vector<std::string>& names);

/// The inputs of a view; all of them must outlive it.
struct TraceScene {
    const platform::Board& board;
    const AnyProcessor& processor;
    const std::optional<sim::FileMemory>& files;  ///< of the board's memory, where it is in files
};

/// Prints the trace buffers of a running processor, once or until a signal.
class TraceView {
  public:
    TraceView(Console& console, const CommonOptions& options, const TraceScene& scene);

    /// Prints the buffers once. Prints on stderr which cannot be read, and why.
    /// @returns yes; no when none can be read; or io_error when a file of the board's memory was made shorter.
    [[nodiscard]] ExitStatus open(std::vector<ChosenTrace> traces);

    /// Polls every `interval`, until a signal.
    /// @returns yes, or io_error when the output cannot be written any more, or a file of the board's memory was made
    ///   shorter, which is said on stderr.
    [[nodiscard]] ExitStatus follow(TraceSignals& signals, std::chrono::milliseconds interval);

    /// Ends the output.
    void close();

  private:
    [[nodiscard]] Result<void> look_again();
    [[nodiscard]] Result<void> memory_intact() const;
    void tell_place(const ChosenTrace& trace);

    Console& console_;
    const CommonOptions& options_;
    const TraceScene& scene_;
    std::vector<TraceFollower> followers_{};
    std::unique_ptr<TraceOutput> output_{};  ///< null until a buffer could be read
};

}  // namespace rproc::cli
