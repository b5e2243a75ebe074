// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace rproc {

/// Every way in which an operation is refused or falls short. The names (`name_of`) are stable: they are the `code` of
/// the findings of `rproc check`, and may be used in scripts.
enum class ErrorCode {
    // firmware
    firmware_not_found,
    firmware_unreadable,
    firmware_empty,
    firmware_name_empty,
    firmware_busy,
    // ELF
    elf_too_small,
    elf_bad_magic,
    elf_bad_class,
    elf_wrong_endianness,
    elf_no_segments,
    elf_headers_outside_file,
    elf_program_headers_cut_off,
    segment_filesz_exceeds_memsz,
    segment_truncated,
    segment_too_large,
    segment_outside_memory,
    segments_overlap,
    segment_in_vring,
    elf_machine_foreign,
    vectors_missing,
    reset_vector_invalid,
    debug_sections_large,
    // signed image
    signed_too_small,
    signed_bad_magic,
    signed_bad_version,
    signed_vendor_format,
    signed_size_mismatch,
    signed_bad_tlv,
    signed_bad_image_table,
    // keys and signing
    key_not_found,
    key_malformed,
    key_unsupported,
    key_passphrase,
    key_not_private,
    image_unsignable,
    tlv_unwritable,
    signature_mismatch,
    signature_not_verified,
    // resource table
    table_missing,
    table_truncated,
    table_headerless,
    table_version,
    table_reserved_bytes,
    table_incomplete,
    table_not_in_memory,
    table_outside_segments,
    table_without_services,
    trace_absent,
    virtio_absent,
    entry_outside_table,
    entry_truncated,
    entry_reserved_bytes,
    entry_type_unknown,
    vendor_entry_unhandled,
    vendor_entry_fails_boot,
    // resources
    carveout_misfit,
    carveout_claimed_twice,
    carveout_limit,
    carveout_elsewhere,
    address_replaced,
    devmem_without_iommu,
    trace_unavailable,
    vdev_too_many_vrings,
    vdev_too_few_vrings,
    vring_invalid,
    vring_misfit,
    vring_too_small,
    vrings_unequal,
    vring_not_power_of_two,
    virtio_without_buffer,
    virtio_buffers_misfit,
    virtio_without_kick,
    virtio_features_unknown,
    virtio_config_outside,
    vring_unknown,
    // memory
    address_overflow,
    address_unmapped,
    memory_exhausted,
    memory_overlap,
    memory_region_untranslatable,
    iommu_refused,
    // TEE
    tee_not_ready,
    tee_gone,
    tee_id_taken,
    tee_session_refused,
    tee_refused,
    tee_unreachable,
    tee_device_missing,
    tee_device_denied,
    tee_table_unmappable,
    tee_owns_core,
    // device tree
    dtb_malformed,
    dt_node_missing,
    dt_node_ambiguous,
    dt_node_disabled,
    dt_property_missing,
    dt_property_malformed,
    dt_property_conflict,
    board_unknown,
    // life cycle
    state_invalid,
    attach_unsupported,
    attached_table_missing,
    restart_limit_reached,
    processor_unknown,
    processor_taken,
    processor_ambiguous,
    boot_refused,
    register_failed,
    mailbox_failed,
    mailbox_timeout,
    // beside the processor
    access_denied,
    timed_out,
    kernel_file_failed,
    file_unwritable,
    fault_injected,
};

/// One row for each code: its stable name and the positive errno that a write of "start" to the kernel's state file
/// returns where Linux refuses for this reason; 0 where Linux reports success all the same.
struct ErrorCodeInfo {
    ErrorCode code;
    std::string_view name;
    int errno_value;
};

namespace internal {

// Linux's values, so that a verdict reads the same on every host.
inline constexpr int kReportedAsSuccess = 0;  // the boot fails, and the write to `state` succeeds
inline constexpr int kEnoent = 2;
inline constexpr int kEio = 5;
inline constexpr int kEnomem = 12;
inline constexpr int kEacces = 13;
inline constexpr int kEbusy = 16;
inline constexpr int kEnodev = 19;
inline constexpr int kEinval = 22;
inline constexpr int kEtime = 62;
inline constexpr int kEoverflow = 75;
inline constexpr int kEopnotsupp = 95;
inline constexpr int kEtimedout = 110;
inline constexpr int kEprobeDefer = 517;

inline constexpr std::array kErrorCodes{
    ErrorCodeInfo{ErrorCode::firmware_not_found, "firmware-not-found", kEnoent},
    ErrorCodeInfo{ErrorCode::firmware_unreadable, "firmware-unreadable", kEio},
    ErrorCodeInfo{ErrorCode::firmware_empty, "firmware-empty", kEinval},
    ErrorCodeInfo{ErrorCode::firmware_name_empty, "firmware-name-empty", kEinval},
    ErrorCodeInfo{ErrorCode::firmware_busy, "firmware-busy", kEbusy},
    ErrorCodeInfo{ErrorCode::elf_too_small, "elf-too-small", kEinval},
    ErrorCodeInfo{ErrorCode::elf_bad_magic, "elf-bad-magic", kEinval},
    ErrorCodeInfo{ErrorCode::elf_bad_class, "elf-bad-class", kEinval},
    ErrorCodeInfo{ErrorCode::elf_wrong_endianness, "elf-wrong-endianness", kEinval},
    ErrorCodeInfo{ErrorCode::elf_no_segments, "elf-no-segments", kEinval},
    ErrorCodeInfo{ErrorCode::elf_headers_outside_file, "elf-headers-outside-file", kEinval},
    ErrorCodeInfo{ErrorCode::elf_program_headers_cut_off, "elf-program-headers-cut-off", kEinval},
    ErrorCodeInfo{ErrorCode::segment_filesz_exceeds_memsz, "segment-filesz-exceeds-memsz", kEinval},
    ErrorCodeInfo{ErrorCode::segment_truncated, "segment-truncated", kEinval},
    ErrorCodeInfo{ErrorCode::segment_too_large, "segment-too-large", kEoverflow},
    ErrorCodeInfo{ErrorCode::segment_outside_memory, "segment-outside-memory", kEinval},
    ErrorCodeInfo{ErrorCode::segments_overlap, "segments-overlap", kEinval},
    ErrorCodeInfo{ErrorCode::segment_in_vring, "segment-in-vring", kEinval},
    ErrorCodeInfo{ErrorCode::elf_machine_foreign, "elf-machine-foreign", kEinval},
    ErrorCodeInfo{ErrorCode::vectors_missing, "vectors-missing", kEinval},
    ErrorCodeInfo{ErrorCode::reset_vector_invalid, "reset-vector-invalid", kEinval},
    ErrorCodeInfo{ErrorCode::debug_sections_large, "debug-sections-large", kEinval},
    ErrorCodeInfo{ErrorCode::signed_too_small, "signed-too-small", kEinval},
    ErrorCodeInfo{ErrorCode::signed_bad_magic, "signed-bad-magic", kEinval},
    ErrorCodeInfo{ErrorCode::signed_bad_version, "signed-bad-version", kEinval},
    ErrorCodeInfo{ErrorCode::signed_vendor_format, "signed-vendor-format", kEinval},
    ErrorCodeInfo{ErrorCode::signed_size_mismatch, "signed-size-mismatch", kEinval},
    ErrorCodeInfo{ErrorCode::signed_bad_tlv, "signed-bad-tlv", kEinval},
    ErrorCodeInfo{ErrorCode::signed_bad_image_table, "signed-bad-image-table", kEinval},
    ErrorCodeInfo{ErrorCode::key_not_found, "key-not-found", kEnoent},
    ErrorCodeInfo{ErrorCode::key_malformed, "key-malformed", kEinval},
    ErrorCodeInfo{ErrorCode::key_unsupported, "key-unsupported", kEinval},
    ErrorCodeInfo{ErrorCode::key_passphrase, "key-passphrase", kEacces},
    ErrorCodeInfo{ErrorCode::key_not_private, "key-not-private", kEinval},
    ErrorCodeInfo{ErrorCode::image_unsignable, "image-unsignable", kEinval},
    ErrorCodeInfo{ErrorCode::tlv_unwritable, "tlv-unwritable", kEinval},
    ErrorCodeInfo{ErrorCode::signature_mismatch, "signature-mismatch", kEinval},
    ErrorCodeInfo{ErrorCode::signature_not_verified, "signature-not-verified", kEinval},
    ErrorCodeInfo{ErrorCode::table_missing, "table-missing", kEinval},
    ErrorCodeInfo{ErrorCode::table_truncated, "table-truncated", kEinval},
    ErrorCodeInfo{ErrorCode::table_headerless, "table-headerless", kEinval},
    ErrorCodeInfo{ErrorCode::table_version, "table-version", kEinval},
    ErrorCodeInfo{ErrorCode::table_reserved_bytes, "table-reserved-bytes", kEinval},
    ErrorCodeInfo{ErrorCode::table_incomplete, "table-incomplete", kEinval},
    ErrorCodeInfo{ErrorCode::table_not_in_memory, "table-not-in-memory", kEinval},
    ErrorCodeInfo{ErrorCode::table_outside_segments, "table-outside-segments", kEinval},
    ErrorCodeInfo{ErrorCode::table_without_services, "table-without-services", kEinval},
    ErrorCodeInfo{ErrorCode::trace_absent, "trace-absent", kEinval},
    ErrorCodeInfo{ErrorCode::virtio_absent, "virtio-absent", kEinval},
    ErrorCodeInfo{ErrorCode::entry_outside_table, "entry-outside-table", kEinval},
    ErrorCodeInfo{ErrorCode::entry_truncated, "entry-truncated", kEinval},
    ErrorCodeInfo{ErrorCode::entry_reserved_bytes, "entry-reserved-bytes", kEinval},
    ErrorCodeInfo{ErrorCode::entry_type_unknown, "entry-type-unknown", kEinval},
    ErrorCodeInfo{ErrorCode::vendor_entry_unhandled, "vendor-entry-unhandled", kEinval},
    ErrorCodeInfo{ErrorCode::vendor_entry_fails_boot, "vendor-entry-fails-boot", kReportedAsSuccess},
    ErrorCodeInfo{ErrorCode::carveout_misfit, "carveout-misfit", kEnomem},
    ErrorCodeInfo{ErrorCode::carveout_claimed_twice, "carveout-claimed-twice", kEnomem},
    ErrorCodeInfo{ErrorCode::carveout_limit, "carveout-limit", kEnomem},
    ErrorCodeInfo{ErrorCode::carveout_elsewhere, "carveout-elsewhere", kEnomem},
    ErrorCodeInfo{ErrorCode::address_replaced, "address-replaced", kEinval},
    ErrorCodeInfo{ErrorCode::devmem_without_iommu, "devmem-without-iommu", kEinval},
    ErrorCodeInfo{ErrorCode::trace_unavailable, "trace-unavailable", kEinval},
    ErrorCodeInfo{ErrorCode::vdev_too_many_vrings, "vdev-too-many-vrings", kEinval},
    ErrorCodeInfo{ErrorCode::vdev_too_few_vrings, "vdev-too-few-vrings", kEinval},
    ErrorCodeInfo{ErrorCode::vring_invalid, "vring-invalid", kEinval},
    ErrorCodeInfo{ErrorCode::vring_misfit, "vring-misfit", kEnomem},
    ErrorCodeInfo{ErrorCode::vring_too_small, "vring-too-small", kEinval},
    ErrorCodeInfo{ErrorCode::vrings_unequal, "vrings-unequal", kEinval},
    ErrorCodeInfo{ErrorCode::vring_not_power_of_two, "vring-not-power-of-two", kEinval},
    ErrorCodeInfo{ErrorCode::virtio_without_buffer, "virtio-without-buffer", kEnomem},
    ErrorCodeInfo{ErrorCode::virtio_buffers_misfit, "virtio-buffers-misfit", kEinval},
    ErrorCodeInfo{ErrorCode::virtio_without_kick, "virtio-without-kick", kEinval},
    ErrorCodeInfo{ErrorCode::virtio_features_unknown, "virtio-features-unknown", kEinval},
    ErrorCodeInfo{ErrorCode::virtio_config_outside, "virtio-config-outside", kEinval},
    ErrorCodeInfo{ErrorCode::vring_unknown, "vring-unknown", kEinval},
    ErrorCodeInfo{ErrorCode::address_overflow, "address-overflow", kEinval},
    ErrorCodeInfo{ErrorCode::address_unmapped, "address-unmapped", kEinval},
    ErrorCodeInfo{ErrorCode::memory_exhausted, "memory-exhausted", kEnomem},
    ErrorCodeInfo{ErrorCode::memory_overlap, "memory-overlap", kEinval},
    ErrorCodeInfo{ErrorCode::memory_region_untranslatable, "memory-region-untranslatable", kEinval},
    ErrorCodeInfo{ErrorCode::iommu_refused, "iommu-refused", kEinval},
    ErrorCodeInfo{ErrorCode::tee_not_ready, "tee-not-ready", kEprobeDefer},
    ErrorCodeInfo{ErrorCode::tee_gone, "tee-gone", kEnodev},
    ErrorCodeInfo{ErrorCode::tee_id_taken, "tee-id-taken", kEbusy},
    ErrorCodeInfo{ErrorCode::tee_session_refused, "tee-session-refused", kEinval},
    ErrorCodeInfo{ErrorCode::tee_refused, "tee-refused", kEio},
    ErrorCodeInfo{ErrorCode::tee_unreachable, "tee-unreachable", kEio},
    ErrorCodeInfo{ErrorCode::tee_device_missing, "tee-device-missing", kEnodev},
    ErrorCodeInfo{ErrorCode::tee_device_denied, "tee-device-denied", kEacces},
    ErrorCodeInfo{ErrorCode::tee_table_unmappable, "tee-table-unmappable", kEnomem},
    ErrorCodeInfo{ErrorCode::tee_owns_core, "tee-owns-core", kEinval},
    ErrorCodeInfo{ErrorCode::dtb_malformed, "dtb-malformed", kEinval},
    ErrorCodeInfo{ErrorCode::dt_node_missing, "dt-node-missing", kEnodev},
    ErrorCodeInfo{ErrorCode::dt_node_ambiguous, "dt-node-ambiguous", kEinval},
    ErrorCodeInfo{ErrorCode::dt_node_disabled, "dt-node-disabled", kEnodev},
    ErrorCodeInfo{ErrorCode::dt_property_missing, "dt-property-missing", kEinval},
    ErrorCodeInfo{ErrorCode::dt_property_malformed, "dt-property-malformed", kEinval},
    ErrorCodeInfo{ErrorCode::dt_property_conflict, "dt-property-conflict", kEinval},
    ErrorCodeInfo{ErrorCode::board_unknown, "board-unknown", kEnodev},
    ErrorCodeInfo{ErrorCode::state_invalid, "state-invalid", kEinval},
    ErrorCodeInfo{ErrorCode::attach_unsupported, "attach-unsupported", kEopnotsupp},
    ErrorCodeInfo{ErrorCode::attached_table_missing, "attached-table-missing", kEnoent},
    ErrorCodeInfo{ErrorCode::restart_limit_reached, "restart-limit-reached", kEio},
    ErrorCodeInfo{ErrorCode::processor_unknown, "processor-unknown", kEnodev},
    ErrorCodeInfo{ErrorCode::processor_taken, "processor-taken", kEbusy},
    ErrorCodeInfo{ErrorCode::processor_ambiguous, "processor-ambiguous", kEinval},
    ErrorCodeInfo{ErrorCode::boot_refused, "boot-refused", kEinval},
    ErrorCodeInfo{ErrorCode::register_failed, "register-failed", kEio},
    ErrorCodeInfo{ErrorCode::mailbox_failed, "mailbox-failed", kEio},
    ErrorCodeInfo{ErrorCode::mailbox_timeout, "mailbox-timeout", kEtime},
    ErrorCodeInfo{ErrorCode::access_denied, "access-denied", kEacces},
    ErrorCodeInfo{ErrorCode::timed_out, "timed-out", kEtimedout},
    ErrorCodeInfo{ErrorCode::kernel_file_failed, "kernel-file-failed", kEio},
    ErrorCodeInfo{ErrorCode::file_unwritable, "file-unwritable", kEio},
    ErrorCodeInfo{ErrorCode::fault_injected, "fault-injected", kEio},
};

constexpr bool rows_follow_enum() {
    for (std::size_t i = 0; i < kErrorCodes.size(); ++i)
        if (static_cast<std::size_t>(kErrorCodes[i].code) != i) return false;
    return kErrorCodes.back().code == ErrorCode::fault_injected;
}
static_assert(rows_follow_enum(), "one row for each ErrorCode, in the order of the enumeration");

}  // namespace internal

/// Every code with its name and errno, in the order of the enumeration.
[[nodiscard]] constexpr const auto& error_codes() noexcept { return internal::kErrorCodes; }

/// The stable name of a code, e.g. "segment-outside-memory".
[[nodiscard]] constexpr std::string_view name_of(ErrorCode code) noexcept {
    return internal::kErrorCodes[static_cast<std::size_t>(code)].name;
}

/// The positive errno that Linux returns where it refuses for this reason; 0 where it reports success all the same.
[[nodiscard]] constexpr int errno_of(ErrorCode code) noexcept {
    return internal::kErrorCodes[static_cast<std::size_t>(code)].errno_value;
}

}  // namespace rproc
