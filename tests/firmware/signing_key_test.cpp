// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/signing_key.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "firmware/test_keys.hpp"
#include "support/files.hpp"

namespace rproc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Bytes = std::vector<std::byte>;

const SigningKey::AskPassphrase kNoPassphrase;
const Bytes kMessage = test::bytes_of("header and TLVs");

std::string path_of(const std::string& name) { return RPROC_TEST_DATA_DIR "/signed/" + name; }

PublicKey public_key(const std::string& name) { return PublicKey::read(path_of(name + ".pub.pem")).value(); }

/// Answers the passphrase prompt, and counts the prompts.
class Prompt {
  public:
    explicit Prompt(Result<std::string> answer) : answer_(std::move(answer)) {}
    [[nodiscard]] SigningKey::AskPassphrase ask() {
        return [this]() -> Result<Secret> {
            ++asked_;
            if (!answer_) return fail(answer_.error());
            return Secret(*answer_);
        };
    }
    [[nodiscard]] int asked() const { return asked_; }

  private:
    Result<std::string> answer_;
    int asked_ = 0;
};

std::string outcome_of(const Bytes& bytes, const SigningKey::AskPassphrase& ask = kNoPassphrase) {
    return test::outcome(SigningKey::parse(bytes, "the key", ask));
}

TEST(SigningKey, PublicKeyVerifiesTheSignature) {
    for (const std::string name : {"rsa2048", "rsa4096", "p256"}) {
        const auto key = SigningKey::open(path_of(name + ".pem"), kNoPassphrase);
        ASSERT_TRUE(key.has_value()) << key.error().message();
        const auto signature = key->sign(kMessage);
        ASSERT_TRUE(signature.has_value()) << signature.error().message();
        EXPECT_EQ(signature->size(), key->signature_size());
        EXPECT_EQ(key->signature_size(), public_key(name).signature_size());
        EXPECT_EQ(key->sign_type(), public_key(name).sign_type());
        EXPECT_EQ(key->public_key().fingerprint(), public_key(name).fingerprint());
        EXPECT_TRUE(public_key(name).verifies(kMessage, *signature)) << name;
        EXPECT_FALSE(public_key(name).verifies(test::bytes_of("something else"), *signature)) << name;
    }
}

TEST(SigningKey, RsaSignaturesAreDeterministic) {
    const auto key = SigningKey::open(path_of("rsa2048.pem"), kNoPassphrase).value();
    EXPECT_EQ(key.sign(kMessage).value(), key.sign(kMessage).value());
}

TEST(SigningKey, EveryPrivateFormIsRead) {
    const std::string p256 = public_key("p256").fingerprint();
    const Bytes sec1 = test::read_bytes(path_of("p256.pem"));
    const Bytes pkcs8 = test::read_bytes(path_of("p256.p8.pem"));
    const auto text = [](const Bytes& bytes) {
        return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    for (const Bytes& bytes : {sec1, pkcs8, test::der_of(text(sec1)), test::der_of(text(pkcs8)),
                               test::bytes_of(test::kP256WithParameters)}) {
        const auto key = SigningKey::parse(bytes, "the key", kNoPassphrase);
        ASSERT_TRUE(key.has_value()) << key.error().message();
        EXPECT_EQ(key->public_key().fingerprint(), p256);
    }
}

TEST(SigningKey, PromptsForThePassphraseOnceAndOnlyWhenNeeded) {
    for (const Bytes& bytes : {test::bytes_of(test::kP256EncryptedPkcs8), test::der_of(test::kP256EncryptedPkcs8),
                               test::bytes_of(test::kP256EncryptedSec1)}) {
        Prompt knowing{std::string(test::kPassphrase)};
        EXPECT_EQ(outcome_of(bytes, knowing.ask()), "ok");
        EXPECT_EQ(knowing.asked(), 1);
        Prompt guessing{"swordfish"};
        EXPECT_EQ(outcome_of(bytes, guessing.ask()), "key-passphrase");
        EXPECT_EQ(guessing.asked(), 1);
    }
    Prompt idle{std::string(test::kPassphrase)};
    EXPECT_EQ(outcome_of(test::read_bytes(path_of("rsa2048.pem")), idle.ask()), "ok");
    EXPECT_EQ(idle.asked(), 0);
}

TEST(SigningKey, EncryptedKeyWithoutPassphraseIsRefused) {
    const Bytes bytes = test::bytes_of(test::kP256EncryptedPkcs8);
    EXPECT_EQ(outcome_of(bytes), "key-passphrase");
    EXPECT_EQ(outcome_of(bytes, Prompt{std::string()}.ask()), "key-passphrase");
    EXPECT_EQ(outcome_of(bytes, Prompt{std::string(5000, 'x')}.ask()), "key-passphrase");

    Prompt leaving{fail(Error::of({.code = ErrorCode::firmware_busy, .message = "no time"}, {}, {}))};
    EXPECT_EQ(outcome_of(bytes, leaving.ask()), "firmware-busy");
}

TEST(SigningKey, KeysThatCannotSignAreRefused) {
    EXPECT_EQ(outcome_of(test::read_bytes(path_of("rsa2048.pub.pem"))), "key-not-private");
    EXPECT_EQ(outcome_of(test::bytes_of(test::kP256Certificate)), "key-not-private");
    EXPECT_EQ(outcome_of(test::bytes_of(test::kRsa1024)), "key-not-private");
    EXPECT_EQ(outcome_of(test::bytes_of("no key")), "key-malformed");
    EXPECT_EQ(outcome_of({}), "key-malformed");
    EXPECT_EQ(outcome_of(test::bytes_of(test::kEd25519Private)), "key-unsupported");
    EXPECT_EQ(test::outcome(SigningKey::open(path_of("no.such.pem"), kNoPassphrase)), "key-not-found");
}

TEST(SigningKey, UriIsOpenedByTheProvidersOfOpenssl) {
    const auto by_uri = SigningKey::open("file:" + path_of("p256.pem"), kNoPassphrase);
    ASSERT_TRUE(by_uri.has_value()) << by_uri.error().message();
    EXPECT_TRUE(public_key("p256").verifies(kMessage, by_uri->sign(kMessage).value()));

    EXPECT_EQ(test::outcome(SigningKey::open("file:" + path_of("p256.pub.pem"), kNoPassphrase)), "key-not-private");
    EXPECT_EQ(test::outcome(SigningKey::open("file:" + path_of("no.such.pem"), kNoPassphrase)), "key-not-found");
}

TEST(SigningKey, UriWithoutAProviderIsExplained) {
    const auto key = SigningKey::open("nosuchscheme:token=board?pin-value=1234", kNoPassphrase);
    ASSERT_FALSE(key.has_value());
    EXPECT_EQ(key.error().code(), ErrorCode::key_not_found);
    EXPECT_EQ(key.error().where(), "nosuchscheme:token=board");
    EXPECT_THAT(key.error().hint(), HasSubstr("a provider of OpenSSL for \"nosuchscheme:\""));
    EXPECT_THAT(key.error().message() + key.error().hint(), Not(HasSubstr("1234")));
}

TEST(SigningKey, PathsAreNotParsedAsUris) {
    EXPECT_TRUE(SigningKey::is_uri("pkcs11:token=board;object=m4"));
    for (const std::string& path : {std::string(), std::string("key.pem"), std::string("keys/a:b.pem"),
                                    std::string(":key"), std::string("0:key"), path_of("rsa2048.pem")}) {
        EXPECT_FALSE(SigningKey::is_uri(path)) << path;
    }
}

TEST(SigningKey, DerSignatureBecomesRawNumbers) {
    Bytes expected(64);
    expected[31] = std::byte{1};
    expected[63] = std::byte{0x80};
    EXPECT_EQ(raw_ecdsa_signature(test::bytes_of(std::string("\x30\x07\x02\x01\x01\x02\x02\x00\x80", 9))), expected);
    EXPECT_EQ(raw_ecdsa_signature({}), Bytes());
    EXPECT_EQ(raw_ecdsa_signature(Bytes(64)), Bytes());
    EXPECT_EQ(raw_ecdsa_signature(test::bytes_of(std::string("\x30\x07\x02\x01\x01\x02\x02\x00\x80\x00", 10))),
              Bytes());
    Bytes large{std::byte{0x30}, std::byte{38}, std::byte{2}, std::byte{33}};  // r of 33 bytes
    large.resize(large.size() + 33, std::byte{1});
    large.insert(large.end(), {std::byte{2}, std::byte{1}, std::byte{1}});
    EXPECT_EQ(raw_ecdsa_signature(large), Bytes());
}

}  // namespace
}  // namespace rproc
