// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rproc::test {

using Bytes = std::vector<std::byte>;

enum class ElfClass : std::uint8_t { k32 = 1, k64 = 2 };
enum class ByteOrder : std::uint8_t { kLittle = 1, kBig = 2 };

/// Appends integers to a byte vector in one byte order. Independent of the library's field accessors, so that the
/// images can show a mistake in them.
class ByteWriter {
  public:
    explicit ByteWriter(ByteOrder order = ByteOrder::kLittle) : order_(order) {}

    ByteWriter& u8(std::uint64_t value) { return put(value, 1); }
    ByteWriter& u16(std::uint64_t value) { return put(value, 2); }
    ByteWriter& u32(std::uint64_t value) { return put(value, 4); }
    ByteWriter& u64(std::uint64_t value) { return put(value, 8); }
    /// `value` in four bytes for ELF32 and in eight for ELF64; the upper half is dropped in ELF32.
    ByteWriter& word(ElfClass elf_class, std::uint64_t value) { return put(value, elf_class == ElfClass::k32 ? 4 : 8); }
    ByteWriter& bytes(std::span<const std::byte> data);
    /// `text` in exactly `width` bytes: cut, or filled with zero bytes. A text of `width` bytes is not terminated.
    ByteWriter& text(std::string_view text, std::size_t width);

    [[nodiscard]] std::size_t size() const { return out_.size(); }
    [[nodiscard]] Bytes take() { return std::move(out_); }

  private:
    ByteWriter& put(std::uint64_t value, unsigned width);

    ByteOrder order_;
    Bytes out_;
};

/// `count` bytes counting up from `first`: contents that a test recognises after a load.
[[nodiscard]] Bytes pattern(std::size_t count, unsigned first = 1);
[[nodiscard]] Bytes to_bytes(std::string_view text);

/// One program header and the bytes it points to. What is not set follows from `data`.
struct Segment {
    std::uint32_t type = 1;
    std::uint64_t paddr = 0;
    Bytes data{};
    std::optional<std::uint64_t> vaddr{};
    std::optional<std::uint64_t> offset{};
    std::optional<std::uint64_t> filesz{};
    std::optional<std::uint64_t> memsz{};
    std::uint32_t flags = 7;
    std::uint64_t align = 4;
};

/// One section header and its bytes. With `segment` set the bytes are those of that segment, from the section's address
/// on, and `data` gives only the size. What is not set follows from `data`.
struct Section {
    std::string name{};
    std::uint64_t addr = 0;
    Bytes data{};
    std::optional<std::size_t> segment{};
    std::uint32_t type = 1;
    std::optional<std::uint64_t> offset{};
    std::optional<std::uint64_t> size{};
    std::optional<std::uint64_t> name_offset{};
};

/// ELF header fields that replace the computed ones.
struct HeaderFields {
    std::optional<std::string> magic{};
    std::optional<std::uint64_t> elf_class{};
    std::optional<std::uint64_t> data{};
    std::optional<std::uint64_t> ident_version{};
    std::optional<std::uint64_t> type{};
    std::optional<std::uint64_t> machine{};
    std::optional<std::uint64_t> version{};
    std::optional<std::uint64_t> entry{};
    std::optional<std::uint64_t> phoff{};
    std::optional<std::uint64_t> shoff{};
    std::optional<std::uint64_t> flags{};
    std::optional<std::uint64_t> ehsize{};
    std::optional<std::uint64_t> phentsize{};
    std::optional<std::uint64_t> phnum{};
    std::optional<std::uint64_t> shentsize{};
    std::optional<std::uint64_t> shnum{};
    std::optional<std::uint64_t> shstrndx{};
};

/// An ELF executable, built in the order ELF header, program headers, segment bytes, section bytes, `.shstrtab`,
/// section headers (a null section first, `.shstrtab` last). Field layouts: System V ABI, chapters 4 and 5.
struct ElfImage {
    ElfClass elf_class = ElfClass::k32;
    ByteOrder order = ByteOrder::kLittle;
    std::vector<Segment> segments{};
    std::vector<Section> sections{};
    HeaderFields header{};

    [[nodiscard]] Bytes build() const;
};

/// "Any address": the loader chooses.
inline constexpr std::uint32_t kAnyAddress = 0xffffffff;

enum ResourceType : std::uint32_t { kCarveout = 0, kDevmem = 1, kTrace = 2, kVdev = 3 };

struct CarveoutEntry {
    std::string name{};
    std::uint32_t da = kAnyAddress;
    std::uint32_t pa = 0;
    std::uint32_t len = 0x1000;
    std::uint32_t flags = 0;
    std::uint32_t reserved = 0;
};

struct DevmemEntry {
    std::string name = "timer";
    std::uint32_t da = 0x40000000;
    std::uint32_t pa = 0x40000000;
    std::uint32_t len = 0x400;
    std::uint32_t flags = 0;
    std::uint32_t reserved = 0;
};

struct TraceEntry {
    std::string name = "cm4_log";
    std::uint32_t da = 0x10005000;
    std::uint32_t len = 0x400;
    std::uint32_t reserved = 0;
};

struct VringEntry {
    std::uint32_t da = kAnyAddress;
    std::uint32_t align = 16;
    std::uint32_t num = 16;
    std::uint32_t notifyid = 0;
    std::uint32_t pa = 0;
};

struct VdevEntry {
    std::uint32_t id = 7;
    std::uint32_t notifyid = 0;
    std::uint32_t dfeatures = 1;
    std::uint32_t gfeatures = 0;
    std::uint8_t status = 0;
    std::array<std::uint8_t, 2> reserved{0, 0};
    std::vector<VringEntry> vrings = {VringEntry{}, VringEntry{}};
    Bytes config{};
    std::optional<std::uint32_t> config_len{};
    std::optional<std::uint8_t> num_of_vrings{};
};

/// A whole resource entry: its type, then its payload.
[[nodiscard]] Bytes carveout(const CarveoutEntry& entry);
[[nodiscard]] Bytes devmem(const DevmemEntry& entry);
[[nodiscard]] Bytes trace(const TraceEntry& entry);
[[nodiscard]] Bytes vdev(const VdevEntry& entry);
/// An entry of any type: a vendor's, or an unknown one.
[[nodiscard]] Bytes other_entry(std::uint32_t type, Bytes payload = Bytes(4));

/// A raw resource table (Linux's public remoteproc ABI): version, number of entries, two reserved words, one offset an
/// entry, then the entries one after the other. Every field can be set to an invalid value.
struct Table {
    std::vector<Bytes> entries{};
    std::uint32_t ver = 1;
    std::optional<std::uint32_t> num{};
    std::array<std::uint32_t, 2> reserved{0, 0};
    /// The whole offset array, in place of the computed one.
    std::optional<std::vector<std::uint32_t>> offsets{};
    /// Bytes between the offset array and the first entry.
    std::size_t gap = 0;
    /// Bytes cut off the end.
    std::size_t cut = 0;

    [[nodiscard]] Bytes build() const;
};

}  // namespace rproc::test
