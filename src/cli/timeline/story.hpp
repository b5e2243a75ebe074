// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/timeline/recorder.hpp"

/// A boot as texts and numbers, for a picture of it. All texts are displayable (timeline/text.hpp); they are not yet
/// escaped.
namespace rproc::cli {

using Duration = std::chrono::nanoseconds;

/// A register, memory, message or command that a step used: "register", "hold-boot", "pa 0x5000010c bit 0x1 = 1".
struct TouchedItem {
    std::string kind;
    std::string name;
    std::string detail;
};

/// A problem, and what to do about it.
struct Remark {
    Severity severity;
    std::string label;  ///< "refused", "warning"
    std::string text;
    std::string hint;  ///< may be empty
};

struct StoryStep {
    /// Whether the step belongs to the boot, or to the stop or rollback after it.
    enum class Direction { boot, undo };

    std::string name;
    Direction direction;
    bool failed;
    Duration begin;  ///< the durations of all steps before
    Duration duration;
    std::string summary;
    std::vector<TouchedItem> touched;
    std::vector<Remark> remarks;
    std::vector<std::string> kernel_lines;
};

/// A change of the state, after the first `after` steps.
struct StoryState {
    std::size_t after;
    std::string from;
    std::string to;
};

/// A memory of the running processor and its contents.
struct StoryMemory {
    std::string name;
    std::string da;
    std::string pa;
    std::uint64_t size;
    std::string contents;
};

struct TimelineStory {
    enum class Mood { good, doubtful, bad };

    std::string firmware;
    std::string board;     ///< "stm32mp157c-dk2 (m4)"
    std::string sequence;  ///< "mainline"
    std::string loader;    ///< "Linux"
    std::string result;    ///< "boots", "refused: -22 EINVAL"
    Mood mood;
    std::vector<StoryStep> steps;
    std::vector<StoryState> states;
    std::vector<StoryMemory> memories;  ///< empty when the processor never ran
    std::vector<Remark> remarks;        ///< without a step: a refusal without one, defects of the kernel

    /// The duration of all steps; at least one nanosecond.
    [[nodiscard]] Duration total() const;
    /// The duration of all steps of one direction.
    [[nodiscard]] Duration total(StoryStep::Direction direction) const;
};

/// @param sequence the name of the boot sequence.
[[nodiscard]] TimelineStory story_of(const BootRecord& record, const BootJob& job, std::string_view sequence);

/// What a step touched, as texts: from the records of the models, the firmware and the board.
[[nodiscard]] std::vector<TouchedItem> touched_items(const RecordedStep& step, const BootRecord& record,
                                                     const BootJob& job);

}  // namespace rproc::cli
