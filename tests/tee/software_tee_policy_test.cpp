// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/software_tee_policy.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/files.hpp"
#include "tee/tee_fixture.hpp"

namespace rproc {
namespace {

using tee::ResultCode;
using tee::SoftwareTeePolicy;
using test::BareTee;
using test::Bytes;
using test::SignedPackage;
using ::testing::HasSubstr;

std::string optee_data(const std::string& name) { return fmt::format("{}/optee/{}", RPROC_TEST_DATA_DIR, name); }

/// Reads tests/data/optee/load_fw.images.
class Reader {
  public:
    explicit Reader(const Bytes& bytes) : rest_(bytes) {}

    std::uint32_t u32() {
        std::uint32_t value = 0;
        const auto field = take(4);
        for (std::size_t i = 4; i-- > 0;) value = value << 8U | std::to_integer<std::uint32_t>(field[i]);
        return value;
    }
    std::span<const std::byte> take(std::size_t size) {
        const auto part = rest_.first(size);
        rest_ = rest_.subspan(size);
        return part;
    }

  private:
    std::span<const std::byte> rest_;
};

/// An image, and what OP-TEE answered.
struct Recorded {
    std::string name;
    ResultCode result;
    std::uint64_t pa;
    std::uint64_t size;
    Bytes image;
};

std::vector<Recorded> recorded_loads() {
    const Bytes file = test::read_bytes(optee_data("load_fw.images"));
    Reader reader(file);
    const std::uint32_t base_size = reader.u32();
    std::vector<Recorded> all(reader.u32());
    const auto base = reader.take(base_size);
    for (Recorded& one : all) {
        const auto name = reader.take(reader.u32());
        std::ranges::transform(name, std::back_inserter(one.name), [](std::byte b) { return static_cast<char>(b); });
        one.result = static_cast<ResultCode>(reader.u32());
        one.pa = reader.u32();
        one.size = reader.u32();
        one.image.assign(base.begin(), base.end());
        one.image.resize(reader.u32());
        for (std::uint32_t runs = reader.u32(); runs > 0; --runs) {
            const std::uint32_t offset = reader.u32();
            std::ranges::copy(reader.take(reader.u32()), one.image.begin() + offset);
        }
    }
    return all;
}

SoftwareTeePolicy as_optee(PublicKey key) {
    return {.keys = tee::TrustedKeys(std::move(key)), .checks = SoftwareTeePolicy::Checks::as_optee};
}

TEST(AsOptee, GivesTheRecordedResults) {
    const auto loads = recorded_loads();
    ASSERT_EQ(loads.size(), 255U);
    for (const Recorded& one : loads) {
        BareTee tee(as_optee(*PublicKey::read(optee_data("rsa2048.pub.pem"))));
        const ResultCode result = tee.load(one.image);
        EXPECT_EQ(result, one.result) << one.name << ": " << tee::name_of(result) << ", "
                                      << tee.tee.last_load(0).reason;
        std::uint64_t pa = 0;
        std::uint64_t size = 0;
        if (result == ResultCode::success) {
            ASSERT_EQ(tee.get_table(pa, size), ResultCode::success);
        }
        EXPECT_EQ(pa, one.pa) << one.name;
        EXPECT_EQ(size, one.size) << one.name;
    }
}

/// Of `count` segments of 4 bytes each.
Bytes package_of(std::size_t count) {
    test::ElfImage image;
    for (std::size_t i = 0; i < count; ++i) image.segments.push_back({.paddr = i * 16, .data = test::pattern(4)});
    return SignedPackage::of({image.build()}, SignType::rsa_pkcs1_sha256).sign(test::signing_key("rsa2048"));
}

TEST(AsOptee, StockHeapHolds27ProgramHeaders) {
    BareTee tee(as_optee(test::public_key("rsa2048")));
    EXPECT_EQ(tee.load(package_of(27)), ResultCode::success) << tee.tee.last_load(0).reason;
    EXPECT_EQ(tee.release(), ResultCode::success);
    EXPECT_EQ(tee.load(package_of(28)), ResultCode::out_of_memory);
    EXPECT_THAT(tee.tee.last_load(0).reason, HasSubstr("the hash table of 28 program headers"));
    EXPECT_THAT(tee.tee.last_load(0).reason, HasSubstr("a heap of 4096 has 3888 for them"));
}

TEST(AsOptee, LimitsCanBeSet) {
    SoftwareTeePolicy policy = as_optee(test::public_key("rsa2048"));
    policy.limits.heap = 8192;
    EXPECT_EQ(BareTee(policy).load(package_of(28)), ResultCode::success);
    policy.limits.image_limit = 1000;
    EXPECT_EQ(BareTee(policy).load(Bytes(999)), ResultCode::bad_parameters);
    EXPECT_EQ(BareTee(policy).load(Bytes(1000)), ResultCode::out_of_memory);
}

TEST(AsOptee, P256IsSignedCorrectlyAndNotSupported) {
    SoftwareTeePolicy policy = as_optee(test::public_key("p256"));
    BareTee tee(policy);
    EXPECT_EQ(tee.load(test::signed_data("app.p256.signed")), ResultCode::not_supported);
    EXPECT_EQ(tee.tee.last_load(0).key, 0U);
    EXPECT_THAT(tee.tee.last_load(0).reason, HasSubstr("it is signed correctly"));
    policy.limits.signatures.push_back(SignType::ecdsa_p256_sha256);
    EXPECT_EQ(BareTee(policy).load(test::signed_data("app.p256.signed")), ResultCode::success);
}

TEST(AsOptee, LeavesEarlierSegmentsOfARefusedImageInMemory) {
    SignedPackage package = SignedPackage::of(
        {test::ElfImage{.segments = {{.paddr = 0, .data = test::pattern(4)}, {.paddr = 16, .data = test::pattern(4)}}}
             .build()},
        SignType::rsa_pkcs1_sha256);
    package.tlv(0x10).value.back() ^= std::byte{1};  // the hash of the second segment
    BareTee tee(as_optee(test::public_key("rsa2048")));
    EXPECT_EQ(tee.load(package.sign(test::signing_key("rsa2048"))), ResultCode::security);
    EXPECT_EQ(tee.seen_at(0, 4), test::pattern(4));
    EXPECT_EQ(tee.seen_at(16, 4), Bytes(4));
    EXPECT_EQ(tee.release(), ResultCode::success);
    EXPECT_TRUE(tee.tee.is_clear(0));
}

TEST(StrictRules, AreNamedOnlyForChecksThatOpteeDoesNotMake) {
    SignedPackage twice = SignedPackage::of({test::ElfImage{.segments = {{.data = test::pattern(4)}}}.build()},
                                            SignType::rsa_pkcs1_sha256);
    twice.tlvs.push_back({0x03, Bytes{std::byte{2}}});
    BareTee strict(test::trusting("rsa2048"));
    EXPECT_EQ(strict.load(twice.sign(test::signing_key("rsa2048"))), ResultCode::bad_format);
    EXPECT_EQ(strict.tee.last_load(0).broken, tee::StrictRule::tlv_twice);
    EXPECT_EQ(strict.load(twice.with_signature(Bytes(256))), ResultCode::signature_invalid);
    EXPECT_EQ(strict.tee.last_load(0).broken, std::nullopt);
}

}  // namespace
}  // namespace rproc
