// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/exit_status.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <variant>

namespace rproc::cli {
namespace {

struct Row {
    ErrorCode code;
    ExitStatus status;
};

/// Every code that means something else than "Linux would not boot this".
constexpr std::array kRows{
    Row{ErrorCode::firmware_not_found, ExitStatus::not_found},
    Row{ErrorCode::firmware_unreadable, ExitStatus::io_error},
    Row{ErrorCode::firmware_changed, ExitStatus::io_error},
    Row{ErrorCode::firmware_name_empty, ExitStatus::usage},
    Row{ErrorCode::firmware_busy, ExitStatus::busy},
    Row{ErrorCode::key_not_found, ExitStatus::not_found},
    Row{ErrorCode::key_malformed, ExitStatus::usage},
    Row{ErrorCode::key_unsupported, ExitStatus::usage},
    Row{ErrorCode::key_passphrase, ExitStatus::permission},
    Row{ErrorCode::key_not_private, ExitStatus::usage},
    Row{ErrorCode::tlv_unwritable, ExitStatus::usage},
    Row{ErrorCode::dtb_malformed, ExitStatus::not_found},
    Row{ErrorCode::dt_node_missing, ExitStatus::not_found},
    Row{ErrorCode::dt_node_ambiguous, ExitStatus::usage},
    Row{ErrorCode::dt_node_disabled, ExitStatus::not_found},
    Row{ErrorCode::board_unknown, ExitStatus::not_found},
    Row{ErrorCode::state_invalid, ExitStatus::busy},
    Row{ErrorCode::attach_unsupported, ExitStatus::busy},
    Row{ErrorCode::register_failed, ExitStatus::io_error},
    Row{ErrorCode::processor_unknown, ExitStatus::not_found},
    Row{ErrorCode::processor_taken, ExitStatus::busy},
    Row{ErrorCode::mailbox_failed, ExitStatus::io_error},
    Row{ErrorCode::mailbox_timeout, ExitStatus::timeout},
    Row{ErrorCode::processor_ambiguous, ExitStatus::usage},
    Row{ErrorCode::devmem_missing, ExitStatus::not_found},
    Row{ErrorCode::devmem_denied, ExitStatus::permission},
    Row{ErrorCode::devmem_strict, ExitStatus::permission},
    Row{ErrorCode::devmem_failed, ExitStatus::io_error},
    Row{ErrorCode::register_secured, ExitStatus::permission},
    Row{ErrorCode::reset_unsupported, ExitStatus::not_found},
    Row{ErrorCode::mailbox_unsupported, ExitStatus::not_found},
    Row{ErrorCode::mailbox_off, ExitStatus::io_error},
    Row{ErrorCode::other_machine, ExitStatus::not_found},
    Row{ErrorCode::driver_bound, ExitStatus::busy},
    Row{ErrorCode::access_denied, ExitStatus::permission},
    Row{ErrorCode::timed_out, ExitStatus::timeout},
    Row{ErrorCode::kernel_file_failed, ExitStatus::io_error},
    Row{ErrorCode::file_unwritable, ExitStatus::io_error},
    Row{ErrorCode::memory_shortened, ExitStatus::io_error},
    Row{ErrorCode::tee_not_ready, ExitStatus::busy},
    Row{ErrorCode::tee_id_taken, ExitStatus::busy},
    Row{ErrorCode::tee_busy, ExitStatus::busy},
    Row{ErrorCode::tee_open_timeout, ExitStatus::timeout},
    Row{ErrorCode::tee_gone, ExitStatus::not_found},
    Row{ErrorCode::tee_device_missing, ExitStatus::not_found},
    Row{ErrorCode::tee_device_denied, ExitStatus::permission},
    Row{ErrorCode::tee_unreachable, ExitStatus::io_error},
    Row{ErrorCode::tee_processor_running, ExitStatus::busy},
    Row{ErrorCode::tee_application_died, ExitStatus::io_error},
};

bool permission_denied(const Error& error) {
    const auto* const file = std::get_if<place::File>(&error.place().part);
    return error.code() == ErrorCode::firmware_unreadable && file != nullptr &&
           ::access(std::string(file->name).c_str(), R_OK) != 0 && errno == EACCES;
}

}  // namespace

ExitStatus exit_status_of(const Error& error) {
    if (permission_denied(error)) return ExitStatus::permission;
    const auto* const row = std::ranges::find(kRows, error.code(), &Row::code);
    return row == kRows.end() ? ExitStatus::no : row->status;
}

}  // namespace rproc::cli
