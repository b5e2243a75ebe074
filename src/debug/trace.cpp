// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/debug/trace.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

#include <fmt/format.h>


namespace rproc {
namespace {

constexpr std::byte kNotText{0};

constexpr ErrorText kNoSuchTrace{.code = ErrorCode::trace_unavailable,
                                 .message = "the firmware that runs has no trace buffer {0}; it has {1}",
                                 .hint = "trace buffers are counted from 0"};

/// A copy of the buffer. The processor may write to it at any time: each byte is read once, and atomically for a model
/// whose processor is a thread of this program.
Result<std::vector<std::byte>> copy_trace(const TraceBuffer& trace, const CarveoutRegistry& carveouts) {
    // An empty buffer is available if its address is mapped.
    const auto bytes = carveouts.da_to_va(trace.da, std::max<std::uint64_t>(trace.len, 1));
    if (bytes.empty()) {
        return fail(ErrorCode::trace_unavailable, place::Trace{trace.name}, trace.len, trace.da.value());
    }
    std::vector<std::byte> copy(static_cast<std::size_t>(trace.len));
    for (std::size_t i = 0; i < copy.size(); ++i) copy[i] = std::atomic_ref(bytes[i]).load(std::memory_order_relaxed);
    return copy;
}

std::size_t first_zero(std::span<const std::byte> bytes) {
    return static_cast<std::size_t>(std::ranges::find(bytes, kNotText) - bytes.begin());
}

/// The ring without its last byte, which some writers never use.
std::span<const std::byte> without_last(std::span<const std::byte> ring) {
    return ring.first(ring.empty() ? 0 : ring.size() - 1);
}

std::string text_of(std::span<const std::byte> ring, std::size_t start, std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        const std::byte byte = ring[(start + i) % ring.size()];
        if (byte != kNotText) text += std::to_integer<char>(byte);
    }
    return text;
}

}  // namespace

Result<std::string> read_trace(const TraceBuffer& trace, const CarveoutRegistry& carveouts) {
    RPROC_TRY_ASSIGN(const auto bytes, copy_trace(trace, carveouts));
    return text_of(bytes, 0, first_zero(bytes));
}

TraceNews TraceRing::update(std::vector<std::byte> now) {
    const bool first = now.size() != seen_.size();
    TraceNews result = first ? first_look(now) : news(now);
    seen_ = std::move(now);
    return result;
}

TraceNews TraceRing::first_look(std::span<const std::byte> now) {
    const std::size_t end = first_zero(now);
    writer_.reset();
    if (end < without_last(now).size()) writer_ = end;
    const bool more = std::ranges::any_of(now.subspan(end), [](std::byte byte) { return byte != kNotText; });
    return {.text = text_of(now, 0, end), .may_be_missing = more || !writer_};
}

TraceNews TraceRing::news(std::span<const std::byte> now) {
    const auto arc = changed(now);
    if (!arc) return {};
    if (restarted(now, *arc)) return from_start(now);

    const std::size_t size = now.size();
    const std::size_t zero = first_zero(without_last(now));
    const bool marked = zero < size - 1;
    const std::size_t to_zero = (zero + size - arc->start) % size;
    const bool overtaken = marked && arc->start + arc->size > size && to_zero + 1 < arc->size;
    if (overtaken) {
        writer_ = zero;
        return {.text = text_of(now, zero, size), .may_be_missing = true};
    }
    const bool guessed = !writer_;
    const bool a_round_or_more = !marked && (size - arc->size) * 8 <= size;
    const std::size_t last = (arc->start + arc->size - 1) % size;
    // The zero that was written last is at the position of the next byte.
    writer_ = now[last] == kNotText ? last : (last + 1) % size;
    if (a_round_or_more) writer_.reset();
    return {.text = text_of(now, arc->start, arc->size), .may_be_missing = guessed || a_round_or_more};
}

std::optional<TraceRing::Arc> TraceRing::changed(std::span<const std::byte> now) const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < now.size(); ++i)
        if (now[i] != seen_[i]) places.push_back(i);
    if (places.empty()) return std::nullopt;
    const auto distance = [&](std::size_t from, std::size_t to) { return (to + now.size() - from) % now.size(); };

    if (writer_) {
        const auto before = std::ranges::lower_bound(places, *writer_);
        const std::size_t last = before == places.begin() ? places.back() : *(before - 1);
        return Arc{*writer_, distance(*writer_, last) + 1};
    }
    // On both sides of the widest gap between two neighbours.
    Arc shortest{places.front(), places.back() - places.front() + 1};
    for (std::size_t i = 1; i < places.size(); ++i) {
        const Arc arc{places[i], distance(places[i], places[i - 1]) + 1};
        if (arc.size < shortest.size) shortest = arc;
    }
    return shortest;
}

bool TraceRing::restarted(std::span<const std::byte> now, Arc arc) const {
    const auto ring = without_last(now);
    std::size_t cleared = 0;
    for (std::size_t i = 0; i < ring.size(); ++i)
        if (ring[i] == kNotText && seen_[i] != kNotText) ++cleared;
    if (cleared >= 2) return true;

    // Past the end of a ring that was not full: either restarted, or overtaken, which leaves one zero.
    const bool passed_end = arc.start + arc.size > now.size();
    const bool filled = arc.start >= ring.size() || first_zero(ring.subspan(arc.start)) == ring.size() - arc.start;
    return passed_end && !filled && std::ranges::count(ring, kNotText) != 1;
}

TraceNews TraceRing::from_start(std::span<const std::byte> now) {
    std::size_t end = now.size();
    while (end > 0 && now[end - 1] == seen_[end - 1]) --end;
    end = std::min(end, first_zero(now));
    writer_ = end % now.size();
    return {.text = text_of(now, 0, end), .restarted = true};
}

Result<TraceFollower::Copy> TraceFollower::copy_of(const ProcessorView& now) const {
    const Place processor = place::Processor{now.name};
    if (now.is_off()) return fail(ErrorCode::state_invalid, processor, "follow a trace of", to_string(now.state));
    const auto& traces = now.resources.traces;
    if (index_ >= traces.size()) return fail(kNoSuchTrace, processor, index_, traces.size());
    RPROC_TRY_ASSIGN(auto bytes, copy_trace(traces[index_], now.carveouts));
    return Copy{now.starts, std::move(bytes)};
}

TraceNews TraceFollower::news_of(Copy copy) {
    const bool started_again = starts_ && *starts_ != copy.starts;
    starts_ = copy.starts;
    if (started_again) ring_.reset();
    TraceNews news = ring_.update(std::move(copy.bytes));
    news.restarted = news.restarted || started_again;
    return news;
}

}  // namespace rproc
