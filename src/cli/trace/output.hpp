// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/common/command.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/debug/trace.hpp"

namespace rproc::cli {

/// A trace buffer that was asked for.
struct ChosenTrace {
    std::size_t index;  ///< among the firmware's traces: n of debugfs' trace<n>
    TraceBuffer buffer;
    std::string label;  ///< tells it from the others: its name, or "trace0" where that says nothing
};

/// Shows what trace buffers hold. An interface, for it is a flag that says how.
class TraceOutput {
  public:
    enum class Look { first, later };

    TraceOutput() = default;
    TraceOutput(const TraceOutput&) = delete;
    TraceOutput& operator=(const TraceOutput&) = delete;
    virtual ~TraceOutput() = default;

    /// What a look at the n-th of the chosen buffers found.
    virtual void show(std::size_t n, Look look, const TraceNews& news) = 0;
    /// Nothing will follow.
    virtual void finish() = 0;
};

/// How to show these buffers: JSON objects; the bytes of one; or the lines of several, each behind its label.
/// @param board that the traces are of; it and `console` must outlive the result.
[[nodiscard]] std::unique_ptr<TraceOutput> make_trace_output(Console& console, const CommonOptions& options,
                                                             const platform::Board& board,
                                                             std::vector<ChosenTrace> traces);

}  // namespace rproc::cli
