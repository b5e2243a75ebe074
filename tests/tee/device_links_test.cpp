// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_links.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/probe.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/sim/software_tee_board.hpp"
#include "support/files.hpp"
#include "tee/tee_fixture.hpp"

namespace rproc {
namespace {

using test::outcome;
using Tee = tee::SoftwareTee;
using M4 = RemoteProcessor<tee::Backend<Tee>, platform::ModelStm32mp15>;

class DeviceLinks : public ::testing::Test {
  protected:
    DeviceLinks() : config(platform::embedded_board("stm32mp157c-dk2-tee")->config) {
        config.firmware_name = "app.rsa2048.signed";
        config.auto_boot = true;
    }

    [[nodiscard]] std::shared_ptr<Tee> make_tee() {
        return *sim::make_software_tee(config, test::trusting("rsa2048"), memory);
    }

    [[nodiscard]] tee::DeviceLinks<Tee>::Probe probe() {
        return [this](tee::Backend<Tee> backend) -> Result<std::string> {
            RPROC_TRY_ASSIGN(m4, platform::probe<M4>(registry, signed_files, std::move(backend),
                                                     platform::ModelStm32mp15(config, {}, memory)));
            return m4->name();
        };
    }

    platform::Stm32mp15Config config;
    FirmwareSearchPath signed_files{{std::filesystem::path(RPROC_TEST_DATA_DIR) / "signed"}};
    ModelMemory memory;
    ProcessorRegistry registry;
    tee::DeviceLinks<Tee> links{registry};
    std::shared_ptr<M4> m4;
};

TEST_F(DeviceLinks, RegisterAndBootWhenTheTeeIsThere) {
    EXPECT_TRUE(links.provide(make_tee()).empty());
    EXPECT_EQ(*links.probe(0, probe()), tee::Probed::registered);
    ASSERT_NE(m4, nullptr);
    EXPECT_EQ(m4->state(), State::running);
    EXPECT_EQ(outcome(registry.find("m4")), "ok");
}

TEST_F(DeviceLinks, RepeatADeferredProbeWhenTheTeeAppears) {
    EXPECT_EQ(*links.probe(0, probe()), tee::Probed::deferred);
    EXPECT_TRUE(registry.empty());
    EXPECT_TRUE(links.provide(make_tee()).empty());
    EXPECT_EQ((*registry.find("m4"))->state(), State::running);
}

TEST_F(DeviceLinks, StopTheConsumersBeforeTheTeeGoes) {
    const auto tee = make_tee();
    static_cast<void>(links.provide(tee));
    ASSERT_EQ(*links.probe(0, probe()), tee::Probed::registered);
    links.remove();
    EXPECT_EQ(m4->state(), State::deleted);
    EXPECT_EQ(tee->state(0), Tee::ProcessorState::off);
    EXPECT_TRUE(tee->is_clear(0));
    EXPECT_EQ(tee->open_sessions(), 0U);
    EXPECT_TRUE(registry.empty());
}

TEST_F(DeviceLinks, RegisterAgainWithTheNextTee) {
    static_cast<void>(links.provide(make_tee()));
    ASSERT_EQ(*links.probe(0, probe()), tee::Probed::registered);
    const auto first = m4;
    links.remove();
    EXPECT_TRUE(links.provide(make_tee()).empty());
    EXPECT_NE(m4, first);
    EXPECT_EQ(m4->state(), State::running);
}

TEST_F(DeviceLinks, ForgetAProbeThatFails) {
    EXPECT_EQ(*links.probe(7, probe()), tee::Probed::deferred);
    const auto failed = links.provide(make_tee());
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed.front().code(), ErrorCode::tee_session_refused);
    links.remove();
    EXPECT_TRUE(links.provide(make_tee()).empty());
}

TEST_F(DeviceLinks, UnbindStopsAndForgets) {
    static_cast<void>(links.provide(make_tee()));
    ASSERT_EQ(*links.probe(0, probe()), tee::Probed::registered);
    links.unbind(0);
    EXPECT_EQ(m4->state(), State::deleted);
    m4.reset();
    links.remove();
    EXPECT_TRUE(links.provide(make_tee()).empty());
    EXPECT_TRUE(registry.empty());
}

TEST_F(DeviceLinks, AFailedAutoBootKeepsTheProcessorRegistered) {
    config.firmware_name.reset();  // rproc-m4-fw, which is not there
    static_cast<void>(links.provide(make_tee()));
    EXPECT_EQ(*links.probe(0, probe()), tee::Probed::registered);
    EXPECT_EQ(m4->state(), State::offline);
    EXPECT_EQ(outcome(m4->boot()), "firmware-not-found");
}

}  // namespace
}  // namespace rproc
