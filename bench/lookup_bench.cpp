// SPDX-License-Identifier: BSD-2-Clause
//
// From an address to its bytes, among N carveouts scattered over the address space and registered in no order. Queries
// are random and so many that a branch predictor cannot learn them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "kernel_list.hpp"
#include "ratios.hpp"
#include "rproc/memory/carveout_registry.hpp"
#include "rproc/memory/model_memory.hpp"

namespace rproc::bench {
namespace {

constexpr std::size_t kQueries = 65536;
constexpr std::uint64_t kSize = 4096;          // of a carveout, bytes
constexpr std::uint64_t kAsked = 4;            // bytes of a lookup
constexpr std::uint64_t kDaToPa = 0x10000000;  // pa - da

/// N carveouts, both in the registry and in the list, and the device addresses to look up.
class Memories {
  public:
    explicit Memories(std::size_t count) {
        std::mt19937_64 random(count);  // NOLINT: the same numbers in every run
        const std::vector<std::uint64_t> starts = scattered(count, random);
        for (const std::uint64_t da : starts) add(da);
        registry.index();
        for (std::uint64_t& query : queries) query = starts[random() % count] + random() % (kSize - kAsked);
    }

    CarveoutRegistry& carveouts() { return registry; }
    KernelList list;
    std::vector<std::uint64_t> queries = std::vector<std::uint64_t>(kQueries);

  private:
    /// Gaps of 0 to 15 carveouts between neighbours, then shuffled.
    static std::vector<std::uint64_t> scattered(std::size_t count, std::mt19937_64& random) {
        std::vector<std::uint64_t> starts(count);
        std::uint64_t next = 0x10000;
        for (std::uint64_t& start : starts) {
            next += kSize * (random() % 16);
            start = next;
            next += kSize;
        }
        std::ranges::shuffle(starts, random);
        return starts;
    }

    void add(std::uint64_t da) {
        const PhysicalAddress pa(da + kDaToPa);
        Carveout& carveout = *registry.add(Carveout::region("c", DeviceAddress(da), pa, kSize)).value();
        if (!registry.map(carveout, memory)) std::abort();
        list.add(da, pa.value(), kSize, carveout.mapping.bytes().data());
    }

    ModelMemory memory;
    CarveoutRegistry registry;
};

template <class Lookup>
void run(benchmark::State& state, Lookup lookup) {
    Memories memories(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state)
        for (const std::uint64_t query : memories.queries) benchmark::DoNotOptimize(lookup(memories, query));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kQueries));
}

void pa_to_va(benchmark::State& state) {
    run(state, [](Memories& m, std::uint64_t da) {
        return m.carveouts().pa_to_va(PhysicalAddress(da + kDaToPa), kAsked).data();
    });
}
void pa_to_va_list(benchmark::State& state) {
    run(state, [](Memories& m, std::uint64_t da) { return m.list.pa_to_va(da + kDaToPa, kAsked); });
}
void da_to_va(benchmark::State& state) {
    run(state, [](Memories& m, std::uint64_t da) { return m.carveouts().da_to_va(DeviceAddress(da), kAsked).data(); });
}
void da_to_va_list(benchmark::State& state) {
    run(state, [](Memories& m, std::uint64_t da) { return m.list.da_to_va(da, kAsked); });
}

bool compare(const std::string& name, void (*ours)(benchmark::State&), void (*list)(benchmark::State&)) {
    auto* const our_benchmark = benchmark::RegisterBenchmark(name.c_str(), ours);
    auto* const list_benchmark = benchmark::RegisterBenchmark((name + "_list").c_str(), list);
    for (const std::int64_t n : {1, 3, 6, 16, 64, 256, 1024}) {
        our_benchmark->Arg(n);
        list_benchmark->Arg(n);
        ratios().push_back({fmt::format("{} N={}", name, n), fmt::format("{}/{}", name, n),
                            fmt::format("{}_list/{}", name, n), "the list walk", static_cast<double>(kQueries)});
    }
    return true;
}

const bool kCompared = compare("pa_to_va", &pa_to_va, &pa_to_va_list) && compare("da_to_va", &da_to_va, &da_to_va_list);

}  // namespace
}  // namespace rproc::bench
