// SPDX-License-Identifier: BSD-2-Clause
#include "check/trial.hpp"

#include <utility>

#include <fmt/format.h>

#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/platform/stm32mp15.hpp"

namespace rproc::check {
namespace {

using Processor = RemoteProcessor<elf::Backend, platform::Stm32mp15, Mainline, ObserverRef<Recorder>>;

/// What a running processor does not have, though the firmware asks for it.
void look_at_traces(const Processor& processor, Recorder& record) {
    for (const TraceBuffer& trace : processor.resources().traces) {
        if (!processor.carveouts().da_to_va(trace.da, trace.len).empty()) continue;
        record.on_notice(
            Severity::warning,
            {.code = ErrorCode::trace_unavailable,
             .what = fmt::format("{} bytes at {} lie in no memory of the processor: Linux boots it, and says "
                                 "\"Trace  not available\" to whoever reads it",
                                 trace.len, to_string(trace.da)),
             .where = fmt::format("trace \"{}\"", trace.name),
             .hint = "give the trace entry the address and size of the log buffer"});
    }
}

}  // namespace

Trial try_boot(const FirmwareSource& source, const platform::Stm32mp15Config& config, const ModelMemory& memory) {
    Trial trial;
    Processor processor(elf::Backend{}, platform::Stm32mp15(config, {}, memory), ObserverRef(trial.record));
    auto booted = processor.set_firmware(source);
    if (booted) booted = processor.boot();
    if (!booted) trial.error = std::move(booted).error();
    for (const Vdev& vdev : processor.resources().vdevs)
        if (vdev.registered) trial.registered.push_back(vdev.index);
    if (!trial.error) look_at_traces(processor, trial.record);
    trial.record.stop_recording();
    return trial;
}

}  // namespace rproc::check
