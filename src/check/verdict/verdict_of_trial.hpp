// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cerrno>
#include <vector>

#include "check/model/image_model.hpp"
#include "check/verdict/judge.hpp"
#include "check/verdict/trial.hpp"
#include "rproc/check/verdict.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/platform/board.hpp"

namespace rproc::check {

/// The model's verdict, before the kernel's own defects are taken into account.
[[nodiscard]] inline Verdict verdict_of(const Trial& trial, const FirmwareSource& source,
                                        const platform::Board& board) {
    Verdict verdict;
    verdict.firmware = source.name();
    verdict.board = board.name;
    verdict.remoteproc = board.config.name;
    verdict.kernel = board.config.kernel.to_string();
    verdict.outcome = trial.error ? Outcome::refused : outcome_of_running(trial);
    verdict.errno_value = trial.error ? trial.error->errno_value() : 0;
    verdict.state = trial.error ? State::offline : State::running;
    verdict.stop_errno = trial.error ? EINVAL : 0;
    verdict.kernel_log = trial.record.kernel_log();
    return verdict;
}

/// The virtio devices that an image asks for, and which of them the trial registered.
[[nodiscard]] inline std::vector<VirtioDevice> virtio_of(const ImageModel& image, const Trial& trial) {
    std::vector<VirtioDevice> devices;
    if (const TableModel* const table = image.table(); table != nullptr)
        for (const VdevRequest& vdev : table->vdevs)
            devices.push_back({vdev.index, vdev.id(), trial.has_registered(vdev.index)});
    return devices;
}

}  // namespace rproc::check
