// SPDX-License-Identifier: BSD-2-Clause
// Each field of a signed image's header at the limits of its range and next to its right value, signed again.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rproc/firmware/signed_image.hpp"
#include "tee/small_image.hpp"

namespace rproc {
namespace {

using tee::ResultCode;
using test::BareTee;
using test::Bytes;
using test::SignedHeaderFields;
using test::SignedPackage;

using Field = std::optional<std::uint32_t> SignedHeaderFields::*;

struct NamedField {
    const char* name;
    Field field;
};

constexpr std::array kFields{
    NamedField{"magic", &SignedHeaderFields::magic},     NamedField{"version", &SignedHeaderFields::version},
    NamedField{"tlv_len", &SignedHeaderFields::tlv_len}, NamedField{"sign_len", &SignedHeaderFields::sign_len},
    NamedField{"img_len", &SignedHeaderFields::img_len},
};

/// Named by a key of tests/data/signed.
class HeaderFields : public ::testing::TestWithParam<const char*> {
  protected:
    HeaderFields() : tee_(test::trusting(GetParam()), test::kSmallMemories) {
        const bool rsa = GetParam() == std::string("rsa2048");
        package_ =
            SignedPackage::of({test::small_elf()}, rsa ? SignType::rsa_pkcs1_sha256 : SignType::ecdsa_p256_sha256);
        const Bytes good = sign(package_);
        const wire::SignedHeader header = SignedImage::parse(good)->header();
        right_ = {header.magic, header.version, header.tlv_len, header.sign_len, header.img_len};
        tee_.run_once(good);
        EXPECT_FALSE(tee_.tee.is_clear(0));  // so that a refusal clears something
    }

    [[nodiscard]] static Bytes sign(const SignedPackage& package) {
        return package.sign(test::signing_key(GetParam()));
    }
    [[nodiscard]] std::uint32_t right(Field field) const { return *(right_.*field); }
    [[nodiscard]] SignedPackage with(Field field, std::uint32_t value) const {
        SignedPackage changed = package_;
        changed.header.*field = value;
        return changed;
    }
    void expect_refused(const SignedPackage& package, ResultCode result, const std::string& what) {
        test::expect_refused_and_clear(tee_, sign(package), result, what);
    }

    BareTee tee_;
    SignedPackage package_;
    SignedHeaderFields right_;
};

INSTANTIATE_TEST_SUITE_P(SoftwareTee, HeaderFields, ::testing::Values("rsa2048", "p256"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(HeaderFields, AnyOtherValueIsRefused) {
    constexpr std::uint32_t kMax = std::numeric_limits<std::uint32_t>::max();
    for (const auto& [name, field] : kFields) {
        const std::uint32_t value = right(field);
        std::set<std::uint32_t> values{0, 1, kMax, kMax - 7, kMax - 8, kMax / 2, kMax / 2 + 1};
        values.insert({value + 1, value + 8, value - 8});
        values.erase(value);
        for (const std::uint32_t wrong : values)
            expect_refused(with(field, wrong), ResultCode::bad_parameters, fmt::format("{} {:#x}", name, wrong));
    }
}

TEST_P(HeaderFields, WrongLengthsWithTheRightSumAreRefused) {
    SignedPackage package = with(&SignedHeaderFields::sign_len, 0);
    package.header.img_len = right(&SignedHeaderFields::img_len) + right(&SignedHeaderFields::sign_len);
    expect_refused(package, ResultCode::bad_parameters, "no signature, longer images");

    package = with(&SignedHeaderFields::tlv_len, 0);
    package.header.sign_len = right(&SignedHeaderFields::sign_len) + right(&SignedHeaderFields::tlv_len);
    expect_refused(package, ResultCode::bad_parameters, "no TLVs, longer signature");

    package = with(&SignedHeaderFields::sign_len, right(&SignedHeaderFields::sign_len) - 8);
    package.header.img_len = right(&SignedHeaderFields::img_len) + 8;
    expect_refused(package, ResultCode::signature_invalid, "shorter signature, longer images");

    package = with(&SignedHeaderFields::sign_len, right(&SignedHeaderFields::sign_len) + 8);
    package.header.img_len = right(&SignedHeaderFields::img_len) - 8;
    expect_refused(package, ResultCode::signature_invalid, "longer signature, shorter images");
}

TEST_P(HeaderFields, LengthsWhoseSumWrapsAreRefused) {
    constexpr std::uint32_t kHalf = 0x80000000;
    const std::array<Field, 3> lengths{&SignedHeaderFields::tlv_len, &SignedHeaderFields::sign_len,
                                       &SignedHeaderFields::img_len};
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const Field one = lengths[i];
        const Field other = lengths[(i + 1) % lengths.size()];
        SignedPackage package = with(one, right(one) + kHalf);
        package.header.*other = right(other) + kHalf;  // with 32 bits the sum would be right again
        expect_refused(package, ResultCode::bad_parameters, fmt::format("pair {}", i));
    }
}

// The sum of the padded lengths is still the size of the file.
TEST_P(HeaderFields, LengthThatEndsInsideItsPaddingIsRefused) {
    for (const std::uint32_t less : {1U, 7U}) {
        const auto shorter = [&](Field field) { return with(field, right(field) - less); };
        expect_refused(shorter(&SignedHeaderFields::tlv_len), ResultCode::bad_parameters, "tlv_len");
        expect_refused(shorter(&SignedHeaderFields::img_len), ResultCode::bad_parameters, "img_len");

        Bytes image = sign(shorter(&SignedHeaderFields::sign_len));
        const auto signature_end = image.end() - static_cast<std::ptrdiff_t>(right(&SignedHeaderFields::img_len));
        *(signature_end - 1) = std::byte{1};
        test::expect_refused_and_clear(tee_, image, ResultCode::bad_parameters, "what is padding now is not zero");
        std::fill(signature_end - less, signature_end, std::byte{0});
        test::expect_refused_and_clear(tee_, image, ResultCode::signature_invalid, "sign_len");
    }
}

TEST_P(HeaderFields, EveryTruncationIsRefused) {
    const Bytes good = sign(package_);
    for (std::size_t size = 0; size < good.size(); ++size) {
        const Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        test::expect_refused_and_clear(tee_, cut, ResultCode::bad_parameters, fmt::format("cut to {}", size));
    }
    Bytes longer = good;
    longer.resize(good.size() + 8);
    test::expect_refused_and_clear(tee_, longer, ResultCode::bad_parameters, "eight zeros behind");
}

}  // namespace
}  // namespace rproc
