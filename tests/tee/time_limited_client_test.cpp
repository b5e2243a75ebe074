// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/time_limited_client.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/tee/device_client.hpp"
#include "support/ioctl_recorder.hpp"

namespace rproc::tee {
namespace {

using namespace std::chrono_literals;
using test::outcome;
using Recorded = BasicDeviceClient<test::RecorderOs>;
using Limited = TimeLimitedClient<Recorded>;
static_assert(Client<Limited>);

// Whether the open returns is decided by the model of the driver, not by the clock: it either does at once, or waits
// until the test is done with the client.

TEST(TimeLimitedClient, PassesTheCallsOn) {
    test::TeeDriver driver;
    {
        Limited client(Recorded::open(test::RecorderOs(driver)).value(), 1h);
        Parameters parameters{Parameter::value_input(3)};
        const auto session = client.open_session(kRemoteprocUuid, parameters);
        ASSERT_EQ(outcome(session), "ok");
        EXPECT_EQ(session->result, ResultCode::success);
        const auto memory = client.register_memory({});
        ASSERT_EQ(outcome(memory), "ok");
        EXPECT_EQ(outcome(client.invoke(session->session, 1, parameters)), "ok");
        client.unregister_memory(*memory);
        client.close_session(session->session);
        EXPECT_EQ(driver.sessions(), 0U);
        driver.open_result = 0xffff000d;
        EXPECT_EQ(client.open_session(kRemoteprocUuid, parameters)->result, ResultCode::busy);
    }
    EXPECT_TRUE(driver.nothing_is_left());
}

/// The driver's model closes the device in the thread of the open: the test waits for that.
class ClosingOs : public test::RecorderOs {
  public:
    ClosingOs(test::TeeDriver& driver, std::promise<void>& closed) : RecorderOs(driver), closed_(&closed) {}
    void close(int fd) {
        RecorderOs::close(fd);
        closed_->set_value();
    }

  private:
    std::promise<void>* closed_;
};

TEST(TimeLimitedClient, AnOpenThatDoesNotReturnIsLeftToItself) {
    test::TeeDriver driver;
    std::promise<void> supplicant;
    std::promise<void> closed;
    driver.during_open = [started = supplicant.get_future().share()] { started.wait(); };
    {
        TimeLimitedClient client(
            BasicDeviceClient<ClosingOs>::open_device("/dev/tee0", ClosingOs(driver, closed)).value(), 5ms);
        Parameters parameters{Parameter::value_input(0)};
        const auto open = client.open_session(kRemoteprocUuid, parameters);
        ASSERT_EQ(outcome(open), "tee-open-timeout");
        EXPECT_EQ(open.error().what(), "OP-TEE did not open its application for remote processors within 5 ms");
        EXPECT_THAT(open.error().hint(), ::testing::HasSubstr("tee-supplicant"));
        EXPECT_EQ(outcome(client.open_session(kRemoteprocUuid, parameters)), "tee-open-timeout");
        EXPECT_EQ(outcome(client.invoke(SessionId{1}, 1, parameters)), "tee-open-timeout");
        EXPECT_EQ(outcome(client.register_memory({})), "tee-open-timeout");
    }
    supplicant.set_value();
    closed.get_future().wait();
    EXPECT_TRUE(driver.nothing_is_left()) << "the session that was opened too late is closed";
}

}  // namespace
}  // namespace rproc::tee
