// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/devmem/uio_interrupt.hpp"

#include <gtest/gtest.h>

#include "devmem/fake_os.hpp"

namespace rproc::devmem::test {
namespace {

using namespace std::chrono_literals;

TEST(UioInterrupt, IsEnabledBeforeEachWait) {
    const FakeOs os;
    BasicUioInterrupt<FakeOs> interrupt(*MemoryDevice<FakeOs>::open({"/dev/uio0"}, os));
    EXPECT_FALSE(interrupt.wait(1ms).value());
    os.state->interrupt = true;
    EXPECT_TRUE(interrupt.wait(1ms).value());
    EXPECT_EQ(os.state->enabled, 2);
}

TEST(UioInterrupt, ASignalIsNoInterruptAndAFailureIsAnError) {
    const FakeOs os;
    BasicUioInterrupt<FakeOs> interrupt(*MemoryDevice<FakeOs>::open({"/dev/uio0"}, os));
    os.state->interrupt = expected_ns::unexpected<std::errc>(std::errc::interrupted);
    EXPECT_FALSE(interrupt.wait(1ms).value());
    os.state->interrupt = expected_ns::unexpected<std::errc>(std::errc::io_error);
    EXPECT_EQ(interrupt.wait(1ms).error().code(), ErrorCode::devmem_failed);
}

}  // namespace
}  // namespace rproc::devmem::test
