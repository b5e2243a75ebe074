// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/common/command.hpp"
#include "rproc/sysfs/sysfs_processor.hpp"

/// rproc ctl: drives the remote processors of the running kernel.
namespace rproc::cli {

struct CtlOptions : CommonOptions {
    std::string action;
    std::string argument;    ///< a firmware's name, or a file
    std::string remoteproc;  ///< which one; empty: the only one
    double timeout = 10;     ///< s
    bool follow = false;
    std::vector<std::string> names{};
    std::uint32_t interval = 100;  ///< ms
};

/// Records the lines of the kernel's log.
struct KernelLogRecorder : NullObserver {
    std::vector<std::string> lines{};
    void on_log(const LogLine& line) { lines.push_back(line.text()); }
};

using CtlProcessor = sysfs::BasicSysfsRemoteProcessor<sysfs::LocalFiles, KernelLogRecorder>;

/// The inputs of an action.
struct CtlScene {
    Console& console;
    const CtlOptions& options;
    sysfs::SysfsRoot root;

    [[nodiscard]] std::chrono::milliseconds timeout() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>(options.timeout));
    }
    [[nodiscard]] CtlProcessor processor(const sysfs::ProcessorPlace& place) const { return CtlProcessor(place, root); }
    /// The processor that --remoteproc names, or the only one.
    [[nodiscard]] Result<sysfs::ProcessorPlace> choose() const {
        sysfs::LocalFiles files;
        return sysfs::find_processor(files, root, options.remoteproc);
    }
};

/// The actions on all processors.
ExitStatus ctl_list(const CtlScene& scene);
ExitStatus ctl_watch(const CtlScene& scene);

/// The actions on one processor.
ExitStatus ctl_info(const CtlScene& scene, CtlProcessor& processor);
ExitStatus ctl_start(const CtlScene& scene, CtlProcessor& processor);
ExitStatus ctl_stop(const CtlScene& scene, CtlProcessor& processor);
ExitStatus ctl_restart(const CtlScene& scene, CtlProcessor& processor);
ExitStatus ctl_load(const CtlScene& scene, CtlProcessor& processor);
ExitStatus ctl_swap(const CtlScene& scene, CtlProcessor& processor);
ExitStatus ctl_trace(const CtlScene& scene, CtlProcessor& processor);
ExitStatus ctl_crash(const CtlScene& scene, CtlProcessor& processor);
ExitStatus ctl_dump(const CtlScene& scene, CtlProcessor& processor);

}  // namespace rproc::cli
