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

/// What a crash is to leave behind besides a processor that runs again: a core file of each, in the way that the mode
/// says (the kernel's `rproc->ops->coredump`, and its devcoredump).
///
///     disabled  nothing, the default, as in Linux
///     enabled   the memory is copied while the processor is stopped; the file is written by a thread while it is
///               started again. Takes as much memory as the dump has. A crash that finds the one before still being
///               written waits for it.
///     inline    the file is written piece by piece while recovery waits; takes no memory to speak of
///
/// A dump holds what `dump_segments_of`, `add_trace_segments` and the platform's own segments say. One that cannot be
/// written is reported, and recovery goes on.
///
/// Threads: any; `Report` is called by the thread that recovers, or by the one that writes. The destructor waits for
/// the file that is being written.
class Coredumper {
  public:
    /// Where the dump of a crash goes.
    using Target = std::function<std::filesystem::path(const CrashScene&)>;
    /// What became of it. May be empty; must not throw.
    using Report = std::function<void(const std::filesystem::path& file, const Result<CoredumpSummary>& result)>;

    /// `info` is what the dumps' headers say, but for the address where the core began, which the crash tells.
    explicit Coredumper(Target target, CoredumpInfo info = {}, Report report = {});
    Coredumper(const Coredumper&) = delete;
    Coredumper& operator=(const Coredumper&) = delete;
    ~Coredumper() { wait_idle(); }

    void set_mode(CoredumpMode mode) noexcept { mode_ = mode; }
    [[nodiscard]] CoredumpMode mode() const noexcept { return mode_; }

    /// For RemoteProcessor::set_crash_handler; must not be called after this object's end.
    [[nodiscard]] CrashHandler handler() {
        return [this](const CrashScene& scene) { dump(scene); };
    }

    /// Waits until every dump so far is in its file.
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

/// `DIRECTORY/NAME-crashN.core`, where N counts the crashes of the processor's life. A file of that name is replaced.
[[nodiscard]] Coredumper::Target coredumps_in(std::filesystem::path directory);

}  // namespace rproc
