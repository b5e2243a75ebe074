// SPDX-License-Identifier: BSD-2-Clause
// rproc tee as a whole, with the model of OP-TEE's driver behind /dev/tee0.
#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TeeCommand : public Cli {
  protected:
    /// Runs `rproc tee ...` where the application has processor 0 in this state.
    CommandResult in_state(const std::string& state, Arguments arguments) {
        state_ = write("tee.state", state);
        return again(std::move(arguments));
    }
    /// Runs another command on the same application.
    [[nodiscard]] CommandResult again(Arguments arguments) const {
        arguments.insert(arguments.begin(), "tee");
        return run(arguments, {{"LD_PRELOAD", RPROC_TEE_PRELOAD}, {"RPROC_TEST_TEE", state_}});
    }
    [[nodiscard]] std::string state() const { return read_text(state_); }

    [[nodiscard]] Json info(const std::string& state) {
        const auto result = in_state(state, {"info", "--json", "0"});
        EXPECT_EQ(result.status, 0) << result.err;
        return objects_of(result.out).at(0);
    }

  private:
    std::string state_;
};

TEST_F(TeeCommand, InfoNamesTheTeeAndItsCapabilities) {
    const Json object = info("unknown");
    EXPECT_THAT(fields_of(object), ElementsAre("schema", "action", "device", "implementation", "capabilities",
                                               "optee_capabilities", "supplicant", "application", "processors"));
    EXPECT_EQ(object["device"], "/dev/tee0");
    EXPECT_EQ(object["capabilities"], Json::parse(R"(["GP","REG_MEM"])"));
    EXPECT_THAT(in_state("unknown", {"info"}).out, HasSubstr("images over 4 MiB  can be shared: registered memory\n"));
}

TEST_F(TeeCommand, InfoTellsTheStatesApartAndChangesNone) {
    for (const std::string now : {"unknown", "off", "loaded", "started"}) {
        const Json processor = info(now)["processors"][0];
        EXPECT_EQ(processor["open_result"], "TEE_SUCCESS");
        EXPECT_EQ(processor["state"], now == "unknown" ? "never loaded" : now);
        EXPECT_EQ(processor["resource_table"].is_null(), now == "unknown" || now == "off");
        EXPECT_EQ(state(), now);
    }
}

TEST_F(TeeCommand, InfoOfAnApplicationThatServesAnotherSessionIsBusy) {
    const auto result = in_state("busy", {"info", "0"});
    EXPECT_EQ(result.status, 4);
    EXPECT_THAT(result.err, HasSubstr("another session holds OP-TEE's application"));
    EXPECT_THAT(result.err, HasSubstr("fuser -v /dev/tee0"));
}

TEST_F(TeeCommand, StopThenReleaseBringsAStartedProcessorToOff) {
    const auto stopped = in_state("started", {"stop", "0"});
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_EQ(stopped.out, "remote processor 0 is stopped\n");
    EXPECT_EQ(state(), "off");
    const auto released = again({"release", "0", "--json"});
    EXPECT_EQ(released.status, 0) << released.err;
    EXPECT_EQ(objects_of(released.out).at(0)["state_before"], "off");
}

TEST_F(TeeCommand, ReleaseOfALoadedProcessorClearsIt) {
    EXPECT_EQ(in_state("loaded", {"release", "0"}).status, 0);
    EXPECT_EQ(state(), "off");
}

TEST_F(TeeCommand, ActionInTheWrongStateNamesTheOtherAction) {
    const auto release = in_state("started", {"release", "0"});
    EXPECT_EQ(release.status, 4);
    EXPECT_THAT(release.err, HasSubstr("stop it first: rproc tee stop 0"));
    EXPECT_EQ(state(), "started");
    const auto stop = in_state("loaded", {"stop", "0"});
    EXPECT_EQ(stop.status, 4);
    EXPECT_THAT(stop.err, HasSubstr("rproc tee release 0"));
    EXPECT_EQ(state(), "loaded");
}

TEST_F(TeeCommand, MachineWithoutATeeIsNotFound) {
    const auto result = in_state("off", {"info", "--device", "/dev/tee7"});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("/dev/tee7"));
}

}  // namespace
}  // namespace rproc::test
