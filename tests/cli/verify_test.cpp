// SPDX-License-Identifier: BSD-2-Clause
#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Verify = Cli;

std::string data(const std::string& name) { return RPROC_TEST_DATA_DIR "/signed/" + name; }

TEST_F(Verify, NamesTheKeyOfTheSignature) {
    const auto result =
        run({"verify", data("app.rsa2048.signed"), "--key", data("p256.pub.pem"), "--key", data("rsa2048.pub.pem")});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr("app.rsa2048.signed: accepted\n"));
    EXPECT_THAT(result.out, ContainsRegex("signed with  [^\n]*rsa2048.pub.pem \\(RSA-2048, SHA-256 [0-9a-f]{64}\\)\n"));
    EXPECT_THAT(result.out, HasSubstr("TEE result   0x00000000 TEE_SUCCESS\n"));
    EXPECT_THAT(result.out, HasSubstr("table        pa 0x10004000, 140 bytes\n"));
    EXPECT_THAT(result.out, HasSubstr("memories     all zero afterwards\n"));
    EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Verify, RefusesAnotherKeyWithAReason) {
    const auto result = run({"verify", data("app.rsa2048.signed"), "--key", data("rsa4096.pub.pem")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("app.rsa2048.signed: refused\n"));
    EXPECT_THAT(result.out, HasSubstr("TEE result   0xffff3072 TEE_ERROR_SIGNATURE_INVALID\n"));
    EXPECT_THAT(result.out, ContainsRegex("because +TEE_ERROR_SIGNATURE_INVALID .*no trusted key verifies"));
    EXPECT_THAT(result.out, HasSubstr("the usual cause: the image was signed with another key"));
    EXPECT_THAT(result.out, Not(HasSubstr("signed with  ")));
}

TEST_F(Verify, JsonHasTheDocumentedFields) {
    const auto accepted = run({"verify", "--json", data("app.p256.signed"), "--key", data("p256.pub.pem"),
                               "--tee-signature", "RSA", "--tee-signature", "ECC"});
    ASSERT_EQ(accepted.status, 0);
    const Json yes = Json::parse(accepted.out);
    EXPECT_THAT(fields_of(yes), ElementsAre("schema", "image", "accepted", "tee_result", "key", "key_fingerprint",
                                            "resource_table", "memory_cleared", "strict_accepted", "findings"));
    EXPECT_EQ(yes["schema"], "rproc.verify/1");
    EXPECT_EQ(yes["accepted"], true);
    EXPECT_EQ(yes["tee_result"], "0x00000000");
    EXPECT_EQ(yes["key"], data("p256.pub.pem"));
    EXPECT_EQ(yes["resource_table"], (Json{{"pa", "0x10004000"}, {"size", 140}}));
    EXPECT_EQ(yes["memory_cleared"], true);
    EXPECT_EQ(yes["strict_accepted"], true);
    EXPECT_TRUE(yes["findings"].empty());

    const auto refused = run({"verify", "--json", data("app.rsa2048.signed"), "--key", data("rsa4096.pub.pem")});
    EXPECT_EQ(refused.status, 1);
    const Json no = Json::parse(refused.out);
    EXPECT_EQ(no["accepted"], false);
    EXPECT_EQ(no["tee_result"], "0xffff3072");
    EXPECT_EQ(no["key"], nullptr);
    EXPECT_EQ(no["resource_table"], nullptr);
    EXPECT_EQ(no["memory_cleared"], true);
    EXPECT_EQ(no["strict_accepted"], false);
    EXPECT_EQ(no["findings"][0]["code"], "tee-refused");
    EXPECT_THAT(std::string(no["findings"][0]["message"]), HasSubstr("no trusted key verifies the signature"));
}

TEST_F(Verify, PlainElfFileIsExplainedWithTheSignCommand) {
    const auto result = run({"verify", data("app.elf"), "--key", data("rsa2048.pub.pem")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("this is a plain ELF file, not a signed image"));
    EXPECT_THAT(result.out, HasSubstr("rproc sign --in "));
}

TEST_F(Verify, PrivateKeyIsUsedWithAWarning) {
    const auto result = run({"verify", data("app.rsa2048.signed"), "--key", data("rsa2048.pem")});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("rsa2048.pem holds a private key; only its public half is used"));
    EXPECT_THAT(result.out + result.err, Not(HasSubstr("PRIVATE")));
}

TEST_F(Verify, DamagedSegmentIsNotASignatureFailure) {
    std::string image = read_text(data("app.rsa2048.signed"));
    const std::size_t elf = image.size() - 5112;  // app.elf is the last of the package
    image[elf + 0x2a0] ^= 1;                      // the first byte of its second segment
    const auto path = write("damaged.signed", image);
    const auto result = run({"verify", "-q", path, "--key", data("rsa2048.pub.pem")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(lines_of(result.out).size(), 1U);
    EXPECT_THAT(result.out, ContainsRegex("refused: TEE_ERROR_SECURITY \\(0xffff000f\\).*segment 1"));
}

TEST_F(Verify, ReadsStandardInput) {
    const auto result =
        run({"verify", "-", "--key", data("rsa2048.pub.pem")}, {}, read_text(data("app.rsa2048.signed")));
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr("-: accepted\n"));
}

TEST_F(Verify, StrictPolicyRefusesLowerVersions) {
    const auto result = run({"verify", data("app.rsa2048.signed"), "--key", data("rsa2048.pub.pem"), "--min-version",
                             "2", "--policy", "strict"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("it has no version, and the lowest taken is 2"));
}

TEST_F(Verify, VersionIsNoMatterForOptee) {
    const auto result =
        run({"verify", data("app.rsa2048.signed"), "--key", data("rsa2048.pub.pem"), "--min-version", "2"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr("app.rsa2048.signed: accepted\n"));
    EXPECT_THAT(result.out, HasSubstr("strict       objects"));
    EXPECT_THAT(result.out, HasSubstr("OP-TEE accepts this: it does not check versions [optee-ignores-version]"));
}

TEST_F(Verify, SignatureThatTheBoardDoesNotVerifyIsNotSupported) {
    const Arguments verify{"verify", "--json", data("app.p256.signed"), "--key", data("p256.pub.pem")};
    const auto result = run(verify);
    EXPECT_EQ(result.status, 1);
    const Json object = Json::parse(result.out);
    EXPECT_EQ(object["tee_result"], "0xffff000a");
    EXPECT_EQ(object["key"], data("p256.pub.pem")) << "it is signed correctly";
    EXPECT_EQ(object["strict_accepted"], true);
    EXPECT_THAT(std::string(object["findings"][0]["message"]), HasSubstr("signed correctly"));
    Arguments strict = verify;
    strict.insert(strict.end(), {"--policy", "strict"});
    EXPECT_EQ(run(strict).status, 0);
}

TEST_F(Verify, LimitsOfOpteeAreInTheVerdictAndCanBeSet) {
    const Arguments verify{"verify", data("big.rsa2048.signed"), "--key", data("rsa2048.pub.pem")};
    EXPECT_EQ(run(verify).status, 0);
    Arguments small_heap = verify;
    small_heap.insert(small_heap.end(), {"--tee-heap", "512"});
    const auto heap = run(small_heap);
    EXPECT_EQ(heap.status, 1);
    EXPECT_THAT(heap.out, HasSubstr("TEE result   0xffff000c TEE_ERROR_OUT_OF_MEMORY\n"));
    Arguments small_images = verify;
    small_images.insert(small_images.end(), {"--tee-image-limit", "4096"});
    EXPECT_THAT(run(small_images).out, HasSubstr("TEE_ERROR_OUT_OF_MEMORY"));
}

TEST_F(Verify, SegmentWhoseHashOpteeDoesNotFindIsRefusedWithTheWayToLink) {
    ASSERT_EQ(
        run({"sign", "--in", data("exidx-first.elf"), "--out", "exidx.signed", "--key", data("rsa2048.pem")}).status,
        0);
    const auto result = run({"verify", "exidx.signed", "--key", data("rsa2048.pub.pem")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("TEE result   0xffff0006 TEE_ERROR_BAD_PARAMETERS\n"));
    EXPECT_THAT(result.out, HasSubstr("the first entry of the hash table with this address is of another segment"));
    EXPECT_THAT(result.out, HasSubstr("place .ARM.exidx behind other bytes of its segment"));
    EXPECT_THAT(result.out, Not(HasSubstr("does not recognise")));
}

TEST_F(Verify, EmptyFileIsRefusedAsOpteeDoes) {
    const auto result = run({"verify", "--json", write("empty.signed", ""), "--key", data("rsa2048.pub.pem")});
    EXPECT_EQ(result.status, 1);
    const Json object = Json::parse(result.out);
    EXPECT_EQ(object["accepted"], false);
    EXPECT_EQ(object["tee_result"], "0xffff0006");
}

TEST_F(Verify, UsageErrorsAndMissingFilesHaveTheirExitStatus) {
    EXPECT_EQ(run({"verify", data("app.rsa2048.signed")}).status, 2);
    EXPECT_EQ(run({"verify", "nothing-here", "--key", data("rsa2048.pub.pem")}).status, 3);
    EXPECT_EQ(run({"verify", data("app.rsa2048.signed"), "--key", "nothing-here"}).status, 3);
    const auto no_key = run({"verify", data("app.rsa2048.signed"), "--key", data("app.elf")});
    EXPECT_EQ(no_key.status, 2);
    EXPECT_THAT(no_key.err, HasSubstr("app.elf"));
}

TEST_F(Verify, OutputOfSignIsAccepted) {
    for (const std::string key : {"p256", "rsa2048", "rsa4096"}) {
        const std::string out = (directory() / (key + ".signed")).string();
        ASSERT_EQ(run({"sign", "--in", data("app.elf"), "--out", out, "--key", data(key + ".pem")}).status, 0) << key;
        const auto result =
            run({"verify", out, "--key", data(key + ".pub.pem"), "--tee-signature", "RSA", "--tee-signature", "ECC"});
        EXPECT_EQ(result.status, 0) << key;
    }
}

TEST_F(Verify, EncryptedImageNeedsItsKeyAndATeeThatDecrypts) {
    const std::string aes = write("aes.key", std::string(64, 'a'));
    const std::string out = (directory() / "encrypted.signed").string();
    // The segments of m4_hello.elf need not be multiples of 16 bytes; those of big.elf are.
    ASSERT_EQ(
        run({"sign", "--in", data("big.elf"), "--out", out, "--key", data("rsa2048.pem"), "--encrypt-key", aes}).status,
        0);
    const Arguments verify{"verify", out, "--key", data("rsa2048.pub.pem"), "--policy", "strict"};
    const auto without = run(verify);
    EXPECT_EQ(without.status, 1);
    EXPECT_THAT(without.out, HasSubstr("it is encrypted, and there is no key for it"));
    EXPECT_THAT(without.out, HasSubstr("it does not check whether an image is encrypted [optee-does-not-decrypt]"));
    Arguments with = verify;
    with.insert(with.end(), {"--decrypt-key", aes});
    EXPECT_EQ(run(with).status, 0);
}

}  // namespace
}  // namespace rproc::test
