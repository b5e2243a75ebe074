// SPDX-License-Identifier: BSD-2-Clause
// Each TLV of an image damaged in turn, and the image signed again: the answer of the software TEE.
#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tee/small_image.hpp"

namespace rproc {
namespace {

using tee::ResultCode;
using test::BareTee;
using test::Bytes;
using test::SignedPackage;
using test::TlvSpec;

constexpr std::uint32_t kSignType = 0x01;
constexpr std::uint32_t kHashType = 0x02;
constexpr std::uint32_t kImageCount = 0x03;
constexpr std::uint32_t kImageType = 0x04;
constexpr std::uint32_t kImageSize = 0x05;
constexpr std::uint32_t kHashTable = 0x10;
constexpr std::uint32_t kKeyInfo = 0x11;
constexpr std::uint32_t kPlatform = 0x10042;  // an unassigned platform TLV

Bytes byte(unsigned value) { return {std::byte(value)}; }
Bytes word(std::uint32_t value) { return test::ByteWriter().u32(value).take(); }

/// A sound package with every kind of TLV.
SignedPackage package_with_all() {
    SignedPackage package = test::small_package();
    package.tlvs.push_back({kKeyInfo, test::to_bytes("k1")});
    package.tlvs.push_back({kPlatform, test::to_bytes("board")});
    return package;
}

Bytes signed_again(const SignedPackage& package) { return package.sign(test::signing_key("p256")); }

/// A TEE that trusts one key, which an image selects by PKEYINFO; the memories hold a previous image.
class Tlvs : public ::testing::Test {
  protected:
    Tlvs() : tee_(policy(), test::kSmallMemories) {
        tee_.run_once(signed_again(package_with_all()));
        EXPECT_FALSE(tee_.tee.is_clear(0));
    }

    void expect(const SignedPackage& package, ResultCode result, const std::string& what) {
        if (result != ResultCode::success) {
            test::expect_refused_and_clear(tee_, signed_again(package), result, what);
            return;
        }
        EXPECT_EQ(tee_.load(signed_again(package)), ResultCode::success)
            << what << ": " << tee_.tee.last_load(0).reason;
        EXPECT_EQ(tee_.seen(), test::small_elf_in_memory()) << what;
    }

  private:
    static tee::SoftwareTeePolicy policy() {
        tee::TrustedKeys keys;
        keys.add(test::public_key("p256"), test::to_bytes("k1"));
        return {.keys = keys};
    }

    BareTee tee_;
};

// --- each TLV, each fault -----------------------------------------------------------------------------------------

enum class Fault { missing, duplicated, truncated, oversized, empty };

/// The results of the faults, in their order.
struct Row {
    std::uint32_t type;
    std::array<ResultCode, 5> results;
};

constexpr auto kOk = ResultCode::success;
constexpr auto kFormat = ResultCode::bad_format;
constexpr auto kParameters = ResultCode::bad_parameters;
constexpr auto kNoData = ResultCode::no_data;
constexpr auto kUnsupported = ResultCode::not_supported;
constexpr auto kSignature = ResultCode::signature_invalid;

constexpr std::array kRows{
    //               missing      duplicated truncated    oversized     empty
    Row{kSignType, {kParameters, kFormat, kParameters, kParameters, kParameters}},
    Row{kHashType, {kNoData, kFormat, kParameters, kUnsupported, kNoData}},
    Row{kImageCount, {kNoData, kFormat, kParameters, kFormat, kNoData}},
    Row{kImageType, {kNoData, kFormat, kParameters, kParameters, kNoData}},
    Row{kImageSize, {kNoData, kFormat, kParameters, kParameters, kNoData}},
    Row{kHashTable, {kNoData, kFormat, kParameters, kParameters, kNoData}},
    Row{kKeyInfo, {kSignature, kFormat, kParameters, kSignature, kSignature}},  // then it selects no known key
    Row{kPlatform, {kOk, kFormat, kParameters, kOk, kOk}},
};

std::size_t padded(std::size_t size) { return (size + 7) / 8 * 8; }

/// A length with which the TLV ends one byte behind the area.
std::uint32_t one_too_long(const SignedPackage& package, std::uint32_t type) {
    std::size_t left = 0;
    bool found = false;
    for (const TlvSpec& tlv : package.tlvs) {
        found = found || tlv.type == type;
        if (found) left += 8 + padded(tlv.value.size());
    }
    return static_cast<std::uint32_t>(left - 8 + 1);
}

void damage(SignedPackage& package, std::uint32_t type, Fault fault) {
    TlvSpec& tlv = package.tlv(type);
    switch (fault) {
        case Fault::missing: package.remove(type); return;
        case Fault::duplicated: package.tlvs.emplace_back(TlvSpec(tlv)); return;
        case Fault::truncated: tlv.length = one_too_long(package, type); return;
        case Fault::oversized: tlv.value.push_back(std::byte{1}); return;
        case Fault::empty: tlv.value.clear(); return;
    }
}

class TlvFaults : public Tlvs, public ::testing::WithParamInterface<std::tuple<Row, Fault>> {};

TEST_P(TlvFaults, GetTheirResult) {
    const auto [row, fault] = GetParam();
    SignedPackage package = package_with_all();
    damage(package, row.type, fault);
    expect(package, row.results.at(static_cast<std::size_t>(fault)), fmt::format("TLV {:#x}", row.type));
}

std::string name_of_fault(const ::testing::TestParamInfo<TlvFaults::ParamType>& info) {
    static constexpr std::array kFaults{"Missing", "Duplicated", "Truncated", "Oversized", "Empty"};
    const auto& [row, fault] = info.param;
    return fmt::format("Tlv{:#x}{}", row.type, kFaults.at(static_cast<std::size_t>(fault)));
}

INSTANTIATE_TEST_SUITE_P(SoftwareTee, TlvFaults,
                         ::testing::Combine(::testing::ValuesIn(kRows),
                                            ::testing::Values(Fault::missing, Fault::duplicated, Fault::truncated,
                                                              Fault::oversized, Fault::empty)),
                         name_of_fault);

// --- inconsistent values, and harmless ones -----------------------------------------------------------------------

struct Case {
    const char* name;
    ResultCode result;
    std::function<void(SignedPackage&)> change;
};

void set(SignedPackage& package, std::uint32_t type, Bytes value) { package.tlv(type).value = std::move(value); }

std::uint32_t image_size(const SignedPackage& package) {
    return static_cast<std::uint32_t>(padded(package.images[0].size()));
}

const std::vector<Case>& cases() {
    using Package = SignedPackage;
    static const std::vector<Case> kCases{
        {"SignTypeZero", kUnsupported, [](Package& p) { set(p, kSignType, byte(0)); }},
        {"SignTypeUnknown", kUnsupported, [](Package& p) { set(p, kSignType, byte(3)); }},
        {"SignTypeOfAnotherKey", kSignature, [](Package& p) { set(p, kSignType, byte(1)); }},
        {"HashTypeZero", kUnsupported, [](Package& p) { set(p, kHashType, byte(0)); }},
        {"HashTypeUnknown", kUnsupported, [](Package& p) { set(p, kHashType, byte(2)); }},
        {"NoImages", kNoData, [](Package& p) { set(p, kImageCount, byte(0)); }},
        {"MoreImagesThanTypes", kParameters, [](Package& p) { set(p, kImageCount, byte(2)); }},
        {"MoreImagesThanSizes", kParameters,
         [](Package& p) {
             set(p, kImageCount, byte(255));
             set(p, kImageType, Bytes(255, std::byte{1}));
         }},
        {"ImageTypeUnknown", kFormat, [](Package& p) { set(p, kImageType, byte(2)); }},
        {"ImageSizeZero", kFormat, [](Package& p) { set(p, kImageSize, word(0)); }},
        {"ImageSizeLess", kParameters, [](Package& p) { set(p, kImageSize, word(image_size(p) - 8)); }},
        {"ImageSizeMore", kParameters, [](Package& p) { set(p, kImageSize, word(image_size(p) + 1)); }},
        {"ImageSizeLargest", kParameters, [](Package& p) { set(p, kImageSize, word(0xffffffff)); }},
        {"ImageSizeThatWrapsWhenPadded", kParameters, [](Package& p) { set(p, kImageSize, word(0xfffffff9)); }},
        {"ImagesWhoseSizesWrapTogether", kParameters,
         [](Package& p) {
             set(p, kImageCount, byte(2));
             set(p, kImageType, Bytes(2, std::byte{1}));
             set(p, kImageSize, test::ByteWriter().u32(image_size(p) + 8).u32(0xfffffff8).take());
         }},
        {"HashTableWithoutTheLastEntry", kNoData, [](Package& p) { p.tlv(kHashTable).value.resize(64); }},
        {"HashTableWithAnEntryMore", kParameters, [](Package& p) { p.tlv(kHashTable).value.resize(192); }},
        {"HashTableInAnotherOrder", kParameters,
         [](Package& p) {
             Bytes& table = p.tlv(kHashTable).value;
             std::rotate(table.begin(), table.begin() + 64, table.end());
         }},
        {"UnknownGenericTlv", kOk,
         [](Package& p) {
             p.tlvs.push_back({0x42, test::pattern(5)});
         }},
        {"UnknownTlvOfTheLargestType", kOk,
         [](Package& p) {
             p.tlvs.push_back({0xffffffff, test::pattern(5)});
         }},
        {"UnknownPlatformTlv", kOk,
         [](Package& p) {
             p.tlvs.push_back({0x1ffff, test::pattern(9)});
         }},
        {"EightZerosAtTheEnd", kOk,
         [](Package& p) {
             p.tlvs.push_back({0, {}});
         }},
        {"EightZerosInFront", kOk,
         [](Package& p) {
             p.tlvs.insert(p.tlvs.begin(), {0, {}});
         }},
    };
    return kCases;
}

class TlvValues : public Tlvs, public ::testing::WithParamInterface<Case> {};

TEST_P(TlvValues, GetTheirResult) {
    SignedPackage package = package_with_all();
    GetParam().change(package);
    expect(package, GetParam().result, GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(SoftwareTee, TlvValues, ::testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param.name); });

// --- rules of the whole area --------------------------------------------------------------------------------------

TEST_F(Tlvs, LengthPastTheEndOfTheAreaIsRefused) {
    for (const TlvSpec& tlv : package_with_all().tlvs) {
        for (const std::uint32_t length : {0x80000000U, 0xfffffff0U, 0xfffffff8U, 0xfffffff9U, 0xffffffffU}) {
            SignedPackage package = package_with_all();
            package.tlv(tlv.type).length = length;
            expect(package, kParameters, fmt::format("TLV {:#x} of length {:#x}", tlv.type, length));
        }
    }
}

TEST_F(Tlvs, OrderIsFree) {
    SignedPackage package = package_with_all();
    for (int direction = 0; direction < 2; ++direction) {
        for (std::size_t i = 0; i < package.tlvs.size(); ++i) {
            BareTee tee({.keys = tee::TrustedKeys(test::public_key("p256"))}, test::kSmallMemories);
            EXPECT_EQ(tee.load(signed_again(package)), ResultCode::success) << tee.tee.last_load(0).reason;
            EXPECT_EQ(tee.seen(), test::small_elf_in_memory());
            std::rotate(package.tlvs.begin(), package.tlvs.begin() + 1, package.tlvs.end());
        }
        std::ranges::reverse(package.tlvs);
    }
}

TEST_F(Tlvs, KeyWithoutPkeyinfoAcceptsAnyPkeyinfo) {
    for (const Fault fault : {Fault::missing, Fault::oversized, Fault::empty}) {
        SignedPackage package = package_with_all();
        damage(package, kKeyInfo, fault);
        BareTee tee(test::trusting("p256"), test::kSmallMemories);
        EXPECT_EQ(tee.load(signed_again(package)), ResultCode::success) << tee.tee.last_load(0).reason;
    }
}

}  // namespace
}  // namespace rproc
