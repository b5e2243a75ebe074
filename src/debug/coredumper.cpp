// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/debug/coredumper.hpp"

#include <span>
#include <utility>

#include <fmt/format.h>

namespace rproc {
namespace {

namespace fs = std::filesystem;

std::vector<DumpSegment> segments_of(const CrashScene& scene) {
    auto segments = dump_segments_of(scene.carveouts);
    segments.insert(segments.end(), scene.dump_segments.begin(), scene.dump_segments.end());
    add_trace_segments(segments, scene.resources.traces);
    return segments;
}

/// Writes a complete file: `fill` writes to a sink, and returns the summary.
template <class Fill>
Result<CoredumpSummary> into_file(const fs::path& target, Fill fill) {
    RPROC_TRY_ASSIGN(auto file, CoredumpFile::create(target));
    RPROC_TRY_ASSIGN(auto summary, fill(file.sink()));
    // Without segments there is no dump, hence no file.
    if (summary.size != 0) RPROC_TRY(file.commit());
    return summary;
}

Result<CoredumpSummary> copy_of(const CoredumpInfo& info, const CrashScene& scene, std::vector<std::byte>& copy) {
    const auto segments = segments_of(scene);
    RPROC_TRY_ASSIGN(const auto size, coredump_size(info, segments));
    copy.reserve(static_cast<std::size_t>(size));  // fits: its segments are in memory
    return write_coredump(info, segments, scene.carveouts, [&](std::span<const std::byte> bytes) -> Result<void> {
        const auto end = copy.size();
        copy.resize(end + bytes.size());
        std::ranges::copy(bytes, copy.begin() + static_cast<std::ptrdiff_t>(end));
        return {};
    });
}

}  // namespace

Coredumper::Coredumper(Target target, CoredumpInfo info, Report report)
    : target_(std::move(target)), info_(info), report_(std::move(report)) {}

void Coredumper::wait_idle() {
    const std::scoped_lock guard(lock_);
    if (writer_.joinable()) writer_.join();
}

void Coredumper::dump(const CrashScene& scene) {
    const CoredumpMode mode = mode_;
    if (mode == CoredumpMode::disabled) return;
    CoredumpInfo info = info_;
    info.boot_address = scene.boot_address;
    const fs::path file = target_(scene);
    if (mode == CoredumpMode::enabled) return dump_enabled(file, info, scene);
    report(file, into_file(file, [&](const CoredumpSink& sink) {
               return write_coredump(info, segments_of(scene), scene.carveouts, sink);
           }));
}

void Coredumper::dump_enabled(const fs::path& file, const CoredumpInfo& info, const CrashScene& scene) {
    wait_idle();
    std::vector<std::byte> copy;
    auto copied = copy_of(info, scene, copy);
    if (!copied) return report(file, copied);
    const std::scoped_lock guard(lock_);
    writer_ = std::thread([this, file, summary = *std::move(copied), bytes = std::move(copy)] {
        report(file, into_file(file, [&](const CoredumpSink& sink) -> Result<CoredumpSummary> {
                   if (!bytes.empty()) RPROC_TRY(sink(bytes));
                   return summary;
               }));
    });
}

void Coredumper::report(const fs::path& file, const Result<CoredumpSummary>& result) const {
    if (report_) report_(file, result);
}

Coredumper::Target coredumps_in(fs::path directory) {
    return [directory = std::move(directory)](const CrashScene& scene) {
        return directory / fmt::format("{}-crash{}.core", scene.name, scene.crash_number);
    };
}

}  // namespace rproc
