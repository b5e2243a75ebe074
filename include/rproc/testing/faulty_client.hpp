// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "rproc/result.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/protocol.hpp"
#include "rproc/testing/faults.hpp"
#include "rproc/testing/recording_client.hpp"

namespace rproc::testing {

/// A client of a model whose application can die: `die` ends its instance.
template <class C>
concept HasDie = requires(C& client) {
    client.die();
};

/// The recorder of a `FaultyClient`: answers a call with a fault where one is due.
class ClientFaults : public NullRecorder {
  public:
    /// @param die makes the application die; empty where it cannot.
    ClientFaults(Faults faults, std::function<void()> die) : faults_(std::move(faults)), die_(std::move(die)) {}

    template <class Call>
    [[nodiscard]] Result<tee::OpenedSession> record_open(Call call) {
        if (auto fault = strike("tee.open_session"))
            return failed(std::move(*fault), tee::OpenedSession{tee::ResultCode::generic});
        return call();
    }
    template <class Call>
    [[nodiscard]] Result<tee::ResultCode> record_invoke(tee::Command command, Call call) {
        auto fault = strike(point_of(command));
        if (fault && fault->kind == FaultKind::refused && command == tee::Command::load_fw) static_cast<void>(call());
        if (fault) return failed(std::move(*fault), tee::ResultCode::generic);
        if (die_ && faults_.strike({.name = death_at(command)})) die_();  // and this call has its answer
        return call();
    }
    template <class Call>
    [[nodiscard]] Result<tee::MemoryId> record_register(Call call) {
        return faults_.call({.name = "tee.register_memory"}, call);
    }

  private:
    [[nodiscard]] static constexpr std::string_view point_of(tee::Command command) noexcept {
        switch (command) {
            case tee::Command::load_fw: return "tee.LOAD_FW";
            case tee::Command::start_fw: return "tee.START_FW";
            case tee::Command::stop_fw: return "tee.STOP_FW";
            case tee::Command::get_rsc_table: return "tee.GET_RSC_TABLE";
            case tee::Command::get_coredump: return "tee.GET_COREDUMP";
            case tee::Command::release_fw: return "tee.RELEASE_FW";
        }
        return "tee.invoke";
    }

    [[nodiscard]] static constexpr std::string_view death_at(tee::Command command) noexcept {
        switch (command) {
            case tee::Command::load_fw: return "tee.death in LOAD_FW";
            case tee::Command::start_fw: return "tee.death in START_FW";
            case tee::Command::stop_fw: return "tee.death in STOP_FW";
            case tee::Command::get_rsc_table: return "tee.death in GET_RSC_TABLE";
            case tee::Command::get_coredump: return "tee.death in GET_COREDUMP";
            case tee::Command::release_fw: return "tee.death in RELEASE_FW";
        }
        return "tee.death";
    }

    [[nodiscard]] std::optional<InjectedFault> strike(std::string_view point) {
        return faults_.strike({.name = point, .also = FaultKind::refused});
    }

    template <class T>
    [[nodiscard]] static Result<T> failed(InjectedFault fault, T refusal) {
        if (fault.kind == FaultKind::refused) return refusal;
        return fail(std::move(fault.error));
    }

    Faults faults_;
    std::function<void()> die_;
};

/// A client whose TEE is unreachable or answers GENERIC, at each session and each command; and whose memory fails to be
/// shared. A LOAD_FW that is refused leaves the image in the remote processor's memory, as OP-TEE's trusted application
/// does. Where the model can (`HasDie`), its application dies at each command: TARGET_DEAD for that one and for the
/// rest of its session.
template <tee::Client C>
class FaultyClient : public RecordingClient<C, ClientFaults> {
  public:
    FaultyClient(std::shared_ptr<C> client, Faults faults)
        : RecordingClient<C, ClientFaults>(client, ClientFaults(std::move(faults), death_of(client))) {}

  private:
    [[nodiscard]] static std::function<void()> death_of([[maybe_unused]] const std::shared_ptr<C>& client) {
        if constexpr (HasDie<C>) return [client] { client->die(); };
        return {};
    }
};

}  // namespace rproc::testing
