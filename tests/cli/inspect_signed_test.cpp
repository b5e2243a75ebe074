// SPDX-License-Identifier: BSD-2-Clause
#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;

class InspectSigned : public Cli {
  protected:
    [[nodiscard]] static std::string vector(const std::string& name) { return RPROC_TEST_DATA_DIR "/signed/" + name; }
};

TEST_F(InspectSigned, TextHasSignatureTlvsImagesAndHashes) {
    const auto result = run({"inspect", vector("app.rsa2048.signed")});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("signed for OP-TEE, version 1"));
    EXPECT_THAT(result.out, HasSubstr("signature  RSA-2048 PKCS#1 v1.5, SHA-256, 256 bytes\n"));
    EXPECT_THAT(result.out, ContainsRegex("SIGNTYPE +0x1 +1 +01\n"));
    EXPECT_THAT(result.out,
                ContainsRegex("image 0  5,112 bytes, ELF32, ARM, entry 0x00000101, resource table of 140 bytes "
                              "at da 0x10004000\n"));
    EXPECT_THAT(result.out, ContainsRegex("\n  0 +2 +LOAD +0x10004000 +140 +140 +matches\n"));
}

TEST_F(InspectSigned, JsonHasEveryTlvAndSegment) {
    const auto result = run({"inspect", "--json", vector("app.keyinfo-plat.rsa2048.signed")});
    ASSERT_EQ(result.status, 0) << result.err;
    const Json report = objects_of(result.out).at(0);
    EXPECT_THAT(fields_of(report), ElementsAre("schema", "firmware", "size", "format", "version", "signature", "tlvs",
                                               "images", "segments", "fault"));
    EXPECT_EQ(report["schema"], "rproc.inspect-signed/1");
    EXPECT_EQ(report["tlvs"][6]["name"], "PKEYINFO");
    EXPECT_EQ(report["tlvs"][8]["type"], "0x10002");
    EXPECT_EQ(report["tlvs"][8]["value"], "626f6172642d61");
    EXPECT_EQ(report["segments"].size(), 3U);
    for (const Json& segment : report["segments"]) EXPECT_EQ(segment["hash"], "matches");
    EXPECT_EQ(report["fault"], nullptr);
}

TEST_F(InspectSigned, EcdsaAndTwoImages) {
    EXPECT_THAT(run({"inspect", vector("app.p256.signed")}).out, HasSubstr("ECDSA P-256, SHA-256, 64 bytes"));
    const auto two = run({"inspect", "--json", vector("two-images.rsa2048.signed")});
    EXPECT_EQ(objects_of(two.out).at(0)["images"].size(), 2U);
}

TEST_F(InspectSigned, ChangedByteIsShownAtItsSegment) {
    std::string image = read_text(vector("app.rsa2048.signed"));
    image.at(image.size() - 5112 + 0xa0) ^= 1;
    const auto result = run({"inspect", write("changed.signed", image)});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, ContainsRegex("\n  0 +0 +LOAD +0x00000000 +1,024 +512 +differs\n"));
}

TEST_F(InspectSigned, TruncatedFileIsExplained) {
    const std::string image = read_text(vector("app.rsa2048.signed"));
    const auto result = run({"inspect", write("cut.signed", image.substr(0, 4000))});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("the file has 4000"));
}

TEST_F(InspectSigned, CheckSaysThatTheProcessorRequiresAnElfFile) {
    const auto result = run({"check", vector("app.rsa2048.signed")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("signed for OP-TEE"));
}

}  // namespace
}  // namespace rproc::test
