// SPDX-License-Identifier: BSD-2-Clause
#include "cli/boot/hardware.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "cli/boot/run.hpp"
#include "cli/common/tee_device.hpp"
#include "cli/trace/signals.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/sysfs/sysfs_files.hpp"
#include "rproc/tee/device_client.hpp"
#include "rproc/tee/tee_context.hpp"
#include "rproc/tee/time_limited_client.hpp"

namespace rproc::cli {
namespace {

/// Acknowledges the firmware's signals until a signal ends the command; no driver serves its virtio devices.
class UntilInterrupted {
  public:
    explicit UntilInterrupted(devmem::IpccMailbox mailbox) : mailbox_(std::move(mailbox)) {}

    void operator()() {
        std::fflush(stdout);
        constexpr std::chrono::milliseconds kLook{10};
        while (signals_->wait(kLook, STDOUT_FILENO) == TraceSignals::Woken::time_is_up)
            static_cast<void>(mailbox_.receive());
    }

  private:
    devmem::IpccMailbox mailbox_;
    // Made before the boot: a signal during it ends the wait, and the processor is stopped in order.
    std::shared_ptr<TraceSignals> signals_ = std::make_shared<TraceSignals>();
};

ExitStatus boot_by_tee(Console& console, devmem::Board board, const BootJob& job, const HardwareBoot& how,
                       const FirmwareSource& source, BootReporter& reporter) {
    using Client = tee::TimeLimitedClient<tee::DeviceClient>;
    auto client = tee::DeviceClient::open();
    if (!client) return report(console, client.error());
    warn_of_missing_supplicant(console, tee::device::supplicants(root_from_environment().proc));
    tee::TeeContext context(std::make_shared<Client>(*std::move(client), how.limit));
    auto backend = context.register_processor(sim::processor_id(job.board.config), how.running);
    if (!backend) {
        reporter.refused(backend.error());
        name_other_clients(console, backend.error(), "/dev/tee0");
        return exit_status_of(backend.error());
    }
    const UntilInterrupted until_interrupted(board.mailbox());
    return with_sequence(how.sequence, [&]<class S>() {
        return boot_with<S>(*std::move(backend), std::move(board), job, source, reporter, console.log,
                            until_interrupted);
    });
}

}  // namespace

Result<devmem::Board> open_hardware(const devmem::Machine& machine) {
    const platform::Stm32mp15Config& config = machine.board.config;
    sysfs::LocalFiles files;
    RPROC_TRY(devmem::refuse_bound_driver(files, root_from_environment(), config.node_path));
    RPROC_TRY_ASSIGN(const devmem::BoardLayout layout, devmem::read_layout(machine.tree, config));
    RPROC_TRY_ASSIGN(auto device, devmem::MemoryDevice<devmem::PosixMemoryOs>::open());
    RPROC_TRY_ASSIGN(devmem::Board board, devmem::open_board(config, layout, std::move(device)));
    RPROC_TRY(devmem::check_access(board));
    return board;
}

ExitStatus boot_on_hardware(Console& console, devmem::Board board, const BootJob& job, const HardwareBoot& how,
                            const FirmwareSource& source, BootReporter& reporter) {
    if (job.board.config.tee) return boot_by_tee(console, std::move(board), job, how, source, reporter);
    const UntilInterrupted until_interrupted(board.mailbox());
    return boot_with<Mainline>(elf::Backend{}, std::move(board), job, source, reporter, console.log, until_interrupted);
}

}  // namespace rproc::cli
