// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "rproc/firmware/aes_cbc.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/sha256.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "support/elf_builder.hpp"
#include "support/signed_package.hpp"

/// Signed images from a fuzzer's bytes, with the lengths and hashes that a fuzzer cannot guess.
namespace rproc::test {

/// The fuzzer's bytes, read from the front; zeros behind the end.
class Input {
  public:
    explicit Input(std::span<const std::byte> bytes) : bytes_(bytes) {}

    [[nodiscard]] bool at_end() const { return bytes_.empty(); }
    std::uint8_t u8() { return at_end() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(take(1).front()); }
    std::uint16_t u16() {
        const unsigned low = u8();
        return static_cast<std::uint16_t>(low | unsigned{u8()} << 8U);
    }
    std::span<const std::byte> take(std::size_t size) {
        const std::span<const std::byte> taken = bytes_.first(std::min(size, bytes_.size()));
        bytes_ = bytes_.subspan(taken.size());
        return taken;
    }

  private:
    std::span<const std::byte> bytes_;
};

/// A hash table with the right hash of every segment of an ELF file that can be hashed.
[[nodiscard]] inline Bytes hash_table_of(std::span<const std::byte> elf) {
    const auto image = rproc::ElfImage::parse(elf);
    ByteWriter table;
    for (std::uint32_t i = 0; image && i < image->segment_count(); ++i) {
        const auto segment = image->segment(i);
        const auto word = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
        const bool inside = segment.offset <= elf.size() && segment.filesz <= elf.size() - segment.offset;
        const auto digest = sha256(inside ? elf.subspan(segment.offset, segment.filesz) : std::span<const std::byte>());
        table.u32(segment.type).u32(word(segment.offset)).u32(word(segment.vaddr.value()));
        table.u32(word(segment.paddr.value())).u32(word(segment.filesz)).u32(word(segment.memsz));
        table.u32(segment.flags).u32(word(segment.align)).bytes(std::as_bytes(std::span(digest)));
    }
    return table.take();
}

/// A package around ELF files from the input, with more TLVs as its first byte says.
[[nodiscard]] inline Bytes package_from(Input& input) {
    const std::uint8_t flags = input.u8();
    SignedPackage package;
    ByteWriter sizes;
    ByteWriter hashes;
    for (unsigned i = 0; i < 1U + (flags & 1U); ++i) {
        const std::span<const std::byte> elf = input.take(input.u16());
        package.images.emplace_back(elf.begin(), elf.end());
        sizes.u32((elf.size() + 7) / 8 * 8);
        hashes.bytes(hash_table_of(elf));
    }
    const std::size_t segments = hashes.size() / sizeof(wire::HashEntry);
    const std::size_t images = package.images.size();
    package.tlvs = {{0x1, {std::byte(1 + (flags >> 1U & 1U))}}, {0x2, {std::byte{1}}}, {0x3, {std::byte(images)}},
                    {0x4, Bytes(images, std::byte{1})},         {0x5, sizes.take()},   {0x10, hashes.take()}};
    if ((flags & 4U) != 0) package.tlvs.push_back({0x10100, {std::byte{1}}});
    if ((flags & 8U) != 0) package.tlvs.push_back({0x10101, Bytes(segments * kAesBlockSize)});
    if ((flags & 16U) != 0) package.tlvs.push_back({0x10102, {std::byte{input.u8()}, {}, {}, {}}});
    if ((flags & 32U) != 0) {
        auto& spoilt = package.tlvs[input.u8() % package.tlvs.size()];
        const std::span<const std::byte> value = input.take(input.u8());
        spoilt.value.assign(value.begin(), value.end());
    }
    return package.with_signature(Bytes(64, std::byte{7}));
}

}  // namespace rproc::test
