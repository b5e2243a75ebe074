// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rproc/tee/client.hpp"
#include "rproc/tee/software_tee.hpp"

namespace rproc::test {

/// A client that passes everything on to a software TEE, and writes it down.
class WatchedTee {
  public:
    explicit WatchedTee(std::shared_ptr<tee::SoftwareTee> tee) : tee_(std::move(tee)) {}

    std::vector<std::string> calls;  ///< "OPEN", "LOAD", "LOAD!" when it did not succeed

    Result<tee::OpenedSession> open_session(const tee::Uuid& application, tee::Parameters& parameters) {
        return note("OPEN", tee_->open_session(application, parameters));
    }
    Result<tee::ResultCode> invoke(tee::SessionId session, std::uint32_t command, tee::Parameters& parameters) {
        return note(name_of(static_cast<tee::Command>(command)), tee_->invoke(session, command, parameters));
    }
    void close_session(tee::SessionId session) {
        calls.emplace_back("CLOSE");
        tee_->close_session(session);
    }
    Result<tee::MemoryId> register_memory(std::span<const std::byte> bytes) { return tee_->register_memory(bytes); }
    void unregister_memory(tee::MemoryId memory) { tee_->unregister_memory(memory); }

    [[nodiscard]] tee::SoftwareTee& tee() noexcept { return *tee_; }

  private:
    static std::string name_of(tee::Command command) {
        switch (command) {
            case tee::Command::load_fw: return "LOAD";
            case tee::Command::start_fw: return "START";
            case tee::Command::stop_fw: return "STOP";
            case tee::Command::get_rsc_table: return "TABLE";
            case tee::Command::get_coredump: return "COREDUMP";
            case tee::Command::release_fw: return "RELEASE";
        }
        return "?";
    }

    static bool succeeded(tee::ResultCode result) { return result == tee::ResultCode::success; }
    static bool succeeded(const tee::OpenedSession& opened) { return succeeded(opened.result); }

    template <class T>
    T note(const std::string& name, T answer) {
        calls.push_back(name + (succeeded(*answer) ? "" : "!"));
        return answer;
    }

    std::shared_ptr<tee::SoftwareTee> tee_;
};
static_assert(tee::Client<WatchedTee>);

}  // namespace rproc::test
