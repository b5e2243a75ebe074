// SPDX-License-Identifier: BSD-2-Clause
// The sequences, their variants and the points of failure in words.

#include <algorithm>
#include <array>

#include "rproc/core/boot_sequence.hpp"
#include "rproc/study/sequence_study.hpp"

namespace rproc::check {
namespace {

constexpr std::array kDesigns{
    SequenceDesign{
        Mainline::kName, "Arnaud Pouliquen, v13 and v16 to v22, after the reviews by Bjorn Andersson",
        "the TEE loads in parse_fw, to find the resource table; load repeats the command, which has an effect only in "
        "a recovery"},
    SequenceDesign{AlternateBoot::kName, "Arnaud Pouliquen, v3 to v5",
                   "a separate boot (rproc_alt_fw_boot): load, use the table in place, handle it, start"},
    SequenceDesign{LoadFirst::kName, "Arnaud Pouliquen with Mathieu Poirier, v14 and v15",
                   "a separate op (load_fw) loads before all other steps; then the order of Linux, without load"},
};

constexpr std::string_view kOnce =
    "in the last step of the rollback, once for each load; also after a refused load, which may have loaded a part";

constexpr std::array kVariants{
    SequenceVariantInfo{SequenceVariant::mainline, Mainline::kName, "", kOnce},
    SequenceVariantInfo{SequenceVariant::mainline_v21, Mainline::kName, "v21",
                        "in rproc_boot and rproc_boot_recovery after every failure, and in parse_fw when that fails "
                        "after its load; in rproc_shutdown"},
    SequenceVariantInfo{SequenceVariant::alternate_boot, AlternateBoot::kName, "", kOnce},
    SequenceVariantInfo{SequenceVariant::alternate_boot_v5, AlternateBoot::kName, "v5",
                        "nowhere: there was neither an op nor a command for it"},
    SequenceVariantInfo{SequenceVariant::load_first, LoadFirst::kName, "", kOnce},
    SequenceVariantInfo{
        SequenceVariant::load_first_v15, LoadFirst::kName, "v15",
        "in rproc_boot after every failure that follows load_fw, and in the cleanup of rproc_fw_boot, from "
        "handle_resources on; in rproc_boot_recovery when rproc_start fails; in rproc_shutdown"},
};

constexpr std::array kPoints{
    FailurePointInfo{FailurePoint::none, "none", "the processor boots and stops"},
    FailurePointInfo{FailurePoint::prepare, "prepare", "the platform cannot prepare"},
    FailurePointInfo{FailurePoint::load_fw, "load-fw", "the TEE refuses the image"},
    FailurePointInfo{FailurePoint::get_rsc_table, "get-rsc-table", "the TEE does not report the table"},
    FailurePointInfo{FailurePoint::handle_resources, "handle-resources", "the table has an entry that is refused"},
    FailurePointInfo{FailurePoint::allocate_carveouts, "allocate-carveouts", "there is no memory for a carveout"},
    FailurePointInfo{FailurePoint::start_fw, "start-fw", "the TEE does not start the core"},
    FailurePointInfo{FailurePoint::start_subdevices, "start-subdevices", "a virtio device cannot be registered"},
    FailurePointInfo{FailurePoint::stop_fw, "stop-fw", "the TEE does not stop the core at first"},
    FailurePointInfo{FailurePoint::recovery_load_fw, "recovery-load-fw", "in a recovery, the TEE refuses the image"},
    FailurePointInfo{FailurePoint::recovery_start_fw, "recovery-start-fw",
                     "in a recovery, the TEE does not start the core"},
};

}  // namespace

std::span<const SequenceDesign> sequence_designs() noexcept { return kDesigns; }
std::span<const SequenceVariantInfo> sequence_variants() noexcept { return kVariants; }
std::span<const FailurePointInfo> failure_points() noexcept { return kPoints; }

const SequenceVariantInfo& info_of(SequenceVariant variant) noexcept {
    return *std::ranges::find(kVariants, variant, &SequenceVariantInfo::variant);
}

const FailurePointInfo& info_of(FailurePoint point) noexcept {
    return *std::ranges::find(kPoints, point, &FailurePointInfo::point);
}

std::string_view to_string(Operation operation) noexcept {
    switch (operation) {
        case Operation::boot: return "boot";
        case Operation::stop: return "stop";
        case Operation::recovery: return "recovery";
    }
    return "unknown";
}

}  // namespace rproc::check
