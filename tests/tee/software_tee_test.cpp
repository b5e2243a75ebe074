// SPDX-License-Identifier: BSD-2-Clause
// The software TEE through its client interface: the images that it loads, their addresses, and the memories after a
// refusal.
#include "rproc/tee/software_tee.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "tee/tee_fixture.hpp"

namespace rproc {
namespace {

using tee::ResultCode;
using tee::SoftwareTee;
using test::BareTee;
using test::Bytes;
using test::outcome;
using test::public_key;
using test::signed_data;
using test::SignedPackage;
using test::signing_key;
using test::trusting;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using State = SoftwareTee::ProcessorState;

constexpr auto kRsa = SignType::rsa_pkcs1_sha256;

/// Refused with this result and this reason, and the memories are zero.
void expect_refused(BareTee& tee, const Bytes& image, ResultCode result, const std::string& reason) {
    EXPECT_EQ(tee.load(image), result) << tee.tee.last_load(0).reason;
    EXPECT_THAT(tee.tee.last_load(0).reason, HasSubstr(reason));
    EXPECT_EQ(tee.tee.state(0), State::off);
    EXPECT_TRUE(tee.tee.is_clear(0));
}

Bytes elf(std::vector<test::Segment> segments, std::vector<test::Section> sections = {}) {
    return test::ElfImage{.segments = std::move(segments), .sections = std::move(sections)}.build();
}

struct Vector {
    const char* file;
    const char* key;
};

class Vectors : public ::testing::TestWithParam<Vector> {};

// The images come from OP-TEE's own script.
INSTANTIATE_TEST_SUITE_P(SignedByOpTee, Vectors,
                         ::testing::Values(Vector{"app.rsa2048.signed", "rsa2048"},
                                           Vector{"app.rsa4096.signed", "rsa4096"}, Vector{"app.p256.signed", "p256"},
                                           Vector{"app.keyinfo-plat.rsa2048.signed", "rsa2048"},
                                           Vector{"two-images.rsa2048.signed", "rsa2048"},
                                           Vector{"big.rsa2048.signed", "rsa2048"}),
                         [](const auto& test) {
                             std::string name = test.param.file;
                             std::ranges::replace_if(
                                 name, [](char c) { return c == '.' || c == '-'; }, '_');
                             return name;
                         });

TEST_P(Vectors, AreLoadedOnlyWithTheirKey) {
    for (const std::string key : {"rsa2048", "rsa4096", "p256"}) {
        BareTee tee(trusting(key));
        if (key == GetParam().key) {
            EXPECT_EQ(tee.load(signed_data(GetParam().file)), ResultCode::success) << tee.tee.last_load(0).reason;
            EXPECT_EQ(tee.tee.last_load(0).key, 0U);
            EXPECT_EQ(tee.tee.state(0), State::loaded);
        } else {
            expect_refused(tee, signed_data(GetParam().file), ResultCode::signature_invalid, "no trusted key");
        }
    }
}

TEST(SoftwareTee, LoadsEverySegmentAndZeroesTheRest) {
    BareTee tee(trusting("rsa2048"));
    ASSERT_EQ(tee.load(signed_data("app.rsa2048.signed")), ResultCode::success);
    const Bytes app = signed_data("app.elf");
    const auto file = [&](std::size_t offset, std::size_t size) {
        return Bytes(app.begin() + static_cast<std::ptrdiff_t>(offset),
                     app.begin() + static_cast<std::ptrdiff_t>(offset + size));
    };
    EXPECT_THAT(tee.seen_at(0, 0x200), ElementsAreArray(file(0xa0, 0x200)));
    EXPECT_THAT(tee.seen_at(0x200, 0x200), ::testing::Each(std::byte{0}));
    EXPECT_THAT(tee.seen_at(0x10000000, 0x1000), ElementsAreArray(file(0x2a0, 0x1000)));
    EXPECT_THAT(tee.seen_at(0x10004000, 0x8c), ElementsAreArray(file(0x12a0, 0x8c)));
}

TEST(SoftwareTee, ReportsThePaOfTheTable) {
    BareTee tee(trusting("rsa2048"));
    std::uint64_t pa = 1;
    std::uint64_t size = 1;
    EXPECT_EQ(tee.get_table(pa, size), ResultCode::bad_parameters);  // nothing was ever loaded
    ASSERT_EQ(tee.load(signed_data("app.rsa2048.signed")), ResultCode::success);
    EXPECT_EQ(tee.get_table(pa, size), ResultCode::success);
    EXPECT_EQ(pa, 0x10004000U);
    EXPECT_EQ(size, 140U);
}

TEST(SoftwareTee, TranslatesTheDaOfTheTable) {
    const Bytes table = test::pattern(32);
    const Bytes image =
        elf({{.paddr = 0x40, .data = table}}, {{.name = ".resource_table", .addr = 0x40, .data = table, .segment = 0}});
    BareTee tee(trusting("rsa2048"));
    ASSERT_EQ(tee.load(SignedPackage::of({image}, kRsa).sign(signing_key("rsa2048"))), ResultCode::success);
    std::uint64_t pa = 0;
    std::uint64_t size = 0;
    ASSERT_EQ(tee.get_table(pa, size), ResultCode::success);
    EXPECT_EQ(pa, 0x38000040U);  // RETRAM, which the M4 sees at 0
}

TEST(SoftwareTee, LoadsAnImageWithoutATable) {
    BareTee tee(trusting("p256"));
    const Bytes image = elf({{.paddr = 0x100, .data = test::pattern(16)}});
    ASSERT_EQ(tee.load(SignedPackage::of({image}, SignType::ecdsa_p256_sha256).sign(signing_key("p256"))),
              ResultCode::success);
    std::uint64_t pa = 1;
    std::uint64_t size = 1;
    EXPECT_EQ(tee.get_table(pa, size), ResultCode::success);
    EXPECT_EQ(size, 0U);
}

TEST(SoftwareTee, ReleaseClearsTheMemories) {
    BareTee tee(trusting("rsa2048"));
    ASSERT_EQ(tee.load(signed_data("app.rsa2048.signed")), ResultCode::success);
    EXPECT_FALSE(tee.tee.is_clear(0));
    EXPECT_EQ(tee.release(), ResultCode::success);
    EXPECT_TRUE(tee.tee.is_clear(0));
    EXPECT_EQ(tee.tee.state(0), State::off);
}

TEST(SoftwareTee, LoadClearsThePreviousImage) {
    BareTee tee(trusting("rsa2048"));
    const auto key = signing_key("rsa2048");
    ASSERT_EQ(tee.load(SignedPackage::of({elf({{.paddr = 0x800, .data = test::pattern(16)}})}, kRsa).sign(key)),
              ResultCode::success);
    ASSERT_EQ(tee.start(), ResultCode::success);
    ASSERT_EQ(tee.stop(), ResultCode::success);
    ASSERT_EQ(tee.load(SignedPackage::of({elf({{.paddr = 0x100, .data = test::pattern(16)}})}, kRsa).sign(key)),
              ResultCode::success);
    EXPECT_THAT(tee.seen_at(0x800, 16), ::testing::Each(std::byte{0}));
}

TEST(SoftwareTee, RefusalAfterAStopClearsTheStoppedImage) {
    BareTee tee(trusting("rsa2048"));
    ASSERT_EQ(tee.load(signed_data("app.rsa2048.signed")), ResultCode::success);
    ASSERT_EQ(tee.start(), ResultCode::success);
    ASSERT_EQ(tee.stop(), ResultCode::success);
    EXPECT_FALSE(tee.tee.is_clear(0));
    expect_refused(tee, signed_data("app.p256.signed"), ResultCode::signature_invalid, "no trusted key");
}

TEST(SoftwareTee, PlainElfFileIsRefused) {
    BareTee tee(trusting("rsa2048"));
    expect_refused(tee, signed_data("app.elf"), ResultCode::bad_parameters, "signed image header");
}

TEST(SoftwareTee, WithoutKeysEveryImageIsRefused) {
    BareTee tee({});
    expect_refused(tee, signed_data("app.rsa2048.signed"), ResultCode::signature_invalid, "there is no key");
}

TEST(SoftwareTee, LoadsAnUnverifiedImageOnRequest) {
    BareTee tee({.signatures = tee::SoftwareTeePolicy::Signatures::not_verified});
    EXPECT_EQ(tee.load(signed_data("app.rsa2048.signed")), ResultCode::success);
    EXPECT_FALSE(tee.tee.last_load(0).key.has_value());
}

TEST(SoftwareTee, TriesEveryKeyAndReportsTheMatch) {
    tee::TrustedKeys keys;
    for (const auto* name : {"p256", "rsa4096", "rsa2048"}) keys.add(public_key(name));
    BareTee tee({.keys = keys});
    EXPECT_EQ(tee.load(signed_data("app.rsa2048.signed")), ResultCode::success);
    EXPECT_EQ(tee.tee.last_load(0).key, 2U);
}

TEST(SoftwareTee, UsesTheKeyThatPkeyinfoSelects) {
    const Bytes asked = signed_data("keyinfo.bin");
    tee::TrustedKeys other;
    other.add(public_key("rsa2048"));
    other.add(public_key("rsa4096"), asked);  // only this key may verify it
    BareTee refusing({.keys = other});
    expect_refused(refusing, signed_data("app.keyinfo-plat.rsa2048.signed"), ResultCode::signature_invalid,
                   "no trusted");

    tee::TrustedKeys right;
    right.add(public_key("rsa4096"));
    right.add(public_key("rsa2048"), asked);
    BareTee tee({.keys = right});
    EXPECT_EQ(tee.load(signed_data("app.keyinfo-plat.rsa2048.signed")), ResultCode::success);
    EXPECT_EQ(tee.tee.last_load(0).key, 1U);
    EXPECT_EQ(tee.release(), ResultCode::success);
    expect_refused(tee, signed_data("app.rsa2048.signed"), ResultCode::signature_invalid, "no trusted key");
}

TEST(SoftwareTee, LoadsSeveralImages) {
    BareTee tee(trusting("rsa2048"));
    const Bytes first = elf({{.paddr = 0x0, .data = test::pattern(8, 1)}});
    const Bytes second =
        elf({{.paddr = 0x100, .data = test::pattern(8, 50)}, {.paddr = 0x200, .data = test::pattern(4)}});
    ASSERT_EQ(tee.load(SignedPackage::of({first, second}, kRsa).sign(signing_key("rsa2048"))), ResultCode::success);
    EXPECT_EQ(tee.seen_at(0, 8), test::pattern(8, 1));
    EXPECT_EQ(tee.seen_at(0x100, 8), test::pattern(8, 50));
    EXPECT_EQ(tee.seen_at(0x200, 4), test::pattern(4));
}

TEST(SoftwareTee, RefusesTwoTables) {
    BareTee tee(trusting("rsa2048"));
    const auto with_table = [](std::uint64_t at) {
        return elf({{.paddr = at, .data = test::pattern(16)}},
                   {{.name = ".resource_table", .addr = at, .data = test::pattern(16), .segment = 0}});
    };
    expect_refused(tee, SignedPackage::of({with_table(0x100), with_table(0x200)}, kRsa).sign(signing_key("rsa2048")),
                   ResultCode::bad_format, "two images have a resource table");
}

TEST(SoftwareTee, RefusesATableOutsideTheSignedSegments) {
    BareTee tee(trusting("rsa2048"));
    const Bytes image = elf({{.paddr = 0x100, .data = test::pattern(16)}},
                            {{.name = ".resource_table", .addr = 0x800, .data = test::pattern(16)}});
    expect_refused(tee, SignedPackage::of({image}, kRsa).sign(signing_key("rsa2048")), ResultCode::security,
                   "the resource table lies in no segment");
}

TEST(SoftwareTee, RefusesASegmentOutsideTheMemories) {
    BareTee tee(trusting("rsa2048"));
    for (const std::uint64_t da : {0x80100000ULL, 0xfff8ULL, 0xfffffff8ULL}) {
        const Bytes image = elf({{.paddr = 0, .data = test::pattern(16)}, {.paddr = da, .data = test::pattern(16)}});
        expect_refused(tee, SignedPackage::of({image}, kRsa).sign(signing_key("rsa2048")), ResultCode::access_denied,
                       "lies in no memory");
    }
}

TEST(SoftwareTee, MatchesSegmentsByTheirWholeHeader) {
    BareTee tee(trusting("rsa2048"));
    const Bytes image = elf({{.paddr = 0x100, .data = test::pattern(16)}, {.paddr = 0x200, .data = test::pattern(8)}});
    auto package = SignedPackage::of({image}, kRsa);
    for (std::size_t field = 0; field < 8; ++field) {
        auto spoilt = package;
        spoilt.tlv(0x10).value[field * 4] ^= std::byte{0x10};
        expect_refused(tee, spoilt.sign(signing_key("rsa2048")), ResultCode::bad_parameters, "program header");
    }
}

TEST(SoftwareTee, EverySignedSegmentMustBePresent) {
    BareTee tee(trusting("rsa2048"));
    const Bytes image = elf({{.paddr = 0x100, .data = test::pattern(16)}, {.paddr = 0x200, .data = test::pattern(8)}});
    auto more = SignedPackage::of({image}, kRsa);
    more.images[0][44] = std::byte{1};  // e_phnum: the last segment is hidden
    expect_refused(tee, more.sign(signing_key("rsa2048")), ResultCode::bad_parameters, "in none of the images");
    auto fewer = SignedPackage::of({image}, kRsa);
    fewer.tlv(0x10).value.resize(64);
    expect_refused(tee, fewer.sign(signing_key("rsa2048")), ResultCode::no_data, "fewer entries");
}

TEST(SoftwareTee, WrongHashIsFoundBeforeAnySegmentIsLoaded) {
    BareTee tee(trusting("rsa2048"));
    Bytes image = signed_data("app.rsa2048.signed");
    image[image.size() - 5112 + 0x12a0 + 4] ^= std::byte{1};  // in the last segment of app.elf
    expect_refused(tee, image, ResultCode::security, "segment 2");
    EXPECT_EQ(tee.tee.last_load(0).key, 0U);  // the signature itself is good
}

TEST(SoftwareTee, ChecksTheHeaderOfEveryImage) {
    BareTee tee(trusting("rsa2048"));
    const Bytes image = elf({{.paddr = 0x100, .data = test::pattern(16)}});
    auto package = SignedPackage::of({image, image}, kRsa);
    package.images[1][0] = std::byte{0};
    expect_refused(tee, package.sign(signing_key("rsa2048")), ResultCode::bad_format, "image 1");
}

TEST(SoftwareTee, RefusesUnknownProcessors) {
    SoftwareTee tee({});
    ModelMemory memory;
    ASSERT_EQ(outcome(tee.add_processor(3, test::kM4Memories, memory)), "ok");
    EXPECT_EQ(outcome(tee.add_processor(3, test::kM4Memories, memory)), "tee-id-taken");
    for (const std::uint32_t id : {0U, 3U}) {
        tee::Parameters parameters{tee::Parameter::value_input(id)};
        EXPECT_EQ(tee.open_session(tee::kRemoteprocUuid, parameters)->result,
                  id == 3 ? ResultCode::success : ResultCode::not_supported);
    }
    tee::Parameters parameters{tee::Parameter::value_input(3)};
    EXPECT_EQ(tee.open_session(tee::Uuid{}, parameters)->result, ResultCode::item_not_found);
}

TEST(SoftwareTee, SessionServesOnlyItsProcessor) {
    BareTee tee(trusting("rsa2048"));
    ModelMemory other;
    ASSERT_EQ(outcome(tee.tee.add_processor(1, test::kM4Memories, other)), "ok");
    tee::Parameters known{tee::Parameter::value_input(1)};
    EXPECT_EQ(tee.call(tee::Command::stop_fw, known), ResultCode::access_denied);
    tee::Parameters unknown{tee::Parameter::value_input(9)};
    EXPECT_EQ(tee.call(tee::Command::stop_fw, unknown), ResultCode::bad_parameters);
    tee.tee.close_session(tee.session);
    EXPECT_EQ(tee.stop(), ResultCode::bad_parameters);
}

TEST(SoftwareTee, ReadsOnlySharedMemory) {
    BareTee tee(trusting("rsa2048"));
    const Bytes image = signed_data("app.rsa2048.signed");
    const tee::MemoryId id = *tee.tee.register_memory(image);
    const auto load = [&](tee::MemoryId memory, std::uint64_t offset, std::uint64_t size) {
        tee::Parameters parameters{tee::Parameter::value_input(0), tee::Parameter::memref_input(memory, size)};
        parameters[1].offset = offset;
        return tee.call(tee::Command::load_fw, parameters);
    };
    EXPECT_EQ(load(id, 0, image.size() + 1), ResultCode::bad_parameters);
    EXPECT_EQ(load(id, 1, image.size()), ResultCode::bad_parameters);
    EXPECT_EQ(load(id, ~0ULL, 1), ResultCode::bad_parameters);
    EXPECT_EQ(load(id, 0, 0), ResultCode::bad_parameters);
    EXPECT_EQ(load(tee::MemoryId{99}, 0, image.size()), ResultCode::bad_parameters);
    EXPECT_EQ(load(id, 0, image.size()), ResultCode::success);
    tee.tee.unregister_memory(id);
    EXPECT_EQ(tee.tee.registered_memories(), 0U);
}

}  // namespace
}  // namespace rproc
