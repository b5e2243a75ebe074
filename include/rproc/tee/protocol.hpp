// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rproc/error.hpp"

/// The protocol of OP-TEE's remoteproc trusted application (ta/remoteproc/include/ta_remoteproc.h), which
/// authenticates, loads, starts and stops a remote processor in the secure world. Enumerators have the values of the
/// wire.
namespace rproc::tee {

/// A TEE UUID as in the ioctl interface: 16 bytes, in the order of their text form (RFC 4122).
using Uuid = std::array<std::uint8_t, 16>;

/// 80a4c275-0a47-4905-8285-1486a9771a08 (TA_REMOTEPROC_UUID)
inline constexpr Uuid kRemoteprocUuid{0x80, 0xa4, 0xc2, 0x75, 0x0a, 0x47, 0x49, 0x05,
                                      0x82, 0x85, 0x14, 0x86, 0xa9, 0x77, 0x1a, 0x08};

/// Formats as "80a4c275-0a47-4905-8285-1486a9771a08".
[[nodiscard]] inline std::string to_string(const Uuid& uuid) {
    std::string text;
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fill("{0:02x}", {uuid[i]});
    }
    return text;
}

/// The commands (TA_RPROC_CMD_* in ta_remoteproc.h). Parameter 0 of every command is the id of the processor (value
/// input, a). In a state that is not listed the result is BAD_STATE, with other parameter types BAD_PARAMETERS.
enum class Command : std::uint32_t {
    load_fw = 1,        ///< [1] memref input: the signed image. OFF -> LOADED; no effect when LOADED
    start_fw = 2,       ///< LOADED -> STARTED; no effect when STARTED
    stop_fw = 3,        ///< STARTED -> OFF; no effect when OFF
    get_rsc_table = 4,  ///< [1] value output: the table's physical address (a low, b high); [2] its size, 0 for none
    get_coredump = 5,   ///< [1] memref output; NOT_IMPLEMENTED in OP-TEE
    release_fw = 6,     ///< OFF or LOADED -> OFF; clears the memories
};

/// The name of a command without its prefix TA_RPROC_CMD_: "LOAD_FW"; static storage.
[[nodiscard]] constexpr std::string_view name_of(Command command) noexcept {
    switch (command) {
        case Command::load_fw: return "LOAD_FW";
        case Command::start_fw: return "START_FW";
        case Command::stop_fw: return "STOP_FW";
        case Command::get_rsc_table: return "GET_RSC_TABLE";
        case Command::get_coredump: return "GET_COREDUMP";
        case Command::release_fw: return "RELEASE_FW";
    }
    return "unknown";
}

/// The types of a parameter (GlobalPlatform TEE Client API 1.0, 4.3.6; TEE_IOCTL_PARAM_ATTR_TYPE_* in <linux/tee.h>).
enum class ParamType : std::uint64_t {
    none = 0,           ///< unused parameter
    value_input = 1,    ///< two 32-bit values that the TEE reads
    value_output = 2,   ///< two 32-bit values that the TEE writes
    value_inout = 3,    ///< two 32-bit values that the TEE reads and writes
    memref_input = 5,   ///< shared memory that the TEE reads
    memref_output = 6,  ///< shared memory that the TEE writes
    memref_inout = 7,   ///< shared memory that the TEE reads and writes
};

/// The results of an open or an invoke that a remoteproc client meets; other values occur.
/// Sources: GlobalPlatform TEE Client API 1.0, 4.4.2 (up to 0xffff0010); TEE Internal Core API 1.1, 3.3.1 (0xffff3xxx).
enum class ResultCode : std::uint32_t {
    success = 0x00000000,
    generic = 0xffff0000,
    access_denied = 0xffff0001,
    bad_format = 0xffff0005,
    bad_parameters = 0xffff0006,
    bad_state = 0xffff0007,
    item_not_found = 0xffff0008,
    not_implemented = 0xffff0009,
    not_supported = 0xffff000a,
    no_data = 0xffff000b,
    out_of_memory = 0xffff000c,
    busy = 0xffff000d,
    communication = 0xffff000e,
    security = 0xffff000f,
    short_buffer = 0xffff0010,
    target_dead = 0xffff3024,
    signature_invalid = 0xffff3072,
    corrupt_object = 0xf0100001,
};

/// The description of a result code, for a user who boots remoteproc firmware.
struct ResultInfo {
    ResultCode code;
    std::string_view name;     ///< as in OP-TEE's headers
    std::string_view meaning;  ///< its usual meaning for remoteproc
    std::string_view cause;    ///< the usual cause
};

/// The description of every ResultCode.
inline constexpr std::array kResults{
    ResultInfo{ResultCode::success, "TEE_SUCCESS", "the command succeeded", "there is no error"},
    ResultInfo{ResultCode::generic, "TEE_ERROR_GENERIC",
               "the TEE failed without saying why; this says nothing about the signature",
               "a driver below the trusted application failed: clock, reset or memory firewall of the processor"},
    ResultInfo{
        ResultCode::access_denied, "TEE_ERROR_ACCESS_DENIED",
        "LOAD_FW: a segment or the resource table lies outside of the memories that the TEE gives to the processor",
        "the image is linked for other memories; of an open: only the kernel may open a session"},
    ResultInfo{ResultCode::bad_format, "TEE_ERROR_BAD_FORMAT",
               "the signed package or an ELF file in it is not laid out as it should be; not a signature failure",
               "two images in the package have a resource table, or an image is no 32-bit ELF file"},
    ResultInfo{ResultCode::bad_parameters, "TEE_ERROR_BAD_PARAMETERS",
               "the TEE does not recognise this as a signed image; it is not a signature failure",
               "a plain ELF file was given to a processor that is loaded by the TEE"},
    ResultInfo{ResultCode::bad_state, "TEE_ERROR_BAD_STATE",
               "the processor is not in a state in which this can be done",
               "it is started while nothing is loaded, stopped before it was started, or loaded while it runs"},
    ResultInfo{ResultCode::item_not_found, "TEE_ERROR_ITEM_NOT_FOUND",
               "the TEE has no such object: no trusted application, or no such item in the image",
               "OP-TEE was built without the remoteproc trusted application"},
    ResultInfo{ResultCode::not_implemented, "TEE_ERROR_NOT_IMPLEMENTED", "the TEE does not implement this command",
               "a coredump was asked for, which OP-TEE does not write"},
    ResultInfo{ResultCode::not_supported, "TEE_ERROR_NOT_SUPPORTED",
               "LOAD_FW: the platform does not verify this kind of signature; open: it does not know this processor",
               "the image is signed with ECDSA and the platform verifies RSA only, or the processor id in the device "
               "tree is not one that OP-TEE's platform code knows"},
    ResultInfo{ResultCode::no_data, "TEE_ERROR_NO_DATA", "a part of the image is missing",
               "a TLV that the trusted application needs is missing from the image"},
    ResultInfo{ResultCode::out_of_memory, "TEE_ERROR_OUT_OF_MEMORY",
               "the TEE has no memory left for its work; the firmware may be valid",
               "the heap of the trusted application or the shared memory is too small for the image's header and TLVs"},
    ResultInfo{ResultCode::busy, "TEE_ERROR_BUSY", "the application serves another session, and has only one at a time",
               "another program, or the kernel's driver, has a session for a remote processor"},
    ResultInfo{ResultCode::communication, "TEE_ERROR_COMMUNICATION", "the TEE could not be reached",
               "OP-TEE is not running, or tee-supplicant is not there to load the trusted application"},
    ResultInfo{ResultCode::security, "TEE_ERROR_SECURITY",
               "the image differs from the signed one, or requests memory that it must not use",
               "the hash of a segment differs from the signed one: the image was changed after it was signed"},
    ResultInfo{ResultCode::short_buffer, "TEE_ERROR_SHORT_BUFFER", "a buffer is too small for its content",
               "the image was truncated, or its header gives larger sizes"},
    ResultInfo{ResultCode::target_dead, "TEE_ERROR_TARGET_DEAD",
               "the trusted application panicked; every later command fails until a new session is opened",
               "an earlier command caused the panic: OP-TEE's console shows where"},
    ResultInfo{ResultCode::corrupt_object, "TEE_ERROR_CORRUPT_OBJECT",
               "the resource table in the ELF file does not begin at a multiple of 4 bytes",
               "the section .resource_table is not aligned: add __attribute__((aligned(4))) to the table"},
    ResultInfo{ResultCode::signature_invalid, "TEE_ERROR_SIGNATURE_INVALID",
               "this is the signature failure: the signature does not match header and TLVs under the TEE's key",
               "the image was signed with another key than the one that OP-TEE was built with"},
};

/// @returns the description of a result, or nothing for one that is not listed.
[[nodiscard]] constexpr std::optional<ResultInfo> find_result(std::uint32_t value) noexcept {
    for (const ResultInfo& row : kResults)
        if (static_cast<std::uint32_t>(row.code) == value) return row;
    return std::nullopt;
}

/// The name of a result, "TEE_ERROR_BAD_PARAMETERS"; "unknown" for a value that is no enumerator.
[[nodiscard]] constexpr std::string_view name_of(ResultCode code) noexcept {
    const auto row = find_result(static_cast<std::uint32_t>(code));
    return row ? row->name : "unknown";
}

/// Formats as "TEE_ERROR_BAD_STATE (0xffff0007): the processor is not in a state in which this can be done"
[[nodiscard]] inline std::string describe(ResultCode code) {
    const auto value = static_cast<std::uint32_t>(code);
    const auto row = find_result(value);
    if (!row) return fill("an unknown result ({0:#010x})", {value});
    return fill("{0} ({1:#010x}): {2}", {row->name, value, row->meaning});
}

/// Formats as "the usual cause: ..."; empty for an unknown result.
[[nodiscard]] inline std::string usual_cause(ResultCode code) {
    const auto row = find_result(static_cast<std::uint32_t>(code));
    return row ? fill("the usual cause: {0}", {row->cause}) : std::string();
}

/// Makes an error of a result of the TEE.
/// @param text its arguments are {0} the name of the result, {1} its value, {2} its meaning, {3} its usual cause,
///   {4} `command`. The hint is omitted for a result that is not listed. Views of static storage.
/// @param command of the application, as the kernel's log names it; empty for a call that is none.
[[nodiscard]] inline Error answer_error(ErrorText text, const Place& where, ResultCode result,
                                        std::string_view command = {}) {
    const auto value = static_cast<std::uint32_t>(result);
    const ResultInfo row = find_result(value).value_or(
        ResultInfo{result, "an unknown result", "OP-TEE's application for remote processors does not have it", ""});
    if (row.cause.empty()) text.hint = "";
    const TextArgument arguments[]{row.name, value, row.meaning, row.cause, command};
    return Error::of(text, where, arguments);
}

}  // namespace rproc::tee
