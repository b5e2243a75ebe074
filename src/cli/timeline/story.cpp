// SPDX-License-Identifier: BSD-2-Clause
#include "cli/timeline/story.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "cli/timeline/text.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/state.hpp"

namespace rproc::cli {
namespace {

using Mood = TimelineStory::Mood;
using Direction = StoryStep::Direction;

/// Undoing starts after a failed step, or after the processor has run.
bool undoes(const BootRecord& record, std::size_t index) {
    const auto before = std::span(record.steps).first(index);
    if (std::ranges::any_of(before, &RecordedStep::failed)) return true;
    return !record.states.empty() && record.states.front().after <= index;
}

bool is_refusal_of(const std::optional<Error>& refusal, const RecordedStep& step) {
    return step.failed && refusal && refusal->step() == step.step;
}

Remark refusal_remark(const Error& error, const BootJob& job) {
    return {Severity::error, "refused", meaning_of(error, job.board, job.images), error.hint()};
}

std::vector<Remark> remarks_of(const RecordedStep& step, const BootRecord& record, const BootJob& job) {
    std::vector<Remark> remarks;
    for (const auto& [severity, error] : step.notices)
        remarks.push_back({severity, std::string(to_string(severity)), error.message(), error.hint()});
    if (is_refusal_of(record.refusal, step)) remarks.push_back(refusal_remark(*record.refusal, job));
    return remarks;
}

std::vector<StoryStep> steps_of(const BootRecord& record, const BootJob& job) {
    std::vector<StoryStep> steps;
    Duration begin{0};
    for (std::size_t i = 0; i < record.steps.size(); ++i) {
        const RecordedStep& step = record.steps[i];
        steps.push_back({.name = std::string(to_string(step.step)),
                         .direction = undoes(record, i) ? Direction::undo : Direction::boot,
                         .failed = step.failed,
                         .begin = begin,
                         .duration = step.duration,
                         .summary = step.summary,
                         .touched = touched_items(step, record, job),
                         .remarks = remarks_of(step, record, job),
                         .kernel_lines = step.kernel_lines});
        begin += step.duration;
    }
    return steps;
}

std::vector<StoryState> states_of(const BootRecord& record) {
    std::vector<StoryState> states;
    for (const RecordedState& state : record.states)
        states.push_back({state.after, std::string(to_string(state.from)), std::string(to_string(state.to))});
    return states;
}

std::vector<Remark> remarks_beside_steps(const BootRecord& record, const BootJob& job) {
    std::vector<Remark> remarks;
    const bool has_step = std::ranges::any_of(
        record.steps, [&](const RecordedStep& step) { return is_refusal_of(record.refusal, step); });
    if (record.refusal && !has_step) remarks.push_back(refusal_remark(*record.refusal, job));
    for (const check::Finding& defect : job.kernel_defects()) {
        const std::string place = defect.place().empty() ? "" : defect.where() + ": ";
        remarks.push_back({defect.severity, std::string(to_string(job.verdict.outcome)),
                           fmt::format("Linux 6.1 on a board, by a kernel defect: {}{}", place, defect.message),
                           defect.hint});
    }
    return remarks;
}

void describe_result(TimelineStory& story, const BootRecord& record, const BootJob& job) {
    const check::Outcome outcome = job.verdict.outcome;
    if (record.refusal && outcome != check::Outcome::panics) {
        const int value = record.refusal->errno_value();
        story.result = value == 0 ? "refused" : fmt::format("refused: -{} {}", value, check::errno_name(value));
        story.mood = Mood::bad;
        return;
    }
    story.result = to_string(outcome);
    if (outcome == check::Outcome::boots) {
        story.mood = Mood::good;
    } else {
        story.mood = outcome == check::Outcome::degraded ? Mood::doubtful : Mood::bad;
    }
}

/// Whether `da` lies in the memory.
bool holds(const RunningMemory& memory, DeviceAddress da) {
    if (!memory.da) return false;
    const auto range = DeviceRange::make(*memory.da, memory.size);
    return range && range->contains(da);
}

std::string contents_of(const RunningMemory& memory, const Running& running, std::span<const ElfImage> images) {
    if (!memory.mapped) return "virtio buffers; Linux does not map it";
    std::string text;
    const auto add = [&](DeviceAddress da, const std::string& what) {
        if (holds(memory, da)) text += (text.empty() ? "" : ", ") + what;
    };
    for (const ElfImage& image : images) {
        for (std::uint32_t i = 0; i < image.segment_count(); ++i) {
            const ElfSegment segment = image.segment(i);
            if (segment.loadable()) add(segment.paddr, fmt::format("segment {}", i));
        }
    }
    if (running.table && running.table->da) add(*running.table->da, "resource table");
    for (const RunningTrace& trace : running.traces) add(trace.da, "trace " + trace.name);
    for (const RunningVdev& vdev : running.vdevs) {
        for (std::size_t i = 0; i < vdev.vrings.size(); ++i)
            if (const auto da = vdev.vrings[i].da) add(*da, fmt::format("vring {} of vdev {}", i, vdev.index));
    }
    return text;
}

std::vector<StoryMemory> memories_of(const std::optional<Running>& running, std::span<const ElfImage> images) {
    std::vector<StoryMemory> memories;
    if (!running) return memories;
    for (const RunningMemory& memory : running->memories) {
        memories.push_back({memory.name, memory.da ? hex(memory.da->value()) : "none", hex(memory.pa.value()),
                            memory.size, contents_of(memory, *running, images)});
    }
    std::ranges::sort(memories, {}, &StoryMemory::da);
    return memories;
}

void make_displayable(std::vector<Remark>& remarks) {
    for (Remark& remark : remarks) {
        remark.text = displayable(remark.text);
        remark.hint = displayable(remark.hint);
    }
}

void make_displayable(StoryStep& step) {
    step.summary = displayable(step.summary);
    for (TouchedItem& item : step.touched) {
        item.name = displayable(item.name);
        item.detail = displayable(item.detail);
    }
    make_displayable(step.remarks);
    for (std::string& line : step.kernel_lines) line = displayable(line);
}

void make_displayable(TimelineStory& story) {
    story.firmware = displayable(story.firmware);
    story.board = displayable(story.board);
    for (StoryStep& step : story.steps) make_displayable(step);
    for (StoryMemory& memory : story.memories) {
        memory.name = displayable(memory.name);
        memory.contents = displayable(memory.contents);
    }
    make_displayable(story.remarks);
}

}  // namespace

Duration TimelineStory::total() const { return std::max(total(Direction::boot) + total(Direction::undo), Duration{1}); }

Duration TimelineStory::total(StoryStep::Direction direction) const {
    Duration sum{0};
    for (const StoryStep& step : steps)
        if (step.direction == direction) sum += step.duration;
    return sum;
}

TimelineStory story_of(const BootRecord& record, const BootJob& job, std::string_view sequence) {
    TimelineStory story{.firmware = job.firmware.name(),
                        .board = fmt::format("{} ({})", job.board.name, job.board.config.name),
                        .sequence = std::string(sequence),
                        .loader = job.tee ? "a software TEE" : "Linux",
                        .result = {},
                        .mood = Mood::good,
                        .steps = steps_of(record, job),
                        .states = states_of(record),
                        .memories = memories_of(record.running, job.images),
                        .remarks = remarks_beside_steps(record, job)};
    describe_result(story, record, job);
    make_displayable(story);
    return story;
}

}  // namespace rproc::cli
