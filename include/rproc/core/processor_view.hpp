// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <ranges>
#include <span>
#include <string_view>
#include <type_traits>

#include "rproc/core/resources.hpp"
#include "rproc/memory/carveout_registry.hpp"
#include "rproc/state.hpp"

namespace rproc {

namespace internal {

/// A member of this type keeps an aggregate from being copied and moved.
struct Pinned {
    Pinned() = default;
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;
};

template <class T>
inline constexpr bool kIsReferenceWrapper = false;
template <class T>
inline constexpr bool kIsReferenceWrapper<std::reference_wrapper<T>> = true;

}  // namespace internal

/// A processor at one moment, between two operations: what RemoteProcessor::visit shows with the lock held.
///
/// Lifetime: all of it is valid during the visit and not after it. The next operation of any thread (a recovery by
/// CrashWorker too) may unmap the memory and free the lists. What is needed later is copied: a number, a TraceBuffer, a
/// Vdev, the bytes.
///
/// Threads: the processor's lock keeps other threads of this program away. The firmware knows no lock, and writes to
/// the bytes of the carveouts and of the table while they are read: read a byte once, and in a program whose own thread
/// plays the firmware, by std::atomic_ref on both sides, as `read_trace` does.
struct ProcessorView {
    std::string_view name;  ///< of the processor, "m4"
    State state;
    /// How many times the core was started or attached, by boots and by recoveries: two visits that see the same number
    /// see the same run of the firmware.
    unsigned starts;
    const CarveoutRegistry& carveouts;  ///< none while the processor is off
    const Resources& resources;         ///< traces and virtio devices; none while it is off
    /// The resource table in use: the one in the processor's memory, or the cached copy; empty without a table.
    std::span<const std::byte> table;
    [[no_unique_address]] internal::Pinned pinned{};

    /// True for a processor that holds no memory: offline, detached or deleted.
    [[nodiscard]] bool is_off() const noexcept {
        return state == State::offline || state == State::detached || state == State::deleted;
    }
};

/// What a visit may hand out: a value, or nothing. References, pointers, spans and string views point into what the
/// next operation frees. The check sees the type itself and not its members: a structure with a pointer in it passes.
template <class T>
concept OutlivesVisit = std::is_void_v<T> ||
    (!std::is_reference_v<T> && !std::is_pointer_v<T> && !internal::kIsReferenceWrapper<std::remove_cv_t<T>> &&
     !std::ranges::borrowed_range<T> && std::move_constructible<T>);

namespace internal {

/// What `F` returns from a visit.
template <class F>
using VisitResult = std::invoke_result_t<F&, const ProcessorView&>;

/// True when `F` returns what may leave a visit; anything else does not compile.
template <class F>
[[nodiscard]] consteval bool visit_returns_value() {
    static_assert(OutlivesVisit<VisitResult<F>>,
                  "rproc: visit returns a value: copy what is needed, for a reference, a pointer, a span or a string "
                  "view into the processor is not valid after the visit");
    return OutlivesVisit<VisitResult<F>>;
}

}  // namespace internal

}  // namespace rproc
