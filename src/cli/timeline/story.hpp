// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/timeline/recorder.hpp"

/// A boot in words and numbers, for a picture of it. All texts are displayable (timeline_text.hpp), wherever they come
/// from; that is not yet escaped.
namespace rproc::cli {

using Duration = std::chrono::nanoseconds;

/// Something that a step touched: "register", "hold-boot", "pa 0x5000010c bit 0x1 = 1".
struct TouchedThing {
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
    /// Which way the step leads.
    enum class Way { up, back };

    std::string name;
    Way way;
    bool failed;
    Duration begin;  ///< the durations of all steps before
    Duration duration;
    std::string summary;
    std::vector<TouchedThing> touched;
    std::vector<Remark> remarks;
    std::vector<std::string> kernel_lines;
};

/// The state changed, once the first `after` steps were done.
struct StoryState {
    std::size_t after;
    std::string from;
    std::string to;
};

/// A memory of the running processor, and what lies in it.
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
    std::vector<StoryMemory> memories;  ///< none when it never ran
    std::vector<Remark> remarks;        ///< that belong to no step: a refusal without one, defects of the kernel

    /// All steps together; at least one nanosecond.
    [[nodiscard]] Duration total() const;
    /// The steps of one way together.
    [[nodiscard]] Duration total(StoryStep::Way way) const;
};

/// @param sequence the name of the boot sequence.
[[nodiscard]] TimelineStory tell(const BootRecord& record, const BootJob& job, std::string_view sequence);

/// What a step touched, in words: what the models recorded, and what is known of the firmware and the board.
[[nodiscard]] std::vector<TouchedThing> things_of(const RecordedStep& step, const BootRecord& record,
                                                  const BootJob& job);

}  // namespace rproc::cli
