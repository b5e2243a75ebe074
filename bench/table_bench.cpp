// SPDX-License-Identifier: BSD-2-Clause
//
// A resource table: checked, and every entry decoded and visited, against a copy of its bytes.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "ratios.hpp"
#include "rproc/resource/entries.hpp"
#include "rproc/resource/table_builder.hpp"

namespace rproc::bench {
namespace {

std::vector<std::byte> table_of(std::int64_t entries) {
    ResourceTableBuilder builder;
    for (std::int64_t i = 0; i < entries; ++i) {
        switch (i % 3) {
            case 0: builder.carveout("heap", wire::kAddressAny, 0x1000); break;
            case 1: builder.trace("log", 0x10000000, 0x400); break;
            default: builder.vdev(7, 1, {{}, {}}); break;
        }
    }
    return builder.build();
}

/// Reads one field of each entry, so that the compiler keeps the decoding.
struct Sum {
    std::uint64_t value = 0;

    Result<void> operator()(const ResourceEntry& /*entry*/, const wire::Carveout& carveout) {
        return add(carveout.len);
    }
    Result<void> operator()(const ResourceEntry& /*entry*/, const wire::Devmem& devmem) { return add(devmem.len); }
    Result<void> operator()(const ResourceEntry& /*entry*/, const wire::Trace& trace) { return add(trace.len); }
    Result<void> operator()(const ResourceEntry& /*entry*/, const VdevEntry& vdev) { return add(vdev.header().id); }
    Result<void> operator()(const ResourceEntry& entry) { return add(entry.type()); }

    Result<void> add(std::uint64_t more) {
        value += more;
        return {};
    }
};

void table_visit(benchmark::State& state) {
    const auto table = table_of(state.range(0));
    for (auto _ : state) {
        Sum sum;
        const auto view = ResourceTableView::parse(table);
        const auto visited = view->for_each([&](const ResourceEntry& entry) { return visit(entry, sum); });
        benchmark::DoNotOptimize(visited.has_value());
        benchmark::DoNotOptimize(sum.value);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void table_copy(benchmark::State& state) {
    const auto table = table_of(state.range(0));
    std::vector<std::byte> copy(table.size());
    for (auto _ : state) {
        std::memcpy(copy.data(), table.data(), table.size());
        benchmark::DoNotOptimize(copy.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

bool compare() {
    auto* const visiting = benchmark::RegisterBenchmark("table_visit", &table_visit);
    auto* const copying = benchmark::RegisterBenchmark("table_copy", &table_copy);
    for (const std::int64_t n : {6, 64, 1024}) {
        visiting->Arg(n);
        copying->Arg(n);
        ratios().push_back({fmt::format("table parse and visit, {} entries", n), fmt::format("table_visit/{}", n),
                            fmt::format("table_copy/{}", n), "a copy of its bytes", static_cast<double>(n)});
    }
    return true;
}

const bool kCompared = compare();

}  // namespace
}  // namespace rproc::bench
