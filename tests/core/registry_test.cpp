// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/registry.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"

namespace rproc {
namespace {

using namespace std::chrono_literals;
using test::outcome;
using test::Script;

struct NamedPlatform : test::BarePlatform {
    std::string own_name = "m4";
    bool boots_by_itself = false;
    std::chrono::milliseconds needs{0};

    [[nodiscard]] std::string_view name() const { return own_name; }
    [[nodiscard]] bool auto_boot() const { return boots_by_itself; }
    std::chrono::milliseconds panic(Context& /*ctx*/) { return needs; }
};

using NamedProcessor = RemoteProcessor<test::FullBackend, NamedPlatform>;

class Registry : public ::testing::Test {
  protected:
    std::shared_ptr<NamedProcessor> make(std::string name, bool auto_boot = false, std::chrono::milliseconds needs = 0ms) {
        NamedPlatform platform;
        platform.script = &script;
        platform.own_name = std::move(name);
        platform.boots_by_itself = auto_boot;
        platform.needs = needs;
        auto rproc = std::make_shared<NamedProcessor>(test::FullBackend{&script}, platform);
        EXPECT_EQ(outcome(rproc->set_firmware(test::some_firmware())), "ok");
        return rproc;
    }

    Script script;
    ProcessorRegistry registry;
};

TEST_F(Registry, FindsByNameAndByPhandle) {
    const auto m4 = make("m4");
    ASSERT_EQ(outcome(registry.add(m4, 0x2a)), "ok");
    ASSERT_EQ(outcome(registry.add(make("dsp"))), "ok");
    ASSERT_EQ(outcome(registry.get_by_phandle(0x2a).value()->boot()), "ok");
    EXPECT_EQ(m4->state(), State::running);
    EXPECT_EQ(registry.find("dsp").value()->state(), State::offline);
    EXPECT_EQ(outcome(registry.find("gpu")), "processor-unknown");
    EXPECT_EQ(outcome(registry.get_by_phandle(0x2b)), "processor-unknown");
    EXPECT_EQ(outcome(registry.get_by_phandle(0)), "processor-unknown") << "dsp has no phandle";
    EXPECT_EQ(registry.all().size(), 2U);
}

TEST_F(Registry, NamesAndPhandlesAreUnique) {
    ASSERT_EQ(outcome(registry.add(make("m4"), 1)), "ok");
    EXPECT_EQ(outcome(registry.add(make("m4"), 2)), "processor-taken");
    EXPECT_EQ(outcome(registry.add(make("dsp"), 1)), "processor-taken");
    EXPECT_EQ(outcome(registry.add(make("a"), 0)), "ok");
    EXPECT_EQ(outcome(registry.add(make("b"), 0)), "ok");
}

TEST_F(Registry, BootsAProcessorWithAutoBoot) {
    const auto m4 = make("m4", true);
    ASSERT_EQ(outcome(registry.add(m4)), "ok");
    EXPECT_EQ(m4->state(), State::running);
    script.refuse = "load";
    const auto broken = make("broken", true);
    EXPECT_EQ(outcome(registry.add(broken)), "ok") << "as in Linux: it is registered, and offline";
    EXPECT_EQ(broken->state(), State::offline);
    EXPECT_EQ(outcome(registry.find("broken")), "ok");
}

TEST_F(Registry, RemovalStopsTheProcessorAndLaterUseIsRefused) {
    const auto m4 = make("m4");
    ASSERT_EQ(outcome(registry.add(m4, 1)), "ok");
    const auto held = registry.get_by_phandle(1).value();
    ASSERT_EQ(outcome(held->boot()), "ok");
    EXPECT_EQ(outcome(registry.remove("m4")), "ok");
    EXPECT_EQ(held->state(), State::deleted);
    EXPECT_EQ(outcome(held->boot()), "state-invalid");
    EXPECT_EQ(outcome(registry.find("m4")), "processor-unknown");
    EXPECT_EQ(outcome(registry.remove("m4")), "processor-unknown");
    EXPECT_EQ(outcome(registry.add(make("m4"), 1)), "ok") << "name and phandle are free again";
}

TEST_F(Registry, DestructorRemovesItsProcessors) {
    const auto m4 = make("m4");
    {
        ProcessorRegistry passing;
        ASSERT_EQ(outcome(passing.add(m4)), "ok");
        ASSERT_EQ(outcome(m4->boot()), "ok");
    }
    EXPECT_EQ(m4->state(), State::deleted);
    EXPECT_EQ(script.count("stop"), 1);
}

TEST_F(Registry, PanicWaitsForTheLongestDelay) {
    for (const auto& [name, needs] :
         {std::pair{"a", 20ms}, std::pair{"b", 70ms}, std::pair{"c", 10ms}, std::pair{"off", 500ms}}) {
        const auto processor = make(name, false, needs);
        ASSERT_EQ(outcome(registry.add(processor)), "ok");
        if (processor->name() == "off") continue;
        ASSERT_EQ(outcome(processor->boot()), "ok");
    }
    std::vector<std::chrono::milliseconds> waits;
    registry.panic([&](std::chrono::milliseconds time) { waits.push_back(time); });
    EXPECT_THAT(waits, ::testing::ElementsAre(70ms));
    for (const auto& processor : registry.all()) static_cast<void>(processor->shutdown());
    registry.panic([&](std::chrono::milliseconds time) { waits.push_back(time); });
    EXPECT_EQ(waits.size(), 1U) << "no processor to wait for";
}

}  // namespace
}  // namespace rproc
