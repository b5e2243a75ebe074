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
    std::string label;  ///< unique: its name, or "trace0" where the name is not unique
};

/// Prints the text of trace buffers. An interface, because an option selects the format.
class TraceOutput {
  public:
    enum class Look { first, later };

    TraceOutput() = default;
    TraceOutput(const TraceOutput&) = delete;
    TraceOutput& operator=(const TraceOutput&) = delete;
    virtual ~TraceOutput() = default;

    /// The new text of the n-th chosen buffer.
    virtual void show(std::size_t n, Look look, const TraceNews& news) = 0;
    /// Nothing will follow.
    virtual void finish() = 0;
};

/// The output for these buffers: JSON objects; the bytes of one; or the lines of several, each after its label.
/// @param board that the traces are of; it and `console` must outlive the result.
[[nodiscard]] std::unique_ptr<TraceOutput> make_trace_output(Console& console, const CommonOptions& options,
                                                             const platform::Board& board,
                                                             std::vector<ChosenTrace> traces);

}  // namespace rproc::cli
