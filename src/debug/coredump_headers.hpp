// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>

#include "rproc/internal/bytes.hpp"

/// The headers of a little-endian ELF file. `Word` is Le32 in ELF32 and Le64 in ELF64; fields have the names of the ELF
/// specification.
namespace rproc::internal {

template <class Word>
struct ElfFileHeader {
    std::array<std::uint8_t, 16> e_ident{};
    Le16 e_type{};
    Le16 e_machine{};
    Le32 e_version{};
    Word e_entry{};
    Word e_phoff{};
    Word e_shoff{};
    Le32 e_flags{};
    Le16 e_ehsize{};
    Le16 e_phentsize{};
    Le16 e_phnum{};
    Le16 e_shentsize{};
    Le16 e_shnum{};
    Le16 e_shstrndx{};
};
static_assert(sizeof(ElfFileHeader<Le32>) == 52 && sizeof(ElfFileHeader<Le64>) == 64);

template <class Word>
struct ElfProgramHeader;

template <>
struct ElfProgramHeader<Le32> {
    Le32 p_type{};
    Le32 p_offset{};
    Le32 p_vaddr{};
    Le32 p_paddr{};
    Le32 p_filesz{};
    Le32 p_memsz{};
    Le32 p_flags{};
    Le32 p_align{};
};
static_assert(sizeof(ElfProgramHeader<Le32>) == 32);

template <>
struct ElfProgramHeader<Le64> {
    Le32 p_type{};
    Le32 p_flags{};
    Le64 p_offset{};
    Le64 p_vaddr{};
    Le64 p_paddr{};
    Le64 p_filesz{};
    Le64 p_memsz{};
    Le64 p_align{};
};
static_assert(sizeof(ElfProgramHeader<Le64>) == 56);

template <class Word>
struct ElfSectionHeader {
    Le32 sh_name{};
    Le32 sh_type{};
    Word sh_flags{};
    Word sh_addr{};
    Word sh_offset{};
    Word sh_size{};
    Le32 sh_link{};
    Le32 sh_info{};
    Word sh_addralign{};
    Word sh_entsize{};
};
static_assert(sizeof(ElfSectionHeader<Le32>) == 40 && sizeof(ElfSectionHeader<Le64>) == 64);

}  // namespace rproc::internal
