// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

namespace rproc {

/// The steps of an operation, named after the functions of the kernel's remoteproc_core.c. An Error names the step that
/// failed, and an Observer receives begin and end of each.
enum class Step {
    none,                  ///< no step: the error occurred outside of a sequence
    request_firmware,      ///< reads the firmware (request_firmware)
    sanity_check,          ///< checks the image (rproc_fw_sanity_check)
    enable_iommu,          ///< attaches the IOMMU domain (rproc_enable_iommu)
    prepare,               ///< the platform's prepare (rproc_prepare_device)
    boot_address,          ///< reads the entry point (rproc_get_boot_addr)
    parse_fw,              ///< finds the image's resource table (rproc_parse_fw)
    loaded_table,          ///< finds the resource table of a firmware in memory (rproc_get_loaded_rsc_table)
    handle_resources,      ///< handles the entries of the resource table (rproc_handle_resources)
    allocate_carveouts,    ///< allocates and maps the carveouts (rproc_alloc_registered_carveouts)
    load,                  ///< copies the segments to memory (rproc_load_segments)
    install_table,         ///< copies the cached resource table to the processor's memory (rproc_start)
    prepare_subdevices,    ///< rproc_prepare_subdevices
    start,                 ///< the backend's or platform's start (rproc->ops->start)
    attach,                ///< rproc_attach_device
    start_subdevices,      ///< rproc_start_subdevices; registers the virtio devices
    stop_subdevices,       ///< rproc_stop_subdevices; removes the virtio devices
    stop,                  ///< rproc->ops->stop
    detach,                ///< rproc->ops->detach
    unprepare_subdevices,  ///< rproc_unprepare_subdevices
    resource_cleanup,      ///< releases carveouts, traces and virtio resources (rproc_resource_cleanup)
    unprepare,             ///< rproc_unprepare_device
    disable_iommu,         ///< rproc_disable_iommu
    release_fw,            ///< releases a firmware that the TEE holds (rproc_release_fw of the TEE series)
    suspend,               ///< the platform driver's suspend
    resume,                ///< the platform driver's resume
};

/// The step's name in timelines and logs, "parse_fw"; static storage.
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
