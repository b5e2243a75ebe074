// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>
#include <version>

#include "rproc/error.hpp"

// The build defines the macro, so that a library and a program of different C++ standards agree. Without a definition
// the standard library's std::expected is used if it has one.
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

/// A value, or the Error that explains why there is none. `std::expected` if the standard library has it,
/// `tl::expected` otherwise; both have the same interface.
template <class T>
using Result = expected_ns::expected<T, Error>;

/// The failed result from an existing error: `return fail(std::move(error));`
[[nodiscard]] inline expected_ns::unexpected<Error> fail(Error error) {
    return expected_ns::unexpected<Error>(std::move(error));
}

/// The failed result from a code: `return fail(ErrorCode::entry_truncated, place::Entry{...}, needed, have);`
/// @param text, place, arguments as in the constructor of `Error`. The compiler checks the number of arguments.
template <class... Arguments>
[[nodiscard]] expected_ns::unexpected<Error> fail(internal::TextOfCount<sizeof...(Arguments)> text, const Place& place,
                                                  const Arguments&... arguments) {
    return expected_ns::unexpected<Error>(Error(text, place, arguments...));
}

}  // namespace rproc

/// Returns the error from the current function if `expression` (a Result) failed. Evaluates `expression` once.
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

/// Declares a variable from the value of `expression` (a Result), or returns its error from the current function:
/// `RPROC_TRY_ASSIGN(auto table, ResourceTableView::parse(bytes));`
#define RPROC_TRY_ASSIGN(declaration, expression) \
    RPROC_TRY_ASSIGN_NAMED(RPROC_TRY_CONCAT(rproc_try_, __LINE__), declaration, expression)
