// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/tee_device.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace rproc::cli {

CLI::Option* add_tee_timeout(CLI::App& app, double& seconds) {
    constexpr double kShortest = 0.001;
    constexpr double kLongest = 86'400;
    return app
        .add_option("--timeout", seconds, "How long to wait for OP-TEE to open its application: 10 seconds, or SECONDS")
        ->option_text("SECONDS")
        ->check(CLI::Range(kShortest, kLongest));
}

std::chrono::milliseconds milliseconds_of(double seconds) {
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

void warn_of_missing_supplicant(Console& console, const tee::device::Holders& supplicants) {
    const auto missing = tee::device::missing_supplicant(supplicants);
    if (!missing) return;
    console.err.wrapped(fmt::format("rproc: {} ", console.err.warn("warning:")), 16, missing->message());
    console.err.wrapped("       hint:    ", 16, missing->hint());
}

void name_other_clients(Console& console, const Error& error, std::string_view path) {
    if (error.code() != ErrorCode::tee_busy) return;
    const auto clients = tee::device::clients_of(root_from_environment().proc, path);
    for (const tee::device::Holder& client : clients.seen)
        console.err.print("rproc: note: process {} ({}) has {} open\n", client.process, printable(client.name),
                          printable(path));
    if (clients.seen.empty()) {
        console.err.print("rproc: note: no {}process has {} open{}\n", clients.complete ? "other " : "visible ",
                          printable(path),
                          clients.complete ? ": the kernel's driver has the session" : "; only root sees all of them");
    }
}

}  // namespace rproc::cli
