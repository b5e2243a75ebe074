// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_messages.hpp"

#include <linux/tee.h>
#include <sys/ioctl.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <tuple>
#include <type_traits>

#include "rproc/tee/device_parameters.hpp"

namespace rproc::tee::device {
namespace {

// The interface is the same for 32-bit and 64-bit programs; these hold on every host.
static_assert(sizeof(tee_ioctl_version_data) == 12);
static_assert(sizeof(tee_ioctl_buf_data) == 16 && alignof(tee_ioctl_buf_data) == 8);
static_assert(sizeof(tee_ioctl_shm_alloc_data) == 16 && offsetof(tee_ioctl_shm_alloc_data, id) == 12);
static_assert(sizeof(tee_ioctl_shm_register_data) == 24 && offsetof(tee_ioctl_shm_register_data, id) == 20);
static_assert(sizeof(tee_ioctl_close_session_arg) == 4);
static_assert(sizeof(tee_ioctl_open_session_arg) == 56 && alignof(tee_ioctl_open_session_arg) == 8);
static_assert(offsetof(tee_ioctl_open_session_arg, clnt_login) == 32);
static_assert(offsetof(tee_ioctl_open_session_arg, session) == 40);
static_assert(offsetof(tee_ioctl_open_session_arg, ret) == 44);
static_assert(offsetof(tee_ioctl_open_session_arg, num_params) == 52);
static_assert(sizeof(tee_ioctl_invoke_arg) == 24 && alignof(tee_ioctl_invoke_arg) == 8);
static_assert(offsetof(tee_ioctl_invoke_arg, session) == 4);
static_assert(offsetof(tee_ioctl_invoke_arg, ret) == 12);
static_assert(offsetof(tee_ioctl_invoke_arg, num_params) == 20);

static_assert(sizeof(tee_ioctl_param) == 32 && sizeof(WireParameter) == 32);
static_assert(offsetof(tee_ioctl_param, attr) == offsetof(WireParameter, attr));
static_assert(offsetof(tee_ioctl_param, a) == offsetof(WireParameter, a));
static_assert(offsetof(tee_ioctl_param, b) == offsetof(WireParameter, b));
static_assert(offsetof(tee_ioctl_param, c) == offsetof(WireParameter, c));
static_assert(std::is_trivially_copyable_v<WireParameters> && sizeof(WireParameters) == 128);

static_assert(TEE_IMPL_ID_OPTEE == kOptee && TEE_GEN_CAP_REG_MEM == kRegistersMemory);
static_assert(sizeof(Uuid) == TEE_IOCTL_UUID_LEN);
static_assert(static_cast<int>(ParamType::value_input) == TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT);
static_assert(static_cast<int>(ParamType::value_output) == TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT);
static_assert(static_cast<int>(ParamType::value_inout) == TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT);
static_assert(static_cast<int>(ParamType::memref_input) == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT);
static_assert(static_cast<int>(ParamType::memref_output) == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT);
static_assert(static_cast<int>(ParamType::memref_inout) == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT);

constexpr std::uint32_t kParameters = 4;
static_assert(std::tuple_size_v<WireParameters> == kParameters);

/// Copies a structure to the start of `bytes`. @returns the bytes after it.
template <class T>
std::span<std::byte> put(std::span<std::byte> bytes, const T& structure) noexcept {
    std::memcpy(bytes.data(), &structure, sizeof(T));
    return bytes.subspan(sizeof(T));
}

template <class T>
T get(std::span<const std::byte> bytes) noexcept {
    T structure;
    std::memcpy(&structure, bytes.data(), sizeof(T));
    return structure;
}

/// Zero-initialises a structure that ends in a flexible array, which has no initializer in standard C++.
template <class T>
T zeros() noexcept {
    return get<T>(std::array<std::byte, sizeof(T)>{});
}

/// @tparam Argument the structure that precedes the parameters.
template <class Argument>
Answer answer(std::span<const std::byte> bytes) noexcept {
    const auto argument = get<Argument>(bytes);
    return {.result = static_cast<ResultCode>(argument.ret),
            .session = SessionId{argument.session},
            .parameters = get<WireParameters>(bytes.subspan(sizeof(Argument)))};
}

}  // namespace

WireParameter wire_value(const Parameter& parameter) noexcept {
    WireParameter wire{.attr = static_cast<std::uint64_t>(parameter.type)};
    if (is_input_value(parameter.type)) {
        wire.a = parameter.a;
        wire.b = parameter.b;
    }
    return wire;
}

WireParameter wire_memref(const Parameter& parameter, std::int32_t memory) noexcept {
    return {.attr = static_cast<std::uint64_t>(parameter.type),
            .a = parameter.offset,
            .b = parameter.size,
            .c = static_cast<std::uint64_t>(memory)};
}

void copy_outputs(const WireParameters& from, Parameters& to) noexcept {
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (is_output_value(to[i].type)) {
            to[i].a = static_cast<std::uint32_t>(from[i].a);
            to[i].b = static_cast<std::uint32_t>(from[i].b);
        }
        if (is_output_memref(to[i].type)) to[i].size = from[i].b;
    }
}

Message Message::version() noexcept { return Message(TEE_IOC_VERSION); }

Message Message::allocate_memory(std::uint64_t size) noexcept {
    Message message(TEE_IOC_SHM_ALLOC);
    tee_ioctl_shm_alloc_data argument{};
    argument.size = size;
    put(message.bytes_, argument);
    return message;
}

Message Message::register_memory(const std::byte* address, std::uint64_t size) noexcept {
    Message message(TEE_IOC_SHM_REGISTER);
    tee_ioctl_shm_register_data argument{};
    argument.addr = reinterpret_cast<std::uintptr_t>(address);
    argument.length = size;
    put(message.bytes_, argument);
    return message;
}

Message Message::close_on_exec() noexcept { return Message(FIOCLEX); }

Message Message::open_session(const Uuid& application, const WireParameters& parameters) noexcept {
    Message message(TEE_IOC_OPEN_SESSION);
    auto argument = zeros<tee_ioctl_open_session_arg>();
    std::memcpy(argument.uuid, application.data(), application.size());
    argument.clnt_login = TEE_IOCTL_LOGIN_PUBLIC;
    argument.num_params = kParameters;
    put(put(message.bytes_, argument), parameters);
    message.referred_ = sizeof(argument) + sizeof(parameters);
    return message;
}

Message Message::invoke(SessionId session, std::uint32_t command, const WireParameters& parameters) noexcept {
    Message message(TEE_IOC_INVOKE);
    auto argument = zeros<tee_ioctl_invoke_arg>();
    argument.func = command;
    argument.session = static_cast<std::uint32_t>(session);
    argument.num_params = kParameters;
    put(put(message.bytes_, argument), parameters);
    message.referred_ = sizeof(argument) + sizeof(parameters);
    return message;
}

Message Message::close_session(SessionId session) noexcept {
    Message message(TEE_IOC_CLOSE_SESSION);
    tee_ioctl_close_session_arg argument{};
    argument.session = static_cast<std::uint32_t>(session);
    put(message.bytes_, argument);
    return message;
}

void* Message::argument() noexcept {
    if (referred_ == 0) return bytes_.data();
    tee_ioctl_buf_data reference{};
    reference.buf_ptr = reinterpret_cast<std::uintptr_t>(bytes_.data());
    reference.buf_len = referred_;
    put(reference_, reference);
    return reference_.data();
}

Version Message::versions() const noexcept {
    const auto data = get<tee_ioctl_version_data>(bytes_);
    return {
        .implementation = data.impl_id, .implementation_capabilities = data.impl_caps, .capabilities = data.gen_caps};
}

std::int32_t Message::allocated() const noexcept { return get<tee_ioctl_shm_alloc_data>(bytes_).id; }

std::int32_t Message::registered() const noexcept { return get<tee_ioctl_shm_register_data>(bytes_).id; }

Answer Message::opened() const noexcept { return answer<tee_ioctl_open_session_arg>(bytes_); }

Answer Message::invoked() const noexcept { return answer<tee_ioctl_invoke_arg>(bytes_); }

}  // namespace rproc::tee::device
