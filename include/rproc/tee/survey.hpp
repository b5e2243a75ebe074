// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "rproc/tee/connection.hpp"
#include "rproc/tee/session.hpp"

/// What OP-TEE's remoteproc application says of a processor, found out without a change of its state.
namespace rproc::tee {

/// The state of a processor in the application.
enum class FirmwareState {
    never_loaded,  ///< no LOAD_FW since the application started: it has no entry of the processor
    off,           ///< no firmware is loaded, or it was stopped
    loaded,        ///< a firmware is loaded, and was not started
    started,       ///< the processor runs
    unknown,       ///< the answers are not those of the application
};

/// "never loaded", "off", "loaded", "started", "unknown"
[[nodiscard]] constexpr std::string_view to_string(FirmwareState state) noexcept {
    switch (state) {
        case FirmwareState::never_loaded: return "never loaded";
        case FirmwareState::off: return "off";
        case FirmwareState::loaded: return "loaded";
        case FirmwareState::started: return "started";
        case FirmwareState::unknown: break;
    }
    return "unknown";
}

/// The answers for one processor.
struct ProcessorSurvey {
    std::uint32_t id;
    ResultCode opened;  ///< of the open of a session; without success, nothing else is known
    FirmwareState state = FirmwareState::unknown;
    ResultCode answer = ResultCode::success;  ///< the last one, which decided the state
    std::optional<TableLocation> table{};     ///< of the firmware, in the states loaded and started; its size may be 0
};

namespace internal {

/// The state of a processor whose firmware is loaded, or runs: LOAD_FW is BAD_STATE when it runs, and otherwise a
/// success without a look at its image. An image of zeros would be refused in any other state.
template <Client C>
[[nodiscard]] Result<ResultCode> ask_for_a_load(C& client, SessionId session, std::uint32_t id) {
    static constexpr std::array<std::byte, 64> kNoImage{};
    RPROC_TRY_ASSIGN(const auto memory, SharedMemory<C>::make(client, kNoImage));
    Parameters parameters{Parameter::value_input(id), Parameter::memref_input(memory.id(), kNoImage.size())};
    return client.invoke(session, static_cast<std::uint32_t>(Command::load_fw), parameters);
}

template <Client C>
[[nodiscard]] Result<void> survey_in(C& client, SessionId session, ProcessorSurvey& survey) {
    Parameters parameters{Parameter::value_input(survey.id), Parameter::value_output(), Parameter::value_output()};
    RPROC_TRY_ASSIGN(survey.answer,
                     client.invoke(session, static_cast<std::uint32_t>(Command::get_rsc_table), parameters));
    if (survey.answer == ResultCode::bad_parameters) survey.state = FirmwareState::never_loaded;
    if (survey.answer == ResultCode::bad_state) survey.state = FirmwareState::off;
    if (survey.answer != ResultCode::success) return {};
    survey.table = TableLocation{PhysicalAddress(parameters[1].value()), parameters[2].value()};
    RPROC_TRY_ASSIGN(survey.answer, ask_for_a_load(client, session, survey.id));
    if (survey.answer == ResultCode::success) survey.state = FirmwareState::loaded;
    if (survey.answer == ResultCode::bad_state) survey.state = FirmwareState::started;
    return {};
}

}  // namespace internal

/// Asks for the state of a processor, in a session of its own: GET_RSC_TABLE, and when a firmware is loaded or runs,
/// LOAD_FW with an image of zeros, which no state accepts. While the session is open no other client has one, so the
/// state does not change between the two.
/// @param id of the processor in the TEE.
/// @returns the answers, or an error of the client.
template <Client C>
[[nodiscard]] Result<ProcessorSurvey> survey(C& client, std::uint32_t id) {
    Parameters parameters{Parameter::value_input(id)};
    RPROC_TRY_ASSIGN(const OpenedSession opened, client.open_session(kRemoteprocUuid, parameters));
    ProcessorSurvey found{.id = id, .opened = opened.result};
    if (opened.result != ResultCode::success) return found;
    const auto asked = internal::survey_in(client, opened.session, found);
    client.close_session(opened.session);
    RPROC_TRY(asked);
    return found;
}

}  // namespace rproc::tee
