// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>
#include <version>

#include "rproc/error.hpp"

// The build says which one, so that a library and a program compiled for different standards agree; without a build
// that says so, the standard library's is taken where there is one.
#if !defined(RPROC_USE_STD_EXPECTED)
#if defined(__cpp_lib_expected) && __cpp_lib_expected >= 202202L
#define RPROC_USE_STD_EXPECTED 1
#else
#define RPROC_USE_STD_EXPECTED 0
#endif
#endif

#if RPROC_USE_STD_EXPECTED
#include <expected>
#else
#include <tl/expected.hpp>
#endif

namespace rproc {

#if RPROC_USE_STD_EXPECTED
namespace expected_ns = std;
#else
namespace expected_ns = tl;
#endif

/// A value, or the one error that says why there is none. `std::expected` where the standard library has it,
/// `tl::expected` otherwise: the same interface.
template <class T>
using Result = expected_ns::expected<T, Error>;

/// The failed outcome: `return fail(std::move(error));`
[[nodiscard]] inline expected_ns::unexpected<Error> fail(Error error) {
    return expected_ns::unexpected<Error>(std::move(error));
}

/// The failed outcome: `return fail(ErrorCode::entry_truncated, place::Entry{...}, needed, have);`
/// The parameters are those of `Error`; the compiler counts the arguments.
template <class... Arguments>
[[nodiscard]] expected_ns::unexpected<Error> fail(internal::TextOfCount<sizeof...(Arguments)> text, const Place& place,
                                                  const Arguments&... arguments) {
    return expected_ns::unexpected<Error>(Error(text, place, arguments...));
}

}  // namespace rproc

/// Leaves the current function with the error when `expression` (a Result) failed.
#define RPROC_TRY(expression)                                          \
    do {                                                               \
        if (auto rproc_try_result = (expression); !rproc_try_result)   \
            return ::rproc::fail(std::move(rproc_try_result).error()); \
    } while (false)

#define RPROC_TRY_CONCAT_INNER(a, b) a##b
#define RPROC_TRY_CONCAT(a, b) RPROC_TRY_CONCAT_INNER(a, b)
#define RPROC_TRY_ASSIGN_NAMED(name, declaration, expression) \
    auto name = (expression);                                 \
    if (!name) return ::rproc::fail(std::move(name).error()); \
    declaration = *std::move(name)

/// Declares a variable from the value of `expression`, or leaves the current function with its error:
/// `RPROC_TRY_ASSIGN(auto table, ResourceTableView::parse(bytes));`
#define RPROC_TRY_ASSIGN(declaration, expression) \
    RPROC_TRY_ASSIGN_NAMED(RPROC_TRY_CONCAT(rproc_try_, __LINE__), declaration, expression)
