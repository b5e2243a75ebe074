// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <array>
#include <utility>

#include "rproc/study/sequence_study.hpp"

namespace rproc::check {
namespace {

using tee::Command;
using tee::ResultCode;
using TeeState = tee::SoftwareTee::ProcessorState;

constexpr std::array kFlags{
    SequenceFlagInfo{SequenceFlag::release_missing, "release-missing", "missing release",
                     "the processor is offline, and its firmware is still in the TEE or in its memory"},
    SequenceFlagInfo{SequenceFlag::release_twice, "release-twice", "double release",
                     "the firmware is released again without a load in between"},
    SequenceFlagInfo{SequenceFlag::release_needless, "release-needless", "needless release",
                     "a release without a load before it, and not before one either"},
    SequenceFlagInfo{SequenceFlag::left_to_tee, "left-to-tee", "left to the TEE",
                     "no release after a LOAD_FW that was refused: right only where the TEE clears the memory by "
                     "itself; OP-TEE's application leaves the segments that it had placed by then"},
    SequenceFlagInfo{SequenceFlag::session_leak, "session-leak", "session left",
                     "the processor is gone, and its session is still open"},
    SequenceFlagInfo{SequenceFlag::memory_leak, "memory-leak", "memory left",
                     "the processor is gone, and the TEE still shares memory with it"},
    SequenceFlagInfo{SequenceFlag::state_mismatch, "state-mismatch", "states differ",
                     "the core and the TEE do not agree whether the processor runs"},
};

/// Tracks the loads and releases of a run.
class Account {
  public:
    void take(RecordedCommand command) {
        const SurplusRelease before = std::exchange(surplus_, SurplusRelease::none);
        // Directly before a load it brings the TEE to a known state.
        if (command.command != Command::load_fw) count(before);
        if (command.command == Command::load_fw) take_load(command.result);
        if (command.command == Command::release_fw) take_release(command.result);
    }
    /// To be called after the last command.
    void end() { count(std::exchange(surplus_, SurplusRelease::none)); }

    [[nodiscard]] bool released_twice() const noexcept { return twice_; }
    [[nodiscard]] bool released_needlessly() const noexcept { return needless_; }
    /// Whether a LOAD_FW was refused, and no release followed.
    [[nodiscard]] bool refusal_open() const noexcept { return refusal_open_; }

  private:
    /// A release of nothing.
    enum class SurplusRelease { none, after_another, before_any_load };

    void count(SurplusRelease surplus) noexcept {
        if (surplus == SurplusRelease::after_another) twice_ = true;
        if (surplus == SurplusRelease::before_any_load) needless_ = true;
    }

    void take_load(ResultCode result) {
        // A refused load counts: the TEE may have loaded a part of the image.
        loaded_ = true;
        refusal_open_ = result != ResultCode::success;
    }

    void take_release(ResultCode result) {
        if (!loaded_) surplus_ = released_ ? SurplusRelease::after_another : SurplusRelease::before_any_load;
        if (result != ResultCode::success) return;
        loaded_ = false;
        released_ = true;
        refusal_open_ = false;
    }

    bool loaded_ = false;  // since the last release
    bool released_ = false;
    bool refusal_open_ = false;
    SurplusRelease surplus_ = SurplusRelease::none;  // the last command
    bool twice_ = false;
    bool needless_ = false;
};

Account account_of(const SequenceRecord& record) {
    Account account;
    record.for_each_op([&](const RecordedOperation& /*operation*/, const RecordedOp& op) {
        for (const RecordedCommand& command : op.commands) account.take(command);
    });
    account.end();
    return account;
}

bool holds_firmware(const RecordedOperation& end) {
    return end.state == State::offline && (end.tee_state != TeeState::off || !end.memory_clear);
}

bool states_differ(const RecordedOperation& end) {
    return (end.state == State::running) != (end.tee_state == TeeState::started);
}

}  // namespace

const SequenceFlagInfo& info_of(SequenceFlag flag) noexcept {
    return *std::ranges::find(kFlags, flag, &SequenceFlagInfo::flag);
}

std::vector<SequenceFlag> find_flags(const SequenceRecord& record) {
    const Account account = account_of(record);
    const bool ends_offline = !record.operations.empty() && record.operations.back().state == State::offline;
    std::vector<SequenceFlag> flags;
    const auto add = [&](SequenceFlag flag, bool present) {
        if (present) flags.push_back(flag);
    };
    add(SequenceFlag::release_missing, std::ranges::any_of(record.operations, holds_firmware));
    add(SequenceFlag::release_twice, account.released_twice());
    add(SequenceFlag::release_needless, account.released_needlessly());
    add(SequenceFlag::left_to_tee, ends_offline && account.refusal_open());
    add(SequenceFlag::session_leak, record.sessions_left != 0);
    add(SequenceFlag::memory_leak, record.shared_memories_left != 0);
    add(SequenceFlag::state_mismatch, std::ranges::any_of(record.operations, states_differ));
    return flags;
}

}  // namespace rproc::check
