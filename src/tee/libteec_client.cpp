// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/libteec_client.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <tee_client_api.h>

#include "rproc/tee/device_parameters.hpp"

namespace rproc::tee {
namespace {

struct Finalize {
    void operator()(TEEC_Context* context) const noexcept {
        TEEC_FinalizeContext(context);
        delete context;
    }
};

constexpr ErrorText kNoSession{.code = ErrorCode::tee_unreachable,
                               .message = "session {0} is not open",
                               .hint = "open a session with this client first"};

Error failed(std::string_view action, TEEC_Result result, ErrorCode code) {
    const TextArgument arguments[]{action, name_of(static_cast<ResultCode>(result)), result};
    return Error::of(
        {.code = code,
         .message = "{0} failed: libteec returned {1} ({2:#010x})",
         .hint = "ls -l /dev/tee* shows the devices and their group; dmesg | grep -i tee what the kernel says"},
        {}, arguments);
}

Error failed(std::string_view action, TEEC_Result result) {
    const bool denied = static_cast<ResultCode>(result) == ResultCode::access_denied;
    return failed(action, result, denied ? ErrorCode::tee_device_denied : ErrorCode::tee_unreachable);
}

Error no_tee(TEEC_Result result) {
    constexpr std::string_view kAction = "looking for a TEE";
    const bool none = static_cast<ResultCode>(result) == ResultCode::item_not_found;
    return none ? failed(kAction, result, ErrorCode::tee_device_missing) : failed(kAction, result);
}

/// Whether the TEE or the trusted application returned the result; otherwise the request did not reach it.
bool was_asked(TEEC_Result result, std::uint32_t origin) {
    return result == TEEC_SUCCESS || origin == TEEC_ORIGIN_TEE || origin == TEEC_ORIGIN_TRUSTED_APP;
}

TEEC_UUID to_teec(const Uuid& uuid) {
    const auto number = [&](std::size_t first, std::size_t size) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size; ++i) value = value << 8U | uuid[first + i];
        return value;
    };
    TEEC_UUID to{};
    to.timeLow = number(0, 4);
    to.timeMid = static_cast<std::uint16_t>(number(4, 2));
    to.timeHiAndVersion = static_cast<std::uint16_t>(number(6, 2));
    std::copy(uuid.begin() + 8, uuid.end(), to.clockSeqAndNode);
    return to;
}

std::uint32_t to_teec(ParamType type) {
    switch (type) {
        case ParamType::none: break;
        case ParamType::value_input: return TEEC_VALUE_INPUT;
        case ParamType::value_output: return TEEC_VALUE_OUTPUT;
        case ParamType::value_inout: return TEEC_VALUE_INOUT;
        case ParamType::memref_input: return TEEC_MEMREF_PARTIAL_INPUT;
        case ParamType::memref_output: return TEEC_MEMREF_PARTIAL_OUTPUT;
        case ParamType::memref_inout: return TEEC_MEMREF_PARTIAL_INOUT;
    }
    return TEEC_NONE;
}

void copy_outputs(const TEEC_Operation& from, Parameters& to) {
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (device::is_output_value(to[i].type)) {
            to[i].a = from.params[i].value.a;
            to[i].b = from.params[i].value.b;
        }
        if (device::is_output_memref(to[i].type)) to[i].size = from.params[i].memref.size;
    }
}

}  // namespace

// libteec keeps pointers to these structures: none may move while it is in use.
struct LibteecClient::State {
    explicit State(std::unique_ptr<TEEC_Context, Finalize> initialized) : context(std::move(initialized)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        for (auto& [id, session] : sessions) TEEC_CloseSession(&session);
        for (auto& [id, memory] : memories) TEEC_ReleaseSharedMemory(&memory.block);
    }

    struct Memory {
        TEEC_SharedMemory block{};
        std::uint64_t size = 0;
    };

    Result<TEEC_Operation> operation(const Parameters& parameters);
    Result<void> refer(const Parameter& parameter, TEEC_RegisteredMemoryReference& to);

    std::unique_ptr<TEEC_Context, Finalize> context;
    std::map<SessionId, TEEC_Session> sessions;
    std::map<MemoryId, Memory> memories;
    std::uint32_t next_session = 1;
    std::uint32_t next_memory = 1;
};

Result<void> LibteecClient::State::refer(const Parameter& parameter, TEEC_RegisteredMemoryReference& to) {
    const auto found = memories.find(parameter.memory);
    const bool known = found != memories.end();
    RPROC_TRY(device::check_memref(parameter, known ? std::optional(found->second.size) : std::nullopt));
    to.parent = &found->second.block;
    to.size = static_cast<std::size_t>(parameter.size);
    to.offset = static_cast<std::size_t>(parameter.offset);
    return {};
}

Result<TEEC_Operation> LibteecClient::State::operation(const Parameters& parameters) {
    TEEC_Operation operation{};
    operation.paramTypes = TEEC_PARAM_TYPES(to_teec(parameters[0].type), to_teec(parameters[1].type),
                                            to_teec(parameters[2].type), to_teec(parameters[3].type));
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (device::is_memref(parameters[i].type)) RPROC_TRY(refer(parameters[i], operation.params[i].memref));
        if (device::is_input_value(parameters[i].type)) {
            operation.params[i].value.a = parameters[i].a;
            operation.params[i].value.b = parameters[i].b;
        }
    }
    return operation;
}

LibteecClient::LibteecClient(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
LibteecClient::LibteecClient(LibteecClient&& other) noexcept = default;
LibteecClient& LibteecClient::operator=(LibteecClient&& other) noexcept = default;
LibteecClient::~LibteecClient() = default;

Result<LibteecClient> LibteecClient::open() {
    auto context = std::make_unique<TEEC_Context>();
    const TEEC_Result result = TEEC_InitializeContext(nullptr, context.get());
    if (result != TEEC_SUCCESS) return fail(no_tee(result));
    return LibteecClient(std::make_unique<State>(std::unique_ptr<TEEC_Context, Finalize>(context.release())));
}

Result<OpenedSession> LibteecClient::open_session(const Uuid& application, Parameters& parameters) noexcept {
    RPROC_TRY_ASSIGN(TEEC_Operation operation, state_->operation(parameters));
    const TEEC_UUID uuid = to_teec(application);
    const SessionId id{state_->next_session++};
    const auto session = state_->sessions.emplace(id, TEEC_Session{}).first;
    std::uint32_t origin = TEEC_ORIGIN_API;
    const TEEC_Result result = TEEC_OpenSession(state_->context.get(), &session->second, &uuid, TEEC_LOGIN_PUBLIC,
                                                nullptr, &operation, &origin);
    if (result != TEEC_SUCCESS) state_->sessions.erase(session);
    if (!was_asked(result, origin)) return fail(failed("opening a session", result));
    if (result != TEEC_SUCCESS) return OpenedSession{.result = static_cast<ResultCode>(result)};
    copy_outputs(operation, parameters);
    return OpenedSession{.result = ResultCode::success, .session = id};
}

Result<ResultCode> LibteecClient::invoke(SessionId session, std::uint32_t command, Parameters& parameters) noexcept {
    const auto found = state_->sessions.find(session);
    if (found == state_->sessions.end()) {
        return fail(kNoSession, {}, static_cast<std::uint32_t>(session));
    }
    RPROC_TRY_ASSIGN(TEEC_Operation operation, state_->operation(parameters));
    std::uint32_t origin = TEEC_ORIGIN_API;
    const TEEC_Result result = TEEC_InvokeCommand(&found->second, command, &operation, &origin);
    if (!was_asked(result, origin)) return fail(failed("running a command", result));
    if (result == TEEC_SUCCESS) copy_outputs(operation, parameters);
    return static_cast<ResultCode>(result);
}

void LibteecClient::close_session(SessionId session) noexcept {
    const auto found = state_->sessions.find(session);
    if (found == state_->sessions.end()) return;
    TEEC_CloseSession(&found->second);
    state_->sessions.erase(found);
}

// Allocates a copy instead of registering in place: registration requires writable memory, and a firmware is mapped
// read-only.
Result<MemoryId> LibteecClient::register_memory(std::span<const std::byte> bytes) noexcept {
    const MemoryId id{state_->next_memory++};
    const auto memory = state_->memories.emplace(id, State::Memory{}).first;
    TEEC_SharedMemory& block = memory->second.block;
    block.size = std::max<std::size_t>(bytes.size(), 1);
    block.flags = TEEC_MEM_INPUT | TEEC_MEM_OUTPUT;
    const TEEC_Result result = TEEC_AllocateSharedMemory(state_->context.get(), &block);
    if (result != TEEC_SUCCESS) {
        state_->memories.erase(memory);
        return fail(failed("sharing memory", result));
    }
    if (!bytes.empty()) std::memcpy(block.buffer, bytes.data(), bytes.size());
    memory->second.size = bytes.size();
    return id;
}

void LibteecClient::unregister_memory(MemoryId memory) noexcept {
    const auto found = state_->memories.find(memory);
    if (found == state_->memories.end()) return;
    TEEC_ReleaseSharedMemory(&found->second.block);
    state_->memories.erase(found);
}

}  // namespace rproc::tee
