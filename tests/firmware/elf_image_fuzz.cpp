// SPDX-License-Identifier: BSD-2-Clause
//
// For any bytes: every span of an ElfImage lies inside them, and a repeated read has the same result.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "rproc/firmware/elf_image.hpp"

namespace {

void require(bool holds) {
    if (!holds) __builtin_trap();
}

bool inside(std::span<const std::byte> outer, const void* data, std::size_t size) {
    const auto* const first = static_cast<const std::byte*>(data);
    return first >= outer.data() && size <= outer.size() &&
           static_cast<std::size_t>(first - outer.data()) <= outer.size() - size;
}

void check_segments(const rproc::ElfImage& image) {
    const auto bytes = image.bytes();
    require(image.segment_count() <= image.header().phnum);
    for (std::uint32_t i = 0; i < image.segment_count(); ++i) {
        const auto segment = image.segment(i);
        require(segment.index == i && !describe(place_of(segment)).empty());
        const auto contents = image.contents(segment);
        if (!contents) {
            require(!contents.error().kernel_line().empty());
            continue;
        }
        require(segment.filesz <= segment.memsz && contents->size() == segment.filesz);
        require(inside(bytes, contents->data(), contents->size()));
        require(contents->data() == bytes.data() + segment.offset);
    }
}

void check_sections(const rproc::ElfImage& image) {
    const auto bytes = image.bytes();
    require(image.section_count() <= image.header().shnum);
    for (std::uint32_t i = 0; i < image.section_count(); ++i) {
        const auto section = image.section(i);
        require(section.index == i);
        require(section.name.empty() || inside(bytes, section.name.data(), section.name.size()));
        require(section.name.find('\0') == std::string_view::npos);
        const auto contents = image.contents(section);
        require(!contents || (contents->size() == section.size && inside(bytes, contents->data(), contents->size())));
    }
    if (const auto table = image.find_section(".resource_table")) {
        require(table->name == ".resource_table" && table->index < image.section_count());
        for (std::uint32_t i = 0; i < table->index; ++i) require(image.section(i).name != table->name);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto copy = std::make_unique<std::byte[]>(size);  // NOLINT(modernize-avoid-c-arrays): exactly `size` bytes
    std::ranges::copy(std::as_bytes(std::span(data, size)), copy.get());
    const auto image = rproc::ElfImage::parse({copy.get(), size});
    if (!image) {
        require(!image.error().kernel_line().empty() && image.error().kernel_result() == -22);
        return 0;
    }
    require(image->bytes().data() == copy.get() && image->bytes().size() == size);
    require(image->header().elf_class == 32 || image->header().elf_class == 64);
    require(image->header().phnum != 0 && image->header().shoff < size && image->header().phoff <= size);
    check_segments(*image);
    check_sections(*image);
    return 0;
}
