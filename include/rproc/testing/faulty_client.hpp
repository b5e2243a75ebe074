// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "rproc/result.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/protocol.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// A TEE client with faults: each session and each command can fail with an error, or be answered with GENERIC; a
/// memory registration can fail. A refused LOAD_FW still loads the image, as OP-TEE's application does not clear the
/// memory after an error.
/// @tparam C the wrapped client.
template <tee::Client C>
class FaultyClient {
  public:
    /// @param client not null.
    FaultyClient(std::shared_ptr<C> client, Faults faults) : client_(std::move(client)), faults_(std::move(faults)) {}

    [[nodiscard]] Result<tee::OpenedSession> open_session(const tee::Uuid& application, tee::Parameters& parameters) {
        if (auto fault = strike("tee.open_session"))
            return failed(std::move(*fault), tee::OpenedSession{tee::ResultCode::generic});
        return client_->open_session(application, parameters);
    }
    [[nodiscard]] Result<tee::ResultCode> invoke(tee::SessionId session, std::uint32_t command,
                                                 tee::Parameters& parameters) {
        auto fault = strike(point_of(static_cast<tee::Command>(command)));
        if (fault && fault->kind == FaultKind::refused && command == static_cast<std::uint32_t>(tee::Command::load_fw))
            static_cast<void>(client_->invoke(session, command, parameters));
        if (fault) return failed(std::move(*fault), tee::ResultCode::generic);
        return client_->invoke(session, command, parameters);
    }
    void close_session(tee::SessionId session) { client_->close_session(session); }
    [[nodiscard]] Result<tee::MemoryId> register_memory(std::span<const std::byte> bytes) {
        return faults_.call({.name = "tee.register_memory"}, [&] { return client_->register_memory(bytes); });
    }
    void unregister_memory(tee::MemoryId memory) { client_->unregister_memory(memory); }

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

    [[nodiscard]] std::optional<InjectedFault> strike(std::string_view point) {
        return faults_.strike({.name = point, .also = FaultKind::refused});
    }

    template <class T>
    [[nodiscard]] static Result<T> failed(InjectedFault fault, T refusal) {
        if (fault.kind == FaultKind::refused) return refusal;
        return fail(std::move(fault.error));
    }

    std::shared_ptr<C> client_;
    Faults faults_;
};

}  // namespace rproc::testing
