// SPDX-License-Identifier: BSD-2-Clause
// Starts a firmware: on a board through the kernel, which reads it from /lib/firmware; elsewhere on a model of the
// board. A test limits the size of this program, built for Arm.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <rproc/rproc.hpp>
#include <rproc/sysfs/sysfs_processor.hpp>
#include <string>
#include <utility>

namespace {

rproc::Result<std::string> start_on_board(rproc::sysfs::ProcessorPlace place, const std::filesystem::path& firmware) {
    rproc::sysfs::SysfsRemoteProcessor m4(std::move(place));
    RPROC_TRY(m4.set_firmware(firmware.filename().string()));
    RPROC_TRY(m4.start(std::chrono::seconds(5)));
    return "on " + describe(m4.place());
}

rproc::Result<std::string> start_on_model(const std::filesystem::path& firmware) {
    RPROC_TRY_ASSIGN(const auto board, rproc::platform::embedded_board("stm32mp157c-dk2"));
    rproc::ModelM4 m4({}, rproc::platform::ModelStm32mp15(board.config));
    RPROC_TRY(m4.set_firmware(rproc::firmware_file(firmware)));
    RPROC_TRY(m4.boot());
    return std::string("on a model of ") + board.name;
}

rproc::Result<std::string> start(const std::filesystem::path& firmware) {
    rproc::sysfs::LocalFiles files;
    auto place = rproc::sysfs::find_processor(files, {}, "");
    if (place) return start_on_board(*std::move(place), firmware);
    if (place.error().code() != rproc::ErrorCode::processor_unknown) return rproc::fail(std::move(place).error());
    return start_on_model(firmware);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const auto where = start(argv[1]);
    if (!where) {
        std::printf("%s\n  hint: %s\n", where.error().message().c_str(), where.error().hint().c_str());
        return 1;
    }
    std::printf("running %s\n", where->c_str());
}
