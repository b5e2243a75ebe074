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

/// The boot sequences that were proposed for firmware which a TEE loads, compared by running them: each boots a signed
/// firmware on a model of the board stm32mp157c-dk2-tee, fails where it is told to, and is watched from both sides.
namespace rproc::check {

/// A sequence, and where it comes from.
struct SequenceDesign {
    std::string_view name;    ///< as in `BootSequence::kName`: "mainline", "alternate-boot", "load-first"
    std::string_view origin;  ///< who proposed it, in which versions
    std::string_view idea;    ///< its order in one sentence
};

/// A sequence as it is implemented by somebody: by this library, which releases what was loaded once, or as a version
/// of the series posted it.
enum class SequenceVariant {
    mainline,
    mainline_v21,
    alternate_boot,
    alternate_boot_v5,
    load_first,
    load_first_v15,
};

struct SequenceVariantInfo {
    SequenceVariant variant;
    std::string_view sequence;  ///< name of its SequenceDesign
    std::string_view version;   ///< in which it was posted: "v21"; empty for the library's own
    std::string_view releases;  ///< where it gives the firmware up

    [[nodiscard]] constexpr bool is_posted() const noexcept { return !version.empty(); }
    /// "rproc", or "posted-v21"
    [[nodiscard]] std::string name() const { return is_posted() ? "posted-" + std::string(version) : "rproc"; }
};

/// Where a run fails.
enum class FailurePoint {
    none,                ///< nowhere: boot and stop
    prepare,             ///< the platform's prepare: a memory-region that the processor does not see
    load_fw,             ///< LOAD_FW is refused: the image was changed after it was signed
    get_rsc_table,       ///< the first GET_RSC_TABLE is refused
    handle_resources,    ///< the resource table has a devmem entry, and there is no IOMMU
    allocate_carveouts,  ///< the resource table wants a carveout of 32 MiB
    start_fw,            ///< START_FW is refused
    start_subdevices,    ///< the platform has no kick, and the firmware a virtio device
    stop_fw,             ///< STOP_FW is refused, once; then the processor is stopped again
    recovery_load_fw,    ///< as load_fw, in a recovery
    recovery_start_fw,   ///< as start_fw, in a recovery
};

struct FailurePointInfo {
    FailurePoint point;
    std::string_view name;  ///< "get-rsc-table"
    std::string_view what;  ///< what happens there, in words
};

/// A command that went to the TEE, and its answer.
struct RecordedCommand {
    tee::Command command;
    tee::ResultCode result;

    friend bool operator==(const RecordedCommand&, const RecordedCommand&) = default;
};

/// An op of the core, with the commands that it sent.
struct RecordedOp {
    Step step;
    bool failed = false;
    std::vector<RecordedCommand> commands{};
};

/// What a user asks of a processor.
enum class Operation { boot, stop, recovery };

/// An operation, and how both sides stood when it was over.
struct RecordedOperation {
    Operation operation;
    std::vector<RecordedOp> ops{};
    bool failed = false;
    State state = State::offline;
    tee::SoftwareTee::ProcessorState tee_state = tee::SoftwareTee::ProcessorState::off;
    bool memory_clear = true;  ///< every byte that the TEE may load to is zero
};

/// All that was seen of a run.
struct SequenceRecord {
    std::vector<RecordedOperation> operations{};
    std::size_t sessions_left = 0;         ///< open in the TEE after the processor is gone
    std::size_t shared_memories_left = 0;  ///< registered there, likewise

    /// Calls `visitor(const RecordedOperation&, const RecordedOp&)` for each op, in order.
    template <class Visitor>
    void for_each_op(Visitor&& visitor) const {
        for (const RecordedOperation& operation : operations) {
            for (const RecordedOp& op : operation.ops) visitor(operation, op);
        }
    }
};

/// What is wrong with a run.
enum class SequenceFlag {
    release_missing,   ///< the processor is offline, and the TEE holds firmware or its memory is not zero
    release_twice,     ///< released again, and nothing was loaded in between
    release_needless,  ///< released before anything was loaded
    left_to_tee,       ///< a refused LOAD_FW that no release follows
    session_leak,      ///< a session is left over
    memory_leak,       ///< shared memory is left over
    state_mismatch,    ///< the core says running and the TEE does not, or the other way round
};

struct SequenceFlagInfo {
    SequenceFlag flag;
    std::string_view name;     ///< "release-twice"
    std::string_view title;    ///< "double release"
    std::string_view meaning;  ///< in one sentence
};

/// A run, and what is wrong with it.
struct SequenceRun {
    SequenceVariant variant;
    FailurePoint point;
    SequenceRecord record;
    std::vector<SequenceFlag> flags;  ///< each at most once, in the order of the enumeration
};

[[nodiscard]] std::span<const SequenceDesign> sequence_designs() noexcept;
/// Those of a sequence stand together, the library's own first.
[[nodiscard]] std::span<const SequenceVariantInfo> sequence_variants() noexcept;
/// In the order in which a life of a processor meets them.
[[nodiscard]] std::span<const FailurePointInfo> failure_points() noexcept;
[[nodiscard]] const SequenceVariantInfo& info_of(SequenceVariant variant) noexcept;
[[nodiscard]] const FailurePointInfo& info_of(FailurePoint point) noexcept;
[[nodiscard]] const SequenceFlagInfo& info_of(SequenceFlag flag) noexcept;

[[nodiscard]] std::string_view to_string(Operation operation) noexcept;

/// What is wrong with what was seen. Knows of no sequence: the record decides alone.
[[nodiscard]] std::vector<SequenceFlag> find_flags(const SequenceRecord& record);

/// Runs a variant to a point of failure. Independent of all other runs; may be called from several threads.
/// @returns the run, or an error of `platform::embedded_board` or of SignedImageBuilder, which none of them has.
[[nodiscard]] Result<SequenceRun> study_sequence(SequenceVariant variant, FailurePoint point);

}  // namespace rproc::check
