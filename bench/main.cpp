// SPDX-License-Identifier: BSD-2-Clause
//
// Runs the benchmarks, then prints by how much each is faster or slower than its reference in the same run: times of
// different machines, or of different hours on one, cannot be compared.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "ratios.hpp"

namespace {

/// Prints to the console, and keeps the best time of each benchmark, in nanoseconds per iteration.
class Keeper : public benchmark::ConsoleReporter {
  public:
    Keeper() : ConsoleReporter(OO_Tabular) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.run_type != Run::RT_Iteration || run.error_occurred || run.iterations == 0) continue;
            const double time = run.real_accumulated_time * 1e9 / static_cast<double>(run.iterations);
            const auto [kept, first] = best_.try_emplace(run.benchmark_name(), time);
            if (!first) kept->second = std::min(kept->second, time);
        }
        ConsoleReporter::ReportRuns(runs);
    }

    /// The best time, or 0 when that benchmark did not run.
    [[nodiscard]] double best(const std::string& name) const {
        const auto found = best_.find(name);
        return found == best_.end() ? 0 : found->second;
    }

  private:
    std::map<std::string, double> best_;
};

void print_ratio(const rproc::bench::Ratio& ratio, double ours, double reference) {
    const bool faster = ours <= reference;
    fmt::print("{}: {:.1f}x {} than {} ({:.1f} ns, {:.1f} ns)\n", ratio.what,
               faster ? reference / ours : ours / reference, faster ? "faster" : "slower", ratio.against,
               ours / ratio.operations, reference / ratio.operations);
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    Keeper keeper;
    benchmark::RunSpecifiedBenchmarks(&keeper);
    benchmark::Shutdown();
    fmt::print("\n");
    for (const auto& ratio : rproc::bench::ratios()) {
        const double ours = keeper.best(ratio.ours);
        const double reference = keeper.best(ratio.reference);
        if (ours > 0 && reference > 0) print_ratio(ratio, ours, reference);
    }
    return 0;
}
