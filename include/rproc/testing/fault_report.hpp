// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// Something that did not hold.
struct FaultViolation {
    std::string scenario;
    std::string fault;  ///< which was injected, in words
    std::string what;
};

/// What came of injecting every fault.
struct FaultReport {
    struct Point {
        std::string name;
        std::size_t injected;
    };

    std::size_t runs = 0;  ///< with a fault in them; each begins with another one
    std::vector<Point> points{};
    std::vector<FaultViolation> violations{};

    /// How many faults were injected.
    [[nodiscard]] std::size_t injected() const noexcept {
        std::size_t sum = 0;
        for (const Point& point : points) sum += point.injected;
        return sum;
    }

    void add(const std::string& point, std::size_t injected) {
        if (injected == 0) return;
        const auto found = std::ranges::find(points, point, &Point::name);
        if (found == points.end()) {
            points.push_back({point, injected});
        } else {
            found->injected += injected;
        }
    }

    FaultReport& operator+=(const FaultReport& other) {
        runs += other.runs;
        for (const Point& point : other.points) add(point.name, point.injected);
        violations.insert(violations.end(), other.violations.begin(), other.violations.end());
        return *this;
    }
};

/// For people: how many faults were injected and where, then a line for each violation. Ends without a line break.
[[nodiscard]] inline std::string to_string(const FaultReport& report) {
    std::string text = fmt::format("{} faults injected in {} runs, {} violations", report.injected(), report.runs,
                                   report.violations.size());
    for (const auto& point : report.points) text += fmt::format("\n  {:6} {}", point.injected, point.name);
    for (const auto& violation : report.violations)
        text += fmt::format("\n  {}: {}: {}", violation.scenario, violation.fault, violation.what);
    return text;
}

}  // namespace rproc::testing
