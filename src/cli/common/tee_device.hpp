// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <string_view>

#include "cli/common/command.hpp"
#include "rproc/tee/device_holders.hpp"

/// What the commands that ask the OP-TEE of this machine share.
namespace rproc::cli {

/// How long to wait for OP-TEE to open its application, by default, in seconds.
inline constexpr double kTeeOpenTimeout = 10;

/// Adds --timeout to a subcommand: how long to wait for OP-TEE to open its application, in seconds.
CLI::Option* add_tee_timeout(CLI::App& app, double& seconds);

[[nodiscard]] std::chrono::milliseconds milliseconds_of(double seconds);

/// Prints, before an open that may wait without end, that no tee-supplicant is there; only where that is certain.
void warn_of_missing_supplicant(Console& console, const tee::device::Holders& supplicants);

/// Prints which other processes have the device at `path` open, when the error is that OP-TEE's application serves
/// another session.
void name_other_clients(Console& console, const Error& error, std::string_view path);

}  // namespace rproc::cli
