// SPDX-License-Identifier: BSD-2-Clause
#include "check/model/image_model.hpp"

#include <algorithm>
#include <utility>

#include "rproc/resource/entries.hpp"
#include "rproc/resource/vdev_names.hpp"
#include "rproc/resource/vring_size.hpp"

namespace rproc::check {
namespace {

/// Takes the entries of a table into its model.
class EntryReader {
  public:
    explicit EntryReader(TableModel& table) : table_(table) {}

    Result<void> operator()(const ResourceEntry& entry, const wire::Carveout& carveout) {
        table_.carveouts.push_back({entry, carveout});
        return {};
    }
    Result<void> operator()(const ResourceEntry& entry, const wire::Trace& trace) {
        table_.traces.push_back({entry, trace});
        return {};
    }
    Result<void> operator()(const ResourceEntry& entry, const VdevEntry& vdev) {
        const auto index = static_cast<std::uint32_t>(table_.vdevs.size());
        table_.vdevs.push_back({entry, vdev, index, table_.section.offset + entry.payload_offset()});
        return {};
    }
    Result<void> operator()(const ResourceEntry& /*entry*/, const wire::Devmem& /*devmem*/) { return {}; }
    Result<void> operator()(const ResourceEntry& /*entry*/) { return {}; }

  private:
    TableModel& table_;
};

std::vector<LoadableSegment> loadable_segments(const ElfImage& elf) {
    std::vector<LoadableSegment> segments;
    for (std::uint32_t i = 0; i < elf.segment_count(); ++i) {
        const ElfSegment header = elf.segment(i);
        if (header.loadable()) segments.push_back({header, DeviceRange::make(header.paddr, header.memsz)});
    }
    return segments;
}

std::optional<TableModel> read_table(const ElfImage& elf) {
    const auto section = elf.find_section(kResourceTableSection);
    const auto bytes = section ? elf.contents(*section) : std::nullopt;
    if (!bytes) return std::nullopt;
    const auto view = ResourceTableView::parse(*bytes);
    if (!view) return std::nullopt;
    TableModel table{*section, *view};
    // The error that ends the walk is the boot's to report.
    static_cast<void>(view->for_each([&](const ResourceEntry& entry) { return visit(entry, EntryReader(table)); }));
    return table;
}

std::uint32_t index_of(const LoadableSegment& segment) { return segment.header.index; }
std::uint32_t index_of(const CarveoutRequest& carveout) { return carveout.entry.index(); }
std::uint32_t index_of(const VdevRequest& vdev) { return vdev.entry.index(); }

/// The element of that index; null when there is none. Precondition: they are sorted by index.
template <class Element>
const Element* find_by_index(const std::vector<Element>& elements, std::uint32_t index) noexcept {
    const auto project = [](const Element& element) { return index_of(element); };
    const auto found = std::ranges::lower_bound(elements, index, {}, project);
    return found != elements.end() && index_of(*found) == index ? &*found : nullptr;
}

}  // namespace

std::uint64_t VringRequest::carveout_size() const noexcept { return vring_carveout_size(fields.num, fields.align); }

VringRequest VdevRequest::vring(std::uint32_t vring) const {
    return {content.vring(vring), vring_name(index, vring), place::Vring{entry.index(), entry.offset(), index, vring},
            file_offset + sizeof(wire::Vdev) + vring * sizeof(wire::Vring)};
}

std::vector<VringRequest> VdevRequest::vrings() const {
    std::vector<VringRequest> all;
    for (std::uint32_t i = 0; i < content.vring_count(); ++i) all.push_back(vring(i));
    return all;
}

std::string VdevRequest::buffer_name() const { return rproc::buffer_name(index); }

const CarveoutRequest* TableModel::carveout_at(std::uint32_t index) const noexcept {
    return find_by_index(carveouts, index);
}

const VdevRequest* TableModel::vdev_at(std::uint32_t index) const noexcept { return find_by_index(vdevs, index); }

ImageModel::ImageModel(const ElfImage& elf) : elf_(elf), segments_(loadable_segments(elf)), table_(read_table(elf)) {}

std::optional<ImageModel> ImageModel::parse(std::span<const std::byte> bytes) {
    const auto elf = ElfImage::parse(bytes);
    return elf ? std::optional(ImageModel(*elf)) : std::nullopt;
}

std::optional<std::uint64_t> ImageModel::load_address_of(const ElfSection& section) const noexcept {
    for (const LoadableSegment& segment : segments_) {
        const ElfSegment& header = segment.header;
        if (section.offset < header.offset || section.offset - header.offset > header.filesz) continue;
        const std::uint64_t into = section.offset - header.offset;
        if (section.size <= header.filesz - into) return header.paddr.value() + into;
    }
    return std::nullopt;
}

const LoadableSegment* ImageModel::segment_at(std::uint32_t index) const noexcept {
    return find_by_index(segments_, index);
}

}  // namespace rproc::check
