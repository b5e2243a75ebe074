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
        PhysicalRange place;  // of the file
        MappedFile mapped;
        bool allocation;
    };

    explicit State(PlaceFiles places) noexcept : files(std::move(places)) {}

    [[nodiscard]] std::uint64_t allocated() const noexcept {
        std::uint64_t total = 0;
        for (const Lent& one : lent)
            if (one.allocation) total += one.place.size();
        return total;
    }

    static void give_back(void* owner, std::span<std::byte> bytes) noexcept {
        auto& state = *static_cast<State*>(owner);
        const auto returned =
            std::ranges::find(state.lent, bytes.data(), [](const Lent& one) { return one.mapped.bytes.data(); });
        state.look_at(*returned);
        if (returned->allocation) state.files.remove(returned->place);
        state.lent.erase(returned);
        PlaceFiles::unmap(bytes);
    }

    /// Precondition: `lent` has room for one more.
    [[nodiscard]] Mapping lend(PhysicalRange place, MappedFile mapped, bool allocation) noexcept {
        const std::span<std::byte> bytes = mapped.bytes;
        lent.push_back({place, std::move(mapped), allocation});
        return {bytes, &give_back, this};
    }

    void look_at(const Lent& one) noexcept {
        if (!damaged && PlaceFiles::shortened(one.mapped, one.place)) damaged = one.place;
    }

    PlaceFiles files;
    std::vector<Lent> lent{};
    std::optional<PhysicalRange> damaged{};  // the first place whose file was found shorter
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

/// The lowest free place of that size in the pool; nothing when the address space ends before.
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
    RPROC_TRY(intact());
    RPROC_TRY_ASSIGN(const FileDescriptor lock, state_->files.lock());
    RPROC_TRY_ASSIGN(auto places, state_->files.list());
    state_->lent.reserve(state_->lent.size() + 1);
    std::erase_if(places, [&](const PhysicalRange& place) { return !place.overlaps(range); });
    if (places.empty()) {
        RPROC_TRY_ASSIGN(MappedFile mapped, state_->files.create(range));
        return state_->lend(range, std::move(mapped), false);
    }
    if (places.size() != 1 || !places.front().contains(range))
        return fail(overlap(range, state_->files.path_of(places.back())));
    RPROC_TRY_ASSIGN(MappedFile mapped, state_->files.map(places.front(), range));
    return state_->lend(places.front(), std::move(mapped), false);
}

Result<Allocation> FileMemory::allocate(std::uint64_t size) {
    const std::uint64_t left = ModelMemory::kPoolSize - state_->allocated();
    RPROC_TRY(refuse_size(size, std::min(ModelMemory::kLargestAllocation, left)));
    RPROC_TRY(intact());
    RPROC_TRY_ASSIGN(const FileDescriptor lock, state_->files.lock());
    RPROC_TRY_ASSIGN(const auto places, state_->files.list());
    const auto place = free_place(places, size);
    if (!place) return fail(kNoAddress, {});
    state_->lent.reserve(state_->lent.size() + 1);
    RPROC_TRY_ASSIGN(MappedFile mapped, state_->files.create(*place));
    return Allocation{place->start(), state_->lend(*place, std::move(mapped), true)};
}

Result<void> FileMemory::intact() const {
    for (const State::Lent& one : state_->lent) state_->look_at(one);
    if (!state_->damaged) return {};
    return fail(ErrorCode::memory_shortened, {}, state_->files.path_of(*state_->damaged).native());
}

std::size_t FileMemory::mapped() const noexcept { return state_->lent.size(); }

std::optional<FileMemory::FilePlace> FileMemory::find(PhysicalRange range) const {
    const auto places = state_->files.list();
    if (!places) return std::nullopt;
    const auto found = std::ranges::find_if(*places, [&](const PhysicalRange& place) { return place.contains(range); });
    if (found == places->end()) return std::nullopt;
    return FilePlace{state_->files.path_of(*found), range.start().value() - found->start().value()};
}

std::string FileMemory::file_name(PhysicalRange range) { return place_file_name(range); }

}  // namespace rproc::sim
