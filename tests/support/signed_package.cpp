// SPDX-License-Identifier: BSD-2-Clause
#include "support/signed_package.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "rproc/firmware/sha256.hpp"
#include "support/files.hpp"

namespace rproc::test {
namespace {

constexpr std::uint32_t kMagic = 0x3543a468;
constexpr std::size_t kProgramHeader = 32;

std::uint32_t u32_at(std::span<const std::byte> bytes, std::size_t offset) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8U | std::to_integer<std::uint32_t>(bytes[offset + i]);
    return value;
}

Bytes padded(Bytes bytes) {
    bytes.resize((bytes.size() + 7) / 8 * 8);
    return bytes;
}

void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

/// The entries of the hash table for one image.
Bytes hash_entries(const Bytes& image) {
    constexpr std::size_t kPhoffAt = 28;
    constexpr std::size_t kPhnumAt = 44;
    const std::uint32_t phoff = u32_at(image, kPhoffAt);
    const std::uint32_t phnum = u32_at(image, kPhnumAt) & 0xffffU;
    Bytes entries;
    for (std::uint32_t i = 0; i < phnum; ++i) {
        const auto header = std::span(image).subspan(phoff + i * kProgramHeader, kProgramHeader);
        const auto digest = sha256(std::span(image).subspan(u32_at(header, 4), u32_at(header, 16)));
        entries.insert(entries.end(), header.begin(), header.end());
        std::ranges::transform(digest, std::back_inserter(entries), [](std::uint8_t b) { return std::byte{b}; });
    }
    return entries;
}

/// All images, each padded.
Bytes content_of(const SignedPackage& package) {
    Bytes all;
    for (const Bytes& image : package.images) append(all, padded(image));
    return all;
}

/// Header and TLV area.
Bytes signed_part_of(const SignedPackage& package, std::size_t signature_size) {
    const SignedHeaderFields& header = package.header;
    Bytes area;
    for (const TlvSpec& tlv : package.tlvs) {
        ByteWriter writer;
        writer.u32(tlv.type).u32(tlv.length.value_or(static_cast<std::uint32_t>(tlv.value.size()))).bytes(tlv.value);
        append(area, padded(writer.take()));
    }
    ByteWriter writer;
    writer.u32(header.magic.value_or(kMagic))
        .u32(header.version.value_or(1))
        .u32(header.tlv_len.value_or(static_cast<std::uint32_t>(area.size())))
        .u32(header.sign_len.value_or(static_cast<std::uint32_t>(signature_size)))
        .u32(header.img_len.value_or(static_cast<std::uint32_t>(content_of(package).size())));
    Bytes part = writer.take();
    append(part, area);
    return part;
}

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    return *std::move(result);
}

std::string path_of(const std::string& name) { return std::string(RPROC_TEST_DATA_DIR) + "/signed/" + name; }

}  // namespace

SignedPackage SignedPackage::of(const std::vector<Bytes>& images, SignType type) {
    ByteWriter sizes;
    Bytes hashes;
    for (const Bytes& image : images) {
        sizes.u32(padded(image).size());
        append(hashes, hash_entries(image));
    }
    return {.tlvs = {{0x01, {std::byte(type)}},
                     {0x03, {std::byte(images.size())}},
                     {0x04, Bytes(images.size(), std::byte{1})},
                     {0x05, sizes.take()},
                     {0x02, {std::byte{1}}},
                     {0x10, hashes}},
            .images = images};
}

TlvSpec& SignedPackage::tlv(std::uint32_t type) {
    const auto found = std::ranges::find(tlvs, type, &TlvSpec::type);
    if (found == tlvs.end()) throw std::runtime_error("no such TLV");
    return *found;
}

void SignedPackage::remove(std::uint32_t type) {
    std::erase_if(tlvs, [&](const TlvSpec& tlv) { return tlv.type == type; });
}

Bytes SignedPackage::with_signature(const Bytes& signature) const {
    Bytes file = signed_part_of(*this, signature.size());
    append(file, padded(signature));
    append(file, content_of(*this));
    return file;
}

Bytes SignedPackage::sign(const SigningKey& key) const {
    return with_signature(must(key.sign(signed_part_of(*this, key.signature_size()))));
}

Bytes signed_data(const std::string& name) { return read_bytes(path_of(name)); }

PublicKey public_key(const std::string& name) { return must(PublicKey::read(path_of(name + ".pub.pem"))); }

SigningKey signing_key(const std::string& name) {
    return must(SigningKey::open(path_of(name + ".pem"),
                                 [] { return fail(Error::of({.message = "a test key has no passphrase"}, {}, {})); }));
}

}  // namespace rproc::test
