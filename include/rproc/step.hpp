// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

namespace rproc {

/// The steps of a remote processor's life, in the words of the kernel's remoteproc core. An error says at which step
/// it arose, and an observer is told when each begins and ends.
enum class Step {
    none,
    request_firmware,
    sanity_check,
    enable_iommu,
    prepare,
    boot_address,
    parse_fw,
    loaded_table,
    handle_resources,
    allocate_carveouts,
    load,
    install_table,
    prepare_subdevices,
    start,
    attach,
    start_subdevices,
    stop_subdevices,
    stop,
    detach,
    unprepare_subdevices,
    resource_cleanup,
    unprepare,
    disable_iommu,
    release_fw,
    suspend,
    resume,
};

/// The step's name as printed in timelines and logs.
[[nodiscard]] constexpr std::string_view to_string(Step step) noexcept {
    switch (step) {
        case Step::none: return "none";
        case Step::request_firmware: return "request_firmware";
        case Step::sanity_check: return "sanity_check";
        case Step::enable_iommu: return "enable_iommu";
        case Step::prepare: return "prepare";
        case Step::boot_address: return "boot_address";
        case Step::parse_fw: return "parse_fw";
        case Step::loaded_table: return "loaded_table";
        case Step::handle_resources: return "handle_resources";
        case Step::allocate_carveouts: return "allocate_carveouts";
        case Step::load: return "load";
        case Step::install_table: return "install_table";
        case Step::prepare_subdevices: return "prepare_subdevices";
        case Step::start: return "start";
        case Step::attach: return "attach";
        case Step::start_subdevices: return "start_subdevices";
        case Step::stop_subdevices: return "stop_subdevices";
        case Step::stop: return "stop";
        case Step::detach: return "detach";
        case Step::unprepare_subdevices: return "unprepare_subdevices";
        case Step::resource_cleanup: return "resource_cleanup";
        case Step::unprepare: return "unprepare";
        case Step::disable_iommu: return "disable_iommu";
        case Step::release_fw: return "release_fw";
        case Step::suspend: return "suspend";
        case Step::resume: return "resume";
    }
    return "unknown";
}

}  // namespace rproc
