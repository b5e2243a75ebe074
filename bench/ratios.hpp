// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

namespace rproc::bench {

/// Two benchmarks of one run that do the same work, and are compared at its end.
struct Ratio {
    std::string what;       ///< "pa_to_va N=64"
    std::string ours;       ///< name of the benchmark
    std::string reference;  ///< name of the one that it is measured against
    std::string against;    ///< "the list walk"
    double operations;      ///< operations of one iteration; the printed times are per operation
};

/// The comparisons to print, in the order in which they were added.
inline std::vector<Ratio>& ratios() {
    static std::vector<Ratio> all;
    return all;
}

}  // namespace rproc::bench
