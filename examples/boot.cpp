// SPDX-License-Identifier: BSD-2-Clause
// Boots a firmware on a model of the board, or prints why it cannot. The README shows this file.
#include <cstdio>
#include <rproc/rproc.hpp>

int main(int argc, char** argv) {
    const auto board = rproc::platform::embedded_board("stm32mp157c-dk2");
    if (argc != 2 || !board) return 2;

    rproc::ModelM4 m4({}, rproc::platform::ModelStm32mp15(board->config));
    auto booted = m4.set_firmware(rproc::firmware_file(argv[1]));
    if (booted) booted = m4.boot();
    if (!booted) {
        std::printf("%s\n  hint: %s\n", booted.error().message().c_str(), booted.error().hint().c_str());
        return 1;
    }
    const auto devices = m4.visit([](const rproc::ProcessorView& now) { return now.resources.vdevs.size(); });
    std::printf("running, with %zu virtio devices\n", devices);
}
