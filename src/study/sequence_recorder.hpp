// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rproc/observer.hpp"
#include "rproc/study/sequence_study.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/software_tee.hpp"

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

/// A client that forwards every call to a software TEE, and records it. It can refuse one command without forwarding
/// it.
class RecordingTee {
  public:
    RecordingTee(std::shared_ptr<tee::SoftwareTee> tee, std::shared_ptr<SequenceRecorder> recorder) noexcept
        : tee_(std::move(tee)), recorder_(std::move(recorder)) {}

    /// Answers the next command of this kind with GENERIC.
    void refuse_next(tee::Command command) noexcept { refused_ = command; }

    [[nodiscard]] Result<tee::OpenedSession> open_session(const tee::Uuid& application, tee::Parameters& parameters) {
        return tee_->open_session(application, parameters);
    }
    [[nodiscard]] Result<tee::ResultCode> invoke(tee::SessionId session, std::uint32_t command,
                                                 tee::Parameters& parameters) {
        const auto asked = static_cast<tee::Command>(command);
        auto answer = refuses(asked) ? tee::ResultCode::generic : tee_->invoke(session, command, parameters);
        recorder_->on_command({asked, *answer});
        return answer;
    }
    void close_session(tee::SessionId session) { tee_->close_session(session); }
    [[nodiscard]] Result<tee::MemoryId> register_memory(std::span<const std::byte> bytes) {
        return tee_->register_memory(bytes);
    }
    void unregister_memory(tee::MemoryId memory) { tee_->unregister_memory(memory); }

  private:
    bool refuses(tee::Command command) noexcept {
        if (refused_ != command) return false;
        refused_.reset();
        return true;
    }

    std::shared_ptr<tee::SoftwareTee> tee_;
    std::shared_ptr<SequenceRecorder> recorder_;
    std::optional<tee::Command> refused_;
};
static_assert(tee::Client<RecordingTee>);

}  // namespace rproc::check
