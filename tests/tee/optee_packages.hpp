// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <openssl/sha.h>

#include "support/elf_builder.hpp"
#include "support/signed_package.hpp"
#include "tee/optee_reference.hpp"

/// Signed packages for the comparison with OpteeReference: valid ones, and ones with up to three deviations. The same
/// for the same seed; another compiler, which evaluates arguments in another order, makes other ones.
namespace rproc::test {

/// Random numbers without std::uniform_int_distribution, whose numbers depend on the C++ library.
class Dice {
  public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}

    std::uint32_t any() { return static_cast<std::uint32_t>(engine_()); }
    /// Below `bound`; 0 for a bound of 0.
    std::uint32_t below(std::size_t bound) { return bound == 0 ? 0 : any() % static_cast<std::uint32_t>(bound); }
    bool one_in(std::uint32_t n) { return below(n) == 0; }
    std::uint32_t of(std::initializer_list<std::uint32_t> values) { return values.begin()[below(values.size())]; }
    template <class T>
    T& of(std::vector<T>& values) {
        return values[below(values.size())];
    }
    Bytes bytes(std::size_t size) {
        Bytes made(size);
        std::ranges::generate(made, [this] { return static_cast<std::byte>(any()); });
        return made;
    }

  private:
    std::mt19937 engine_;
};

/// The memories of the processor. The second ends where the third begins for the processor; the last ends at 4 GiB.
struct MemoryPlan {
    std::uint32_t da;
    std::uint32_t pa;
    std::uint32_t size;
};
inline constexpr std::array kPlannedMemories{
    MemoryPlan{0, 0x38000000, 0x400}, MemoryPlan{0x10000000, 0x10000000, 0x800},
    MemoryPlan{0x10000800, 0x30000000, 0x400}, MemoryPlan{0xfffffe00, 0x48000000, 0x200}};

/// A package while it is made. A deviation changes it at its stage.
struct Draft {
    std::vector<ElfImage> elfs{};
    std::vector<Bytes> images{};  ///< padded to 8
    SignedPackage package{};
    Bytes file{};
    ReferenceSignature trusted{};
    std::uint64_t heap = 4096;
    std::uint64_t image_limit = 1U << 20U;
    std::string description{};
};

/// The stages, in their order.
enum class Stage {
    elf,      ///< the parts of the images, before they are laid out
    hashed,   ///< the bytes of the images, before the hash table is made
    image,    ///< the bytes of the images, behind the back of the hash table
    package,  ///< TLVs and header, before they are signed
    file,     ///< the signed file, and the limits of the application
};

struct Deviation {
    const char* name;
    Stage stage;
    void (*apply)(Draft&, Dice&);
};

inline std::uint32_t get_u32(std::span<const std::byte> bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8U | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
}

/// Writes the low `width` bytes; those past the end are left out.
inline void put(Bytes& bytes, std::size_t at, std::uint32_t value, std::size_t width = 4) {
    for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i)
        bytes[at + i] = static_cast<std::byte>(value >> (8 * i));
}

inline void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

/// A value near another, or one that is often a mistake.
inline std::uint32_t strange(std::uint32_t value, std::size_t size, Dice& dice) {
    const auto end = static_cast<std::uint32_t>(size);
    return dice.of({0,          value + 1,  value - 1,  value + 2,  value + 4,  value - 4,  value + 8,
                    end,        end - 1,    end - 4,    end - 32,   end - 40,   end + 1,    end + 0x1000,
                    0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 0xffffffd8, dice.any(), dice.below(end)});
}

// Valid images.

/// `size` bytes in a memory: anywhere, at its start or at its end.
inline std::uint32_t address_for(std::uint32_t size, Dice& dice) {
    const MemoryPlan& memory = kPlannedMemories[dice.below(kPlannedMemories.size())];
    const std::uint32_t last = memory.size - std::min(size, memory.size);
    return memory.da + (dice.one_in(4) ? last : dice.one_in(8) ? 0 : dice.below(last + 1));
}

inline Segment random_segment(Dice& dice) {
    const Bytes data = dice.bytes(dice.one_in(8) ? 0 : 1 + dice.below(100));
    const auto filesz = static_cast<std::uint32_t>(data.size());
    const std::uint32_t memsz = filesz + (dice.one_in(2) ? dice.below(80) : 0);
    return {.type = dice.one_in(8) ? dice.of({0x70000001, 4, 0, 6}) : 1,
            .paddr = address_for(memsz, dice),
            .data = data,
            .memsz = memsz};
}

inline Section random_table(Dice& dice) {
    Table table;
    for (std::uint32_t i = dice.below(3); i > 0; --i) table.entries.push_back(trace({}));
    const Bytes data = table.build();
    return {
        .name = ".resource_table", .addr = address_for(static_cast<std::uint32_t>(data.size()), dice), .data = data};
}

inline Draft valid_draft(Dice& dice) {
    Draft draft;
    const std::uint32_t count = dice.one_in(2) ? 1 : 1 + dice.below(3);
    const std::uint32_t with_table = dice.below(count + 1);
    for (std::uint32_t i = 0; i < count; ++i) {
        ElfImage elf;
        for (std::uint32_t left = dice.one_in(16) ? 0 : 1 + dice.below(4); left > 0; --left)
            elf.segments.push_back(random_segment(dice));
        if (dice.one_in(2)) elf.sections.push_back({.name = ".comment", .data = dice.bytes(dice.below(20))});
        if (i == with_table) elf.sections.push_back(random_table(dice));
        if (dice.one_in(2)) elf.sections.push_back({.name = ".text", .data = dice.bytes(8)});
        if (dice.one_in(6)) elf.header.data = dice.below(4);
        if (dice.one_in(6)) elf.header.machine = dice.below(300);
        draft.elfs.push_back(std::move(elf));
    }
    return draft;
}

// The steps from parts to a file.

inline void build_images(Draft& draft) {
    for (const ElfImage& elf : draft.elfs) {
        draft.images.push_back(elf.build());
        draft.images.back().resize((draft.images.back().size() + 7) / 8 * 8);
    }
}

/// Of the program headers where the builder writes them, and those bytes of their segments that the image has.
inline Bytes hash_table(const Draft& draft) {
    Bytes table;
    for (std::size_t n = 0; n < draft.images.size(); ++n) {
        const Bytes& image = draft.images[n];
        for (std::size_t i = 0; i < draft.elfs[n].segments.size(); ++i) {
            const auto header = std::span(image).subspan(52 + 32 * i, 32);
            const std::size_t start = std::min<std::size_t>(get_u32(header, 4), image.size());
            const std::size_t size = std::min<std::size_t>(get_u32(header, 16), image.size() - start);
            std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
            SHA256(reinterpret_cast<const unsigned char*>(image.data()) + start, size, digest.data());
            table.insert(table.end(), header.begin(), header.end());
            std::ranges::transform(digest, std::back_inserter(table), [](unsigned char b) { return std::byte{b}; });
        }
    }
    return table;
}

inline void add_tlvs(Draft& draft) {
    ByteWriter sizes;
    for (const Bytes& image : draft.images) sizes.u32(image.size());
    draft.package.tlvs = {{0x01, {std::byte{1}}},
                          {0x02, {std::byte{1}}},
                          {0x03, {static_cast<std::byte>(draft.images.size())}},
                          {0x04, Bytes(draft.images.size(), std::byte{1})},
                          {0x05, sizes.take()},
                          {0x10, hash_table(draft)}};
}

inline void sign(Draft& draft, const SigningKey& key) {
    SignedPackage& package = draft.package;
    package.images = draft.images;
    if (!package.header.sign_len) package.header.sign_len = static_cast<std::uint32_t>(key.signature_size());
    Bytes part = package.with_signature({});
    std::size_t images_size = 0;
    for (const Bytes& image : draft.images) images_size += image.size();
    part.resize(part.size() - images_size);
    const auto signature = key.sign(part);
    if (!signature) throw std::runtime_error("the test key does not sign");
    draft.file = package.with_signature(*signature);
    draft.trusted = {std::move(part), *signature};
}

/// A package, perhaps with deviations.
inline Draft make_package(Dice& dice, std::span<const Deviation> known, const SigningKey& key) {
    Draft draft = valid_draft(dice);
    std::vector<Deviation> chosen;
    for (std::uint32_t left = dice.of({0, 1, 1, 1, 1, 2, 2, 3}); left > 0; --left)
        chosen.push_back(known[dice.below(known.size())]);
    const auto apply = [&](Stage stage) {
        for (const Deviation& deviation : chosen) {
            if (deviation.stage != stage) continue;
            deviation.apply(draft, dice);
            draft.description += std::string(", ") + deviation.name;
        }
    };
    apply(Stage::elf);
    build_images(draft);
    apply(Stage::hashed);
    add_tlvs(draft);
    apply(Stage::image);
    apply(Stage::package);
    sign(draft, key);
    apply(Stage::file);
    for (const ElfImage& elf : draft.elfs) draft.description += ", segments " + std::to_string(elf.segments.size());
    draft.description = std::to_string(draft.file.size()) + " bytes" + draft.description;
    return draft;
}

}  // namespace rproc::test
