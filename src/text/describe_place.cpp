// SPDX-License-Identifier: BSD-2-Clause
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "rproc/place.hpp"

namespace rproc {
namespace {

/// "ELF header, e_phnum"; "ELF header" without a field.
std::string with_field(std::string_view whole, std::string_view between, std::string_view field) {
    return field.empty() ? std::string(whole) : fmt::format("{}{}{}", whole, between, field);
}

std::string range(std::uint64_t start, std::uint64_t size) {
    return size == 0 ? fmt::format("{:#x}", start) : fmt::format("{:#x}+{:#x}", start, size);
}

std::string words(const place::None& /*where*/) { return {}; }

template <class Tag>
std::string words(const place::Fixed<Tag>& where) {
    return std::string(where.kText);
}
template <class Tag>
std::string words(const place::Named<Tag>& where) {
    return fmt::format("{}{}{}", where.kBefore, where.name, where.kAfter);
}
template <class Tag>
std::string words(const place::Numbered<Tag>& where) {
    return fmt::format("{}{}{}", where.kBefore, where.index, where.kAfter);
}
std::string words(const place::ElfHeader& where) { return with_field("ELF header", ", ", where.field); }
std::string words(const place::Segment& where) {
    return fmt::format("segment {} ({:#x}+{:#x})", where.index, where.da, where.size);
}
std::string words(const place::Vector& where) {
    return with_field("vector table", ", ", where.name) + fmt::format(" ({})", range(where.da, where.size));
}
std::string words(const place::SignedHeader& where) { return with_field("signed image header", ", ", where.field); }
std::string words(const place::Tlv& where) { return fmt::format("TLV at {:#x}", where.offset); }
std::string words(const place::TlvOfType& where) {
    return where.name.empty() ? fmt::format("platform TLV {:#x}", where.type)
                              : fmt::format("TLV {:#x} ({})", where.type, where.name);
}
std::string words(const place::Table& where) { return with_field("resource table", ", field ", where.field); }
std::string words(const place::TableOffset& where) { return fmt::format("resource table, offset[{}]", where.index); }
std::string words(const place::TableAtDevice& where) { return fmt::format("resource table at da {:#x}", where.da); }
std::string words(const place::TableAtPhysical& where) {
    return fmt::format("resource table at pa {:#x} ({:#x} bytes)", where.pa, where.size);
}
std::string words(const place::Entry& where) {
    return fmt::format("resource table, entry {} ({}) at {:#x}", where.index, place::entry_type_name(where.type),
                       where.offset);
}
std::string words(const place::Vring& where) {
    std::string text =
        fmt::format("resource table, entry {} (vdev) at {:#x}, vring {}", where.entry, where.offset, where.index);
    if (where.descriptors != 0) text += fmt::format(" ({} descriptors)", where.descriptors);
    return text;
}
std::string words(const place::Carveout& where) {
    std::string text = fmt::format("carveout \"{}\"", where.name);
    if (where.size != where.kUnknownSize) text += fmt::format(" ({:#x} bytes)", where.size);
    return text;
}
std::string words(const place::Device& where) { return range(where.da, where.size); }
std::string words(const place::Physical& where) { return range(where.pa, where.size); }
std::string words(const place::DmaWindow& where) {
    return fmt::format("da {:#x}, pa {:#x}, size {:#x}", where.da, where.pa, where.size);
}
std::string words(const place::Node& where) { return with_field(where.path, ", property ", where.property); }
std::string words(const place::Files& where) { return fmt::format("{} to {}", where.first, where.last); }

}  // namespace

std::string place::entry_type_name(std::uint32_t type) {
    constexpr std::string_view kNames[]{"carveout", "devmem", "trace", "vdev"};
    return type < std::size(kNames) ? std::string(kNames[type]) : fmt::format("type {}", type);
}

std::string_view kind_of(const Place& place) noexcept {
    return std::visit([](const auto& part) { return part.kKind; }, place.part);
}

std::string describe(const Place& place) {
    std::string text(place.file);
    const auto append = [&](std::string_view more) {
        if (!text.empty() && !more.empty()) text += ", ";
        text += more;
    };
    if (place.image != Place::kNoImage) append(fmt::format("image {}", place.image));
    append(std::visit([](const auto& part) { return words(part); }, place.part));
    return text;
}

}  // namespace rproc
