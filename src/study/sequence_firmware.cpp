// SPDX-License-Identifier: BSD-2-Clause
#include "study/sequence_firmware.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rproc/firmware/signed_builder.hpp"
#include "rproc/internal/bytes.hpp"
#include "rproc/resource/table_builder.hpp"

namespace rproc::check {
namespace {

using internal::Le16;
using internal::Le32;
using Bytes = std::vector<std::byte>;

// ELF32, as the System V ABI lays it out (chapters 4 and 5).

struct FileHeader {
    std::array<std::uint8_t, 16> ident{0x7f, 'E', 'L', 'F', 1, 1, 1};  // 32 bits, little-endian, version 1
    Le16 type{2};                                                      // executable
    Le16 machine{40};                                                  // Arm
    Le32 version{1};
    Le32 entry{};
    Le32 phoff{};
    Le32 shoff{};
    Le32 flags{};
    Le16 ehsize{52};
    Le16 phentsize{32};
    Le16 phnum{1};
    Le16 shentsize{40};
    Le16 shnum{3};
    Le16 shstrndx{2};
};
static_assert(sizeof(FileHeader) == 52);

struct ProgramHeader {
    Le32 type{1};  // to be loaded
    Le32 offset{};
    Le32 vaddr{};
    Le32 paddr{};
    Le32 filesz{};
    Le32 memsz{};
    Le32 flags{7};  // read, write, execute
    Le32 align{4};
};
static_assert(sizeof(ProgramHeader) == 32);

struct SectionHeader {
    Le32 name{};
    Le32 type{};
    Le32 flags{};
    Le32 addr{};
    Le32 offset{};
    Le32 size{};
    Le32 link{};
    Le32 info{};
    Le32 addralign{};
    Le32 entsize{};
};
static_assert(sizeof(SectionHeader) == 40);

constexpr std::uint32_t kProgbits = 1;
constexpr std::uint32_t kStrtab = 3;
constexpr std::uint32_t kLoadAddress = 0x10048000;  // mcu_rsc_table of the board: Linux shares it
constexpr std::uint32_t kSegmentOffset = sizeof(FileHeader) + sizeof(ProgramHeader);
constexpr std::uint32_t kCodeSize = 64;
constexpr std::size_t kSignatureSize = 64;  // of ECDSA P-256
constexpr std::string_view kSectionNames("\0.resource_table\0.shstrtab\0", 27);
constexpr std::uint32_t kTableName = 1;  // in kSectionNames
constexpr std::uint32_t kStrtabName = 17;

/// Appends without `insert`, for which g++ 12 emits a false overflow warning after inlining.
void append(Bytes& to, std::span<const std::byte> bytes) {
    const std::size_t end = to.size();
    to.resize(end + bytes.size());
    std::ranges::copy(bytes, to.begin() + static_cast<std::ptrdiff_t>(end));
}

template <internal::WireStruct T>
void append(Bytes& to, const T& value) {
    append(to, std::as_bytes(std::span(&value, 1)));
}

/// An image with one segment: nonzero words, then the table, which is also a section.
Bytes elf_around(std::span<const std::byte> table) {
    const auto table_size = static_cast<std::uint32_t>(table.size());
    const std::uint32_t names_offset = kSegmentOffset + kCodeSize + table_size;
    const auto names_size = static_cast<std::uint32_t>(kSectionNames.size());
    Bytes elf;
    append(elf, FileHeader{.entry = kLoadAddress, .phoff = sizeof(FileHeader), .shoff = names_offset + names_size});
    append(elf, ProgramHeader{.offset = kSegmentOffset,
                              .vaddr = kLoadAddress,
                              .paddr = kLoadAddress,
                              .filesz = kCodeSize + table_size,
                              .memsz = kCodeSize + table_size});
    elf.resize(elf.size() + kCodeSize, std::byte{0xbf});
    append(elf, table);
    append(elf, std::as_bytes(std::span(kSectionNames)));
    append(elf, SectionHeader{});
    append(elf, SectionHeader{.name = kTableName,
                              .type = kProgbits,
                              .addr = kLoadAddress + kCodeSize,
                              .offset = kSegmentOffset + kCodeSize,
                              .size = table_size,
                              .addralign = 4});
    append(elf, SectionHeader{
                    .name = kStrtabName, .type = kStrtab, .offset = names_offset, .size = names_size, .addralign = 1});
    return elf;
}

Bytes table_with(FirmwareFault fault) {
    constexpr std::uint32_t kRpmsg = 7;
    ResourceTableBuilder table;
    table.trace("log", kLoadAddress + 0x1000, 0x400).vdev(kRpmsg, 1, {{}, {}});
    if (fault == FirmwareFault::devmem_entry) table.devmem("timer", 0x40000000, 0x40000000, 0x400);
    if (fault == FirmwareFault::large_carveout) table.carveout("too_large", wire::kAddressAny, 32U << 20U);
    return table.build();
}

}  // namespace

Result<Firmware> make_signed_firmware(FirmwareFault fault) {
    const Firmware elf("study.elf", elf_around(table_with(fault)));
    SignedImageBuilder builder;
    RPROC_TRY(builder.add_image(elf));
    RPROC_TRY_ASSIGN(const UnsignedImage package, builder.compose(SignType::ecdsa_p256_sha256, kSignatureSize));
    RPROC_TRY_ASSIGN(Bytes file, package.finish(Bytes(kSignatureSize)));
    // The image is the last of the file, padded to 8.
    const std::size_t image_at = file.size() - (elf.bytes().size() + 7) / 8 * 8;
    if (fault == FirmwareFault::damaged) file[image_at + kSegmentOffset] ^= std::byte{1};
    return Firmware("study.signed", std::move(file));
}

}  // namespace rproc::check
