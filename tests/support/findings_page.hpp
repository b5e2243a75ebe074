// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

/// What is written of every code in error_codes.def and finding_codes.def: the sources of two generated documents.
namespace rproc::test {

/// docs/findings.md
[[nodiscard]] std::string findings_page();

/// docs/man/rproc-findings.7
[[nodiscard]] std::string findings_man_page();

}  // namespace rproc::test
