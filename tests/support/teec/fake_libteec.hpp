// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "support/teec/tee_client_api.h"

namespace rproc::test {

/// The state of the fake libteec: one TEE, which each test initialises.
struct FakeLibteec {
    /// The functions that return a result, counted from 1 over all of them; this one fails, once.
    std::size_t failing_call = 0;
    TEEC_Result failure = TEEC_SUCCESS;
    std::uint32_t failure_origin = TEEC_ORIGIN_COMMS;
    std::size_t calls = 0;

    /// The implementation of a command; may write to the operation.
    std::function<TEEC_Result(std::uint32_t command, TEEC_Operation& operation)> application =
        [](std::uint32_t, TEEC_Operation&) { return TEEC_SUCCESS; };

    TEEC_UUID last_application{};
    TEEC_Operation last_operation{};

    /// The open objects, by address. Closing any other is a complaint.
    std::set<const void*> contexts;
    std::set<const void*> sessions;
    std::set<const void*> memories;
    std::vector<std::string> complaints;

    [[nodiscard]] bool nothing_is_left() const { return contexts.empty() && sessions.empty() && memories.empty(); }
};

/// The instance that the functions use.
FakeLibteec& fake_libteec();

}  // namespace rproc::test
