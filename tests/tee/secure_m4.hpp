// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/tee/tee_context.hpp"
#include "tee/recording_tee.hpp"
#include "tee/tee_fixture.hpp"

namespace rproc::test {

/// A TEE with the M4's memories, and a client that records the calls.
struct TeeBoard {
    explicit TeeBoard(tee::SoftwareTeePolicy policy = trusting("rsa2048"),
                      tee::SoftwareTee::Sessions sessions = tee::SoftwareTee::Sessions::several) {
        auto software = std::make_shared<tee::SoftwareTee>(std::move(policy), sessions);
        static_cast<void>(software->add_processor(0, kM4Memories, memory));
        tee = std::make_shared<RecordingTee>(std::move(software));
        mapped_by_tee = memory.mapped();
    }

    /// Of a board whose node lists all memories, as in the binding's example of v21.
    [[nodiscard]] platform::ModelStm32mp15 platform() const {
        platform::Stm32mp15Config config = platform::embedded_board("stm32mp157c-dk2")->config;
        config.tee = platform::Stm32mp15Config::TeeReference{.backend = "/firmware/optee-rproc", .id = 0};
        return platform::ModelStm32mp15(std::move(config), {}, memory, mailbox);
    }

    ModelMemory memory;
    platform::ModelMailbox mailbox;
    std::shared_ptr<RecordingTee> tee;
    std::size_t mapped_by_tee;
};

[[nodiscard]] inline FirmwareSource signed_firmware(const std::string& name = "app.rsa2048.signed") {
    return FirmwareSource(Firmware(name, signed_data(name)));
}

template <BootSequence S = Mainline>
using RecordedM4 = RemoteProcessor<tee::Backend<RecordingTee>, platform::ModelStm32mp15, S, ObserverRef<Recorder>>;

}  // namespace rproc::test
