// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/result.hpp"
#include "rproc/state.hpp"
#include "rproc/step.hpp"
#include "rproc/tee/protocol.hpp"
#include "rproc/tee/software_tee.hpp"

/// A comparison of the boot sequences that were proposed for firmware that a TEE loads. Each run boots a signed
/// firmware on a model of the board stm32mp157c-dk2-tee, injects a failure at a given point, and records both sides.
namespace rproc::check {

/// A sequence, and its source.
struct SequenceDesign {
    std::string_view name;    ///< as in `BootSequence::kName`: "mainline", "alternate-boot", "load-first"
    std::string_view origin;  ///< its author, and the versions of the series
    std::string_view idea;    ///< the order of its steps, in one sentence
};

/// An implementation of a sequence: that of this library, which releases a loaded firmware once, or that of a posted
/// version of the series.
enum class SequenceVariant {
    mainline,           ///< of this library
    mainline_v21,       ///< as posted in v21
    alternate_boot,     ///< of this library
    alternate_boot_v5,  ///< as posted in v5
    load_first,         ///< of this library
    load_first_v15,     ///< as posted in v15
};

/// The description of a variant.
struct SequenceVariantInfo {
    SequenceVariant variant;
    std::string_view sequence;  ///< name of its SequenceDesign
    std::string_view version;   ///< of the series that posted it, "v21"; empty for this library
    std::string_view releases;  ///< where it releases the firmware, in words

    /// Whether it is of the series, and not of this library.
    [[nodiscard]] constexpr bool is_posted() const noexcept { return !version.empty(); }
    /// The name of the variant: "rproc", or "posted-v21".
    [[nodiscard]] std::string name() const { return is_posted() ? "posted-" + std::string(version) : "rproc"; }
};

/// The point at which a run fails.
enum class FailurePoint {
    none,                ///< no failure: boot and stop
    prepare,             ///< the platform's prepare: the processor cannot access a memory-region
    load_fw,             ///< the TEE rejects LOAD_FW: the image was modified after signing
    get_rsc_table,       ///< the first GET_RSC_TABLE is refused
    handle_resources,    ///< the resource table has a devmem entry, without an IOMMU
    allocate_carveouts,  ///< the resource table requests a carveout of 32 MiB
    start_fw,            ///< START_FW is refused
    start_subdevices,    ///< the firmware has a virtio device, and the platform no kick
    stop_fw,             ///< STOP_FW is refused once; the stop is then repeated
    recovery_load_fw,    ///< as load_fw, in a recovery
    recovery_start_fw,   ///< as start_fw, in a recovery
};

/// The description of a point of failure.
struct FailurePointInfo {
    FailurePoint point;
    std::string_view name;  ///< "get-rsc-table"
    std::string_view what;  ///< the cause of the failure, in words
};

/// A command to the TEE, and its result.
struct RecordedCommand {
    tee::Command command;
    tee::ResultCode result;

    friend bool operator==(const RecordedCommand&, const RecordedCommand&) = default;
};

/// An op of the core, with the commands that it sent to the TEE.
struct RecordedOp {
    Step step;
    bool failed = false;                      ///< whether it returned an error
    std::vector<RecordedCommand> commands{};  ///< in the order of sending
};

/// The operations of a user.
enum class Operation { boot, stop, recovery };

/// An operation, and the state of both sides after it.
struct RecordedOperation {
    Operation operation;
    std::vector<RecordedOp> ops{};  ///< in order
    bool failed = false;            ///< whether it returned an error
    State state = State::offline;   ///< of the core, afterwards
    tee::SoftwareTee::ProcessorState tee_state = tee::SoftwareTee::ProcessorState::off;  ///< in the TEE
    bool memory_clear = true;  ///< whether all memories that the TEE may load to are zero
};

/// The record of a run.
struct SequenceRecord {
    std::vector<RecordedOperation> operations{};
    std::size_t sessions_left = 0;         ///< open in the TEE after the processor was destroyed
    std::size_t shared_memories_left = 0;  ///< registered with the TEE, likewise

    /// Calls `visitor(const RecordedOperation&, const RecordedOp&)` for each op, in order.
    template <class Visitor>
    void for_each_op(Visitor&& visitor) const {
        for (const RecordedOperation& operation : operations) {
            for (const RecordedOp& op : operation.ops) visitor(operation, op);
        }
    }
};

/// A defect of a run.
enum class SequenceFlag {
    release_missing,   ///< the processor is offline, but the TEE holds firmware or memory is not zero
    release_twice,     ///< a second release without a load in between
    release_needless,  ///< a release without a load
    left_to_tee,       ///< a failed LOAD_FW that no release follows
    session_leak,      ///< a session stays open
    memory_leak,       ///< shared memory stays registered
    state_mismatch,    ///< only one of the core and the TEE is in the state running
};

/// The description of a defect.
struct SequenceFlagInfo {
    SequenceFlag flag;
    std::string_view name;     ///< "release-twice"
    std::string_view title;    ///< "double release"
    std::string_view meaning;  ///< one sentence
};

/// A run, and its defects.
struct SequenceRun {
    SequenceVariant variant;
    FailurePoint point;
    SequenceRecord record;
    std::vector<SequenceFlag> flags;  ///< each at most once, in the order of the enumeration
};

/// All designs.
[[nodiscard]] std::span<const SequenceDesign> sequence_designs() noexcept;
/// All variants, grouped by sequence, that of this library first.
[[nodiscard]] std::span<const SequenceVariantInfo> sequence_variants() noexcept;
/// All points of failure, in the order in which a processor reaches them.
[[nodiscard]] std::span<const FailurePointInfo> failure_points() noexcept;
/// The description of an enumerator; static storage.
[[nodiscard]] const SequenceVariantInfo& info_of(SequenceVariant variant) noexcept;
[[nodiscard]] const FailurePointInfo& info_of(FailurePoint point) noexcept;
[[nodiscard]] const SequenceFlagInfo& info_of(SequenceFlag flag) noexcept;

/// "boot", "stop" or "recovery"; static storage.
[[nodiscard]] std::string_view to_string(Operation operation) noexcept;

/// Finds the defects of a record. Depends on the record only, not on the sequence.
[[nodiscard]] std::vector<SequenceFlag> find_flags(const SequenceRecord& record);

/// Runs a variant with a point of failure.
/// @returns the run, or an error of `platform::embedded_board` or of SignedImageBuilder; neither fails for the built-in
///   firmwares.
/// Threads: any; runs are independent.
[[nodiscard]] Result<SequenceRun> study_sequence(SequenceVariant variant, FailurePoint point);

}  // namespace rproc::check
