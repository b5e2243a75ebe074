// SPDX-License-Identifier: BSD-2-Clause
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "firmware/test_keys.hpp"
#include "rproc/firmware/sha256.hpp"
#include "rproc/firmware/signed_builder.hpp"
#include "sign_test.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string expected(const std::string& name) { return read_text(kData + name); }

const std::string kRsaFingerprint = PublicKey::read(kData + "rsa2048.pub.pem").value().fingerprint();

TEST_F(Sign, PrintsTheFileTheKeyAndTheNextCommand) {
    const auto result = sign({"--key", key("rsa2048.pem"), "--out", "app.signed"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(lines_of(result.out),
                ElementsAre("app.signed: 5,668 bytes, 1 image, signed by RSA-2048 " + kRsaFingerprint,
                            "next: rproc verify app.signed --key PUB"));
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_EQ(written("app.signed"), expected("app.rsa2048.signed"));
}

TEST_F(Sign, WithTheFlagsOfOpteesScriptWritesTheSameBytes) {
    const auto key_file = key("rsa2048.pem");
    EXPECT_EQ(sign({"--in", kData + "second.elf", "--key", key_file, "--out", "two"}).status, 0);
    EXPECT_EQ(written("two"), expected("two-images.rsa2048.signed"));
    for (const std::string option : {"--key_info", "--key-info"}) {
        const auto result = sign({"--key", key_file, "--key_type", "RSA", option, kData + "keyinfo.bin", "--plat-tlv",
                                  "0x10001", "0x10002000", "--plat-tlv", "65538", "board-a", "--out", "plat"});
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_EQ(written("plat"), expected("app.keyinfo-plat.rsa2048.signed"));
    }
}

TEST_F(Sign, JsonIsOneObject) {
    const auto result = sign({"--key", key("p256.pem"), "--out", "app.signed", "--json"});
    const Json object = objects_of(result.out).at(0);
    EXPECT_THAT(fields_of(object), ElementsAre("schema", "out", "images", "sign_type", "key", "size"));
    EXPECT_EQ(object["schema"], "rproc.sign/1");
    EXPECT_EQ(object["out"], "app.signed");
    EXPECT_EQ(object["images"], Json::array({{{"file", kApp}, {"size", 5112}}}));
    EXPECT_EQ(object["sign_type"], "ecdsa-p256-sha256");
    EXPECT_EQ(object["key"], PublicKey::read(kData + "p256.pub.pem").value().fingerprint());
    EXPECT_EQ(object["size"], bytes("app.signed").size());
}

TEST_F(Sign, QuietPrintsNothing) {
    const auto result = sign({"--key", key("rsa2048.pem"), "--out", "app.signed", "-q"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out + result.err, IsEmpty());
}

TEST_F(Sign, VersionAndEncryptionGoIntoPlatformTlvs) {
    write("aes.hex", std::string(64, '7') + "\n");
    Arguments options{"sign", "--in", kData + "big.elf", "--key", key("rsa2048.pem"), "--out", "big.signed"};
    options.insert(options.end(), {"--encrypt-key", "aes.hex", "--image-version", "7"});
    const auto result = run(options);
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("1 image, encrypted, signed by"));
    const Bytes file = bytes("big.signed");
    const auto image = SignedImage::parse(file).value();
    const auto version = image.find(static_cast<TlvType>(PlatformTlv::image_version));
    ASSERT_TRUE(version);
    EXPECT_EQ(version->value.front(), std::byte{7});
    EXPECT_TRUE(image.find(static_cast<TlvType>(PlatformTlv::ivs)));
    EXPECT_THAT(read_text(directory() / "big.signed"), Not(HasSubstr(expected("big.elf").substr(0x60, 64))));
}

TEST_F(Sign, AesKeyOfAnotherSizeIsAUsageError) {
    for (const std::string& text : {std::string(31, 'x'), std::string(33, 'x'), std::string(63, '7') + "g"}) {
        write("aes", text);
        const auto result = sign({"--key", key("rsa2048.pem"), "--out", "x", "--encrypt-key", "aes"});
        EXPECT_EQ(result.status, 2);
        EXPECT_THAT(result.err, HasSubstr("aes: is no AES-256 key"));
    }
}

// ---- keys -----------------------------------------------------------------------------------------------------------

TEST_F(Sign, PassphraseIsReadFromAnOptionOrAFile) {
    write("key.pem", kP256EncryptedPkcs8);
    std::filesystem::permissions(directory() / "key.pem", std::filesystem::perms::owner_read);
    write("passphrase", std::string(kPassphrase) + "\nsecond line\n");
    EXPECT_EQ(sign({"--key", "key.pem", "--key_pwd", std::string(kPassphrase), "--out", "a"}).status, 0);
    EXPECT_EQ(sign({"--key", "key.pem", "--key-pwd", "file:passphrase", "--out", "b"}).status, 0);
    const auto wrong = sign({"--key", "key.pem", "--key_pwd", "swordfish", "--out", "c"});
    EXPECT_EQ(wrong.status, 5);
    EXPECT_EQ(wrong.err, "rproc: error: key.pem: is encrypted, and its passphrase is missing or wrong\n");
    const auto none = sign({"--key", "key.pem", "--out", "c"});
    EXPECT_EQ(none.status, 5);
    EXPECT_THAT(none.err, HasSubstr("key.pem: needs a passphrase, and none was given\n       hint:  give it with"));
    EXPECT_FALSE(exists("c"));
    EXPECT_EQ(sign({"--key", "key.pem", "--key_pwd", "file:none", "--out", "c"}).status, 3);
}

TEST_F(Sign, WorldReadableKeyIsAWarning) {
    const auto path = key("rsa2048.pem");
    std::filesystem::permissions(path, std::filesystem::perms{0644});
    for (const std::string& name : {path, "file:" + path, "file://" + path}) {
        const auto result = sign({"--key", name, "--out", "app.signed"});
        EXPECT_EQ(result.status, 0);
        EXPECT_THAT(result.err, StartsWith("rproc: warning: every user of this machine can read the private key"));
    }
}

TEST_F(Sign, UnsuitableKeysAreRefused) {
    const auto type = sign({"--key", key("rsa2048.pem"), "--key_type", "ECC", "--out", "x"});
    EXPECT_EQ(type.status, 2);
    EXPECT_THAT(type.err, HasSubstr("rsa2048.pem: is a key for RSA-2048, and --key_type says ECC"));
    const auto half = sign({"--key", kData + "rsa2048.pub.pem", "--out", "x"});
    EXPECT_EQ(half.status, 2);
    EXPECT_THAT(half.err, HasSubstr("is a public key or a certificate; signing needs the private key"));
    EXPECT_EQ(sign({"--key", kApp, "--out", "x"}).status, 2);
    EXPECT_EQ(sign({"--key", "none.pem", "--out", "x"}).status, 3);
    const auto uri = sign({"--key", "nosuchscheme:a?pin-value=1234", "--out", "x"});
    EXPECT_EQ(uri.status, 3);
    EXPECT_THAT(uri.err, HasSubstr("nosuchscheme:a: OpenSSL cannot open it"));
    EXPECT_THAT(uri.err, Not(HasSubstr("1234")));
    EXPECT_FALSE(exists("x"));
}

// ---- images and options ---------------------------------------------------------------------------------------------

TEST_F(Sign, ImagesThatOpteeDoesNotLoadExitWithOne) {
    const auto key_file = key("rsa2048.pem");
    const auto again = run({"sign", "--in", kData + "app.rsa2048.signed", "--key", key_file, "--out", "x"});
    EXPECT_EQ(again.status, 1);
    EXPECT_THAT(again.err, HasSubstr("is a signed image already\n       hint:  give the ELF file"));
    EXPECT_EQ(run({"sign", "--in", kData + "keyinfo.bin", "--key", key_file, "--out", "x"}).status, 1);
    const auto missing = run({"sign", "--in", "none.elf", "--key", key_file, "--out", "x"});
    EXPECT_EQ(missing.status, 3);
    EXPECT_EQ(missing.err, "rproc: error: none.elf: there is no such file\n");
    EXPECT_THAT(files(), ElementsAre("rsa2048.pem"));
}

TEST_F(Sign, InvalidArgumentsAreUsageErrors) {
    const auto key_file = key("rsa2048.pem");
    const auto said = [&](const Arguments& more) {
        Arguments arguments{"--key", key_file};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto result = sign(arguments);
        EXPECT_EQ(result.status, 2) << result.err;
        return result.err;
    };
    EXPECT_THAT(said({}), HasSubstr("--out is required"));
    EXPECT_THAT(said({"--out", "-"}), HasSubstr("the result goes to a file"));
    EXPECT_THAT(said({"--out", "x", "--key_type", "DSA"}), HasSubstr("DSA"));
    EXPECT_THAT(said({"--out", "x", "--plat-tlv", "BOOT", "1"}), HasSubstr("ID is not a number"));
    EXPECT_THAT(said({"--out", "x", "--plat-tlv", "0x10001", "0x100000000"}), HasSubstr("VALUE begins with 0x"));
    EXPECT_THAT(said({"--out", "x", "--plat-tlv", "0x10001", "0x"}), HasSubstr("VALUE begins with 0x"));
    EXPECT_THAT(said({"--out", "x", "--plat-tlv", "0x11", "1"}), HasSubstr("does not belong to the platform"));
    EXPECT_THAT(said({"--out", "x", "--plat-tlv", "0x10001"}), HasSubstr("--plat-tlv"));
    EXPECT_THAT(said({"--out", "x", "--image-version", "4294967296"}), HasSubstr("--image-version"));
    EXPECT_THAT(said({"--digest-out", "x", "--signature-in", "y"}), HasSubstr("excludes"));
    EXPECT_THAT(said({"--digest-out", "x", "--encrypt-key", "y"}), HasSubstr("does not go with signing in two steps"));
    EXPECT_EQ(run({"sign", "--key", key_file, "--out", "x"}).status, 2);
    EXPECT_EQ(sign({"--out", "x"}).status, 2);
    EXPECT_THAT(files(), ElementsAre("rsa2048.pem"));
}

// ---- the output file
// --------------------------------------------------------------------------------------------------

TEST_F(Sign, InputsAndPrivateKeysAreNeverOverwritten) {
    const auto key_file = key("rsa2048.pem");
    const auto other_key = key("p256.pem");
    const auto encrypted_key = write("encrypted.pem", kP256EncryptedSec1);
    const auto image = write("app.elf", read_text(kApp));
    std::filesystem::create_symlink("rsa2048.pem", directory() / "link");
    for (const std::string& out : {key_file, other_key, encrypted_key, image, std::string("link")}) {
        const auto before = read_text(directory() / out);
        const auto result = run({"sign", "--in", image, "--key", key_file, "--out", out});
        EXPECT_EQ(result.status, 2) << out;
        EXPECT_THAT(result.err, HasSubstr("would be overwritten"));
        EXPECT_EQ(read_text(directory() / out), before);
    }
    EXPECT_EQ(sign({"--key", key_file, "--out", "/dev/null"}).status, 2);
    EXPECT_EQ(sign({"--key", key_file, "--out", "."}).status, 2);
}

TEST_F(Sign, FailureKeepsTheOldFileAndNoOther) {
    write("app.signed", "old");
    const auto key_file = key("rsa2048.pem");
    EXPECT_EQ(run({"sign", "--in", kData + "keyinfo.bin", "--key", key_file, "--out", "app.signed"}).status, 1);
    EXPECT_EQ(written("app.signed"), "old");
    EXPECT_EQ(sign({"--key", key_file, "--out", "app.signed"}).status, 0);
    EXPECT_EQ(written("app.signed"), expected("app.rsa2048.signed"));
    EXPECT_THAT(files(), ElementsAre("app.signed", "rsa2048.pem"));
    const auto missing = sign({"--key", key_file, "--out", "none/app.signed"});
    EXPECT_EQ(missing.status, 3);
    EXPECT_EQ(missing.err, "rproc: error: none/app.signed: cannot be written: No such file or directory\n");
}

TEST_F(Sign, SymbolicLinkIsKept) {
    write("target", "old");
    std::filesystem::create_symlink("target", directory() / "link");
    EXPECT_EQ(sign({"--key", key("rsa2048.pem"), "--out", "link"}).status, 0);
    EXPECT_TRUE(std::filesystem::is_symlink(directory() / "link"));
    EXPECT_EQ(written("target"), expected("app.rsa2048.signed"));
}

TEST_F(Sign, UnreadableAndUnwritableFilesArePermissionErrors) {
    const auto program = directory() / "rproc";  // in a directory that the user nobody can search
    std::filesystem::copy_file(RPROC_CLI_PATH, program);
    std::filesystem::permissions(directory(), std::filesystem::perms{0555});
    const auto run_as_nobody = [&](const std::string& key_file) {
        auto line = command({"sign", "--in", kApp, "--key", key_file, "--out", "app.signed"});
        line.arguments[0] = program.string();
        line.user = CommandLine::User::nobody;
        return run_command(line);
    };
    const auto out = run_as_nobody(kData + "rsa2048.pem");
    EXPECT_EQ(out.status, 5);
    EXPECT_THAT(out.err, HasSubstr("app.signed: cannot be written: Permission denied"));
    std::filesystem::permissions(directory(), std::filesystem::perms{0755});
    const auto hidden = key("rsa2048.pem");
    std::filesystem::permissions(hidden, std::filesystem::perms::none);
    const auto in = run_as_nobody(hidden);
    EXPECT_EQ(in.status, 5);
    EXPECT_THAT(in.err, HasSubstr("rsa2048.pem: cannot be read: Permission denied"));
}

// ---- PKEYINFO, platform TLVs by name -------------------------------------------------------------------------------

/// The value of a TLV of a signed file; empty without one.
Bytes tlv_of(const Bytes& file, std::uint32_t type) {
    const auto tlv = SignedImage::parse(file).value().find(static_cast<TlvType>(type));
    return tlv ? Bytes(tlv->value.begin(), tlv->value.end()) : Bytes();
}

constexpr auto kKeyInfo = static_cast<std::uint32_t>(TlvType::key_info);

TEST_F(Sign, PkeyinfoIsMadeFromThePublicKey) {
    const auto key_file = key("p256.pem");
    const Bytes der = PublicKey::read(kData + "p256.pub.pem").value().der();
    const auto info = [&](const std::string& choice) {
        const auto result = sign({"--key", key_file, "--pkeyinfo", choice, "--out", "x"});
        EXPECT_EQ(result.status, 0) << result.err;
        return tlv_of(bytes("x"), kKeyInfo);
    };
    const auto digest = sha256(der);
    EXPECT_TRUE(std::ranges::equal(info("sha256"), std::as_bytes(std::span(digest))));
    EXPECT_EQ(info("der"), der);
    EXPECT_EQ(info("none"), Bytes());
    EXPECT_EQ(info(kData + "keyinfo.bin"), read_bytes(kData + "keyinfo.bin"));
}

TEST_F(Sign, PkeyinfoThatCannotBeWrittenIsRefused) {
    const auto key_file = key("p256.pem");
    write("empty", "");
    for (const std::string option : {"--key_info", "--pkeyinfo"}) {
        const auto empty = sign({"--key", key_file, option, "empty", "--out", "x"});
        EXPECT_EQ(empty.status, 2);
        EXPECT_THAT(empty.err, HasSubstr("empty: is empty, and PKEYINFO needs at least one byte"));
        EXPECT_EQ(sign({"--key", key_file, option, "none.bin", "--out", "x"}).status, 3);
    }
    const auto both = sign({"--key", key_file, "--pkeyinfo", "der", "--key_info", "empty", "--out", "x"});
    EXPECT_EQ(both.status, 2);
    EXPECT_FALSE(exists("x"));
}

TEST_F(Sign, VendorTlvsHaveNamesAndNoNumbers) {
    const auto key_file = key("rsa2048.pem");
    const auto unknown = sign({"--key", key_file, "--plat-tlv", "BOOTADDR", "0x80100000", "--out", "x"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.err, HasSubstr("whose number is not known here"));
    EXPECT_THAT(unknown.err, HasSubstr("--plat-tlv NAME=NUMBER VALUE"));
    const auto text = sign({"--key", key_file, "--plat-tlv", "BOOTADDR=0x10007", "80100000", "--out", "x"});
    EXPECT_EQ(text.status, 2);
    EXPECT_THAT(text.err, HasSubstr("its value is a number of 32 bits, which begins with 0x"));
    EXPECT_FALSE(exists("x"));
    const auto named = sign({"--key", key_file, "--plat-tlv", "BOOTADDR=0x10007", "0x80100000", "--plat-tlv",
                             "BOOT_SEC=0x10008", "yes", "--out", "x"});
    EXPECT_EQ(named.status, 0) << named.err;
    EXPECT_EQ(tlv_of(bytes("x"), 0x10007), bytes_of(std::string("\0\0\x10\x80", 4)));
    EXPECT_EQ(tlv_of(bytes("x"), 0x10008), bytes_of("yes"));
}

// ---- several keys, manifest -----------------------------------------------------------------------------------------

TEST_F(Sign, SeveralKeysWriteAnImageEach) {
    const Arguments keys{"--key", key("rsa2048.pem"), "--out", "old", "--key", key("rsa4096.pem"), "--out", "new"};
    const auto result = sign(keys);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(lines_of(result.out).size(), 4U);
    EXPECT_EQ(written("old"), expected("app.rsa2048.signed"));
    EXPECT_EQ(written("new"), expected("app.rsa4096.signed"));
    const auto trusted = run({"verify", "new", "--key", kData + "rsa2048.pub.pem", "--key", kData + "rsa4096.pub.pem"});
    EXPECT_EQ(trusted.status, 0) << trusted.out;
}

TEST_F(Sign, EachKeyHasItsPassphraseAndItsPkeyinfo) {
    write("p256.pem", kP256EncryptedPkcs8);
    std::filesystem::permissions(directory() / "p256.pem", std::filesystem::perms::owner_read);
    write("secret", std::string(kPassphrase) + "\n");
    const auto result = sign({"--key", key("rsa2048.pem"), "--key_pwd", "env:NONE", "--out", "a", "--key", "p256.pem",
                              "--key_pwd", "file:secret", "--out", "b", "--pkeyinfo", "der"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(tlv_of(bytes("a"), kKeyInfo), PublicKey::read(kData + "rsa2048.pub.pem").value().der());
    EXPECT_EQ(tlv_of(bytes("b"), kKeyInfo), PublicKey::read(kData + "p256.pub.pem").value().der());
}

TEST_F(Sign, SeveralKeysWriteAllImagesOrNone) {
    const auto rsa = key("rsa2048.pem");
    const auto p256 = key("p256.pem");
    const auto said = [&](const Arguments& more, int status) {
        Arguments arguments{"--key", rsa, "--key", p256};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto result = sign(arguments);
        EXPECT_EQ(result.status, status) << result.err;
        return result.err;
    };
    EXPECT_THAT(said({"--out", "a"}, 2), HasSubstr("each --key needs an --out: there are 2 and 1"));
    EXPECT_THAT(said({"--out", "a", "--out", "./a"}, 2), HasSubstr("would be written twice"));
    EXPECT_THAT(said({"--out", "a", "--out", "b", "--manifest", "b"}, 2), HasSubstr("would be written twice"));
    EXPECT_THAT(said({"--digest-out", "a"}, 2), HasSubstr("takes one --key"));
    EXPECT_THAT(said({"--out", "a", "--out", "b", "--key_type", "RSA"}, 2), HasSubstr("is a key for ECDSA P-256"));
    EXPECT_THAT(said({"--out", "a", "--out", "none/b"}, 3), HasSubstr("none/b: cannot be written"));
    EXPECT_THAT(files(), ElementsAre("p256.pem", "rsa2048.pem"));
}

TEST_F(Sign, ManifestSaysWhatWasSigned) {
    const Arguments call{"--key", key("rsa2048.pem"), "--out",  "app.signed", "--image-version",
                         "7",     "--manifest",       "m.json", "--plat-tlv", "0x10001",
                         "0x2",   "--pkeyinfo",       "sha256"};
    ASSERT_EQ(sign(call).status, 0);
    const std::string first = written("m.json");
    ASSERT_EQ(sign(call).status, 0);
    EXPECT_EQ(written("m.json"), first);
    const Json manifest = Json::parse(first);
    EXPECT_THAT(fields_of(manifest),
                ElementsAre("schema", "tool", "images", "image_version", "platform_tlvs", "encrypted", "outputs"));
    EXPECT_EQ(manifest["schema"], "rproc.sign-manifest/1");
    EXPECT_EQ(manifest["tool"]["name"], "rproc");
    EXPECT_EQ("rproc " + manifest["tool"]["version"].get<std::string>() + "\n", run({"--version"}).out);
    const auto hex_digest = [](const Bytes& content) { return fmt::format("{:02x}", fmt::join(sha256(content), "")); };
    EXPECT_EQ(manifest["images"],
              Json::array({{{"file", "app.elf"}, {"size", 5112}, {"sha256", hex_digest(read_bytes(kApp))}}}));
    EXPECT_EQ(manifest["image_version"], 7);
    EXPECT_EQ(manifest["platform_tlvs"], Json::array({{{"type", "0x10001"}, {"value", "02000000"}}}));
    const Json output = manifest["outputs"][0];
    EXPECT_EQ(output["sha256"], hex_digest(bytes("app.signed")));
    const Bytes image = bytes("app.signed");
    const auto covered = SignedImage::parse(image).value().signed_bytes();
    EXPECT_EQ(output["signed_sha256"], hex_digest(Bytes(covered.begin(), covered.end())));
    EXPECT_EQ(output["reproducible"], true);
    EXPECT_EQ(output["key"], kRsaFingerprint);
    EXPECT_EQ(output["pkeyinfo"], kRsaFingerprint);
}

TEST_F(Sign, ManifestOfAnEcdsaSignatureDiffersInOneHash) {
    const Arguments call{"--key", key("p256.pem"), "--out", "app.signed", "--manifest", "m.json"};
    ASSERT_EQ(sign(call).status, 0);
    Json first = Json::parse(written("m.json"));
    ASSERT_EQ(sign(call).status, 0);
    Json second = Json::parse(written("m.json"));
    EXPECT_EQ(first["outputs"][0]["reproducible"], false);
    EXPECT_NE(first["outputs"][0]["sha256"], second["outputs"][0]["sha256"]);
    first["outputs"][0].erase("sha256");
    second["outputs"][0].erase("sha256");
    EXPECT_EQ(first, second);
}

TEST_F(Sign, ManifestIsNotWrittenWithoutAnImage) {
    const auto key_file = key("rsa2048.pem");
    EXPECT_EQ(run({"sign", "--in", kData + "keyinfo.bin", "--key", key_file, "--out", "x", "--manifest", "m"}).status,
              1);
    EXPECT_EQ(sign({"--key", key_file, "--digest-out", "x", "--manifest", "m"}).status, 2);
    EXPECT_EQ(sign({"--key", key_file, "--out", "x", "--manifest", key_file}).status, 2);
    EXPECT_THAT(files(), ElementsAre("rsa2048.pem"));
}

// ---- warnings -------------------------------------------------------------------------------------------------------

TEST_F(Sign, PassphraseInTheArgumentsIsAWarning) {
    write("key.pem", kP256EncryptedPkcs8);
    std::filesystem::permissions(directory() / "key.pem", std::filesystem::perms::owner_read);
    const std::string passphrase(kPassphrase);
    const auto literal = sign({"--key", "key.pem", "--key_pwd", passphrase, "--out", "a"});
    EXPECT_EQ(literal.status, 0);
    EXPECT_THAT(literal.err, HasSubstr("warning: every user of this machine can see the passphrase in --key_pwd"));
    EXPECT_THAT(literal.err, Not(HasSubstr(passphrase)));

    Arguments call{"sign", "--in", kApp, "--key", "key.pem", "--key_pwd", "env:SIGNING_PASSPHRASE", "--out", "b"};
    const auto variable = run(call, {{"SIGNING_PASSPHRASE", passphrase}});
    EXPECT_EQ(variable.status, 0);
    EXPECT_THAT(variable.err, IsEmpty());
    const auto unset = run(call);
    EXPECT_EQ(unset.status, 5);
    EXPECT_THAT(unset.err, HasSubstr("key.pem: its passphrase is to come from the variable SIGNING_PASSPHRASE"));
}

TEST_F(Sign, SegmentWhoseHashOpteeDoesNotFindIsAWarning) {
    const auto key_file = key("rsa2048.pem");
    const auto result = run({"sign", "--in", kData + "exidx-first.elf", "--key", key_file, "--out", "x"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(
        result.err,
        HasSubstr(
            "OP-TEE answers TEE_ERROR_BAD_PARAMETERS (0xffff0006): it looks for the hash of segment 3 by the load "
            "address 0x10020000 alone, and finds that of program header 0 (PT_ARM_EXIDX)"));
    EXPECT_THAT(result.err, HasSubstr("place .ARM.exidx behind other bytes of its segment"));
    EXPECT_THAT(sign({"--key", key_file, "--out", "y"}).err, IsEmpty());
    const auto two = sign({"--in", kData + "big.elf", "--key", key_file, "--out", "z"});
    EXPECT_THAT(two.err, HasSubstr("finds that of program header"));
    EXPECT_THAT(two.err, HasSubstr("app.elf\n       hint:  link the two to different load addresses"));
}

// ---- two steps ------------------------------------------------------------------------------------------------------

/// The unsigned package of app.elf.
UnsignedImage package_for(const SigningKey& key) {
    SignedImageBuilder builder;
    EXPECT_TRUE(builder.add_image({"app.elf", read_bytes(kApp)}));
    return builder.compose(key.sign_type(), key.signature_size()).value();
}

/// An ECDSA signature in DER, as most tools write it.
std::string der_signature(const Bytes& raw) {
    const auto number = [&](std::size_t first) {
        std::string digits;
        for (std::size_t i = first; i < first + 32; ++i) digits += std::to_integer<char>(raw[i]);
        digits.erase(0, digits.find_first_not_of('\0'));
        if ((static_cast<unsigned char>(digits.front()) & 0x80U) != 0) digits.insert(0, 1, '\0');
        return std::string{2, static_cast<char>(digits.size())} + digits;
    };
    const std::string both = number(0) + number(32);
    return std::string{0x30, static_cast<char>(both.size())} + both;
}

std::string text_of(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

TEST_F(Sign, TwoStepsDoNotNeedThePrivateKey) {
    for (const std::string name : {"rsa2048", "p256"}) {
        const std::string public_key = kData + name + ".pub.pem";
        const auto first = sign({"--key", public_key, "--digest-out", "digest"});
        EXPECT_EQ(first.status, 0) << first.err;
        EXPECT_THAT(first.out, StartsWith("digest: the SHA-256 to be signed by "));
        const auto key = SigningKey::open(kData + name + ".pem", {}).value();
        const auto package = package_for(key);
        const auto digest = sha256(package.signed_bytes());
        EXPECT_EQ(written("digest"), std::string(digest.begin(), digest.end()));

        const Bytes signature = key.sign(package.signed_bytes()).value();
        write("signature", text_of(signature));
        const auto second = sign({"--key", public_key, "--signature-in", "signature", "--out", "app.signed"});
        EXPECT_EQ(second.status, 0) << second.err;
        EXPECT_EQ(bytes("app.signed"), package.finish(signature).value());
    }
}

TEST_F(Sign, EcdsaSignatureMayBeDer) {
    const auto key = SigningKey::open(kData + "p256.pem", {}).value();
    const auto package = package_for(key);
    const Bytes signature = key.sign(package.signed_bytes()).value();
    write("signature", der_signature(signature));
    const auto result = sign({"--key", kData + "p256.pub.pem", "--signature-in", "signature", "--out", "app.signed"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(bytes("app.signed"), package.finish(signature).value());
}

TEST_F(Sign, SignatureOfOtherDataIsRefused) {
    const auto key = SigningKey::open(kData + "rsa2048.pem", {}).value();
    const auto package = package_for(key);
    write("signature", text_of(key.sign(package.signed_bytes()).value()));
    const auto attempt = [&](const Arguments& more) {
        Arguments arguments{"--signature-in", "signature", "--out", "app.signed"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto result = sign(arguments);
        EXPECT_THAT(result.err, HasSubstr("signature: is not the signature of these images by "));
        return result.status;
    };
    EXPECT_EQ(attempt({"--key", kData + "rsa4096.pub.pem"}), 1);
    EXPECT_EQ(attempt({"--key", kData + "p256.pub.pem"}), 1);
    EXPECT_EQ(attempt({"--key", kData + "rsa2048.pub.pem", "--image-version", "1"}), 1);
    EXPECT_EQ(attempt({"--key", kData + "rsa2048.pub.pem", "--in", kData + "second.elf"}), 1);
    write("signature", "");
    EXPECT_EQ(attempt({"--key", kData + "rsa2048.pub.pem"}), 1);
    EXPECT_FALSE(exists("app.signed"));
}

TEST_F(Sign, PrivateKeyInTwoStepsIsAWarning) {
    const auto result = sign({"--key", key("rsa2048.pem"), "--digest-out", "digest", "--json"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("warning: "));
    EXPECT_THAT(result.err, HasSubstr("its public half is enough here"));
    EXPECT_EQ(objects_of(result.out).at(0)["size"], 32);
    EXPECT_EQ(sign({"--key", "pkcs11:object=m4", "--digest-out", "digest"}).status, 2);
}

/// The openssl command, which generates keys and signs as an HSM does.
class SignWithOpenssl : public Sign {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(kOpenssl)) GTEST_SKIP() << kOpenssl << " is not installed";
    }
    void openssl(const Arguments& arguments) const {
        CommandLine line{.arguments = {kOpenssl}, .directory = directory().string()};
        line.arguments.insert(line.arguments.end(), arguments.begin(), arguments.end());
        const auto result = run_command(line);
        ASSERT_EQ(result.status, 0) << result.err;
    }
    static inline const std::string kOpenssl = "/usr/bin/openssl";
};

TEST_F(SignWithOpenssl, SignatureOfTheDigestIsAccepted) {
    for (const std::string name : {"rsa2048", "p256"}) {
        const std::string public_key = kData + name + ".pub.pem";
        EXPECT_EQ(sign({"--key", public_key, "--digest-out", "digest"}).status, 0);
        openssl({"pkeyutl", "-sign", "-inkey", kData + name + ".pem", "-in", "digest", "-pkeyopt", "digest:sha256",
                 "-out", "signature"});
        const auto result = sign({"--key", public_key, "--signature-in", "signature", "--out", name + ".signed"});
        EXPECT_EQ(result.status, 0) << result.err;
    }
    EXPECT_EQ(written("rsa2048.signed"), expected("app.rsa2048.signed"));
}

TEST_F(SignWithOpenssl, DigestThatWasHashedAgainIsNamed) {
    for (const std::string name : {"rsa2048", "p256"}) {
        const std::string public_key = kData + name + ".pub.pem";
        EXPECT_EQ(sign({"--key", public_key, "--digest-out", "digest"}).status, 0);
        openssl({"dgst", "-sha256", "-sign", kData + name + ".pem", "-out", "signature", "digest"});
        const auto result = sign({"--key", public_key, "--signature-in", "signature", "--out", "x"});
        EXPECT_EQ(result.status, 1);
        EXPECT_THAT(result.err, HasSubstr("signature: is the signature of the digest's own SHA-256"));
        EXPECT_THAT(result.err, HasSubstr("not openssl dgst -sign"));
        EXPECT_FALSE(exists("x"));
    }
}

TEST_F(SignWithOpenssl, EncryptedKeysAreOpened) {
    openssl({"pkcs8", "-topk8", "-in", kData + "rsa2048.pem", "-v2", "aes-256-cbc", "-passout", "pass:one two",
             "-outform", "DER", "-out", "key.der"});
    EXPECT_EQ(sign({"--key", "key.der", "--key_pwd", "one two", "--out", "app.signed"}).status, 0);
    EXPECT_EQ(written("app.signed"), expected("app.rsa2048.signed"));
    EXPECT_EQ(sign({"--key", "file:" + (directory() / "key.der").string(), "--key_pwd", "one", "--out", "x"}).status,
              5);
}

}  // namespace
}  // namespace rproc::test
