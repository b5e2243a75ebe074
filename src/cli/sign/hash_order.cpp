// SPDX-License-Identifier: BSD-2-Clause
#include "cli/sign/hash_order.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "cli/common/output.hpp"
#include "cli/inspect/report.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/sha256.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc::cli {
namespace {

constexpr std::uint32_t kArmExidx = 0x70000001;

/// An entry of the hash table, and the image that it is made from.
struct Entry {
    const Firmware* image;
    ElfSegment segment;

    [[nodiscard]] std::span<const std::byte> bytes() const {
        return internal::slice(image->bytes(), segment.offset, segment.filesz);
    }
};

std::vector<Entry> entries_of(std::span<const Firmware> images) {
    std::vector<Entry> entries;
    for (const Firmware& image : images) {
        const auto elf = ElfImage::parse(image.bytes());
        if (!elf) continue;
        for (const ElfSegment segment : elf->segments()) entries.push_back({&image, segment});
    }
    return entries;
}

/// The result of OP-TEE when it takes the hash of `found` for that of `wanted`; empty when it accepts.
std::string_view result_of(const Entry& wanted, const Entry& found) {
    const ElfSegment& a = wanted.segment;
    const ElfSegment& b = found.segment;
    if (b.type != ElfSegment::kLoad || a.filesz != b.filesz || a.memsz != b.memsz) return "BAD_PARAMETERS";
    return sha256(wanted.bytes()) == sha256(found.bytes()) ? std::string_view() : "SECURITY";
}

std::string_view hint_for(const Entry& found) {
    if (found.segment.type == kArmExidx) {
        return "in the linker script, place .ARM.exidx behind other bytes of its segment (after .text), or discard it "
               "where nothing unwinds; or list PT_ARM_EXIDX last with PHDRS";
    }
    return "link the two to different load addresses";
}

}  // namespace

std::vector<HashOrderProblem> find_hash_order_problems(std::span<const Firmware> images) {
    const auto entries = entries_of(images);
    std::vector<HashOrderProblem> problems;
    for (const Entry& wanted : entries) {
        if (wanted.segment.type != ElfSegment::kLoad) continue;
        const auto same_address = [&](const Entry& entry) { return entry.segment.paddr == wanted.segment.paddr; };
        const Entry& found = *std::ranges::find_if(entries, same_address);
        const std::string_view result = result_of(wanted, found);
        if (result.empty()) continue;
        const std::string of_image = found.image == wanted.image ? "" : fmt::format(" of {}", found.image->name());
        problems.push_back(
            {fmt::format("{}: OP-TEE answers {}: it looks for the hash of segment {} by the load address {} "
                         "alone, and finds that of program header {} ({}){}",
                         wanted.image->name(), result, wanted.segment.index, hex(wanted.segment.paddr.value()),
                         found.segment.index, segment_type_name(found.segment.type), of_image),
             std::string(hint_for(found))});
    }
    return problems;
}

}  // namespace rproc::cli
