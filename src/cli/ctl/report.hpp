// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/ctl/scene.hpp"

namespace rproc::cli {

using Json = nlohmann::ordered_json;

/// An object of schema rproc.ctl/1 about a processor: action, remoteproc, name, node; what follows is the action's.
[[nodiscard]] Json ctl_object(const CtlScene& scene, const sysfs::ProcessorPlace& place);

/// Reports success: `sentence` as text (nothing with --quiet), or one object with the processor's state and firmware.
ExitStatus ctl_done(const CtlScene& scene, CtlProcessor& processor, std::string_view sentence);

/// Reports a failure on stderr: the error, the kernel's lines about it and the meaning of the first known one; with
/// --json also one object.
ExitStatus ctl_failed(const CtlScene& scene, CtlProcessor& processor, const Error& error);

/// Reports success or failure, as `result` says.
ExitStatus ctl_outcome(const CtlScene& scene, CtlProcessor& processor, const Result<void>& result,
                       std::string_view sentence);

/// Prints a note on stderr, unless --quiet.
void ctl_note(const CtlScene& scene, std::string_view text);

}  // namespace rproc::cli
