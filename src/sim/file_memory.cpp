// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sim/file_memory.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/memory/model_memory.hpp"
#include "sim/place_files.hpp"

namespace rproc::sim {

struct FileMemory::State {
    struct Lent {
        PhysicalRange place;
        const std::byte* bytes;
    };

    explicit State(PlaceFiles places) noexcept : files(std::move(places)) {}

    [[nodiscard]] std::uint64_t allocated() const noexcept {
        std::uint64_t total = 0;
        for (const Lent& allocation : allocations) total += allocation.place.size();
        return total;
    }

    static void give_back(void* owner, std::span<std::byte> bytes) noexcept {
        PlaceFiles::unmap(bytes);
        --static_cast<State*>(owner)->mapped;
    }

    static void free_allocation(void* owner, std::span<std::byte> bytes) noexcept {
        auto& state = *static_cast<State*>(owner);
        const auto freed = std::ranges::find(state.allocations, bytes.data(), &Lent::bytes);
        state.files.remove(freed->place);
        state.allocations.erase(freed);
        give_back(owner, bytes);
    }

    [[nodiscard]] Mapping lend(std::span<std::byte> bytes, Mapping::Release release) noexcept {
        ++mapped;
        return {bytes, release, this};
    }

    PlaceFiles files;
    std::vector<Lent> allocations{};
    std::size_t mapped = 0;
};

namespace {

constexpr ErrorText kNoSuchMemory{.code = ErrorCode::memory_exhausted,
                                  .message = "cannot get {0:#x} bytes of memory in one piece"};
constexpr ErrorText kNoAddress{.code = ErrorCode::memory_exhausted, .message = "no address is left for the memory"};
constexpr ErrorText kOverlap{.code = ErrorCode::memory_overlap,
                             .message = "overlaps the memory in {0}, which has other bounds",
                             .hint = "name a directory of its own for each board, or remove the file"};

Result<void> refuse_size(std::uint64_t size, std::uint64_t largest) {
    if (size != 0 && size <= largest) return {};
    return fail(kNoSuchMemory, {}, size);
}

Error overlap(PhysicalRange range, const std::filesystem::path& other) {
    return Error(kOverlap, place::Physical{range.start().value(), range.size()}, other.native());
}

/// The lowest place of that size in the pool that is nobody's; nothing when the address space ends before.
/// @param places sorted.
std::optional<PhysicalRange> free_place(const std::vector<PhysicalRange>& places, std::uint64_t size) {
    constexpr std::uint64_t kPage = 4096;
    auto candidate = PhysicalRange::make(ModelMemory::kPoolStart, size);
    for (const PhysicalRange& taken : places) {
        if (!candidate || !candidate->overlaps(taken)) continue;
        const auto past = taken.end().plus(kPage - 1);
        if (!past) return std::nullopt;
        candidate = PhysicalRange::make(PhysicalAddress(past->value() / kPage * kPage), size);
    }
    return candidate;
}

}  // namespace

Result<FileMemory> FileMemory::open(const std::filesystem::path& directory) {
    RPROC_TRY_ASSIGN(PlaceFiles files, PlaceFiles::open(directory));
    return FileMemory(std::make_shared<State>(std::move(files)));
}

Result<Mapping> FileMemory::map(PhysicalRange range) {
    RPROC_TRY(refuse_size(range.size(), ModelMemory::kLargestRegion));
    RPROC_TRY_ASSIGN(const FileDescriptor lock, state_->files.lock());
    RPROC_TRY_ASSIGN(auto places, state_->files.list());
    std::erase_if(places, [&](const PhysicalRange& place) { return !place.overlaps(range); });
    if (places.empty()) {
        RPROC_TRY_ASSIGN(const auto bytes, state_->files.create(range));
        return state_->lend(bytes, &State::give_back);
    }
    if (places.size() != 1 || !places.front().contains(range))
        return fail(overlap(range, state_->files.path_of(places.back())));
    RPROC_TRY_ASSIGN(const auto bytes, state_->files.map(places.front(), range));
    return state_->lend(bytes, &State::give_back);
}

Result<Allocation> FileMemory::allocate(std::uint64_t size) {
    const std::uint64_t left = ModelMemory::kPoolSize - state_->allocated();
    RPROC_TRY(refuse_size(size, std::min(ModelMemory::kLargestAllocation, left)));
    RPROC_TRY_ASSIGN(const FileDescriptor lock, state_->files.lock());
    RPROC_TRY_ASSIGN(const auto places, state_->files.list());
    const auto place = free_place(places, size);
    if (!place) return fail(kNoAddress, {});
    state_->allocations.reserve(state_->allocations.size() + 1);
    RPROC_TRY_ASSIGN(const auto bytes, state_->files.create(*place));
    state_->allocations.push_back({*place, bytes.data()});
    return Allocation{place->start(), state_->lend(bytes, &State::free_allocation)};
}

std::size_t FileMemory::mapped() const noexcept { return state_->mapped; }

std::optional<FileMemory::FilePlace> FileMemory::find(PhysicalRange range) const {
    const auto places = state_->files.list();
    if (!places) return std::nullopt;
    const auto found = std::ranges::find_if(*places, [&](const PhysicalRange& place) { return place.contains(range); });
    if (found == places->end()) return std::nullopt;
    return FilePlace{state_->files.path_of(*found), range.start().value() - found->start().value()};
}

std::string FileMemory::file_name(PhysicalRange range) { return place_file_name(range); }

}  // namespace rproc::sim
