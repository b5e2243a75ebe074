// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/ctl/scene.hpp"

namespace rproc::cli {

using Json = nlohmann::ordered_json;

/// An object of schema rproc.ctl/1 about a processor: action, remoteproc, name, node; what follows is the action's.
[[nodiscard]] Json ctl_object(const CtlScene& scene, const sysfs::ProcessorPlace& place);

/// An action did its work: `sentence` for a person (nothing with --quiet), or one object with the state and the
/// firmware that the processor now has.
ExitStatus ctl_done(const CtlScene& scene, CtlProcessor& processor, std::string_view sentence);

/// An action failed: the error, the kernel's lines about it and what the first of them means, on standard error; with
/// --json also one object.
ExitStatus ctl_failed(const CtlScene& scene, CtlProcessor& processor, const Error& error);

/// The same as either, as the result has it.
ExitStatus ctl_outcome(const CtlScene& scene, CtlProcessor& processor, const Result<void>& result,
                       std::string_view sentence);

/// A word on standard error that is no error, unless --quiet.
void ctl_note(const CtlScene& scene, std::string_view text);

}  // namespace rproc::cli
