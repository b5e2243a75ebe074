// SPDX-License-Identifier: BSD-2-Clause
//
// Device trees in which a TEE owns the Cortex-M4: each form, and each mistake.

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/platform/board.hpp"

namespace rproc::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Config = Stm32mp15Config;
using Tee = Config::TeeReference;

Result<Board> test_board(const std::string& name) {
    return read_board(std::string(RPROC_TEST_BOARD_DIR "/") + name + ".dtb");
}

/// The configuration of a tree that must be readable.
Config config_of(const std::string& name) {
    const auto board = test_board(name);
    EXPECT_TRUE(board.has_value()) << name << ": " << board.error().message();
    return board ? board->config : Config{};
}

/// The error of a tree that must be refused; each one has a hint.
Error error_of(const std::string& name) {
    const auto board = test_board(name);
    EXPECT_FALSE(board.has_value()) << name;
    if (board) return {};
    EXPECT_THAT(board.error().hint(), Not(IsEmpty())) << name;
    return board.error();
}

TEST(Stm32mp15Tee, V19IsRecognisedByItsCompatible) {
    const Config config = config_of("tee-v19");

    EXPECT_EQ(config.tee, (Tee{.backend = "", .id = 1}));
    EXPECT_EQ(config.driver, Config::Driver::stm32_rproc);
    EXPECT_EQ(config.dma_ranges.to_device(PhysicalAddress(0x62000000)), DeviceAddress(0));
    EXPECT_THAT(config.regions, SizeIs(6));
}

TEST(Stm32mp15Tee, BeforeV10TheOnlyProcessorIsNumberZero) {
    EXPECT_EQ(config_of("tee-v9").tee, (Tee{.backend = "", .id = 0}));
}

TEST(Stm32mp15Tee, V20IsAChildOfTheServiceAndItsRegIsTheId) {
    const Config config = config_of("tee-v20");

    EXPECT_EQ(config.name, "m4");
    EXPECT_EQ(config.node_path, "/firmware/optee/rproc-service@0/m4@2");
    EXPECT_EQ(config.tee, (Tee{.backend = "/firmware/optee/rproc-service@0", .id = 2}));
    EXPECT_EQ(config.driver, Config::Driver::stm32_rproc_tee);
    EXPECT_TRUE(config.has_mailbox("shutdown"));
    EXPECT_THAT(config.regions, SizeIs(5));
}

TEST(Stm32mp15Tee, V21PointsToTheBackendAndKeepsTheOtherProperties) {
    const Config config = config_of("tee-v21");

    EXPECT_EQ(config.tee, (Tee{.backend = "/firmware/optee-rproc", .id = 3}));
    EXPECT_EQ(config.driver, Config::Driver::stm32_rproc_tee);
    ASSERT_THAT(config.mailboxes, SizeIs(3));
    EXPECT_THAT(config.mailboxes[2].arguments, ElementsAre(2U));
    EXPECT_THAT(config.watchdog, ElementsAre(68U, 1U));
    EXPECT_TRUE(config.wakeup_source);
    EXPECT_TRUE(config.auto_boot);
    EXPECT_EQ(config.firmware_name, "signed.bin");
}

TEST(Stm32mp15Tee, V22PointsToTheBackendFromTheOrdinaryNode) {
    const Config config = config_of("tee-v22");

    EXPECT_EQ(config.tee, (Tee{.backend = "/firmware/optee-rproc", .id = 0}));
    EXPECT_EQ(config.driver, Config::Driver::stm32_rproc);
    EXPECT_EQ(config.dma_ranges.to_device(PhysicalAddress(0x62000000)), DeviceAddress(0));
    EXPECT_FALSE(config.m4_state) << "the tree has the register, and Linux cannot attach with a TEE";
    EXPECT_FALSE(config.resource_table);
}

TEST(Stm32mp15Tee, DriverOfV20AndV21TranslatesOnlyRetram) {
    for (const auto* const form : {"tee-v20", "tee-v21"}) {
        const DmaRanges ranges = config_of(form).dma_ranges;
        EXPECT_EQ(ranges.to_device(PhysicalAddress(0x3800ffff)), DeviceAddress(0xffff)) << form;
        EXPECT_EQ(ranges.to_device(PhysicalAddress(0x38010000)), DeviceAddress(0x38010000)) << form;
        EXPECT_EQ(ranges.to_device(PhysicalAddress(0x10000000)), DeviceAddress(0x10000000)) << form;
        EXPECT_EQ(ranges.to_physical(*DeviceRange::make(DeviceAddress(0), 4)),
                  PhysicalRange::make(PhysicalAddress(0x38000000), 4))
            << form;
        EXPECT_FALSE(ranges.to_device(PhysicalAddress(0x100000000))) << "the M4 has 32 address lines";
    }
}

TEST(Stm32mp15Tee, EmbeddedBoardListsOnlyWhatLinuxSharesWithTheFirmware) {
    const auto board = embedded_board("stm32mp157c-dk2-tee");
    ASSERT_TRUE(board.has_value()) << board.error().message();

    EXPECT_THAT(board->model, HasSubstr("M4 owned by OP-TEE"));
    EXPECT_EQ(board->config.tee, (Tee{.backend = "/firmware/optee-rproc", .id = 0}));
    std::vector<std::string> names;
    for (const auto& region : board->config.regions) names.push_back(region.name);
    EXPECT_THAT(names, ::testing::ElementsAre("vdev0vring0", "vdev0vring1", "vdev0buffer", "mcu_rsc_table"));
}

TEST(Stm32mp15Tee, AnOwnerIsAnErrorWhereLinuxOwnsTheCore) {
    EXPECT_EQ(embedded_board("stm32mp157c-dk2-tee")->config.tee_owner()->id, 0U);
    const auto none = embedded_board("stm32mp157c-dk2")->config.tee_owner();
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().code(), ErrorCode::dt_property_missing);
}

TEST(Stm32mp15Tee, DefaultFirmwareIsThatOfTheNodeOrOfItsName) {
    auto config = embedded_board("stm32mp157c-dk2-tee")->config;
    EXPECT_EQ(config.default_firmware(), "rproc-m4-fw");
    config.firmware_name = "app.signed";
    EXPECT_EQ(config.default_firmware(), "app.signed");
}

TEST(Stm32mp15TeeMistake, DanglingPhandle) {
    const Error v21 = error_of("tee-phandle-nowhere");
    EXPECT_EQ(v21.code(), ErrorCode::dt_property_malformed);
    EXPECT_EQ(v21.where(), "/m4@0, property rproc-tee-phandle");
    EXPECT_THAT(v21.what(), HasSubstr("phandle 0x77 points to no node"));
    EXPECT_EQ(v21.kernel_line(), "signed firmware not supported by TEE");

    const Error v22 = error_of("tee-v22-phandle-nowhere");
    EXPECT_EQ(v22.code(), ErrorCode::dt_property_malformed);
    EXPECT_EQ(v22.where(), "/soc/ahb/m4@10000000, property st,rproc-tee");
    EXPECT_EQ(v22.kernel_line(), "failed to get mcu_reset") << "Linux prints a misleading line";
    EXPECT_THAT(v22.hint(), HasSubstr("st,rproc-tee = <&tee_rproc 0>"));
}

TEST(Stm32mp15TeeMistake, ReferenceToAnotherNodeNamesThatNode) {
    const Error v21 = error_of("tee-phandle-elsewhere");
    EXPECT_EQ(v21.code(), ErrorCode::dt_property_malformed);
    EXPECT_THAT(v21.what(), HasSubstr("points to /mailbox@4c001000 (without compatible)"));
    EXPECT_THAT(v21.hint(), HasSubstr("80a4c275-0a47-4905-8285-1486a9771a08"));

    const Error v22 = error_of("tee-v22-phandle-elsewhere");
    EXPECT_EQ(v22.code(), ErrorCode::dt_property_malformed);
    EXPECT_THAT(v22.what(), HasSubstr("points to /rst@63001000 (compatible with snps,dw-high-reset)"));
    EXPECT_THAT(v22.kernel_line(), IsEmpty());
}

TEST(Stm32mp15TeeMistake, ReferenceWithoutAnId) {
    const Error v21 = error_of("tee-id-missing");
    EXPECT_EQ(v21.code(), ErrorCode::dt_property_malformed);
    EXPECT_THAT(v21.what(), HasSubstr("ends before the processor's id"));
    EXPECT_EQ(v21.kernel_line(), "failed to parse remoteproc-backend (-22)");

    const Error v22 = error_of("tee-v22-id-missing");
    EXPECT_EQ(v22.code(), ErrorCode::dt_property_malformed);
    EXPECT_THAT(v22.what(), HasSubstr("ends before the processor's id"));
    EXPECT_EQ(v22.kernel_line(), "failed to parse st,rproc-tee");

    EXPECT_THAT(error_of("tee-v22-empty").what(), HasSubstr("is empty"));
}

TEST(Stm32mp15TeeMistake, CoreOfV20OrV19WithoutAnId) {
    const Error v20 = error_of("tee-child-without-reg");
    EXPECT_EQ(v20.code(), ErrorCode::dt_property_missing);
    EXPECT_EQ(v20.where(), "/firmware/optee/rproc-service@0/m4@2");
    EXPECT_EQ(v20.kernel_line(), "invalid reg on /firmware/optee/rproc-service@0/m4@2");

    const Error v19 = error_of("tee-proc-id-empty");
    EXPECT_EQ(v19.code(), ErrorCode::dt_property_malformed);
    EXPECT_EQ(v19.where(), "/soc/ahb/m4@10000000, property st,proc-id");
    EXPECT_EQ(v19.kernel_line(), "failed to read st,rproc-id property");
}

TEST(Stm32mp15TeeMistake, DisabledBackendIsNamedInTheError) {
    for (const auto* const tree : {"tee-backend-disabled", "tee-v22-backend-disabled"}) {
        const Error error = error_of(tree);
        EXPECT_EQ(error.code(), ErrorCode::dt_node_disabled) << tree;
        EXPECT_EQ(error.where(), "/firmware/optee-rproc") << tree;
        EXPECT_THAT(error.what(), HasSubstr("m4@")) << tree;
    }
}

TEST(Stm32mp15TeeMistake, DisabledServiceDisablesItsChild) {
    const Error error = error_of("tee-service-disabled");
    EXPECT_EQ(error.code(), ErrorCode::dt_node_disabled);
    EXPECT_EQ(error.where(), "/firmware/optee/rproc-service@0/m4@2");
    EXPECT_THAT(error.what(), HasSubstr("is disabled with /firmware/optee/rproc-service@0"));
    EXPECT_THAT(error.hint(), HasSubstr("at /firmware/optee/rproc-service@0"));
}

TEST(Stm32mp15TeeMistake, NoReferenceToTheTee) {
    const Error error = error_of("tee-phandle-missing");
    EXPECT_EQ(error.code(), ErrorCode::dt_property_missing);
    EXPECT_EQ(error.where(), "/m4@0");
    EXPECT_THAT(error.what(), HasSubstr("has no property rproc-tee-phandle"));
    EXPECT_EQ(error.kernel_line(), "failed to parse remoteproc-backend (-2)");
}

TEST(Stm32mp15TeeMistake, CoreControlOfACoreThatTheTeeOwns) {
    const Error resets = error_of("tee-v22-with-resets");
    EXPECT_EQ(resets.code(), ErrorCode::dt_property_conflict);
    EXPECT_EQ(resets.where(), "/soc/ahb/m4@10000000, property resets");
    EXPECT_THAT(resets.what(), HasSubstr("cannot be combined with st,rproc-tee"));
    EXPECT_EQ(resets.hint(), "write /delete-property/ resets;");

    const Error hold = error_of("tee-v22-with-holdboot");
    EXPECT_EQ(hold.code(), ErrorCode::dt_property_conflict);
    EXPECT_EQ(hold.where(), "/soc/ahb/m4@10000000, property st,syscfg-holdboot");

    const Error v19 = error_of("tee-v19-with-resets");
    EXPECT_EQ(v19.code(), ErrorCode::dt_property_conflict);
    EXPECT_THAT(v19.what(), HasSubstr("a compatible that ends in -tee"));
}

TEST(Stm32mp15TeeMistake, ReferenceOfTheOtherForm) {
    const Error v21 = error_of("tee-property-of-v22");
    EXPECT_EQ(v21.code(), ErrorCode::dt_property_conflict);
    EXPECT_EQ(v21.where(), "/m4@0, property st,rproc-tee");
    EXPECT_THAT(v21.what(), HasSubstr("takes rproc-tee-phandle"));

    const Error v22 = error_of("tee-v22-phandle-of-v21");
    EXPECT_EQ(v22.code(), ErrorCode::dt_property_conflict);
    EXPECT_THAT(v22.what(), HasSubstr("takes st,rproc-tee"));
}

TEST(Stm32mp15TeeMistake, V22WithoutDmaRangesIsRefusedAsWithoutATee) {
    EXPECT_EQ(error_of("tee-v22-no-dma-ranges").kernel_line(),
              "stm32_rproc_of_memory_translations: dma-ranges property not defined");
}

TEST(FindStm32mp15, NodeWithTwoKnownCompatiblesIsOneProcessor) { EXPECT_TRUE(config_of("tee-two-compatibles").tee); }

}  // namespace
}  // namespace rproc::platform
