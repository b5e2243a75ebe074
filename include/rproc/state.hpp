// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rproc {

/// The states of a remote processor, named and spelled as in the kernel's sysfs file `state`.
enum class State : std::uint8_t { offline, suspended, running, crashed, deleted, attached, detached };

/// What moves a processor from one state to another.
enum class Event : std::uint8_t {
    boot,             ///< firmware was loaded and started
    stop,             ///< the processor was stopped
    attach,           ///< Linux joined a processor that somebody else had booted
    detach,           ///< Linux left it running; also one that crashed, to attach again
    crash,            ///< it reported a fault
    remove,           ///< the processor itself goes away
    suspend,          ///< Linux goes to sleep, and the processor with it
    resume,           ///< both are awake again, and the processor was running
    resume_attached,  ///< likewise, and it was attached
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

constexpr bool rows_follow_states() {
    for (std::size_t i = 0; i < kStates.size(); ++i)
        if (static_cast<std::size_t>(kStates[i].state) != i || kStates[i].name.empty()) return false;
    return true;
}
static_assert(rows_follow_states(), "one row for each State, in the order of the enumeration");

}  // namespace internal

/// The state after `event`, or nothing when the event is illegal in `from`.
[[nodiscard]] constexpr std::optional<State> transition(State from, Event event) noexcept {
    return internal::kStates[static_cast<std::size_t>(from)].next[static_cast<std::size_t>(event)];
}

/// As sysfs shows it: "offline", "running", ...
[[nodiscard]] constexpr std::string_view to_string(State state) noexcept {
    return internal::kStates[static_cast<std::size_t>(state)].name;
}

}  // namespace rproc
