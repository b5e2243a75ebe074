// SPDX-License-Identifier: BSD-2-Clause
#include "support/teec/fake_libteec.hpp"

#include <optional>

namespace rproc::test {

FakeLibteec& fake_libteec() {
    static FakeLibteec fake;
    return fake;
}

namespace {

void expect(bool holds, const char* complaint) {
    if (!holds) fake_libteec().complaints.emplace_back(complaint);
}

std::optional<TEEC_Result> injected() {
    FakeLibteec& fake = fake_libteec();
    if (++fake.calls != fake.failing_call) return std::nullopt;
    return fake.failure;
}

}  // namespace
}  // namespace rproc::test

using rproc::test::expect;
using rproc::test::fake_libteec;
using rproc::test::injected;

TEEC_Result TEEC_InitializeContext(const char* name, TEEC_Context* context) {
    expect(name == nullptr, "asks for a TEE by name");
    if (const auto failure = injected()) return *failure;
    context->initialized = 1;
    fake_libteec().contexts.insert(context);
    return TEEC_SUCCESS;
}

void TEEC_FinalizeContext(TEEC_Context* context) {
    expect(fake_libteec().sessions.empty() && fake_libteec().memories.empty(), "finalizes a context in use");
    expect(fake_libteec().contexts.erase(context) == 1, "finalizes a context that is not initialized");
}

TEEC_Result TEEC_AllocateSharedMemory(TEEC_Context* context, TEEC_SharedMemory* sharedMem) {
    expect(fake_libteec().contexts.contains(context), "allocates without context");
    expect(sharedMem->size != 0 && sharedMem->buffer == nullptr, "allocates memory that is not described");
    if (const auto failure = injected()) return *failure;
    sharedMem->buffer = new std::uint8_t[sharedMem->size];
    sharedMem->context = context;
    fake_libteec().memories.insert(sharedMem);
    return TEEC_SUCCESS;
}

void TEEC_ReleaseSharedMemory(TEEC_SharedMemory* sharedMem) {
    expect(fake_libteec().memories.erase(sharedMem) == 1, "releases memory that is not allocated");
    delete[] static_cast<std::uint8_t*>(sharedMem->buffer);
}

TEEC_Result TEEC_OpenSession(TEEC_Context* context, TEEC_Session* session, const TEEC_UUID* destination,
                             uint32_t connectionMethod, const void* connectionData, TEEC_Operation* operation,
                             uint32_t* returnOrigin) {
    expect(fake_libteec().contexts.contains(context), "opens a session without context");
    expect(connectionMethod == TEEC_LOGIN_PUBLIC && connectionData == nullptr, "does not log in as public");
    expect(operation->started == 0, "an operation has started before it was given");
    fake_libteec().last_application = *destination;
    fake_libteec().last_operation = *operation;
    *returnOrigin = fake_libteec().failure_origin;
    if (const auto failure = injected()) return *failure;
    *returnOrigin = TEEC_ORIGIN_TRUSTED_APP;
    session->context = context;
    fake_libteec().sessions.insert(session);
    return TEEC_SUCCESS;
}

void TEEC_CloseSession(TEEC_Session* session) {
    expect(fake_libteec().sessions.erase(session) == 1, "closes a session that is not open");
}

TEEC_Result TEEC_InvokeCommand(TEEC_Session* session, uint32_t commandID, TEEC_Operation* operation,
                               uint32_t* returnOrigin) {
    expect(fake_libteec().sessions.contains(session), "invokes without session");
    expect(operation->started == 0, "an operation has started before it was given");
    fake_libteec().last_operation = *operation;
    *returnOrigin = fake_libteec().failure_origin;
    if (const auto failure = injected()) return *failure;
    *returnOrigin = TEEC_ORIGIN_TRUSTED_APP;
    return fake_libteec().application(commandID, *operation);
}
