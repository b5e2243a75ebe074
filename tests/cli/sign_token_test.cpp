// SPDX-License-Identifier: BSD-2-Clause
// rproc sign with keys in a PKCS#11 token: SoftHSM (packages softhsm2, opensc, libengine-pkcs11-openssl).

#include <filesystem>
#include <map>
#include <string>

#include <gmock/gmock.h>

#include "rproc/firmware/public_key.hpp"
#include "sign_test.hpp"

namespace rproc::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kUtil = "/usr/bin/softhsm2-util";
const std::string kTool = "/usr/bin/pkcs11-tool";
const std::string kModule = "/usr/lib/softhsm/libsofthsm2.so";
const std::string kPin = "1234";

/// Whether OpenSSL has the engine of PKCS#11, in the directory of any architecture.
bool has_engine() {
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib")) {
        std::error_code ignored;
        if (std::filesystem::exists(entry.path() / "engines-3/pkcs11.so", ignored)) return true;
    }
    return false;
}

/// A token "board" with the key pairs of rsa2048.pem ("m4") and p256.pem ("m4-ec").
class SignInToken : public Sign {
  protected:
    void SetUp() override {
        for (const std::string& file : {kUtil, kTool, kModule})
            if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not installed";
        if (!has_engine()) GTEST_SKIP() << "OpenSSL has no engine pkcs11 (libengine-pkcs11-openssl)";
        std::filesystem::create_directory(directory() / "tokens");
        write("softhsm2.conf", configuration());
        call(kUtil, {"--init-token", "--free", "--label", "board", "--pin", kPin, "--so-pin", "5678"});
        call(kTool, {"--write-object", kData + "rsa2048.pem", "--type", "privkey", "--label", "m4", "--id", "a1",
                     "--usage-sign"});
        call(kTool, {"--write-object", kData + "rsa2048.pub.pem", "--type", "pubkey", "--label", "m4", "--id", "a1"});
        call(kUtil,
             {"--import", kData + "p256.p8.pem", "--token", "board", "--label", "m4-ec", "--id", "a2", "--pin", kPin});
    }

    [[nodiscard]] std::string configuration() const {
        return "directories.tokendir = " + (directory() / "tokens").string() + "\nobjectstore.backend = file\n";
    }
    void call(const std::string& program, const Arguments& more) const {
        CommandLine line{.arguments = {program}, .environment = environment(), .directory = directory().string()};
        if (program == kTool)
            line.arguments.insert(line.arguments.end(), {"--module", kModule, "--login", "--pin", kPin});
        line.arguments.insert(line.arguments.end(), more.begin(), more.end());
        const auto result = run_command(line);
        ASSERT_EQ(result.status, 0) << program << ": " << result.out << result.err;
    }
    [[nodiscard]] std::map<std::string, std::string> environment(std::map<std::string, std::string> more = {}) const {
        more.emplace("SOFTHSM2_CONF", (directory() / "softhsm2.conf").string());
        more.emplace("PIN", kPin);
        more.emplace("HOME", directory().string());
        return more;
    }
    [[nodiscard]] CommandResult sign_with(const std::string& uri, const Arguments& more = {"--key_pwd", "env:PIN"},
                                          std::map<std::string, std::string> variables = {}) const {
        Arguments arguments{"sign", "--in", kApp, "--key", uri, "--out", "app.signed"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments, environment(std::move(variables)));
    }
    [[nodiscard]] static std::string uri(const std::string& object, const std::string& more = {}) {
        return "pkcs11:token=board;object=" + object + "?module-path=" + kModule + more;
    }
    /// Asserts that signing fails; the message.
    [[nodiscard]] std::string refusal(const CommandResult& result, int status) const {
        EXPECT_EQ(result.status, status) << result.err;
        EXPECT_FALSE(exists("app.signed"));
        EXPECT_EQ(result.err.find("rproc: error: "), 0U) << result.err;  // nothing of libp11 in front of it
        EXPECT_THAT(result.err, Not(HasSubstr(kPin)));
        return result.err;
    }
};

TEST_F(SignInToken, RsaSignatureIsThatOfTheSameKeyInAFile) {
    const auto result = sign_with(uri("m4"));
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_EQ(written("app.signed"), read_text(kData + "app.rsa2048.signed"));
}

TEST_F(SignInToken, EcdsaSignatureIsVerifiedOutside) {
    const auto result = sign_with(uri("m4-ec"));
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(run({"verify", "app.signed", "--policy", "strict", "--key", kData + "p256.pub.pem"}).status, 0);
    EXPECT_EQ(run({"verify", "app.signed", "--key", kData + "rsa2048.pub.pem"}).status, 1);
}

TEST_F(SignInToken, KeyThatWasMadeInTheTokenSigns) {
    for (const std::string type : {"rsa:2048", "EC:prime256v1"}) {
        const std::string label = type.substr(0, type.find(':'));
        call(kTool, {"--keypairgen", "--key-type", type, "--label", label, "--id", label == "EC" ? "b1" : "b2"});
        call(kTool, {"--read-object", "--type", "pubkey", "--label", label, "--output-file", label + ".pub"});
        const auto result = sign_with(uri(label));
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_EQ(run({"verify", "app.signed", "--policy", "strict", "--key", label + ".pub"}).status, 0);
    }
}

TEST_F(SignInToken, PinComesFromTheUriOrAFile) {
    write("pin", kPin + "\n");
    const std::string pin = (directory() / "pin").string();
    for (const std::string& more : {"&pin-source=" + pin, "&pin-source=file:" + pin}) {
        const auto result = sign_with(uri("m4", more), {});
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_THAT(result.err, IsEmpty());
    }
    EXPECT_EQ(sign_with(uri("m4"), {"--key_pwd", "file:pin"}).status, 0);
    const auto visible = sign_with(uri("m4", "&pin-value=12%334"), {});
    EXPECT_EQ(visible.status, 0) << visible.err;
    EXPECT_THAT(visible.err, HasSubstr("warning: every user of this machine can see the PIN in the URI"));
    EXPECT_THAT(visible.err, Not(HasSubstr("12%334")));
    EXPECT_EQ(
        sign_with("pkcs11:token=board;object=m4", {"--key_pwd", "env:PIN"}, {{"PKCS11_MODULE_PATH", kModule}}).status,
        0);
}

TEST_F(SignInToken, WhatIsMissingIsNamed) {
    EXPECT_THAT(refusal(sign_with("pkcs11:token=none;object=m4?module-path=" + kModule), 3),
                HasSubstr("pkcs11:token=none;object=m4: there is no such token"));
    EXPECT_THAT(refusal(sign_with(uri("none")), 3), HasSubstr("the token has no such private key"));
    EXPECT_THAT(refusal(sign_with(uri("m4"), {}), 5), HasSubstr("needs a passphrase, and none was given"));
    EXPECT_THAT(refusal(sign_with(uri("m4"), {"--key_pwd", "file:none"}), 3), HasSubstr("none: there is no such file"));
    EXPECT_THAT(refusal(sign_with("pkcs11:object=m4?module-path=/none.so"), 3),
                HasSubstr("/none.so: is the PKCS#11 module of the key, and there is no such file"));
    EXPECT_THAT(refusal(sign_with("pkcs11:object=m4?pin-source=/none"), 3), HasSubstr("/none: there is no such file"));
    EXPECT_THAT(refusal(sign_with(uri("m4"), {"--key_pwd", "env:PIN"}, {{"OPENSSL_ENGINES", "/none"}}), 3),
                HasSubstr("apt install libengine-pkcs11-openssl"));
}

TEST_F(SignInToken, WrongPinIsNamed) {
    const auto result = sign_with(uri("m4"), {"--key_pwd", "env:PIN"}, {{"PIN", "999999"}});
    EXPECT_THAT(refusal(result, 5), HasSubstr("pkcs11:token=board;object=m4: the token refuses the PIN"));
}

TEST_F(SignInToken, UriThatIsNoneIsAUsageError) {
    EXPECT_THAT(refusal(sign_with("pkcs11:nonsense?module-path=" + kModule), 2), HasSubstr("is no PKCS#11 URI"));
    EXPECT_THAT(refusal(sign_with(uri("m4", "&pin-value=%zz")), 2), HasSubstr("without two hexadecimal digits"));
    EXPECT_THAT(refusal(sign_with(uri("m4", "&pin-source=|cat")), 2), HasSubstr("its pin-source is not a file"));
    EXPECT_THAT(refusal(sign_with(uri("m4", "&module-path=/x")), 2), HasSubstr("has the attribute module-path twice"));
}

TEST_F(SignInToken, MissingMechanismIsNamed) {
    write("softhsm2.conf", configuration() + "slots.mechanisms = CKM_ECDSA\n");
    EXPECT_THAT(refusal(sign_with(uri("m4")), 2), HasSubstr("a token must have the mechanism CKM_RSA_PKCS"));
    write("softhsm2.conf", configuration() + "slots.mechanisms = CKM_RSA_PKCS\n");
    const auto ecdsa = refusal(sign_with(uri("m4-ec")), 2);
    EXPECT_THAT(ecdsa, HasSubstr("the key cannot sign with ECDSA (OpenSSL: Mechanism invalid)"));
    EXPECT_THAT(ecdsa, HasSubstr("a token must have the mechanism CKM_ECDSA"));
}

TEST_F(SignInToken, HalvesOfTwoPairsUnderOneIdAreRefused) {
    call(kTool, {"--keypairgen", "--key-type", "EC:prime256v1", "--label", "other", "--id", "c1"});
    call(kTool, {"--read-object", "--type", "pubkey", "--label", "other", "--output-file", "other.pub"});
    call(kTool, {"--write-object", kData + "p256.p8.pem", "--type", "privkey", "--label", "mixed", "--id", "c2"});
    call(kTool, {"--write-object", "other.pub", "--type", "pubkey", "--label", "mixed", "--id", "c2"});
    EXPECT_THAT(refusal(sign_with(uri("mixed")), 1), HasSubstr("its public key does not verify what it signs"));
}

TEST_F(SignInToken, KeysShowsTheKey) {
    const auto result = run({"keys", "--json", uri("m4"), "--key_pwd", "env:PIN"}, environment());
    ASSERT_EQ(result.status, 0) << result.err;
    const Json key = objects_of(result.out).at(0);
    EXPECT_EQ(key["key"], "pkcs11:token=board;object=m4");
    EXPECT_EQ(key["private"], true);
    EXPECT_EQ(key["fingerprint"], PublicKey::read(kData + "rsa2048.pub.pem").value().fingerprint());
}

}  // namespace
}  // namespace rproc::test
