// SPDX-License-Identifier: BSD-2-Clause
#include <cstdint>
#include <string>

#include <gmock/gmock.h>

#include "cli_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

/// An image of the older format: header, signature of 64 bytes, app.elf.
std::string older_image(const std::string& elf) {
    const auto size = static_cast<std::uint32_t>(elf.size());
    std::string file;
    for (const std::uint32_t word : {0x3543a468U, 1U, 56U, 64U, 56U, 2U, 0U, 0U, 1U, 0U, 0U, size, 120U, 1U})
        for (unsigned shift = 0; shift < 32; shift += 8) file += static_cast<char>(word >> shift & 0xffU);
    return file + std::string(64, 's') + elf;
}

TEST_F(InspectSigned, OlderFormatIsShownAndNotVerified) {
    const auto file = write("older.signed", older_image(read_text(vector("app.elf"))));
    const auto text = run({"inspect", file});
    EXPECT_EQ(text.status, 0) << text.err;
    EXPECT_THAT(text.out, HasSubstr("signed in the older format of STMicroelectronics, version 1"));
    EXPECT_THAT(text.out, HasSubstr("nothing here is verified"));
    EXPECT_THAT(text.out, ContainsRegex("signature +0x00000038 +64 +2\n"));
    EXPECT_THAT(text.out, ContainsRegex("key +0x00000000 +0 +-\n"));
    EXPECT_THAT(text.out, HasSubstr("image 0  5,112 bytes, ELF32, ARM"));
    const Json report = objects_of(run({"inspect", "--json", file}).out).at(0);
    EXPECT_EQ(report["schema"], "rproc.inspect-signed/1");
    EXPECT_EQ(report["format"], "st-signed-older");
    EXPECT_EQ(report["parts"][3]["length"], 5112);
    EXPECT_EQ(report["images"][0]["resource_table"]["size"], 140);
}

TEST_F(InspectSigned, OlderFormatWithPartsThatOverlapIsRefused) {
    std::string image = older_image(read_text(vector("app.elf")));
    image[24] = 8;  // length of the hash table, at offset 60
    image[28] = 60;
    const auto result = run({"inspect", write("overlap.signed", image)});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("the signature and the hash table overlap"));
}

TEST_F(InspectSigned, CheckSaysThatTheProcessorRequiresAnElfFile) {
    const auto result = run({"check", vector("app.rsa2048.signed")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("signed for OP-TEE"));
}

}  // namespace
}  // namespace rproc::test
