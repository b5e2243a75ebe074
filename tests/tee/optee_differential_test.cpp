// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tee/optee_deviations.hpp"
#include "tee/optee_packages.hpp"
#include "tee/optee_reference.hpp"
#include "tee/tee_fixture.hpp"

namespace rproc {
namespace {

using tee::ResultCode;
using tee::SoftwareTeePolicy;
using test::BareTee;
using test::Bytes;
using test::Draft;
using test::OpteeReference;
using test::ReferenceOutcome;

constexpr std::uint32_t kSeed = 20260427;
constexpr std::size_t kPackages = 2000;
/// Memories are not zero before LOAD_FW, so that a byte that is cleared differs from one that is left alone.
constexpr std::byte kBefore{0xa5};

std::vector<tee::RemoteMemory> tee_memories() {
    std::vector<tee::RemoteMemory> memories;
    for (const test::MemoryPlan& plan : test::kPlannedMemories)
        memories.push_back({DeviceAddress(plan.da), *PhysicalRange::make(PhysicalAddress(plan.pa), plan.size)});
    return memories;
}

OpteeReference reference_for(const Draft& draft) {
    OpteeReference reference;
    for (const test::MemoryPlan& plan : test::kPlannedMemories)
        reference.memories.push_back({plan.da, plan.pa, Bytes(plan.size, kBefore)});
    reference.trusted = draft.trusted;
    reference.free_heap = draft.heap - 208;
    reference.image_limit = draft.image_limit;
    return reference;
}

BareTee tee_for(const Draft& draft, const PublicKey& key) {
    SoftwareTeePolicy policy{.keys = tee::TrustedKeys(key), .checks = SoftwareTeePolicy::Checks::as_optee};
    policy.limits.heap = draft.heap;
    policy.limits.image_limit = draft.image_limit;
    return BareTee(policy, tee_memories());
}

void fill_memories(BareTee& tee) {
    for (const tee::RemoteMemory& memory : tee.memories) std::ranges::fill(tee.memory.map(memory.pa)->bytes(), kBefore);
}

Bytes contents_of(const OpteeReference& reference) {
    Bytes all;
    for (const test::ReferenceMemory& memory : reference.memories) test::append(all, memory.bytes);
    return all;
}

TEST(AsOptee, AgreesWithASecondStatementOfItsRules) {
    const SigningKey key = test::signing_key("rsa2048");
    const auto deviations = test::all_deviations();
    std::map<ResultCode, int> counts;
    int tables = 0;
    test::Dice dice(kSeed);
    for (std::size_t i = 0; i < kPackages; ++i) {
        const Draft draft = test::make_package(dice, deviations, key);
        OpteeReference reference = reference_for(draft);
        const ReferenceOutcome expected = reference.load(draft.file);
        BareTee tee = tee_for(draft, key.public_key());
        fill_memories(tee);
        const ResultCode result = tee.load(draft.file);
        const std::string which = fmt::format("seed {}, package {}: {}", kSeed, i, draft.description);
        ++counts[expected.result];
        EXPECT_EQ(result, expected.result)
            << which << ": " << tee::name_of(result) << " (" << tee.tee.last_load(0).reason << ") instead of "
            << tee::name_of(expected.result);
        EXPECT_TRUE(tee.seen() == contents_of(reference)) << which << ": the memories differ";
        if (result != ResultCode::success) continue;
        std::uint64_t pa = 0;
        std::uint64_t size = 0;
        EXPECT_EQ(tee.get_table(pa, size), ResultCode::success) << which;
        EXPECT_EQ(pa, expected.table_pa) << which;
        EXPECT_EQ(size, expected.table_size) << which;
        if (expected.table_size != 0) ++tables;
    }
    for (const auto& [result, count] : counts) std::cout << fmt::format("{:5} {}\n", count, tee::name_of(result));
    EXPECT_GE(counts.size(), 9U);
    EXPECT_GE(counts[ResultCode::success], 100);
    EXPECT_GE(tables, 50);
}

}  // namespace
}  // namespace rproc
