// SPDX-License-Identifier: BSD-2-Clause
#include "random_images.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <utility>

#include "shape_groups.hpp"

namespace rproc::test {
namespace {

/// Random choices from a seed. The distributions of the standard library differ between implementations; these do not.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    std::uint32_t below32(std::uint32_t limit) { return static_cast<std::uint32_t>(below(limit)); }
    bool one_in(std::uint64_t times) { return below(times) == 0; }
    template <class T>
    T of(std::initializer_list<T> values) {
        return *std::next(values.begin(), static_cast<std::ptrdiff_t>(below(values.size())));
    }

  private:
    std::mt19937_64 engine_;
};

struct Memory {
    const char* name;
    std::uint32_t da;
    std::uint32_t size;
};

constexpr std::array kMemories{
    Memory{"retram", 0, 0x10000},
    Memory{"mcuram2", 0x10000000, 0x40000},
    Memory{"mcuram", 0x30000000, 0x40000},
    Memory{"vdev0vring0", 0x10040000, 0x1000},
    Memory{"vdev0vring1", 0x10041000, 0x1000},
    Memory{"vdev0buffer", 0x10042000, 0x4000},
};

const Memory& any_memory(Dice& dice) { return kMemories[dice.below(kMemories.size())]; }
const Memory& big_memory(Dice& dice) { return kMemories[dice.below(3)]; }

/// An address for `size` bytes at the edges of a memory, inside it, or rarely outside.
std::uint32_t place(Dice& dice, const Memory& memory, std::uint32_t size) {
    switch (dice.below(12)) {
        case 0: return memory.da + memory.size - size;
        case 1: return memory.da + memory.size - size + dice.of<std::uint32_t>({1, 4, 16});
        case 2: return memory.da - dice.of<std::uint32_t>({1, 4, 0x1000});
        case 3: return dice.of<std::uint32_t>({0x20000000, 0x38000000, 0x80000000, 0xfffffff0});
        case 4:
        case 5:
        case 6: return memory.da;
        default: return memory.da + dice.below32(memory.size - std::min(size, memory.size - 1)) / 4 * 4;
    }
}

Segment random_segment(Dice& dice) {
    const auto size = dice.below32(600);
    Segment segment{.data = pattern(size, dice.below32(256))};
    const auto memsz = size + (dice.one_in(3) ? dice.below32(0x2000) : 0);
    segment.paddr = place(dice, dice.one_in(8) ? any_memory(dice) : big_memory(dice), memsz);
    segment.memsz = memsz;
    segment.vaddr = dice.one_in(4) ? 0x08000000 : segment.paddr;
    if (dice.one_in(10)) segment.type = dice.of<std::uint32_t>({0, 2, 4, 6, 0x70000001});
    if (dice.one_in(40)) segment.memsz = size / 2;
    if (dice.one_in(40)) segment.filesz = dice.of<std::uint64_t>({size + 1, 0x10000, 0xffffffff});
    if (dice.one_in(60)) segment.offset = dice.of<std::uint64_t>({0, 0x10000, 0xfffffff0});
    return segment;
}

Bytes random_carveout(Dice& dice) {
    const Memory& memory = any_memory(dice);
    CarveoutEntry entry{.name = memory.name};
    entry.len = dice.of<std::uint32_t>({memory.size, memory.size, 0x1000, memory.size - 1, memory.size + 1, 0, 1});
    entry.da = dice.one_in(2) ? memory.da : dice.one_in(2) ? kAnyAddress : place(dice, memory, 0x1000);
    entry.pa = dice.of<std::uint32_t>({0, memory.da, 0xffffffff});
    entry.flags = dice.of<std::uint32_t>({0, 1, 0xffffffff});
    entry.reserved = dice.one_in(30) ? 1 : 0;
    if (dice.one_in(40)) entry.name = dice.of<std::string>({"heap", "", "RETRAM", "retram "});
    return carveout(entry);
}

Bytes random_trace(Dice& dice) {
    TraceEntry entry{.name = dice.of<std::string>({"cm4_log", "", "trace0", std::string(31, 'n')})};
    entry.len = dice.of<std::uint32_t>({0x400, 0x400, 0, 1, 0x10000, 0x80000000});
    entry.da = place(dice, any_memory(dice), 0x400);
    entry.reserved = dice.one_in(30) ? 0x100 : 0;
    return trace(entry);
}

VringEntry random_vring(Dice& dice, const Memory& memory) {
    VringEntry vring;
    vring.da = dice.one_in(8) ? memory.da : dice.one_in(12) ? place(dice, memory, 0x1000) : kAnyAddress;
    vring.num = dice.of<std::uint32_t>({1, 2, 4, 8, 16, 16, 17, 32, 64, 127, 128, 129, 256, 1024});
    vring.align = dice.of<std::uint32_t>({1, 4, 16, 16, 16, 17, 64, 256, 1024, 2048, 4096, 0x2000});
    vring.notifyid = dice.of<std::uint32_t>({0, 1, 5, 0xffffffff});
    if (dice.one_in(20)) vring.num = dice.of<std::uint32_t>({0, 0xffff, 0x10000, 0x08000000, 0x80000000, 0xffffffff});
    if (dice.one_in(20)) vring.align = dice.of<std::uint32_t>({0, 0x10000, 0x80000000, 0xffffffff});
    return vring;
}

Bytes random_vdev(Dice& dice) {
    VdevEntry entry;
    entry.id = dice.one_in(4) ? dice.of<std::uint32_t>({0, 1, 3, 26, 0xffffffff}) : 7;
    entry.notifyid = dice.of<std::uint32_t>({0, 1, 0x80000000});
    entry.dfeatures = dice.of<std::uint32_t>({0, 1, 0xffffffff});
    entry.status = dice.of<std::uint8_t>({0, 0, 7, 0xff});
    entry.vrings = {random_vring(dice, kMemories[3]), random_vring(dice, kMemories[4])};
    if (dice.one_in(40)) entry.vrings.resize(dice.below(4), VringEntry{});
    if (dice.one_in(20)) entry.reserved = {dice.of<std::uint8_t>({0, 1}), 1};
    if (dice.one_in(6)) entry.config = pattern(dice.below(40));
    if (dice.one_in(30)) entry.config_len = dice.of<std::uint32_t>({1, 8, 0x1000, 0x7fffffff, 0xffffffe0, 0xffffffff});
    if (dice.one_in(60)) entry.num_of_vrings = dice.of<std::uint8_t>({0, 1, 3, 255});
    return vdev(entry);
}

Bytes random_other(Dice& dice) {
    const auto type = dice.of<std::uint32_t>({4, 5, 127, 128, 129, 256, 511, 512, 513, 0x7fffffff, 0xffffffff});
    return other_entry(type, pattern(dice.of<std::size_t>({0, 4, 40})));
}

Table random_table(Dice& dice) {
    Table table;
    bool has_vdev = false;
    for (auto count = dice.below(5); count > 0; --count) {
        const auto kind = dice.below(20);
        // The kernel cannot stop a firmware with a second device on this board.
        if (kind < 7 && (!has_vdev || dice.one_in(20))) {
            table.entries.push_back(random_vdev(dice));
            has_vdev = true;
        } else if (kind < 12) {
            table.entries.push_back(random_trace(dice));
        } else if (kind < 18) {
            table.entries.push_back(random_carveout(dice));
        } else {
            table.entries.push_back(dice.one_in(6) ? devmem({}) : random_other(dice));
        }
    }
    if (dice.one_in(30)) table.ver = dice.of<std::uint32_t>({0, 2, 0xffffffff});
    if (dice.one_in(30)) table.num = dice.of<std::uint32_t>({0, 1, 5, 0x10000, 0x40000000, 0xffffffff});
    if (dice.one_in(30)) table.reserved = {dice.below32(2), 1};
    if (dice.one_in(10)) table.gap = dice.below(32);
    if (dice.one_in(15)) table.cut = dice.below(80);
    return table;
}

void put_table(Dice& dice, ElfImage& image) {
    Bytes table = random_table(dice).build();
    const auto size = static_cast<std::uint32_t>(table.size());
    Section section{.name = ".resource_table", .data = table};
    const auto address = dice.one_in(6) ? place(dice, big_memory(dice), size) : kTableAddress;
    section.addr = address;
    if (!dice.one_in(5)) {
        section.segment = image.segments.size();
        image.segments.push_back({.paddr = address, .data = std::move(table)});
    }
    if (dice.one_in(40)) section.name = dice.of<std::string>({".resource_tabl", ".resource_table.0", "resource_table"});
    if (dice.one_in(40)) section.size = dice.of<std::uint64_t>({0, 8, 16, size + 1, 0x10000, 0xffffffff});
    if (dice.one_in(40)) section.offset = dice.of<std::uint64_t>({0, 4, 0x10000, 0xfffffff0});
    image.sections.push_back(std::move(section));
}

Bytes valid_image(Dice& dice) {
    ElfImage image{.elf_class = dice.one_in(5) ? ElfClass::k64 : ElfClass::k32};
    for (auto count = dice.below(4); count > 0; --count) image.segments.push_back(random_segment(dice));
    if (dice.one_in(3)) image.sections.push_back({.name = ".text", .addr = 0x10000000, .data = pattern(16)});
    if (!dice.one_in(15)) put_table(dice, image);
    if (image.segments.empty() && !dice.one_in(6)) image.segments.push_back({.paddr = 0, .data = pattern(64)});
    if (dice.one_in(4)) image.sections.push_back({.name = ".comment", .data = to_bytes("made by chance")});
    return image.build();
}

std::uint64_t interesting(Dice& dice, std::uint64_t size) {
    return dice.of<std::uint64_t>(
        {0,          1,          2,          3,      4,        16,         40,
         0x7f,       0x80,       0xff,       0x1000, 0xffff,   0x10000000, 0x7fffffff,
         0x80000000, 0xfffffff0, 0xffffffff, size,   size - 1, size + 1,   dice.below(size + 1)});
}

/// The offset of a field: the header, the headers after it, or anywhere.
std::size_t field_offset(Dice& dice, std::size_t size) {
    const std::size_t limit = dice.one_in(2) ? 64 : dice.one_in(2) ? 256 : size;
    const std::size_t tail = std::min<std::size_t>(size, 200);
    return (dice.one_in(4) ? size - tail + dice.below(tail) : dice.below(std::min(limit, size))) / 2 * 2;
}

void damage(Dice& dice, Bytes& image) {
    if (image.empty()) return;
    const std::size_t at = field_offset(dice, image.size());
    switch (dice.below(8)) {
        case 0: image.resize(dice.below(image.size() + 1)); return;
        case 1: image.resize(image.size() + dice.below(5000)); return;
        case 2: image[at] ^= static_cast<std::byte>(1U << dice.below(8)); return;
        default: break;
    }
    const auto value = interesting(dice, image.size());
    const std::size_t width = dice.of<std::size_t>({2, 4, 4, 4});
    for (std::size_t i = 0; i < width && at + i < image.size(); ++i)
        image[at + i] = static_cast<std::byte>(value >> (8 * i));
}

Bytes damaged_image(Dice& dice, std::span<const Shape> shapes) {
    Bytes image = dice.one_in(2) ? valid_image(dice) : shapes[dice.below(shapes.size())].image;
    for (auto times = 1 + dice.below(3); times > 0; --times) damage(dice, image);
    return image;
}

}  // namespace

std::vector<Shape> random_images(std::uint64_t seed, std::size_t count) {
    const std::vector<Shape> shapes = all_shapes();
    Dice dice(seed);
    std::vector<Shape> images;
    for (std::size_t i = 0; i < count; ++i) {
        const bool sound = i % 2 == 0;
        images.push_back({"random-" + std::to_string(seed) + "-" + std::to_string(i),
                          sound ? "made by chance" : "spoiled by chance",
                          sound ? valid_image(dice) : damaged_image(dice, shapes)});
    }
    return images;
}

}  // namespace rproc::test
