// SPDX-License-Identifier: BSD-2-Clause
// Each requirement of the concepts of sysfs/.
#include <chrono>
#include <string>
#include <vector>

#include "rproc/sysfs/sysfs_files.hpp"
#include "rproc/sysfs/sysfs_processor.hpp"

#include "concepts/cases.hpp"

namespace rproc::sysfs {

struct WholeLog {
    std::vector<std::string> new_records();
};
MEETS(KernelLogReader, WholeLog);
NEEDS(KernelLogReader, WholeLog, new_records)

MEETS(SysfsFiles, LocalFiles);
NEEDS(SysfsFiles, LocalFiles, read)
NEEDS(SysfsFiles, LocalFiles, write)
NEEDS(SysfsFiles, LocalFiles, list)
NEEDS(SysfsFiles, LocalFiles, target)
NEEDS(SysfsFiles, LocalFiles, owner)
NEEDS(SysfsFiles, LocalFiles, stream)
NEEDS(SysfsFiles, LocalFiles, open_log)
NEEDS_TYPE(SysfsFiles, LocalFiles, Log)
struct PinnedFiles : LocalFiles {
    PinnedFiles(const PinnedFiles&) = delete;
};
static_assert(!SysfsFiles<PinnedFiles>, "it cannot be moved");

MEETS(WaitClock, SteadyClock);
NEEDS(WaitClock, SteadyClock, now)
NEEDS_CALL(WaitClock, SteadyClock, sleep)
NEEDS_EXACTLY(WaitClock, SteadyClock, now, std::chrono::steady_clock::time_point now())

}  // namespace rproc::sysfs
