// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/signed_builder.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "firmware/segment_encryption.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/sha256.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc {
namespace {

using internal::fits;
using internal::Le16;
using internal::Le32;
using Bytes = std::vector<std::byte>;

constexpr std::uint16_t kMachineArm = 40;
constexpr std::uint64_t kProgramHeaderSize = 32;
constexpr std::uint64_t kProgramHeaderSizeOffset = 42;  // of e_phentsize in an ELF32 header
constexpr std::uint8_t kHashSha256 = 1;
constexpr std::uint8_t kImageElf = 1;
constexpr std::size_t kMostImages = 255;

constexpr ErrorText unsignable(std::string_view message, std::string_view hint) {
    return {.code = ErrorCode::image_unsignable, .message = message, .hint = hint};
}
constexpr std::string_view kArm32Only = "OP-TEE loads 32-bit Arm ELF files";
constexpr ErrorText kElf64 = unsignable("is a 64-bit ELF file", kArm32Only);
constexpr ErrorText kOtherMachine = unsignable("is not for Arm, but for machine {0}", kArm32Only);
constexpr ErrorText kOddHeaders =
    unsignable("has program headers of another size than 32 bytes", "the file is damaged");
constexpr ErrorText kHeadersCutOff = unsignable("has program headers past the end of the file", "the file was cut off");
constexpr ErrorText kSignedAlready = unsignable("is a signed image already", "give the ELF file that it was made from");
constexpr ErrorText kBytesCutOff = unsignable("has bytes past the end of the file", "the file was cut off");
constexpr ErrorText kTooLong = unsignable("{0} of {1} bytes do not fit into one signed image", "a length has 32 bits");
constexpr ErrorText kTooMany = unsignable("a package has room for 255 images", "sign the others by themselves");
constexpr ErrorText kNoImage = unsignable("has no image", "add one");

constexpr ErrorText unwritable(std::string_view message) {
    return {.code = ErrorCode::tlv_unwritable,
            .message = message,
            .hint = "platform TLVs have types from 0x10000 to 0x1ffff, and a value"};
}
constexpr ErrorText kNoKeyInformation = unwritable("has no bytes");
constexpr ErrorText kForeignType = unwritable("its type does not belong to the platform");
constexpr ErrorText kNoValue = unwritable("its value has no bytes");

constexpr ErrorText kSignatureSize{.code = ErrorCode::signature_mismatch, .message = "has {0} bytes, not {1}"};

Result<void> check_headers(const ElfImage& elf, const std::string& name) {
    const Place where = place::Firmware{name};
    const ElfHeader& header = elf.header();
    if (header.elf_class != 32) return fail(kElf64, where);
    if (header.machine != kMachineArm) return fail(kOtherMachine, where, header.machine);
    const auto entry_size = internal::read_at<Le16>(elf.bytes(), kProgramHeaderSizeOffset);
    if (!entry_size || *entry_size != kProgramHeaderSize) return fail(kOddHeaders, where);
    if (!fits(header.phoff, header.phnum * kProgramHeaderSize, elf.bytes().size())) return fail(kHeadersCutOff, where);
    return {};
}

/// The error of a file that is no ELF file, as image_unsignable.
Error not_an_elf(Error error, const std::string& name) {
    error.set_place(error.place().in_file(name));
    error.set_kernel_line("");
    error.set_hint(kArm32Only);
    return std::move(error).with_code(ErrorCode::image_unsignable);
}

Result<void> check_signable(const Firmware& image) {
    if (SignedImage::recognises(image.bytes())) return fail(kSignedAlready, place::Firmware{image.name()});
    const auto elf = ElfImage::parse(image.bytes());
    if (!elf) return fail(not_an_elf(elf.error(), image.name()));
    RPROC_TRY(check_headers(*elf, image.name()));
    for (const ElfSegment segment : elf->segments()) {
        if (fits(segment.offset, segment.filesz, image.bytes().size())) continue;
        return fail(kBytesCutOff, place_of(segment).in_file(image.name()));
    }
    return {};
}

template <class Wire>
std::span<const std::byte> bytes_of(const Wire& wire) {
    return std::as_bytes(std::span(&wire, 1));
}

template <class Range>
std::span<const std::byte> array_bytes(const Range& range) {
    return std::as_bytes(std::span(range));
}

void append_padded(Bytes& bytes, std::span<const std::byte> more) {
    constexpr std::size_t kAlignment = 8;
    bytes.insert(bytes.end(), more.begin(), more.end());
    bytes.resize(bytes.size() + (kAlignment - more.size() % kAlignment) % kAlignment);
}

void append_tlv(Bytes& area, std::uint32_t type, std::span<const std::byte> value) {
    const wire::TlvHeader header{type, static_cast<std::uint32_t>(value.size())};
    append_padded(area, bytes_of(header));
    append_padded(area, value);
}

void append_tlv(Bytes& area, TlvType type, std::span<const std::byte> value) {
    append_tlv(area, static_cast<std::uint32_t>(type), value);
}

std::uint64_t padded_size(const Firmware& image) noexcept { return (std::uint64_t{image.bytes().size()} + 7) / 8 * 8; }

wire::HashEntry hash_entry(const ElfImage& elf, const ElfSegment& segment) {
    const auto word = [](std::uint64_t widened) { return Le32(static_cast<std::uint32_t>(widened)); };
    return {.p_type = segment.type,
            .p_offset = word(segment.offset),
            .p_vaddr = word(segment.vaddr.value()),
            .p_paddr = word(segment.paddr.value()),
            .p_filesz = word(segment.filesz),
            .p_memsz = word(segment.memsz),
            .p_flags = segment.flags,
            .p_align = word(segment.align),
            .sha256 = sha256(internal::slice(elf.bytes(), segment.offset, segment.filesz))};
}

Result<std::vector<wire::HashEntry>> hash_table(const std::vector<Firmware>& images) {
    std::vector<wire::HashEntry> table;
    for (const Firmware& image : images) {
        RPROC_TRY_ASSIGN(const ElfImage elf, ElfImage::parse(image.bytes()));
        for (const ElfSegment segment : elf.segments()) table.push_back(hash_entry(elf, segment));
    }
    return table;
}

/// The TLVs of every package.
Result<Bytes> common_tlvs(SignType type, const std::vector<Firmware>& images) {
    std::vector<Le32> sizes;
    sizes.reserve(images.size());
    for (const Firmware& image : images) sizes.emplace_back(static_cast<std::uint32_t>(padded_size(image)));
    RPROC_TRY_ASSIGN(const auto hashes, hash_table(images));
    const auto count = static_cast<std::uint8_t>(images.size());
    Bytes area;
    append_tlv(area, TlvType::sign_type, bytes_of(type));
    append_tlv(area, TlvType::image_count, bytes_of(count));
    append_tlv(area, TlvType::image_type, Bytes(images.size(), std::byte{kImageElf}));
    append_tlv(area, TlvType::image_size, array_bytes(sizes));
    append_tlv(area, TlvType::hash_type, bytes_of(kHashSha256));
    append_tlv(area, TlvType::hash_table, array_bytes(hashes));
    return area;
}

Result<std::uint32_t> length_of(std::string_view what, std::uint64_t size) {
    if (size <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(size);
    return fail(kTooLong, place::Package{}, what, size);
}

}  // namespace

Result<Bytes> UnsignedImage::finish(std::span<const std::byte> signature) const {
    if (signature.size() != signature_size_) {
        return fail(kSignatureSize, place::Signature{}, signature.size(), signature_size_);
    }
    Bytes file = signed_bytes_;
    append_padded(file, signature);
    for (const Firmware& image : images_) append_padded(file, image.bytes());
    return file;
}

Result<void> SignedImageBuilder::add_image(const Firmware& image) {
    if (images_.size() == kMostImages) return fail(kTooMany, place::Firmware{image.name()});
    RPROC_TRY(check_signable(image));
    images_.push_back(image);
    return {};
}

Result<void> SignedImageBuilder::set_key_info(std::span<const std::byte> info) {
    if (info.empty()) return fail(kNoKeyInformation, place::KeyInformation{});
    key_info_.assign(info.begin(), info.end());
    return {};
}

Result<void> SignedImageBuilder::add_platform_tlv(std::uint32_t type, std::span<const std::byte> value) {
    const Place where = place::TlvOfType{type};
    const auto first = static_cast<std::uint32_t>(TlvType::platform_first);
    const auto last = static_cast<std::uint32_t>(TlvType::platform_last);
    if (type < first || type > last) return fail(kForeignType, where);
    if (value.empty()) return fail(kNoValue, where);
    put(platform_tlvs_, type, value);
    return {};
}

void SignedImageBuilder::set_image_version(std::uint32_t version) {
    const Le32 value = version;
    put(platform_tlvs_, static_cast<std::uint32_t>(PlatformTlv::image_version), bytes_of(value));
}

void SignedImageBuilder::put(std::vector<PlatformValue>& tlvs, std::uint32_t type, std::span<const std::byte> value) {
    Bytes copy(value.begin(), value.end());
    const auto there = std::ranges::find(tlvs, type, &PlatformValue::type);
    if (there != tlvs.end()) {
        there->value = std::move(copy);
    } else {
        tlvs.push_back({type, std::move(copy)});
    }
}

Result<std::vector<Firmware>> SignedImageBuilder::encrypt_images(std::vector<PlatformValue>& tlvs) const {
    std::vector<Firmware> encrypted;
    Bytes all_ivs;
    for (const Firmware& image : images_) {
        Bytes bytes(image.bytes().begin(), image.bytes().end());
        RPROC_TRY_ASSIGN(const auto ivs, encrypt_segments(bytes, image.name(), encryption_->key, encryption_->ivs));
        for (const AesIv& iv : ivs) all_ivs.insert(all_ivs.end(), iv.begin(), iv.end());
        encrypted.emplace_back(image.name(), std::move(bytes));
    }
    constexpr Encryption kKind = Encryption::aes256_cbc;
    put(tlvs, static_cast<std::uint32_t>(PlatformTlv::encryption), bytes_of(kKind));
    put(tlvs, static_cast<std::uint32_t>(PlatformTlv::ivs), all_ivs);
    return encrypted;
}

Result<UnsignedImage> SignedImageBuilder::compose(SignType type, std::size_t signature_size) const {
    if (images_.empty()) return fail(kNoImage, place::Package{});
    auto platform_tlvs = platform_tlvs_;
    auto images = encryption_ ? encrypt_images(platform_tlvs) : images_;
    if (!images) return fail(std::move(images).error());

    std::uint64_t images_size = 0;
    for (const Firmware& image : *images) images_size += padded_size(image);
    RPROC_TRY_ASSIGN(const std::uint32_t img_len, length_of("images", images_size));
    RPROC_TRY_ASSIGN(Bytes area, common_tlvs(type, *images));
    if (!key_info_.empty()) append_tlv(area, TlvType::key_info, key_info_);
    for (const PlatformValue& tlv : platform_tlvs) append_tlv(area, tlv.type, tlv.value);
    RPROC_TRY_ASSIGN(const std::uint32_t tlv_len, length_of("TLVs", area.size()));

    const wire::SignedHeader header{wire::kSignedMagic, wire::kSignedVersion, tlv_len,
                                    static_cast<std::uint32_t>(signature_size), img_len};
    const auto header_bytes = bytes_of(header);
    Bytes signed_bytes(header_bytes.size() + area.size());
    std::ranges::copy(area, std::ranges::copy(header_bytes, signed_bytes.begin()).out);
    return UnsignedImage(std::move(signed_bytes), *std::move(images), signature_size);
}

Result<Bytes> SignedImageBuilder::sign(const SigningKey& key) const {
    RPROC_TRY_ASSIGN(const UnsignedImage package, compose(key.sign_type(), key.signature_size()));
    RPROC_TRY_ASSIGN(const Bytes signature, key.sign(package.signed_bytes()));
    return package.finish(signature);
}

}  // namespace rproc
