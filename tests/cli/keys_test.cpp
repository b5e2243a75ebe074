// SPDX-License-Identifier: BSD-2-Clause
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "cli_test.hpp"
#include "firmware/test_keys.hpp"
#include "rproc/firmware/public_key.hpp"
#include "support/files.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kData = RPROC_TEST_DATA_DIR "/signed/";

std::string hex_of(const std::vector<std::byte>& bytes) {
    std::string text;
    for (const std::byte b : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(b));
    return text;
}

class Keys : public Cli {};

TEST_F(Keys, TextHasFingerprintAndPkeyinfo) {
    const auto key = PublicKey::read(kData + "p256.pub.pem").value();
    const auto result = run({"keys", kData + "p256.pub.pem"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(lines_of(result.out),
                ElementsAre(kData + "p256.pub.pem: ECDSA P-256, public", "  fingerprint      " + key.fingerprint(),
                            "  PKEYINFO sha256  " + key.fingerprint(),
                            "  PKEYINFO der     " + hex_of(key.der()) + " (91 bytes)"));
}

TEST_F(Keys, PublicAndPrivateHalfHaveTheSameFingerprint) {
    const auto result = run({"keys", "-q", kData + "rsa2048.pub.pem", kData + "rsa2048.pem"});
    EXPECT_EQ(result.status, 0) << result.err;
    const auto lines = lines_of(result.out);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], lines[1]);
    EXPECT_EQ(lines[0], PublicKey::read(kData + "rsa2048.pub.pem").value().fingerprint());
}

TEST_F(Keys, JsonIsOneObjectAKey) {
    const auto result = run({"keys", "--json", kData + "rsa2048.pem", kData + "p256.pub.pem"});
    ASSERT_EQ(result.status, 0) << result.err;
    const auto objects = objects_of(result.out);
    ASSERT_EQ(objects.size(), 2U);
    EXPECT_THAT(fields_of(objects[0]),
                ElementsAre("schema", "key", "type", "sign_type", "private", "fingerprint", "pkeyinfo", "rsa"));
    EXPECT_EQ(objects[0]["schema"], "rproc.keys/1");
    EXPECT_EQ(objects[0]["type"], "RSA-2048");
    EXPECT_EQ(objects[0]["private"], true);
    EXPECT_EQ(objects[0]["rsa"]["exponent"], "010001");
    EXPECT_EQ(objects[0]["rsa"]["modulus"].get<std::string>().size(), 512U);
    EXPECT_EQ(objects[0]["pkeyinfo"]["der"].get<std::string>().size(), 2 * 294U);
    EXPECT_EQ(objects[1]["rsa"], nullptr);
    EXPECT_EQ(objects[1]["private"], false);
}

/// A program that prints the key in the C file as the DER of a PKCS#1 public key would name it: exponent, then modulus.
const std::string kPrinter =
    "#include <stdio.h>\n"
    "int main(void) {\n"
    "    printf(\"%u \", (unsigned)own_key_exponent);\n"
    "    for (size_t i = 0; i < own_key_modulus_size; ++i) printf(\"%02x\", own_key_modulus[i]);\n"
    "    return 0;\n"
    "}\n";

TEST_F(Keys, CFileHasTheNumbersOfTheKey) {
    const auto file = run({"keys", "--c", kData + "rsa4096.pub.pem"});
    ASSERT_EQ(file.status, 0) << file.err;
    EXPECT_THAT(file.out, HasSubstr("const uint32_t rproc_pub_key_exponent = 65537;\n"));
    EXPECT_THAT(file.out, HasSubstr("const uint8_t rproc_pub_key_modulus[] = {\n"));
    EXPECT_THAT(file.out, HasSubstr("const size_t rproc_pub_key_modulus_size = sizeof(rproc_pub_key_modulus);\n"));

    const std::string compiler = "/usr/bin/cc";
    if (!std::filesystem::exists(compiler)) GTEST_SKIP() << compiler << " is not installed";
    write("key.c", run({"keys", "--c", "--prefix", "own_key", kData + "rsa4096.pub.pem"}).out + kPrinter);
    const auto compiled = run_command({.arguments = {compiler, "-Wall", "-Wextra", "-Werror", "-o", "key", "key.c"},
                                       .directory = directory().string()});
    ASSERT_EQ(compiled.status, 0) << compiled.err;
    const auto printed = run_command({.arguments = {(directory() / "key").string()}});
    const Json key = objects_of(run({"keys", "--json", kData + "rsa4096.pub.pem"}).out).at(0);
    EXPECT_EQ(printed.out, "65537 " + key["rsa"]["modulus"].get<std::string>());
}

TEST_F(Keys, CFileTakesOneRsaKey) {
    const auto p256 = run({"keys", "--c", kData + "p256.pub.pem"});
    EXPECT_EQ(p256.status, 2);
    EXPECT_THAT(p256.err, HasSubstr("is a key for ECDSA P-256, and OP-TEE's key file holds an RSA key"));
    const auto two = run({"keys", "--c", kData + "rsa2048.pub.pem", kData + "rsa4096.pub.pem"});
    EXPECT_EQ(two.status, 2);
    EXPECT_THAT(two.err, HasSubstr("--c takes one KEY"));
    const auto name = run({"keys", "--c", "--prefix", "a-b", kData + "rsa2048.pub.pem"});
    EXPECT_EQ(name.status, 2);
    EXPECT_THAT(name.err, HasSubstr("--prefix a-b is no name in C"));
    EXPECT_EQ(run({"keys", "--prefix", "a", kData + "rsa2048.pub.pem"}).status, 2);
    EXPECT_EQ(run({"keys", "--c", "--json", kData + "rsa2048.pub.pem"}).status, 2);
}

TEST_F(Keys, EncryptedKeyNeedsItsPassphrase) {
    write("key.pem", kP256EncryptedPkcs8);
    const auto none = run({"keys", "key.pem"});
    EXPECT_EQ(none.status, 5);
    EXPECT_THAT(none.err, HasSubstr("key.pem: needs a passphrase, and none was given"));
    const auto given = run({"keys", "-q", "key.pem", "--key_pwd", "env:P"}, {{"P", std::string(kPassphrase)}});
    EXPECT_EQ(given.status, 0) << given.err;
    EXPECT_THAT(given.out, StartsWith(PublicKey::read(kData + "p256.pub.pem").value().fingerprint()));
}

TEST_F(Keys, WhatIsNoKeyIsRefused) {
    EXPECT_EQ(run({"keys"}).status, 2);
    EXPECT_EQ(run({"keys", "none.pem"}).status, 3);
    EXPECT_EQ(run({"keys", kData + "app.elf"}).status, 2);
}

}  // namespace
}  // namespace rproc::test
