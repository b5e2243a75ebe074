// SPDX-License-Identifier: BSD-2-Clause
// The number of allocations of an error: this executable counts every call of operator new.
#include "rproc/error_details.hpp"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "rproc/resource/table_view.hpp"
#include "rproc/result.hpp"

namespace {

std::size_t allocations = 0;

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace rproc {
namespace {

template <class F>
std::size_t count_allocations(F f) {
    const std::size_t before = allocations;
    f();
    return allocations - before;
}

Result<void> fails(const std::string& name) {
    return fail(ErrorCode::carveout_claimed_twice, place::Carveout{name}, name);
}
Result<void> propagates(const std::string& name) {
    RPROC_TRY(fails(name));
    return {};
}

TEST(ErrorDetails, FailureAllocatesOnceForAnyPlace) {
    const std::string name(100, 'x');
    EXPECT_EQ(count_allocations([&] { EXPECT_FALSE(propagates(name)); }), 1U);
}

TEST(ErrorDetails, MovingAllocatesNothingAndCopyingOnce) {
    const std::string name(100, 'x');
    Error error = fails(name).error();
    EXPECT_EQ(count_allocations([&] { const Error copy = error; }), 1U);
    EXPECT_EQ(count_allocations([&] { const Error moved = std::move(error); }), 0U);
}

TEST(ErrorDetails, SuccessAllocatesNothing) {
    std::array<std::byte, 16> table{};
    table[0] = std::byte{1};  // ver 1, no entries
    EXPECT_EQ(count_allocations([&] { EXPECT_TRUE(ResourceTableView::parse(table)); }), 0U);
}

TEST(ErrorDetails, RefusedTableAllocatesOnce) {
    const std::array<std::byte, 8> table{};
    EXPECT_EQ(count_allocations([&] { EXPECT_FALSE(ResourceTableView::parse(table)); }), 1U);
}

}  // namespace
}  // namespace rproc
