// SPDX-License-Identifier: BSD-2-Clause
// Boots a signed firmware on a model of a board, through a trusted application that really verifies its signature. On
// the board itself, a DeviceClient takes the place of the software TEE, and parts that reach hardware that of the
// model.
#include <cstdio>
#include <rproc/secure.hpp>

namespace {

int refused(const rproc::Error& error) {
    std::printf("%s\n  hint: %s\n", error.message().c_str(), error.hint().c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    const auto board = rproc::platform::embedded_board("stm32mp157c-dk2-tee");
    if (argc != 3 || !board) return 2;
    const auto key = rproc::PublicKey::read(argv[1]);
    if (!key) return refused(key.error());

    const rproc::ModelMemory memory;
    const rproc::tee::SoftwareTeePolicy policy{.keys = rproc::tee::TrustedKeys(*key)};
    const auto tee = rproc::sim::make_software_tee(board->config, policy, memory);
    if (!tee) return refused(tee.error());
    rproc::tee::TeeContext context(*tee);
    const auto owner = board->config.tee_owner();
    if (!owner) return refused(owner.error());
    auto backend = context.register_processor(owner->id);
    if (!backend) return refused(backend.error());

    rproc::ModelTeeM4 m4(*std::move(backend), rproc::platform::ModelStm32mp15(board->config, {}, memory));
    auto booted = m4.set_firmware(rproc::firmware_file(argv[2]));
    if (booted) booted = m4.boot();
    if (!booted) return refused(booted.error());
    const auto devices = m4.visit([](const rproc::ProcessorView& now) { return now.resources.vdevs.size(); });
    std::printf("authenticated and running, with %zu virtio devices\n", devices);
}
