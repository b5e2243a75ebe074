// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/core/processor_view.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/memory/carveout_registry.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// What Linux's debugfs file shows, with a newline, for a trace buffer that lies in no mapped memory. It has a place
/// for a name there, which nothing ever fills.
inline constexpr std::string_view kTraceUnavailable = "Trace  not available";

/// The text of a trace buffer, as the kernel's debugfs file `trace0` shows it: up to the first zero byte, at most the
/// whole buffer. The processor may write meanwhile: each byte is read once, as a relaxed atomic. The carveouts must not
/// change: beside other threads, call it in RemoteProcessor::visit.
/// @returns the text, or
///   trace_unavailable: no single mapped carveout holds the buffer (it is unmapped, or crosses a carveout's end).
[[nodiscard]] Result<std::string> read_trace(const TraceBuffer& trace, const CarveoutRegistry& carveouts);

/// What a trace buffer has got since the last look at it.
struct TraceNews {
    std::string text{};           ///< without zero bytes; may be binary
    bool may_be_missing = false;  ///< text may have been overwritten before it was read, or may not be in this order
    /// The buffer was cleared or restarted, or the processor was started again: the text stands at the buffer's start.
    /// What was written after the last look and before the restart is lost.
    bool restarted = false;
};

/// Finds what is new in a trace buffer that its writer uses as a ring, from one copy of the buffer to the next.
///
/// The convention (STM32Cube's `log_buff`, Zephyr's RAM console): text is written from the buffer's start; at its end,
/// or one byte before, the writer goes on at the start; a zero byte is not text: it has not been written yet, or, where
/// the writer sets one, it stands behind the newest byte. Nothing else tells where the writer is, hence the rule:
///
/// 1. The first look gives the text up to the first zero byte, and takes that as the writer's place. Where nearly the
///    whole buffer is text, the writer may be anywhere.
/// 2. Later, what changed is new: from the writer's place, round the end, up to the last changed byte. Bytes of it that
///    are equal to what they overwrite cannot be told; behind the last changed byte they follow with the next change.
/// 3. Two or more text bytes that became zero, or text from the start though the buffer is not full, are a restart: the
///    text from the start is new.
/// 4. A zero byte with changes on both sides after the end was passed stands behind the newest byte: the writer
///    overtook the last look, and the whole ring is given, oldest byte first, as possibly incomplete.
/// 5. Without such a zero, a change that leaves an eighth of the buffer or less as it was may hide a whole round: it is
///    given once from the writer's last known place, as possibly incomplete, and the writer may then be anywhere.
/// 6. When the writer may be anywhere, the shortest part of the ring that holds all changes is new, as possibly
///    incomplete, and its end is the writer's place.
///
/// A change is given once, so nothing repeats however often one looks. There is no clock: look often enough that less
/// than a buffer is written in between. For one thread.
class TraceRing {
  public:
    /// What is new in `now`, a copy of the whole buffer. A copy of another size starts a new text.
    [[nodiscard]] TraceNews update(std::vector<std::byte> now);

    /// Forgets everything, for a caller that knows of a restart: the next look is a first one.
    void reset() noexcept {
        seen_.clear();
        writer_.reset();
    }

  private:
    /// `size` bytes of the ring from `start`, round its end.
    struct Arc {
        std::size_t start;
        std::size_t size;
    };

    [[nodiscard]] TraceNews first_look(std::span<const std::byte> now);
    [[nodiscard]] TraceNews news(std::span<const std::byte> now);
    [[nodiscard]] TraceNews from_start(std::span<const std::byte> now);
    [[nodiscard]] std::optional<Arc> changed(std::span<const std::byte> now) const;
    [[nodiscard]] bool restarted(std::span<const std::byte> now, Arc arc) const;

    std::vector<std::byte> seen_;
    std::optional<std::size_t> writer_;  ///< where the writer goes on; nothing when it may be anywhere
};

/// Follows a trace buffer of a processor: `poll` again and again gives what was written meanwhile. Goes by the buffer's
/// number, so it goes on with the same number of the firmware that runs after a recovery, or after another boot.
///
/// Threads: one follower is for one thread. Other threads may boot, recover and stop the processor at any time, as
/// CrashWorker does: the buffer is copied during a visit, and compared after it.
class TraceFollower {
  public:
    /// @param index of the buffer among Resources::traces, from 0: the n of debugfs' `trace<n>`.
    explicit TraceFollower(std::size_t index = 0) noexcept : index_(index) {}

    /// What is new since the last call, by the rule of `TraceRing`. Waits for an operation of the processor that is
    /// under way (a recovery too). A processor that has crashed still shows what it wrote last. After a recovery or
    /// another boot, all text of the buffer is new, and `restarted` is set; a firmware that does not clear its buffer
    /// at its start then repeats old text.
    /// @param processor a RemoteProcessor or an AnyProcessor; the same one in every call.
    /// @returns the news, or
    ///   state_invalid: the processor is off (offline, detached or deleted), by a shutdown or by a recovery that
    ///   failed;
    ///     nothing comes until the next boot;
    ///   trace_unavailable: the firmware has no trace buffer of that number, or as `read_trace`.
    /// After either error a later call goes on from what was seen.
    template <class Processor>
    [[nodiscard]] Result<TraceNews> poll(const Processor& processor) {
        RPROC_TRY_ASSIGN(auto copy, processor.visit([this](const ProcessorView& now) { return copy_of(now); }));
        return news_of(std::move(copy));
    }

    /// The same from inside of a visit.
    [[nodiscard]] Result<TraceNews> poll(const ProcessorView& now) {
        RPROC_TRY_ASSIGN(auto copy, copy_of(now));
        return news_of(std::move(copy));
    }

    /// Forgets what was seen: the next poll is a first one.
    void reset() noexcept {
        ring_.reset();
        starts_.reset();
    }

    [[nodiscard]] std::size_t index() const noexcept { return index_; }

  private:
    struct Copy {
        unsigned starts;  ///< ProcessorView::starts at that moment
        std::vector<std::byte> bytes;
    };

    [[nodiscard]] Result<Copy> copy_of(const ProcessorView& now) const;
    [[nodiscard]] TraceNews news_of(Copy copy);

    std::size_t index_;
    std::optional<unsigned> starts_{};  ///< of the last look; nothing before the first
    TraceRing ring_{};
};

}  // namespace rproc
