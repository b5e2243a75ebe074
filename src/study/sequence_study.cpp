// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/study/sequence_study.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "rproc/core/remote_processor.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/sim/software_tee_board.hpp"
#include "rproc/tee/backend.hpp"
#include "rproc/tee/connection.hpp"
#include "study/posted_sequences.hpp"
#include "study/sequence_firmware.hpp"
#include "study/sequence_recorder.hpp"

namespace rproc::check {
namespace {

using tee::Command;
using M4 = platform::ModelStm32mp15;
using LibraryBackend = tee::Backend<RecordingTee>;

constexpr std::string_view kBoard = "stm32mp157c-dk2-tee";

/// An M4 without a kick, so that no virtio device can be registered.
class WithoutKick : public M4 {
  public:
    using M4::M4;
    void kick() = delete;
};
static_assert(Platform<WithoutKick> && !HasKick<WithoutKick>);

/// The cause of a failing run, and the operation that it affects.
struct Cause {
    Operation operation = Operation::boot;
    FirmwareFault fault = FirmwareFault::none;
    std::optional<Command> refused{};
};

Cause cause_of(FailurePoint point) noexcept {
    switch (point) {
        case FailurePoint::none:
        case FailurePoint::prepare:
        case FailurePoint::start_subdevices: break;
        case FailurePoint::load_fw: return {.fault = FirmwareFault::damaged};
        case FailurePoint::get_rsc_table: return {.refused = Command::get_rsc_table};
        case FailurePoint::handle_resources: return {.fault = FirmwareFault::devmem_entry};
        case FailurePoint::allocate_carveouts: return {.fault = FirmwareFault::large_carveout};
        case FailurePoint::start_fw: return {.refused = Command::start_fw};
        case FailurePoint::stop_fw: return {.operation = Operation::stop, .refused = Command::stop_fw};
        case FailurePoint::recovery_load_fw: return {.operation = Operation::recovery, .fault = FirmwareFault::damaged};
        case FailurePoint::recovery_start_fw: return {.operation = Operation::recovery, .refused = Command::start_fw};
    }
    return {};
}

/// The configuration of the board for Linux. For FailurePoint::prepare it has a region that the M4 cannot access.
platform::Stm32mp15Config config_for(FailurePoint point, platform::Stm32mp15Config config) {
    constexpr PhysicalAddress kDdr{0xc0000000};
    if (point == FailurePoint::prepare) config.regions.push_back({"unseen", PhysicalRange::make(kDdr, 0x1000)});
    return config;
}

/// The environment of one processor.
struct Bench {
    platform::Stm32mp15Config config;
    ModelMemory memory{};
    std::shared_ptr<tee::SoftwareTee> tee{};
    std::shared_ptr<SequenceRecorder> recorder = std::make_shared<SequenceRecorder>();
    std::shared_ptr<RecordingTee> client{};
    std::shared_ptr<Firmware> firmware{};  ///< of the next boot or recovery

    [[nodiscard]] static Result<Bench> make(FailurePoint point) {
        RPROC_TRY_ASSIGN(platform::Board board, platform::embedded_board(kBoard));
        Bench bench{.config = config_for(point, board.config)};
        const tee::SoftwareTeePolicy policy{.signatures = tee::SoftwareTeePolicy::Signatures::not_verified};
        RPROC_TRY_ASSIGN(bench.tee, sim::make_software_tee(board.config, policy, bench.memory));
        bench.client = std::make_shared<RecordingTee>(bench.tee, CommandRecorder(bench.recorder));
        RPROC_TRY_ASSIGN(Firmware sound, make_signed_firmware(FirmwareFault::none));
        bench.firmware = std::make_shared<Firmware>(std::move(sound));
        return bench;
    }

    [[nodiscard]] std::uint32_t processor_id() const noexcept { return sim::processor_id(config); }

    [[nodiscard]] FirmwareSource source() const {
        return {firmware->name(), [held = firmware]() -> Result<Firmware> { return *held; }};
    }

    /// Makes the following operation fail.
    [[nodiscard]] Result<void> inject(const Cause& cause) const {
        RPROC_TRY_ASSIGN(*firmware, make_signed_firmware(cause.fault));
        if (cause.refused) client->refuse_next(*cause.refused);
        return {};
    }
};

/// Performs the operations of a run on a processor.
template <class Processor>
class Run {
  public:
    Run(const Bench& bench, Processor& processor) : bench_(bench), processor_(processor) {}

    [[nodiscard]] Result<void> perform_all(FailurePoint point) {
        const Cause cause = cause_of(point);
        RPROC_TRY(processor_.set_firmware(bench_.source()));
        if (cause.operation != Operation::boot) perform(Operation::boot);
        RPROC_TRY(bench_.inject(cause));
        perform(cause.operation);
        if (processor_.state() != State::offline) perform(Operation::stop);
        return {};
    }

  private:
    void perform(Operation operation) {
        bench_.recorder->begin(operation);
        const bool done = run(operation).has_value();
        RecordedOperation& end = bench_.recorder->current();
        end.failed = !done;
        end.state = processor_.state();
        end.tee_state = bench_.tee->state(bench_.processor_id());
        end.memory_clear = bench_.tee->is_clear(bench_.processor_id());
    }

    [[nodiscard]] Result<void> run(Operation operation) {
        switch (operation) {
            case Operation::boot: return processor_.boot();
            case Operation::stop: return processor_.shutdown();
            case Operation::recovery: return processor_.handle_crash(CrashType::watchdog);
        }
        return {};
    }

    const Bench& bench_;
    Processor& processor_;
};

template <class B, BootSequence S, Platform P>
Result<SequenceRecord> run_on(FailurePoint point) {
    using Processor = RemoteProcessor<B, P, S, ObserverRef<SequenceRecorder>>;
    RPROC_TRY_ASSIGN(const Bench bench, Bench::make(point));
    // Lives until the end: its destructor closes the sessions that the record counts.
    const auto connection = std::make_shared<tee::Connection<RecordingTee>>(bench.client);
    RPROC_TRY_ASSIGN(auto session, tee::Session<RecordingTee>::open(connection, bench.processor_id()));
    {
        Processor processor(B(std::move(session)), P(bench.config, {}, bench.memory), ObserverRef(*bench.recorder));
        RPROC_TRY(Run(bench, processor).perform_all(point));
    }
    return SequenceRecord{.operations = bench.recorder->take(),
                          .sessions_left = bench.tee->open_sessions(),
                          .shared_memories_left = bench.tee->registered_memories()};
}

template <class B, BootSequence S>
Result<SequenceRecord> run(FailurePoint point) {
    if (point == FailurePoint::start_subdevices) return run_on<B, S, WithoutKick>(point);
    return run_on<B, S, M4>(point);
}

Result<SequenceRecord> run(SequenceVariant variant, FailurePoint point) {
    switch (variant) {
        case SequenceVariant::mainline: return run<LibraryBackend, Mainline>(point);
        case SequenceVariant::mainline_v21: return run<PostedV21, Mainline>(point);
        case SequenceVariant::alternate_boot: return run<LibraryBackend, AlternateBoot>(point);
        case SequenceVariant::alternate_boot_v5: return run<PostedV5, AlternateBoot>(point);
        case SequenceVariant::load_first: return run<LibraryBackend, LoadFirst>(point);
        case SequenceVariant::load_first_v15: break;
    }
    if (cause_of(point).operation == Operation::recovery) return run<PostedV15, PostedLoadFirstRecovery>(point);
    return run<PostedV15, PostedLoadFirst>(point);
}

}  // namespace

Result<SequenceRun> study_sequence(SequenceVariant variant, FailurePoint point) {
    RPROC_TRY_ASSIGN(SequenceRecord record, run(variant, point));
    auto flags = find_flags(record);
    return SequenceRun{variant, point, std::move(record), std::move(flags)};
}

}  // namespace rproc::check
