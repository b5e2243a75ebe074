// SPDX-License-Identifier: BSD-2-Clause
// rproc ctl start, stop, restart, load, crash and dump.
#include <cerrno>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "cli/ctl/report.hpp"
#include "rproc/sysfs/devcoredump.hpp"

namespace rproc::cli {
namespace {

std::string now_running(CtlProcessor& processor) {
    const auto state = processor.state();
    if (state && *state == State::attached) return "is attached";
    return fmt::format("runs {}", processor.firmware().value_or("its firmware"));
}

bool is_up(State state) { return state == State::running || state == State::attached; }

Result<void> restart(CtlProcessor& processor, std::chrono::milliseconds timeout) {
    RPROC_TRY_ASSIGN(const State state, processor.state());
    if (state == State::crashed) return processor.recover(timeout);
    if (is_up(state)) RPROC_TRY(processor.stop(timeout));
    return processor.start(timeout);
}

constexpr ErrorText kDumpUnwritable{.code = ErrorCode::file_unwritable, .message = "cannot be written: {0}"};
constexpr ErrorText kDumpsOff{
    .code = ErrorCode::processor_unknown,
    .message = "the kernel has no coredump of it",
    .hint = "coredumps are off: echo enabled > {0}, then they are kept for five minutes after a crash"};
constexpr ErrorText kNoDump{
    .code = ErrorCode::processor_unknown,
    .message = "the kernel has no coredump of it",
    .hint = "it has not crashed, or another program has taken the dump, or more than five minutes have passed"};

Error dump_unwritable(const std::string& file, int error) {
    return Error(kDumpUnwritable, place::File{file}, sysfs::errno_text(error));
}

Error no_dump(CtlProcessor& processor) {
    const auto mode = processor.coredump();
    const bool off = mode && *mode == CoredumpMode::disabled;
    const Place where = place::Processor{processor.place().entry};
    return off ? Error(kDumpsOff, where, (processor.directory() / "coredump").native()) : Error(kNoDump, where);
}

/// Copies a dump into a temporary file, and renames it when it is complete.
Result<std::uint64_t> save_dump(CtlProcessor& processor, const std::string& dump, const std::string& file) {
    struct Close {
        void operator()(std::FILE* open) const { std::fclose(open); }
    };
    const std::string part = file + ".part";
    std::unique_ptr<std::FILE, Close> out(std::fopen(part.c_str(), "wbx"));
    if (!out) return fail(dump_unwritable(part, errno));
    auto size =
        sysfs::read_devcoredump(processor.files(), processor.root(), dump, [&](std::span<const std::byte> bytes) {
            return std::fwrite(bytes.data(), 1, bytes.size(), out.get()) == bytes.size();
        });
    const bool written = std::ferror(out.get()) == 0 && std::fflush(out.get()) == 0;
    const int error = errno;
    if (size && written && std::rename(part.c_str(), file.c_str()) == 0) return size;
    const int failed = written ? errno : error;
    std::remove(part.c_str());
    return size ? fail(dump_unwritable(file, failed)) : size;
}

Result<std::uint64_t> take_dump(CtlProcessor& processor, const std::string& file) {
    sysfs::LocalFiles& files = processor.files();
    RPROC_TRY_ASSIGN(const auto dumps, sysfs::devcoredumps_of(files, processor.root(), processor.directory()));
    if (dumps.empty()) return fail(no_dump(processor));
    RPROC_TRY_ASSIGN(const std::uint64_t size, save_dump(processor, dumps.back(), file));
    RPROC_TRY(sysfs::free_devcoredump(files, processor.root(), dumps.back()));
    return size;
}

}  // namespace

ExitStatus ctl_start(const CtlScene& scene, CtlProcessor& processor) {
    const auto started = processor.start(scene.timeout());
    return ctl_outcome(scene, processor, started, now_running(processor));
}

ExitStatus ctl_stop(const CtlScene& scene, CtlProcessor& processor) {
    return ctl_outcome(scene, processor, processor.stop(scene.timeout()), "is stopped");
}

ExitStatus ctl_restart(const CtlScene& scene, CtlProcessor& processor) {
    const auto restarted = restart(processor, scene.timeout());
    return ctl_outcome(scene, processor, restarted, now_running(processor));
}

ExitStatus ctl_load(const CtlScene& scene, CtlProcessor& processor) {
    const std::string& name = scene.options.argument;
    const auto loaded = processor.set_firmware(name);
    if (loaded && !processor.firmware_exists(name))
        ctl_note(scene, fmt::format("there is no file \"{}\" in the kernel's firmware directories: the start fails, "
                                    "unless it is built into the kernel",
                                    name));
    return ctl_outcome(scene, processor, loaded, fmt::format("will start {}", name));
}

ExitStatus ctl_crash(const CtlScene& scene, CtlProcessor& processor) {
    const auto state = processor.crash_and_wait(CrashType::fatal_error, scene.timeout());
    if (!state) return ctl_failed(scene, processor, state.error());
    return ctl_done(
        scene, processor,
        *state == State::crashed ? "crashed, and stays so: recovery is disabled" : "crashed, and runs again");
}

ExitStatus ctl_dump(const CtlScene& scene, CtlProcessor& processor) {
    const std::string& file = scene.options.argument;
    const auto size = take_dump(processor, file);
    if (!size) return ctl_failed(scene, processor, size.error());
    return ctl_done(scene, processor, fmt::format("left a coredump of {} in {}", bytes_text(*size), file));
}

}  // namespace rproc::cli
