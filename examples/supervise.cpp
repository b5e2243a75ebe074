// SPDX-License-Identifier: BSD-2-Clause
// Supervises a firmware as a daemon does: it serves the virtio device, starts the processor again after crashes, three
// times at most, and keeps a coredump of each. On the model of a board; the crashes are made up.
//
//     supervise FIRMWARE DIRECTORY-FOR-DUMPS
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <rproc/core/crash_worker.hpp>
#include <rproc/core/kick_worker.hpp>
#include <rproc/core/registry.hpp>
#include <rproc/debug/coredumper.hpp>
#include <rproc/debug/trace.hpp>
#include <rproc/rproc.hpp>

namespace {

/// Serves rpmsg: takes both queues, and would read messages where it only says that there are some.
rproc::VirtioDriver rpmsg_driver() {
    return {.name = "rpmsg", .id = 7, .features = 1, .probe = [](rproc::VirtioDevice& device) -> rproc::Result<void> {
                for (std::uint32_t i = 0; i < 2; ++i) {
                    const auto queue = device.find_vq(i, [i](rproc::VirtioDevice& interrupted) {
                        std::printf("the firmware has something in queue %u\n", i);
                        if (!interrupted.kick(i)) std::printf("cannot tell it that there is room again\n");
                    });
                    if (!queue) return rproc::fail(queue.error());
                    std::printf("queue %u: %u descriptors at da %s\n", i, queue->num, to_string(queue->da).c_str());
                }
                return {};
            }};
}

}  // namespace

int main(int argc, char** argv) {
    const auto board = rproc::platform::embedded_board("stm32mp157c-dk2");
    if (argc != 3 || !board) return 2;

    // Declared before the processor, which uses it until its end.
    rproc::Coredumper dumper(
        rproc::coredumps_in(argv[2]), {.machine = 40}, [](const std::filesystem::path& file, const auto& dump) {
            std::printf("%s: %s\n", file.filename().c_str(), dump ? "written" : dump.error().message().c_str());
        });
    dumper.set_mode(rproc::CoredumpMode::enabled);

    rproc::platform::ModelMailbox mailbox;
    auto m4 = std::make_shared<rproc::ModelM4>(rproc::elf::Backend{},
                                               rproc::platform::ModelStm32mp15(board->config, {}, {}, mailbox));
    m4->set_crash_handler(dumper.handler());
    m4->virtio().add_driver(rpmsg_driver());
    rproc::ProcessorRegistry registry;
    if (!m4->set_firmware(rproc::firmware_file(argv[1])) || !registry.add(m4)) return 1;
    if (const auto booted = m4->boot(); !booted) {
        std::printf("%s\n  hint: %s\n", booted.error().message().c_str(), booted.error().hint().c_str());
        return 1;
    }

    rproc::KickWorker kicks(*m4);
    mailbox.set_receiver([&](std::string_view channel) {
        if (const auto id = rproc::platform::vq_of(channel)) kicks.vq_interrupt(*id);
    });
    mailbox.receive("vq0");  // what the firmware would do
    kicks.wait_idle();

    rproc::TraceFollower trace;  // beside the worker, whose recoveries it sees as restarts
    rproc::CrashWorker crashes(*m4, {.most = 3});
    for (int i = 0; i < 4; ++i) {
        crashes.report_crash(rproc::CrashType::watchdog);  // what the interrupt of the watchdog would do
        crashes.wait_idle();
        dumper.wait_idle();  // only so that this prints the same each time
        std::printf("crash %u: %s\n", m4->crash_count(), std::string(to_string(m4->state())).c_str());
        const auto news = trace.poll(*m4);
        if (news && news->restarted) std::printf("the trace starts again: %s\n", news->text.c_str());
    }
    // The registry stops what is still up.
}
