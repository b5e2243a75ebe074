// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>

#include "rproc/internal/bytes.hpp"

/// The structures of a 32-bit little-endian ELF file (System V ABI, chapters 4 and 5), for a reader that makes other
/// checks than rproc::ElfImage.
namespace rproc::tee::internal::elf32 {

using rproc::internal::Le16;
using rproc::internal::Le32;

/// Elf32_Ehdr
struct ElfHeader {
    std::array<std::uint8_t, 4> magic;
    std::uint8_t elf_class;
    std::uint8_t data;
    std::uint8_t ident_version;
    std::array<std::uint8_t, 9> ident_rest;
    Le16 type;
    Le16 machine;
    Le32 version;
    Le32 entry;
    Le32 phoff;
    Le32 shoff;
    Le32 flags;
    Le16 ehsize;
    Le16 phentsize;
    Le16 phnum;
    Le16 shentsize;
    Le16 shnum;
    Le16 shstrndx;
};
static_assert(sizeof(ElfHeader) == 52);

/// Elf32_Phdr
struct ProgramHeader {
    Le32 type;
    Le32 offset;
    Le32 vaddr;
    Le32 paddr;
    Le32 filesz;
    Le32 memsz;
    Le32 flags;
    Le32 align;
};
static_assert(sizeof(ProgramHeader) == 32);

/// Elf32_Shdr
struct SectionHeader {
    Le32 name;
    Le32 type;
    Le32 flags;
    Le32 addr;
    Le32 offset;
    Le32 size;
    Le32 link;
    Le32 info;
    Le32 addralign;
    Le32 entsize;
};
static_assert(sizeof(SectionHeader) == 40);

}  // namespace rproc::tee::internal::elf32
