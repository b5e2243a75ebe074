// SPDX-License-Identifier: BSD-2-Clause
// An image whose release failed must not be used by the next boot. (Every other fault: tests/testing.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/testing/faulty_client.hpp"
#include "support/alone.hpp"
#include "tee/secure_m4.hpp"

namespace rproc {
namespace {

using test::outcome;
using test::Recorder;
using test::signed_firmware;
using test::TeeBoard;
using Client = testing::FaultyClient<test::RecordingTee>;
using M4 = RemoteProcessor<tee::Backend<Client>, platform::ModelStm32mp15, Mainline, ObserverRef<Recorder>>;

FirmwareSource firmware_with_bad_table() {
    const test::Bytes bad_table(16, std::byte{9});
    const auto image =
        test::ElfImage{.segments = {{.paddr = 0x100, .data = bad_table}},
                       .sections = {{.name = ".resource_table", .addr = 0x100, .data = bad_table, .segment = 0}}}
            .build();
    const auto package =
        test::SignedPackage::of({image}, SignType::rsa_pkcs1_sha256).sign(test::signing_key("rsa2048"));
    return FirmwareSource(Firmware("bad-table.signed", package));
}

TEST(FailedRelease, IsRepeatedBeforeTheNextLoad) {
    TeeBoard board;
    Recorder recorder;
    testing::Faults faults;
    tee::TeeContext<Client> context(std::make_shared<Client>(board.tee, faults));
    M4 m4(*context.register_processor(0), board.platform(), ObserverRef(recorder));
    ASSERT_EQ(outcome(m4.set_firmware(firmware_with_bad_table())), "ok");
    board.tee->calls.clear();
    faults.arm_at("tee.RELEASE_FW", 1, testing::FaultKind::refused);  // 0 is that before the load
    ASSERT_EQ(outcome(m4.boot()), "table-version");
    EXPECT_EQ(faults.injected(), 1U);
    EXPECT_THAT(board.tee->calls, ::testing::ElementsAre("RELEASE!", "LOAD", "TABLE"));
    EXPECT_EQ(board.tee->client().state(0), tee::SoftwareTee::ProcessorState::loaded);

    board.tee->calls.clear();
    ASSERT_EQ(outcome(m4.set_firmware(signed_firmware())), "ok");
    ASSERT_EQ(outcome(m4.boot()), "ok");
    EXPECT_THAT(board.tee->calls, ::testing::ElementsAre("RELEASE", "LOAD", "TABLE", "LOAD", "TABLE", "START"));
    EXPECT_EQ(test::alone(m4).table.size(), 140U);  // that of the second image
}

}  // namespace
}  // namespace rproc
