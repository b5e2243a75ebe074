// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rproc {

/// The states of a remote processor (`enum rproc_state`), with the names of the kernel's sysfs file `state`.
enum class State : std::uint8_t {
    offline,    ///< RPROC_OFFLINE: not booted
    suspended,  ///< RPROC_SUSPENDED: asleep together with Linux
    running,    ///< RPROC_RUNNING: booted by Linux
    crashed,    ///< RPROC_CRASHED: has reported a fault; recovery or a stop follows
    deleted,    ///< RPROC_DELETED: removed; every operation fails
    attached,   ///< RPROC_ATTACHED: booted by another agent, and used by Linux
    detached    ///< RPROC_DETACHED: booted by another agent, and not used by Linux
};

/// The events that change the state.
enum class Event : std::uint8_t {
    boot,             ///< the firmware is loaded and started
    stop,             ///< the processor is stopped
    attach,           ///< Linux attaches to a processor that a bootloader or another agent has booted
    detach,           ///< Linux leaves the processor running; also of a crashed processor, to attach again
    crash,            ///< the processor reports a fault
    remove,           ///< the processor is deleted (rproc_del)
    suspend,          ///< Linux suspends, and the processor with it
    resume,           ///< both resume, and the processor was running before
    resume_attached,  ///< both resume, and the processor was attached before
};

namespace internal {

inline constexpr std::size_t kStateCount = 7;
inline constexpr std::size_t kEventCount = 9;

struct StateRow {
    State state;
    std::string_view name;
    /// The state after each event, in the order of `Event`; nothing where the event is illegal.
    std::array<std::optional<State>, kEventCount> next;
};

inline constexpr std::nullopt_t kNone = std::nullopt;

// clang-format off
inline constexpr std::array<StateRow, kStateCount> kStates{{
    //                               boot            stop            attach           detach           crash           remove          suspend           resume          resume_attached
    {State::offline,   "offline",   {State::running, kNone,          kNone,           kNone,           kNone,          State::deleted, kNone,            kNone,          kNone}},
    {State::suspended, "suspended", {kNone,          kNone,          kNone,           kNone,           State::crashed, kNone,          kNone,            State::running, State::attached}},
    {State::running,   "running",   {kNone,          State::offline, kNone,           kNone,           State::crashed, kNone,          State::suspended, kNone,          kNone}},
    {State::crashed,   "crashed",   {kNone,          State::offline, kNone,           State::detached, kNone,          kNone,          kNone,            kNone,          kNone}},
    {State::deleted,   "deleted",   {kNone,          kNone,          kNone,           kNone,           kNone,          kNone,          kNone,            kNone,          kNone}},
    {State::attached,  "attached",  {kNone,          State::offline, kNone,           State::detached, State::crashed, kNone,          State::suspended, kNone,          kNone}},
    {State::detached,  "detached",  {kNone,          kNone,          State::attached, kNone,           kNone,          State::deleted, kNone,            kNone,          kNone}},
}};
// clang-format on

/// Whether row i of kStates is that of the State of value i.
constexpr bool rows_follow_states() {
    for (std::size_t i = 0; i < kStates.size(); ++i)
        if (static_cast<std::size_t>(kStates[i].state) != i || kStates[i].name.empty()) return false;
    return true;
}
static_assert(rows_follow_states(), "one row for each State, in the order of the enumeration");

}  // namespace internal

/// @returns the state after `event`, or nothing when the event is illegal in `from`.
[[nodiscard]] constexpr std::optional<State> transition(State from, Event event) noexcept {
    return internal::kStates[static_cast<std::size_t>(from)].next[static_cast<std::size_t>(event)];
}

/// The name in sysfs: "offline", "running", ...; static storage.
[[nodiscard]] constexpr std::string_view to_string(State state) noexcept {
    return internal::kStates[static_cast<std::size_t>(state)].name;
}

}  // namespace rproc
