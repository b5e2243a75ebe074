// SPDX-License-Identifier: BSD-2-Clause
#include "check/verdict/trial.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/sim/software_tee_board.hpp"
#include "rproc/tee/tee_context.hpp"

namespace rproc::check {
namespace {

template <Backend B>
using Processor = RemoteProcessor<B, platform::ModelStm32mp15, Mainline, ObserverRef<Recorder>>;

constexpr ErrorText kTraceNowhere{
    .code = ErrorCode::trace_unavailable,
    .message =
        "{0} bytes at {1:#x} lie in no memory of the processor: Linux boots it, and says \"Trace  not available\" to "
        "every reader",
    .hint = "give the trace entry the address and size of the log buffer"};

/// What a running processor does not have, though the firmware asks for it.
void look_at_traces(const ProcessorView& now, Recorder& record) {
    for (const TraceBuffer& trace : now.resources.traces) {
        if (!now.carveouts.da_to_va(trace.da, trace.len).empty()) continue;
        record.on_notice(Severity::warning,
                         Error(kTraceNowhere, place::Trace{trace.name}, trace.len, trace.da.value()));
    }
}

/// Makes one place of the memories that overlap: Linux maps each of them, and they share bytes.
void join_overlaps(const platform::Stm32mp15Config& config, ModelMemory memory) {
    for (const auto& [first, second] : platform::overlaps_of(config.regions)) {
        const PhysicalRange a = *config.regions[first].memory;
        const PhysicalRange b = *config.regions[second].memory;
        const PhysicalAddress start = std::min(a.start(), b.start());
        static_cast<void>(memory.map(*PhysicalRange::make(start, std::max(a.end(), b.end()).value() - start.value())));
    }
}

template <Backend B>
Trial try_with(B backend, const FirmwareSource& source, platform::ModelStm32mp15 platform) {
    join_overlaps(platform.config(), platform.memory());
    Trial trial;
    Processor<B> processor(std::move(backend), std::move(platform), ObserverRef(trial.record));
    auto booted = processor.set_firmware(source);
    if (booted) booted = processor.boot();
    if (!booted) trial.error = std::move(booted).error();
    processor.visit([&](const ProcessorView& now) {
        for (const Vdev& vdev : now.resources.vdevs)
            if (vdev.registered) trial.registered.push_back(vdev.index);
        if (!trial.error) look_at_traces(now, trial.record);
    });
    trial.record.stop_recording();
    return trial;
}

}  // namespace

Trial try_boot(const FirmwareSource& source, const platform::Stm32mp15Config& config, const ModelMemory& memory) {
    return try_with(elf::Backend{}, source, platform::ModelStm32mp15(config, {}, memory));
}

Trial try_secure_boot(const FirmwareSource& source, const platform::Stm32mp15Config& config, const ModelMemory& memory,
                      const std::shared_ptr<tee::SoftwareTee>& tee) {
    tee::TeeContext<tee::SoftwareTee> context(tee);
    auto backend = context.register_processor(sim::processor_id(config));
    if (backend) return try_with(*std::move(backend), source, platform::ModelStm32mp15(config, {}, memory));
    Trial trial;
    trial.error = std::move(backend).error();
    return trial;
}

}  // namespace rproc::check
