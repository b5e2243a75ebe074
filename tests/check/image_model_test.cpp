// SPDX-License-Identifier: BSD-2-Clause
#include "check/model/image_model.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/internal/bytes.hpp"
#include "support/shape_groups.hpp"

namespace rproc::check {
namespace {

using ::testing::ElementsAre;

/// An image's model together with the bytes that it views.
class Modelled {
  public:
    explicit Modelled(test::Bytes bytes) : bytes_(std::move(bytes)), model_(ImageModel::parse(bytes_)) {
        if (!model_) throw std::invalid_argument("no ELF image");
    }
    explicit Modelled(const test::ElfImage& image) : Modelled(image.build()) {}
    explicit Modelled(std::vector<test::Bytes> entries)
        : Modelled(test::image_with_table(test::Table{.entries = std::move(entries)}.build())) {}

    Modelled(const Modelled&) = delete;
    Modelled& operator=(const Modelled&) = delete;

    [[nodiscard]] const test::Bytes& bytes() const { return bytes_; }
    [[nodiscard]] const ImageModel* operator->() const { return &*model_; }
    /// Precondition: the image has a table.
    [[nodiscard]] const TableModel& table() const { return *model_->table(); }

  private:
    test::Bytes bytes_;
    std::optional<ImageModel> model_;
};

std::vector<std::uint32_t> indices(const std::vector<LoadableSegment>& segments) {
    std::vector<std::uint32_t> found;
    for (const LoadableSegment& segment : segments) found.push_back(segment.header.index);
    return found;
}

std::vector<std::string> vring_names(const TableModel& table) {
    std::vector<std::string> names;
    for (const VdevRequest& vdev : table.vdevs)
        for (const VringRequest& vring : vdev.vrings()) names.push_back(vring.name);
    return names;
}

/// How many carveouts, traces and vdevs the model has.
std::vector<std::size_t> counts(const TableModel& table) {
    return {table.carveouts.size(), table.traces.size(), table.vdevs.size()};
}

TEST(ImageModel, IsOfElfImagesAlone) {
    EXPECT_FALSE(ImageModel::parse({}));
    EXPECT_FALSE(
        ImageModel::parse(test::to_bytes("this is no ELF file, though it has more bytes than its header has")));
    EXPECT_EQ(Modelled(test::base_image())->format(), "elf32");
    EXPECT_EQ(Modelled(test::base_image(test::ElfClass::k64))->format(), "elf64");
}

TEST(ImageModel, HasTheSegmentsThatLinuxLoadsInTheirOrder) {
    test::ElfImage image = test::base_image();
    image.segments.insert(image.segments.begin(), {.type = 0x70000001, .paddr = 0, .data = test::pattern(8)});
    image.segments.push_back({.paddr = 0x100, .data = {}, .memsz = 0});
    image.segments.push_back({.paddr = 0x200, .data = {}, .memsz = 0x20});
    const Modelled model(image);

    EXPECT_THAT(indices(model->segments()), ElementsAre(1, 2, 3, 5));
    EXPECT_EQ(model->segments().back().range, DeviceRange::make(DeviceAddress(0x200), 0x20));
    EXPECT_EQ(model->segment_at(0), nullptr) << "no PT_LOAD";
    EXPECT_EQ(model->segment_at(4), nullptr) << "no bytes in memory";
    EXPECT_EQ(model->segment_at(6), nullptr) << "no such header";
    EXPECT_EQ(model->segment_at(5), &model->segments().back());
}

TEST(ImageModel, ASegmentCoversWhatItLoadsAsAWhole) {
    const Modelled model(test::base_image());
    const LoadableSegment& code = *model->segment_at(1);

    EXPECT_TRUE(code.covers(*DeviceRange::make(DeviceAddress(0x100000fe), 2)));
    EXPECT_FALSE(code.covers(*DeviceRange::make(DeviceAddress(0x100000ff), 2)));
}

TEST(ImageModel, ASegmentThatWrapsHasNoRangeAndCoversNothing) {
    test::ElfImage image = test::base_image(test::ElfClass::k64);
    image.segments.push_back({.paddr = 0xfffffffffffffff0, .data = test::pattern(8), .memsz = 0x20});
    const Modelled model(image);

    ASSERT_NE(model->segment_at(3), nullptr);
    EXPECT_FALSE(model->segment_at(3)->range);
    EXPECT_FALSE(model->segment_at(3)->covers(*DeviceRange::make(DeviceAddress(0xfffffffffffffff0), 1)));
}

TEST(ImageModel, HasNoTableWithoutASoundHeader) {
    test::ElfImage without = test::base_image();
    without.sections.clear();
    EXPECT_EQ(Modelled(without)->table(), nullptr);
    EXPECT_EQ(Modelled(test::image_with_table(test::Table{.ver = 2}.build()))->table(), nullptr);
    EXPECT_NE(Modelled(test::image_with_table(test::Table{}.build()))->table(), nullptr);
}

TEST(ImageModel, TheTableIsWhereItsSectionSays) {
    const Modelled model(test::base_image());

    EXPECT_EQ(model.table().range(), DeviceRange::make(DeviceAddress(test::kTableAddress), test::base_table().size()));
    EXPECT_EQ(model.table().view.bytes().data(), model.bytes().data() + model.table().section.offset);
}

TEST(ImageModel, HasTheEntriesInTheOrderOfTheTable) {
    const Modelled model({test::carveout({.name = "first"}),
                          test::trace({.name = "log", .da = 0x10005000, .len = 0x80}),
                          test::carveout({.name = "second", .len = 0x2000})});

    ASSERT_THAT(counts(model.table()), ElementsAre(2, 1, 0));
    EXPECT_EQ(model.table().carveouts[0].name(), "first");
    EXPECT_EQ(model.table().carveouts[1].name(), "second");
    EXPECT_EQ(model.table().carveouts[1].fields.len, 0x2000U);
    EXPECT_EQ(model.table().traces[0].name(), "log");
    EXPECT_EQ(model.table().traces[0].range(), *DeviceRange::make(DeviceAddress(0x10005000), 0x80));
}

TEST(ImageModel, AnEntryIsFoundByItsIndexInTheTable) {
    const Modelled model({test::trace({}), test::carveout({.name = "mcuram"}), test::vdev({})});

    EXPECT_EQ(model.table().carveout_at(1), model.table().carveouts.data());
    EXPECT_EQ(model.table().vdev_at(2), model.table().vdevs.data());
    EXPECT_EQ(model.table().carveout_at(2), nullptr) << "a vdev";
    EXPECT_EQ(model.table().vdev_at(3), nullptr) << "past the table";
}

TEST(ImageModel, NamesCarveoutsOfVirtioAsTheKernelDoes) {
    const Modelled model({test::vdev({}), test::trace({}), test::vdev({.vrings = {{}}})});

    EXPECT_THAT(vring_names(model.table()), ElementsAre("vdev0vring0", "vdev0vring1", "vdev1vring0"));
    EXPECT_EQ(model.table().vdevs[1].buffer_name(), "vdev1buffer");
}

TEST(ImageModel, AVringKnowsItsPlaceInTableAndFile) {
    const Modelled model({test::trace({}), test::vdev({.id = 3, .vrings = {{}, {.align = 4096, .num = 512}}})});
    const VdevRequest& vdev = model.table().vdevs.front();
    const VringRequest vring = vdev.vring(1);

    EXPECT_EQ(vdev.id(), 3U);
    EXPECT_EQ(vring.place.entry, 1U);
    EXPECT_EQ(vring.place.offset, vdev.entry.offset());
    EXPECT_EQ(vring.place.vdev, 0U);
    EXPECT_EQ(vring.place.index, 1U);
    const auto in_file = internal::read_at<wire::Vring>(model.bytes(), vring.file_offset);
    ASSERT_TRUE(in_file);
    EXPECT_EQ(in_file->num, 512U);
    EXPECT_EQ(in_file->align, 4096U);
    EXPECT_EQ(vring.carveout_size(), 0x5000U);
}

TEST(ImageModel, AMalformedEntryEndsTheWalk) {
    const std::vector<test::Bytes> malformed{test::carveout({.reserved = 1}), test::trace({.reserved = 1}),
                                             test::devmem({.reserved = 1}), test::vdev({.reserved = {1, 0}}),
                                             test::vdev({.config_len = 0xffff})};
    for (const test::Bytes& entry : malformed) {
        const Modelled model({test::carveout({}), entry, test::trace({}), test::vdev({})});
        EXPECT_THAT(counts(model.table()), ElementsAre(1, 0, 0));
    }
}

TEST(ImageModel, AnEntryOutsideTheTableEndsTheWalk) {
    const auto with_offset = [](std::uint32_t offset) {
        test::Table table{.entries = {test::trace({}), test::trace({})}};
        table.offsets = {{24, offset}};
        return Modelled(test::image_with_table(table.build()));
    };
    EXPECT_THAT(counts(with_offset(24).table()), ElementsAre(0, 2, 0));
    EXPECT_THAT(counts(with_offset(0xffffff00).table()), ElementsAre(0, 1, 0));
}

TEST(ImageModel, EntriesOfOtherTypesAreSkipped) {
    const Modelled model({test::other_entry(128), test::other_entry(4), test::devmem({}), test::trace({})});

    EXPECT_THAT(counts(model.table()), ElementsAre(0, 1, 0));
}

TEST(ImageModel, CanBeMovedWhileTheBytesStay) {
    const test::Bytes bytes = test::base_image().build();
    auto original = ImageModel::parse(bytes);
    ASSERT_TRUE(original);
    const ImageModel moved = *std::move(original);
    original.reset();

    EXPECT_THAT(indices(moved.segments()), ElementsAre(0, 1, 2));
    ASSERT_NE(moved.table(), nullptr);
    EXPECT_EQ(moved.table()->traces.front().name(), "cm4_log");
    EXPECT_THAT(vring_names(*moved.table()), ElementsAre("vdev0vring0", "vdev0vring1"));
}

}  // namespace
}  // namespace rproc::check
