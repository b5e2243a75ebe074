// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/error_details.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>

namespace rproc::internal {
namespace {

constexpr std::size_t kMostArguments = 8;

/// Calls `visit(std::string_view&)` for each name of a place, const or not.
void for_each_name(auto& place, auto&& visit) {
    std::visit(
        [&](auto& part) {
            std::remove_cvref_t<decltype(part)>::fields(part, [&](std::string_view /*field*/, auto& value) {
                if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, std::string_view>) visit(value);
            });
        },
        place.part);
    visit(place.file);
}

std::size_t name_bytes(const Place& place, std::span<const TextArgument> arguments, std::string_view note) {
    std::size_t total = note.size();
    for_each_name(place, [&](std::string_view name) { total += name.size(); });
    for (const TextArgument& argument : arguments) total += argument.name().size();
    return total;
}

}  // namespace

/// The bytes of the names follow the block in the same allocation.
struct ErrorDetails::Block {
    ErrorText text{};
    Place place{};
    std::array<TextArgument, kMostArguments> arguments{};
    std::size_t argument_count = 0;
    std::string_view note{};

    static Block* make(const ErrorText& text, const Place& place, std::span<const TextArgument> arguments,
                       std::string_view note = {}) {
        void* const memory = ::operator new(sizeof(Block) + name_bytes(place, arguments, note));
        auto* const block = ::new (memory) Block{.text = text, .place = place};
        block->argument_count = std::min(arguments.size(), kMostArguments);
        std::copy_n(arguments.begin(), block->argument_count, block->arguments.begin());
        block->note = note;
        block->take_names(static_cast<char*>(memory) + sizeof(Block));
        return block;
    }

    [[nodiscard]] std::span<const TextArgument> used() const { return std::span(arguments).first(argument_count); }

  private:
    /// Copies every name to `to`, and points the views to the copies.
    void take_names(char* to) {
        const auto take = [&](std::string_view& name) {
            if (!name.empty()) std::memcpy(to, name.data(), name.size());
            name = std::string_view(to, name.size());
            to += name.size();
        };
        for_each_name(place, take);
        take(note);
        for (TextArgument& argument : std::span(arguments).first(argument_count)) {
            std::string_view name = argument.name();
            take(name);
            argument.set_name(name);
        }
    }
};
static_assert(std::is_trivially_destructible_v<Place> && std::is_trivially_destructible_v<TextArgument>);

void ErrorDetails::destroy() noexcept { ::operator delete(block_); }

void ErrorDetails::replace(Block* block) noexcept {
    destroy();
    block_ = block;
}

ErrorDetails::ErrorDetails(const ErrorText& text, const Place& place, std::span<const TextArgument> arguments)
    : block_(Block::make(text, place, arguments)) {}

ErrorDetails::ErrorDetails(const ErrorDetails& other)
    : block_(other.block_
                 ? Block::make(other.block_->text, other.block_->place, other.block_->used(), other.block_->note)
                 : nullptr) {}

ErrorDetails& ErrorDetails::operator=(const ErrorDetails& other) {
    if (this != &other) *this = ErrorDetails(other);
    return *this;
}

ErrorDetails::Block& ErrorDetails::block() {
    if (block_ == nullptr) block_ = Block::make({}, {}, {});
    return *block_;
}

const Place& ErrorDetails::place() const noexcept {
    static const Place kNone{};
    return block_ ? block_->place : kNone;
}

std::span<const TextArgument> ErrorDetails::arguments() const noexcept {
    return block_ ? block_->used() : std::span<const TextArgument>();
}

std::string_view ErrorDetails::message() const noexcept { return block_ ? block_->text.message : std::string_view(); }
std::string_view ErrorDetails::kernel_line() const noexcept {
    return block_ ? block_->text.kernel_line : std::string_view();
}
std::string_view ErrorDetails::note() const noexcept { return block_ ? block_->note : std::string_view(); }
std::string_view ErrorDetails::hint() const noexcept { return block_ ? block_->text.hint : std::string_view(); }

void ErrorDetails::set_place(const Place& place) {
    Block& old = block();
    replace(Block::make(old.text, place, old.used(), old.note));
}
void ErrorDetails::set_note(std::string_view note) {
    Block& old = block();
    replace(Block::make(old.text, old.place, old.used(), note));
}
void ErrorDetails::set_kernel_line(std::string_view text) { block().text.kernel_line = text; }
void ErrorDetails::set_hint(std::string_view text) { block().text.hint = text; }

}  // namespace rproc::internal
