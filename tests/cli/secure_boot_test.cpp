// SPDX-License-Identifier: BSD-2-Clause
// rproc boot and rproc check where a TEE loads the firmware.
#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using SecureBoot = Cli;

std::string data(const std::string& name) { return RPROC_TEST_DATA_DIR "/signed/" + name; }

Arguments with_tee(Arguments more) {
    Arguments all{"boot", "--tee", "software", "--key", data("rsa2048.pub.pem")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

TEST_F(SecureBoot, ShowsEachStepAndTheKeyOfTheSignature) {
    const auto result = run(with_tee({data("app.rsa2048.signed")}));
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_THAT(result.out, HasSubstr("loaded by a software TEE"));
    EXPECT_THAT(result.out,
                ContainsRegex("ok    parse_fw [^\n]*signed with RSA-2048 key [0-9a-f]{16}, resource table"));
    EXPECT_THAT(result.out, ContainsRegex("ok    load [^\n]*3 segments"));
    EXPECT_THAT(result.out, HasSubstr("m4: offline -> running"));
    EXPECT_THAT(result.out, HasSubstr("  table    da 0x10004000  140 bytes\n"));
    EXPECT_THAT(result.out, ContainsRegex("ok    release_fw"));
    EXPECT_THAT(result.out, Not(HasSubstr("boot_address")));
}

TEST_F(SecureBoot, RefusalHasTheResultAndReasonOfTheTee) {
    const auto result = run(with_tee({data("app.p256.signed")}));
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, ContainsRegex("FAIL  parse_fw"));
    EXPECT_THAT(result.out, HasSubstr("kernel  TA_RPROC_CMD_LOAD_FW invoke failed TEE err: 0xffff3072, ret:0\n"));
    EXPECT_THAT(result.out, HasSubstr("Boot failed: -5\n"));
    EXPECT_THAT(result.out, ContainsRegex("means .*SIGNATURE_INVALID.*no trusted key verifies the signature"));
}

TEST_F(SecureBoot, BoardWithATeeNeedsNoOption) {
    const auto result =
        run({"boot", "--board", "stm32mp157c-dk2-tee", "--key", data("rsa2048.pub.pem"), data("app.rsa2048.signed")});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr("loaded by a software TEE"));
}

TEST_F(SecureBoot, EachSequenceBoots) {
    for (const std::string sequence : {"mainline", "alternate-boot", "load-first"}) {
        const auto result = run(with_tee({"--sequence", sequence, data("app.rsa2048.signed")}));
        EXPECT_EQ(result.status, 0) << sequence;
        EXPECT_THAT(result.out, HasSubstr("m4: offline -> running")) << sequence;
    }
    const auto loaded = run(with_tee({"--sequence", "alternate-boot", data("app.rsa2048.signed")}));
    EXPECT_THAT(loaded.out, HasSubstr("ok    loaded_table"));
    EXPECT_THAT(loaded.out, Not(HasSubstr("parse_fw")));
}

TEST_F(SecureBoot, JsonHasTheSameEvents) {
    const auto objects = objects_of(run(with_tee({"--json", data("app.rsa2048.signed")})).out);
    ASSERT_FALSE(objects.empty());
    EXPECT_EQ(objects.back()["event"], "result");
    EXPECT_EQ(objects.back()["booted"], true);
    EXPECT_EQ(objects.back()["verdict"], "boots");
    EXPECT_EQ(objects.back()["virtio"][0]["registered"], true);
}

TEST_F(SecureBoot, UsageErrorsAreOneSentence) {
    const auto no_key = run({"boot", "--tee", "software", data("app.rsa2048.signed")});
    EXPECT_EQ(no_key.status, 2);
    EXPECT_THAT(no_key.err, HasSubstr("name the public key that it trusts with --key"));
    const auto no_tee = run({"boot", "--key", data("rsa2048.pub.pem"), kHello});
    EXPECT_EQ(no_tee.status, 2);
    EXPECT_THAT(no_tee.err, HasSubstr("--key goes with --tee software"));
    const auto nothing_to_take = run({"boot", "--take-over", kHello});
    EXPECT_EQ(nothing_to_take.status, 2);
    EXPECT_THAT(nothing_to_take.err, HasSubstr("--take-over asks a TEE to stop the processor: add --tee"));
    const auto elf_first = run({"boot", "--sequence", "load-first", kHello});
    EXPECT_EQ(elf_first.status, 2);
    EXPECT_THAT(elf_first.err, HasSubstr("add --tee software"));
    EXPECT_EQ(run({"boot", "--tee", "hardware", kHello}).status, 2);
    EXPECT_EQ(run({"boot", "--sequence", "backwards", kHello}).status, 2);
}

// A model has no other owner: the option changes nothing. (What it does to one: tests/tee.)
TEST_F(SecureBoot, TakeOverOfAProcessorThatIsOffBootsIt) {
    const auto result = run(with_tee({"--take-over", data("app.rsa2048.signed")}));
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr("m4: offline -> running"));
}

Json verdict(const CommandResult& result) { return Json::parse(result.out); }

TEST_F(SecureBoot, CheckOnABoardWithATeeSkipsOnlyTheSignature) {
    const Json object = verdict(run({"check", "--json", "--board", "stm32mp157c-dk2-tee", data("app.rsa2048.signed")}));
    EXPECT_EQ(object["verdict"], "degraded") << "its resource table is in the TEE's own memory";
    EXPECT_EQ(object["format"], "optee-signed");
    EXPECT_EQ(object["virtio"], Json::parse(R"([{"index":0,"id":7,"registered":true}])"));
    std::vector<std::string> codes;
    for (const Json& finding : object["findings"]) codes.push_back(finding["code"]);
    EXPECT_THAT(codes, ::testing::Contains("signature-not-verified"));
    EXPECT_THAT(codes, ::testing::Contains("table-not-in-memory"));
    EXPECT_THAT(codes, ::testing::Contains("reset-vector-invalid")) << "this image is a pattern of bytes";
}

TEST_F(SecureBoot, TeeTreeSaysWhereTheTeeLoads) {
    const std::string tree = std::string(RPROC_TEST_BOARD_DIR) + "/optee-tree.dtb";
    const Arguments common{"--board", "stm32mp157c-dk2-tee", "--tee-dtb", tree};
    const auto with = [&](Arguments all) {
        all.insert(all.end(), common.begin(), common.end());
        return run(all);
    };
    const auto refused = with({"check", data("app.rsa2048.signed")});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.out, HasSubstr("lie in no memory that the TEE gives to the processor"))
        << "MCUSRAM2 has 0x2000 bytes there";
    EXPECT_EQ(with({"verify", data("app.rsa2048.signed"), "--key", data("rsa2048.pub.pem")}).status, 1);
    EXPECT_EQ(with({"boot", data("app.rsa2048.signed"), "--key", data("rsa2048.pub.pem")}).status, 1);
    EXPECT_EQ(run({"check", "--tee-dtb", tree, "--board", "stm32mp157c-dk2", kHello}).status, 2);
    EXPECT_THAT(run({"verify", data("app.rsa2048.signed"), "--key", data("rsa2048.pub.pem"), "--tee-dtb",
                     RPROC_TEST_BOARD_DIR "/tee-v22.dtb"})
                    .err,
                HasSubstr("OP-TEE has no remote processor"));
}

TEST_F(SecureBoot, CheckSaysThatABoardWithATeeRequiresASignedImage) {
    const auto text = run({"check", "--board", "stm32mp157c-dk2-tee", kHello});
    EXPECT_EQ(text.status, 1);
    EXPECT_THAT(text.out, HasSubstr("this is a plain ELF file, not a signed image"));
    EXPECT_THAT(text.out, HasSubstr("hint: sign it: rproc sign --in "));
    const Json object = verdict(run({"check", "--json", "--board", "stm32mp157c-dk2-tee", kHello}));
    EXPECT_EQ(object["verdict"], "refused");
    EXPECT_EQ(object["errno_name"], "EIO");
    EXPECT_EQ(object["format"], "elf32");
    EXPECT_EQ(object["kernel_log"].back(), "Boot failed: -5");
}

TEST_F(SecureBoot, CheckSaysThatABoardWithoutTeeRequiresAnElfFile) {
    const auto result = run({"check", data("app.rsa2048.signed")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("is an image signed for OP-TEE; this processor is loaded by Linux, which needs"));
    EXPECT_THAT(result.out, HasSubstr("hint: give the ELF file that was signed"));
}

}  // namespace
}  // namespace rproc::test
