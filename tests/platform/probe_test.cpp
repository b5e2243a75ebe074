// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/probe.hpp"

#include <gtest/gtest.h>

#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"

namespace rproc::platform {
namespace {

using M4 = RemoteProcessor<elf::Backend, ModelStm32mp15>;

const FirmwareSearchPath kSignedData{{std::filesystem::path(RPROC_TEST_DATA_DIR) / "signed"}};

Stm32mp15Config config_with(bool auto_boot) {
    Stm32mp15Config config = embedded_board(kDefaultBoard)->config;
    config.firmware_name = "app.elf";
    config.auto_boot = auto_boot;
    config.phandle = 5;
    return config;
}

TEST(Probe, BootsTheFirmwareOfTheNodeWithAutoBoot) {
    ProcessorRegistry registry;
    const auto m4 = probe<M4>(registry, kSignedData, elf::Backend(), ModelStm32mp15(config_with(true)));
    ASSERT_TRUE(m4.has_value()) << m4.error().message();
    EXPECT_EQ((*m4)->state(), State::running);
    EXPECT_TRUE(registry.get_by_phandle(5).has_value());
}

TEST(Probe, RegistersWithoutABootElse) {
    ProcessorRegistry registry;
    const auto m4 = probe<M4>(registry, kSignedData, elf::Backend(), ModelStm32mp15(config_with(false)));
    ASSERT_TRUE(m4.has_value());
    EXPECT_EQ((*m4)->state(), State::offline);
    EXPECT_TRUE((*m4)->boot().has_value());
}

TEST(Probe, RefusesASecondProcessorOfTheName) {
    ProcessorRegistry registry;
    ASSERT_TRUE(probe<M4>(registry, kSignedData, elf::Backend(), ModelStm32mp15(config_with(false))).has_value());
    const auto second = probe<M4>(registry, kSignedData, elf::Backend(), ModelStm32mp15(config_with(false)));
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code(), ErrorCode::processor_taken);
}

}  // namespace
}  // namespace rproc::platform
