// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

#include "rproc/tee/client.hpp"
#include "rproc/tee/software_tee.hpp"
#include "rproc/testing/recording_client.hpp"

namespace rproc::test {

/// Records the name of each call.
class CallNames : public testing::NullRecorder {
  public:
    std::vector<std::string> calls;  ///< "OPEN", "LOAD", "LOAD!" when it was refused

    template <class Call>
    [[nodiscard]] Result<tee::OpenedSession> record_open(Call call) {
        return note("OPEN", call());
    }
    template <class Call>
    [[nodiscard]] Result<tee::ResultCode> record_invoke(tee::Command command, Call call) {
        return note(name_of(command), call());
    }
    template <class Call>
    void record_close(Call call) {
        calls.emplace_back("CLOSE");
        call();
    }

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
};
using RecordingTee = testing::RecordingClient<tee::SoftwareTee, CallNames>;
static_assert(tee::Client<RecordingTee>);

}  // namespace rproc::test
