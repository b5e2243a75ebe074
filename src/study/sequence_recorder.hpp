// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "rproc/observer.hpp"
#include "rproc/study/sequence_study.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/software_tee.hpp"
#include "rproc/testing/recording_client.hpp"

namespace rproc::check {

/// Records the ops of operations, and the commands to the TEE with the op that sent them.
class SequenceRecorder : public NullObserver {
  public:
    void on_step_begin(Step step) { operations_.back().ops.push_back({.step = step}); }
    void on_step_failed(Step /*step*/, const Error& /*error*/) { operations_.back().ops.back().failed = true; }

    void on_command(RecordedCommand command) { operations_.back().ops.back().commands.push_back(command); }

    /// Begins an operation, which the following events belong to. To be called first.
    void begin(Operation operation) { operations_.push_back({.operation = operation}); }
    /// The operation that was begun last, for recording its result.
    [[nodiscard]] RecordedOperation& current() noexcept { return operations_.back(); }

    [[nodiscard]] std::vector<RecordedOperation> take() noexcept { return std::exchange(operations_, {}); }

  private:
    std::vector<RecordedOperation> operations_;
};

/// Passes each command to the sequence's recorder, and refuses one command on request, before the TEE receives it.
class CommandRecorder : public testing::NullRecorder {
  public:
    explicit CommandRecorder(std::shared_ptr<SequenceRecorder> recorder) noexcept : recorder_(std::move(recorder)) {}

    /// Answers the next command of this kind with GENERIC.
    void refuse_next(tee::Command command) noexcept { refused_ = command; }

    template <class Call>
    [[nodiscard]] Result<tee::ResultCode> record_invoke(tee::Command command, Call call) {
        Result<tee::ResultCode> answer = refuses(command) ? tee::ResultCode::generic : call();
        recorder_->on_command({command, *answer});
        return answer;
    }

  private:
    bool refuses(tee::Command command) noexcept {
        if (refused_ != command) return false;
        refused_.reset();
        return true;
    }

    std::shared_ptr<SequenceRecorder> recorder_;
    std::optional<tee::Command> refused_;
};
using RecordingTee = testing::RecordingClient<tee::SoftwareTee, CommandRecorder>;
static_assert(tee::Client<RecordingTee>);

}  // namespace rproc::check
