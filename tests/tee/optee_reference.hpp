// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include <openssl/sha.h>

#include "rproc/tee/protocol.hpp"
#include "support/elf_builder.hpp"

/// The rules of LOAD_FW of OP-TEE's application ta/remoteproc, written down a second time: what
/// SoftwareTeePolicy::Checks::as_optee is compared with. It shares no code with it. Where the rules leave a choice, a
/// comment that begins with "Choice:" says what both do.
namespace rproc::test {

/// A memory of the remote processor.
struct ReferenceMemory {
    std::uint64_t da;
    std::uint64_t pa;
    Bytes bytes;
};

/// What LOAD_FW and, after a success, GET_RSC_TABLE give.
struct ReferenceOutcome {
    tee::ResultCode result = tee::ResultCode::success;
    std::uint64_t table_pa = 0;
    std::uint64_t table_size = 0;
};

/// The only bytes and signature of which the reference accepts the signature (PKCS #1 v1.5 has one for each message).
struct ReferenceSignature {
    Bytes signed_bytes;
    Bytes signature;
};

/// The application, with one remote processor that is OFF.
class OpteeReference {
  public:
    std::vector<ReferenceMemory> memories;
    ReferenceSignature trusted;
    std::uint64_t free_heap = 0;    ///< bytes for header, TLVs, signature, and the hash table or PKEYINFO
    std::uint64_t image_limit = 0;  ///< images of this size and more are OUT_OF_MEMORY

    ReferenceOutcome load(const Bytes& package) {
        size_ = package.size();
        mapped_ = package;
        mapped_.resize((size_ + 4095) / 4096 * 4096);
        try {
            check_package();
            check_signature();
            check_first_elf_header();
            return load_images();
        } catch (const Refusal& refusal) {
            return {refusal.result};
        }
    }

  private:
    struct Refusal {
        tee::ResultCode result;
    };
    struct Tlv {
        std::uint64_t at = 0;
        std::uint64_t length = 0;  ///< 0: absent
    };
    struct Image {
        std::int64_t start;  ///< in the package
        std::uint64_t size;
    };
    struct Place {
        ReferenceMemory* memory = nullptr;  ///< null: in no memory
        std::uint64_t offset = 0;
    };

    using Code = tee::ResultCode;

    static void need(bool condition, Code otherwise) {
        if (!condition) throw Refusal{otherwise};
    }

    static std::uint64_t up8(std::uint64_t value) { return (value + 7) & ~std::uint64_t{7}; }

    /// A field of 1, 2 or 4 bytes of the mapped package. A read of other memory kills the application.
    [[nodiscard]] std::uint32_t field(std::int64_t at, unsigned width) const {
        const auto end = at + static_cast<std::int64_t>(width);
        need(at >= 0 && end <= static_cast<std::int64_t>(mapped_.size()), Code::target_dead);
        std::uint32_t value = 0;
        for (unsigned i = width; i-- > 0;)
            value = value << 8U | std::to_integer<std::uint32_t>(mapped_[static_cast<std::size_t>(at) + i]);
        return value;
    }
    [[nodiscard]] std::uint32_t u32(std::uint64_t at) const { return field(static_cast<std::int64_t>(at), 4); }
    [[nodiscard]] std::uint32_t u32(const Image& image, std::uint64_t at) const { return field(address(image, at), 4); }
    [[nodiscard]] std::uint32_t u16(const Image& image, std::uint64_t at) const { return field(address(image, at), 2); }
    [[nodiscard]] static std::int64_t address(const Image& image, std::uint64_t at) {
        return image.start + static_cast<std::int64_t>(at);
    }

    // 1. The package.

    void check_package() {
        need(size_ < image_limit, Code::out_of_memory);
        need(size_ >= 20, Code::bad_parameters);
        tlv_length_ = u32(8);
        sign_length_ = u32(12);
        images_length_ = u32(16);
        images_at_ = 20 + up8(tlv_length_) + up8(sign_length_);
        // Choice: a package that ends with its signature is refused here.
        need(size_ > images_at_ && sign_length_ != 0 && tlv_length_ != 0, Code::bad_parameters);
        // Choice: the copy of header, TLVs and signature comes before magic and version.
        need(images_at_ <= free_heap, Code::out_of_memory);
        need(u32(0) == 0x3543a468, Code::bad_parameters);
        need(u32(4) == 1, Code::bad_parameters);
        need(size_ == images_at_ + up8(images_length_), Code::bad_parameters);
    }

    // 2. The signature.

    void check_signature() {
        const Tlv type = find_tlv(0x01);
        need(type.length == 1, Code::bad_parameters);
        const auto value = std::to_integer<unsigned>(mapped_[type.at]);
        need(value == 1 || value == 2, Code::not_supported);
        // Choice: PKEYINFO is copied to the heap before the signature is verified.
        need(images_at_ + find_tlv(0x11).length <= free_heap, Code::out_of_memory);
        need(value == 1, Code::not_supported);
        const std::uint64_t signed_size = 20 + up8(tlv_length_);
        need(is_at(0, signed_size, trusted.signed_bytes) && is_at(signed_size, sign_length_, trusted.signature),
             Code::signature_invalid);
    }

    [[nodiscard]] bool is_at(std::uint64_t at, std::uint64_t size, const Bytes& wanted) const {
        return size == wanted.size() && std::memcmp(mapped_.data() + at, wanted.data(), wanted.size()) == 0;
    }

    // 3. TLVs.

    /// The first of its type that lies in the area.
    [[nodiscard]] Tlv find_tlv(std::uint32_t type) const {
        const std::uint64_t end = 20 + std::uint64_t{tlv_length_};
        std::uint64_t at = 20;
        while (at + 8 <= end) {
            const std::uint32_t found = u32(at);
            const std::uint32_t length = u32(at + 4);
            at += 8;
            if (found == type && at + length <= end) return {at, length};
            // Choice: the length is rounded up in 32 bits, so that the seven largest become 0.
            at += up8(length) & 0xffffffffU;
        }
        return {};
    }

    [[nodiscard]] Tlv must_find_tlv(std::uint32_t type) const {
        const Tlv tlv = find_tlv(type);
        need(tlv.length != 0, Code::no_data);
        return tlv;
    }

    // 4. The ELF header of the first image.

    void check_first_elf_header() const {
        const Image first{static_cast<std::int64_t>(images_at_), images_length_};
        need(images_length_ >= 52, Code::bad_format);
        need(images_length_ >= ((std::uint64_t{u32(first, 32)} + 40) & 0xffffffffU), Code::bad_format);
        need(u32(first, 0) == 0x464c457f, Code::bad_format);
        need(field(address(first, 4), 1) == 1, Code::bad_format);  // EI_CLASS
        need(field(address(first, 6), 1) == 1, Code::bad_format);  // EI_VERSION
        need(u16(first, 42) == 32 && u16(first, 46) == 40, Code::bad_format);
        need(u16(first, 44) != 0, Code::bad_format);
    }

    // 5 and 6. The images.

    ReferenceOutcome load_images() {
        hashes_ = must_find_tlv(0x10);
        need(hashes_.length % 64 == 0, Code::bad_parameters);
        need(images_at_ + hashes_.length <= free_heap, Code::out_of_memory);
        const Tlv number = must_find_tlv(0x03);
        need(number.length == 1, Code::bad_format);
        const auto count = std::to_integer<std::uint32_t>(mapped_[number.at]);
        need(count != 0, Code::no_data);
        ReferenceOutcome outcome;
        std::uint32_t offset = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            const Tlv types = must_find_tlv(0x04);
            need(types.length == count, Code::bad_parameters);
            need(mapped_[types.at + i] == std::byte{1}, Code::bad_format);
            const Tlv sizes = must_find_tlv(0x05);
            need(sizes.length == 4 * count, Code::bad_parameters);
            const std::uint32_t size = u32(sizes.at + 4 * std::uint64_t{i});
            // Choice: the sum of the sizes is a signed number of 32 bits.
            const Image image{static_cast<std::int64_t>(images_at_) + static_cast<std::int32_t>(offset), size};
            load_segments(image);
            find_table(image, outcome);
            offset += size;
        }
        return outcome;
    }

    // 7. The segments of an image.

    void load_segments(const Image& image) {
        const std::uint64_t headers = u32(image, 28);
        need(image.size != 0, Code::bad_parameters);  // Choice: after the first read of the image.
        need(address(image, headers) % 4 == 0, Code::bad_format);
        const std::uint32_t count = u16(image, 44);
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t at = headers + 32 * i;
            // Choice: the header is read before its place is checked: TARGET_DEAD behind the last mapped page.
            static_cast<void>(u32(image, at));
            static_cast<void>(u32(image, at + 28));
            need(at + 32 <= image.size, Code::bad_format);
            if (u32(image, at) == 1) load_segment(image, at);
        }
    }

    void load_segment(const Image& image, std::uint64_t at) {
        const std::uint64_t offset = u32(image, at + 4);
        const std::uint32_t paddr = u32(image, at + 12);
        const std::uint32_t filesz = u32(image, at + 16);
        const std::uint32_t memsz = u32(image, at + 20);
        // Choice: the bytes end before the last byte of the image.
        need(offset + filesz < image.size, Code::bad_format);
        std::uint64_t entry = hashes_.at;
        const std::uint64_t end = hashes_.at + hashes_.length;
        while (entry < end && u32(entry + 12) != paddr) entry += 64;
        need(entry < end, Code::no_data);
        need(u32(entry) == 1 && u32(entry + 16) == filesz && u32(entry + 20) == memsz, Code::bad_parameters);
        // Choice: bytes outside of all images (IMGSIZE may be wrong) are BAD_PARAMETERS, empty ones too.
        const std::int64_t from = address(image, offset);
        need(from >= static_cast<std::int64_t>(images_at_) &&
                 from + filesz <= static_cast<std::int64_t>(images_at_ + images_length_),
             Code::bad_parameters);
        if (filesz != 0) copy_and_hash(static_cast<std::uint64_t>(from), paddr, filesz, entry + 32);
        // Choice: the zeros are placed by themselves, perhaps in another memory than the bytes, at a sum of 32 bits.
        if (memsz > filesz) clear(paddr + filesz, memsz - filesz);
    }

    // Choice: a segment without bytes in the file does not come here: it is not translated or hashed.
    void copy_and_hash(std::uint64_t from, std::uint32_t paddr, std::uint32_t filesz, std::uint64_t digest_at) {
        const Place place = find_place(paddr, filesz);
        need(place.memory != nullptr, Code::access_denied);
        std::byte* const to = place.memory->bytes.data() + place.offset;
        std::memcpy(to, mapped_.data() + from, filesz);
        std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
        SHA256(reinterpret_cast<const unsigned char*>(to), filesz, digest.data());
        if (std::memcmp(digest.data(), mapped_.data() + digest_at, digest.size()) == 0) return;
        std::memset(to, 0, filesz);
        throw Refusal{Code::security};
    }

    void clear(std::uint32_t da, std::uint32_t size) {
        const Place place = find_place(da, size);
        need(place.memory != nullptr, Code::access_denied);
        std::memset(place.memory->bytes.data() + place.offset, 0, size);
    }

    /// Where a single memory holds the whole range.
    [[nodiscard]] Place find_place(std::uint64_t da, std::uint64_t size) {
        for (ReferenceMemory& memory : memories)
            if (da >= memory.da && da + size <= memory.da + memory.bytes.size()) return {&memory, da - memory.da};
        return {};
    }

    // 8. The resource table of an image.

    void find_table(const Image& image, ReferenceOutcome& outcome) {
        const std::uint64_t headers = u32(image, 32);
        const std::uint32_t count = u16(image, 48);
        const std::uint32_t names_index = u16(image, 50);
        need(address(image, headers) % 4 == 0, Code::bad_format);
        // Choice: all section headers lie in the image, also those behind the one of the table.
        need(headers + 40 * std::uint64_t{count} <= image.size, Code::bad_format);
        need(names_index < count, Code::bad_format);  // so a file without section headers is refused
        const std::uint64_t names = u32(image, headers + 40 * std::uint64_t{names_index} + 16);
        const std::uint64_t names_size = u32(image, headers + 40 * std::uint64_t{names_index} + 20);
        need(names + names_size <= image.size, Code::bad_format);
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t section = headers + 40 * i;
            const std::uint64_t name = u32(image, section);
            // Choice: a wrong name behind the section of the table is not seen.
            need(name < names_size, Code::bad_format);
            if (!is_table_name(image, names + name, names_size - name)) continue;
            if (u32(image, section + 20) != 0) take_table(image, section, outcome);
            return;
        }
    }

    /// Compares with the zero at its end, up to the end of the name table.
    [[nodiscard]] bool is_table_name(const Image& image, std::uint64_t at, std::uint64_t left) const {
        constexpr std::string_view kWanted(".resource_table\0", 16);
        for (std::size_t i = 0; i < kWanted.size() && i < left; ++i)
            if (field(address(image, at + i), 1) != static_cast<unsigned char>(kWanted[i])) return false;
        return true;
    }

    void take_table(const Image& image, std::uint64_t section, ReferenceOutcome& outcome) {
        const std::uint64_t at = u32(image, section + 16);
        const std::uint64_t size = u32(image, section + 20);
        need(at + size <= image.size && size >= 16, Code::bad_format);
        // Choice: the alignment, of the offset in the package, comes before the contents.
        need(address(image, at) % 4 == 0, Code::corrupt_object);
        need(u32(image, at) == 1, Code::bad_format);
        need(u32(image, at + 8) == 0 && u32(image, at + 12) == 0, Code::bad_format);
        need(16 + 4 * std::uint64_t{u32(image, at + 4)} <= size, Code::bad_format);
        const Place place = find_place(u32(image, section + 12), size);
        need(place.memory != nullptr, Code::access_denied);
        need(outcome.table_size == 0, Code::bad_format);  // Choice: after the checks of the second table.
        outcome.table_pa = place.memory->pa + place.offset;
        outcome.table_size = size;
    }

    Bytes mapped_;  ///< the package, with zeros up to the end of its last page of 4 KiB
    std::uint64_t size_ = 0;
    std::uint32_t tlv_length_ = 0;
    std::uint32_t sign_length_ = 0;
    std::uint32_t images_length_ = 0;
    std::uint64_t images_at_ = 0;
    Tlv hashes_{};
};

}  // namespace rproc::test
