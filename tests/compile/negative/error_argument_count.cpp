// expect-error: not a constant expression
// SPDX-License-Identifier: BSD-2-Clause
//
// A text with two placeholders requires two arguments.
#include "rproc/result.hpp"

rproc::Result<void> refuse() {
#ifndef RPROC_NEGATIVE
    return rproc::fail(rproc::ErrorCode::table_incomplete, rproc::place::Table{"num"}, 5U, 32U);
#else
    return rproc::fail(rproc::ErrorCode::table_incomplete, rproc::place::Table{"num"}, 5U);
#endif
}

int main() { return refuse() ? 0 : 1; }
