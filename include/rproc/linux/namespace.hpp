// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// GNU's dialects (-std=gnu++20) predefine `linux` as 1, and nobody could write `rproc::linux`; `__linux__` stays.
#undef linux

/// The kernel that runs on this machine, as user space sees it.
namespace rproc::linux {}
