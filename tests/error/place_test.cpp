// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/place.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rproc {
namespace {

using ::testing::ElementsAre;

template <std::size_t... I>
std::vector<std::string_view> kinds_of(std::index_sequence<I...> /*indices*/) {
    return {std::variant_alternative_t<I, Place::Part>::kKind...};
}

TEST(Place, KindsAreUnique) {
    const auto kinds = kinds_of(std::make_index_sequence<std::variant_size_v<Place::Part>>());
    EXPECT_EQ(std::set(kinds.begin(), kinds.end()).size(), kinds.size());
}

TEST(Place, KindIsThatOfTheVariantMember) {
    EXPECT_EQ(kind_of(Place()), "none");
    EXPECT_EQ(kind_of(place::Segment{}), "segment");
    EXPECT_EQ(kind_of(place::Trace{"log"}), "trace");
}

TEST(Place, DescriptionIsTheTextOfTheMessages) {
    const std::vector<std::pair<Place, std::string_view>> rows{
        {{}, ""},
        {place::ElfHeader{}, "ELF header"},
        {place::ElfHeader{"e_phnum"}, "ELF header, e_phnum"},
        {place::Segment{1, 0x80100000, 0x540}, "segment 1 (0x80100000+0x540)"},
        {place::Vector{"", 0, 8}, "vector table (0x0+0x8)"},
        {place::Vector{"reset vector", 4, 0}, "vector table, reset vector (0x4)"},
        {place::SignedHeader{"magic"}, "signed image header, magic"},
        {place::Tlv{0x64}, "TLV at 0x64"},
        {place::TlvOfType{5, "image sizes"}, "TLV 0x5 (image sizes)"},
        {place::TlvOfType{0x10001}, "platform TLV 0x10001"},
        {place::Table{}, "resource table"},
        {place::Table{"ver"}, "resource table, field ver"},
        {place::TableOffset{3}, "resource table, offset[3]"},
        {place::TableAtDevice{0x10000000}, "resource table at da 0x10000000"},
        {place::TableAtPhysical{0x30000000, 0x400}, "resource table at pa 0x30000000 (0x400 bytes)"},
        {place::Entry{2, 3, 0x4c}, "resource table, entry 2 (vdev) at 0x4c"},
        {place::Entry{0, 128, 0x14}, "resource table, entry 0 (type 128) at 0x14"},
        {place::Vring{2, 0x4c, 0, 1}, "resource table, entry 2 (vdev) at 0x4c, vring 1"},
        {place::Vring{2, 0x4c, 0, 1, 8}, "resource table, entry 2 (vdev) at 0x4c, vring 1 (8 descriptors)"},
        {place::Vdev{1}, "vdev 1"},
        {place::Trace{"cm4_log"}, "trace \"cm4_log\""},
        {place::Carveout{"shm"}, "carveout \"shm\""},
        {place::Carveout{"shm", 0}, "carveout \"shm\" (0x0 bytes)"},
        {place::Device{0x1000, 0x10}, "0x1000+0x10"},
        {place::Physical{0x1000, 0}, "0x1000"},
        {place::DmaWindow{0, 0x38000000, 0x10000}, "da 0x0, pa 0x38000000, size 0x10000"},
        {place::DeviceTree{}, "device tree"},
        {place::Node{"/soc/m4"}, "/soc/m4"},
        {place::Node{"/soc/m4", "reg"}, "/soc/m4, property reg"},
        {place::File{"/tmp/a"}, "/tmp/a"},
        {place::Files{"/dev/tee0", "/dev/tee3"}, "/dev/tee0 to /dev/tee3"},
        {place::StandardInput{}, "standard input"},
        {place::Mailbox{"shutdown"}, "mailbox channel shutdown"},
        {place::TeeProcessor{5}, "remote processor 5 of the TEE"},
    };
    for (const auto& [place, words] : rows) EXPECT_EQ(describe(place), words) << kind_of(place);
}

TEST(Place, DescriptionBeginsWithTheFileAndTheImage) {
    const Place place = Place(place::ElfHeader{"e_phoff"}).in_file("app.signed").in_image(1);
    EXPECT_EQ(describe(place), "app.signed, image 1, ELF header, e_phoff");
    EXPECT_EQ(describe(Place().in_file("app.elf")), "app.elf");
}

TEST(Place, ComparesByValue) {
    EXPECT_EQ(Place(place::Segment{1, 2, 3}), Place(place::Segment{1, 2, 3}));
    EXPECT_NE(Place(place::Segment{1, 2, 3}), Place(place::Segment{1, 2, 4}));
    EXPECT_NE(Place(place::Table{}), Place(place::Table{"num"}));
    EXPECT_NE(Place(place::Table{}), Place(place::Table{}).in_file("a"));
    EXPECT_TRUE(Place().empty());
    EXPECT_FALSE(Place(place::Table{}).empty());
}

TEST(Place, FieldsAreItsMembersInOrder) {
    std::vector<std::string> names;
    const place::Vring vring{2, 0x4c, 0, 1, 8};
    place::Vring::fields(vring, [&](std::string_view name, const auto& /*value*/) { names.emplace_back(name); });
    EXPECT_THAT(names, ElementsAre("entry", "offset", "vdev", "index", "descriptors"));
}

TEST(Place, UnknownSizeIsNotAField) {
    std::vector<std::string> names;
    const place::Carveout carveout{"shm"};
    place::Carveout::fields(carveout, [&](std::string_view name, const auto& /*value*/) { names.emplace_back(name); });
    EXPECT_THAT(names, ElementsAre("name"));
}

}  // namespace
}  // namespace rproc
