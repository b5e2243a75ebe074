// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "rproc/core/crash.hpp"
#include "rproc/debug/coredump.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// Writes a core file of each crash, in the way that the mode selects (the kernel's `rproc->ops->coredump`, and its
/// devcoredump).
///
///     disabled  no dump; the default, as in Linux
///     enabled   copies the memory while the processor is stopped. A thread writes the file while the processor
///               restarts. Needs as much memory as the dump has bytes. A crash during the write waits for its end.
///     inline    writes the file piece by piece while recovery waits; needs memory for one piece
///
/// A dump contains the segments of `dump_segments_of`, `add_trace_segments` and the platform. A failed dump is
/// reported, and recovery continues.
///
/// Threads: any. `Report` is called by the thread that recovers, or by the writing thread. The destructor waits for the
/// file in progress.
class Coredumper {
  public:
    /// Selects the path of the dump of a crash.
    using Target = std::function<std::filesystem::path(const CrashScene&)>;
    /// Receives the result of each dump. May be empty; must not throw.
    using Report = std::function<void(const std::filesystem::path& file, const Result<CoredumpSummary>& result)>;

    /// @param target called once for each dump.
    /// @param info the ELF header of the dumps; its `boot_address` is replaced by that of the crash.
    /// @param report may be empty.
    explicit Coredumper(Target target, CoredumpInfo info = {}, Report report = {});
    Coredumper(const Coredumper&) = delete;
    Coredumper& operator=(const Coredumper&) = delete;
    ~Coredumper() { wait_idle(); }

    /// Sets the mode of the following crashes.
    void set_mode(CoredumpMode mode) noexcept { mode_ = mode; }
    /// The current mode. Threads: any.
    [[nodiscard]] CoredumpMode mode() const noexcept { return mode_; }

    /// The handler for RemoteProcessor::set_crash_handler. It must not be called after the destruction of this object.
    [[nodiscard]] CrashHandler handler() {
        return [this](const CrashScene& scene) { dump(scene); };
    }

    /// Waits until every dump has been written.
    void wait_idle();

  private:
    void dump(const CrashScene& scene);
    void dump_enabled(const std::filesystem::path& file, const CoredumpInfo& info, const CrashScene& scene);
    void report(const std::filesystem::path& file, const Result<CoredumpSummary>& result) const;

    Target target_;
    CoredumpInfo info_;
    Report report_;
    std::atomic<CoredumpMode> mode_ = CoredumpMode::disabled;
    std::mutex lock_;  ///< of the thread that writes
    std::thread writer_;
};

/// A Target that returns `DIRECTORY/NAME-crashN.core`, where N is CrashScene::crash_number. An existing file of that
/// name is replaced.
[[nodiscard]] Coredumper::Target coredumps_in(std::filesystem::path directory);

}  // namespace rproc
