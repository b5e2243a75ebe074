// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <linux/tee.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "rproc/tee/device_os.hpp"

namespace rproc::test {

/// A small model of the kernel's TEE driver. It answers the system calls of a `DeviceOs`, records a violation of the
/// interface as a complaint, and counts the open descriptors and mappings.
class TeeDriver {
  public:
    struct Node {
        std::uint32_t implementation = TEE_IMPL_ID_OPTEE;
        std::errc open_error{};
        std::errc version_error{};
        std::uint32_t capabilities = TEE_GEN_CAP_GP;
    };
    /// The trusted application: may write to the parameters, and returns the result.
    using Application = std::function<std::uint32_t(std::uint32_t command, std::span<tee_ioctl_param> parameters)>;

    std::map<std::string, Node> nodes{{"/dev/tee0", {}}};
    std::uint32_t open_result = 0;
    /// The largest block that can be allocated, as with dynamic shared memory.
    std::size_t largest_block = std::size_t{4} << 20U;
    /// The largest memory that can be registered.
    std::size_t largest_registration = SIZE_MAX;
    /// Called in the open of a session, before its answer.
    std::function<void()> during_open = [] {};
    Application application = [](std::uint32_t, std::span<tee_ioctl_param>) { return 0U; };

    /// The `number`th call that can fail (from 1: open, ioctl, map) fails, once.
    void fail_call(std::size_t number, std::errc error) {
        failing_call_ = number;
        call_error_ = error;
    }
    [[nodiscard]] std::size_t calls() const { return calls_; }
    [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
    /// The bytes of the last message with parameters, as received.
    [[nodiscard]] const std::vector<std::byte>& last_message() const { return last_message_; }

    [[nodiscard]] std::size_t descriptors() const { return devices_.size() + memory_descriptors_.size(); }
    [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }
    [[nodiscard]] std::size_t mappings() const { return mappings_.size(); }
    [[nodiscard]] std::size_t memories() const { return memories_.size() + registered_.size(); }
    [[nodiscard]] std::size_t registrations() const { return registered_.size(); }
    [[nodiscard]] bool nothing_is_left() const { return descriptors() + sessions() + mappings() + memories() == 0; }
    /// The bytes that the TEE sees of a memory.
    [[nodiscard]] std::span<const std::byte> memory(std::uint64_t id) const {
        const auto found = registered_.find(id);
        return found == registered_.end() ? std::span<const std::byte>(memories_.at(id)) : found->second.bytes;
    }

    tee::SystemResult<int> open(const std::string& path) {
        if (const auto error = injected()) return failed(*error);
        const auto node = nodes.find(path);
        if (node == nodes.end()) return failed(std::errc::no_such_file_or_directory);
        if (node->second.open_error != std::errc{}) return failed(node->second.open_error);
        devices_.emplace(next_fd_, path);
        return next_fd_++;
    }

    tee::SystemResult<int> ioctl(int fd, unsigned long request, void* argument) {
        if (const auto error = injected()) return failed(*error);
        if (request == FIOCLEX && memory_descriptors_.contains(fd)) {
            closed_on_exec_.insert(fd);
            return 0;
        }
        if (!devices_.contains(fd)) return failed(std::errc::bad_file_descriptor);
        switch (request) {
            case TEE_IOC_VERSION: return version(nodes.at(devices_.at(fd)), argument);
            case TEE_IOC_SHM_ALLOC: return allocate(argument);
            case TEE_IOC_SHM_REGISTER: return register_memory(nodes.at(devices_.at(fd)), argument);
            case TEE_IOC_OPEN_SESSION: return open_session(fd, argument);
            case TEE_IOC_INVOKE: return invoke(fd, argument);
            case TEE_IOC_CLOSE_SESSION: return close_session(fd, argument);
            default: complaints_.push_back("unknown request"); return failed(std::errc::invalid_argument);
        }
    }

    tee::SystemResult<std::span<std::byte>> map(int fd, std::size_t size) {
        if (const auto error = injected()) return failed(*error);
        const auto found = memory_descriptors_.find(fd);
        if (found == memory_descriptors_.end()) return failed(std::errc::no_such_device);
        if (registered_.contains(found->second)) return failed(std::errc::invalid_argument);
        auto& bytes = memories_.at(found->second);
        if (size == 0 || size > bytes.size()) return failed(std::errc::invalid_argument);
        mappings_.emplace(bytes.data(), Mapped{found->second, size});
        return std::span(bytes).first(size);
    }

    void unmap(std::span<std::byte> bytes) {
        const auto found = mappings_.find(bytes.data());
        if (found == mappings_.end() || found->second.size != bytes.size()) {
            complaints_.push_back("unmaps what is not mapped");
            return;
        }
        const std::uint64_t id = found->second.memory;
        mappings_.erase(found);
        free_unless_used(id);
    }

    void close(int fd) {
        if (devices_.erase(fd) == 1) {
            std::erase_if(sessions_, [&](const auto& session) { return session.second == fd; });
            return;
        }
        const auto found = memory_descriptors_.find(fd);
        if (found == memory_descriptors_.end()) {
            complaints_.push_back("closes what is not open");
            return;
        }
        const std::uint64_t id = found->second;
        memory_descriptors_.erase(found);
        closed_on_exec_.erase(fd);
        if (registered_.contains(id)) expect_unchanged(id);
        registered_.erase(id);
        free_unless_used(id);
    }

  private:
    static constexpr std::size_t kPage = 4096;

    /// Memory of the program, which the kernel pins in whole pages.
    struct Registered {
        std::span<std::byte> bytes;     ///< of the program
        std::vector<std::byte> before;  ///< its pages, when they were registered
    };

    struct Mapped {
        std::uint64_t memory;
        std::size_t size;
    };

    static expected_ns::unexpected<std::errc> failed(std::errc error) {
        return expected_ns::unexpected<std::errc>(error);
    }

    template <class T>
    static T load(const void* from) {
        T value;
        std::memcpy(&value, from, sizeof(T));
        return value;
    }

    template <class T>
    static T zeros() {
        return load<T>(std::array<std::byte, sizeof(T)>{}.data());
    }

    template <class T>
    static bool same_bytes(const T& a, const T& b) {
        return std::memcmp(&a, &b, sizeof(T)) == 0;
    }

    void expect(bool holds, const std::string& complaint) {
        if (!holds) complaints_.push_back(complaint);
    }

    std::optional<std::errc> injected() {
        if (++calls_ != failing_call_) return std::nullopt;
        return call_error_;
    }

    tee::SystemResult<int> version(const Node& node, void* argument) {
        if (node.version_error != std::errc{}) return failed(node.version_error);
        const tee_ioctl_version_data data{node.implementation, TEE_OPTEE_CAP_TZ, node.capabilities};
        std::memcpy(argument, &data, sizeof(data));
        return 0;
    }

    tee::SystemResult<int> allocate(void* argument) {
        expect(reinterpret_cast<std::uintptr_t>(argument) % alignof(std::uint64_t) == 0, "allocate: not aligned");
        auto data = load<tee_ioctl_shm_alloc_data>(argument);
        expect(data.flags == 0 && data.id == 0, "allocate: flags or id are not zero");
        if (data.size == 0 || data.flags != 0) return failed(std::errc::invalid_argument);
        if (data.size > largest_block) return failed(std::errc::not_enough_memory);
        const std::size_t size = (static_cast<std::size_t>(data.size) + kPage - 1) / kPage * kPage;
        data.size = size;
        data.flags = 1;
        data.id = static_cast<std::int32_t>(next_memory_);
        std::memcpy(argument, &data, sizeof(data));
        memories_.emplace(next_memory_, std::vector<std::byte>(size));
        memory_descriptors_.emplace(next_fd_, next_memory_++);
        return next_fd_++;
    }

    tee::SystemResult<int> register_memory(const Node& node, void* argument) {
        expect(reinterpret_cast<std::uintptr_t>(argument) % alignof(std::uint64_t) == 0, "register: not aligned");
        auto data = load<tee_ioctl_shm_register_data>(argument);
        expect(data.flags == 0 && data.id == 0, "register: flags or id are not zero");
        if (data.flags != 0 || data.length == 0) return failed(std::errc::invalid_argument);
        if ((node.capabilities & TEE_GEN_CAP_REG_MEM) == 0) return failed(std::errc::operation_not_supported);
        if (data.length > largest_registration) return failed(std::errc::not_enough_memory);
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        expect(data.addr % page == 0, "register: the TEE sees what lies before the memory in its first page");
        const auto length = static_cast<std::size_t>(data.length);
        const std::span bytes(reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(data.addr)), length);
        // The kernel pins its pages for writing: they must be readable and writable to the end of the last one.
        const std::span pages(bytes.data(), (length + page - 1) / page * page);
        expect(std::ranges::all_of(pages.subspan(length), [](std::byte byte) { return byte == std::byte{0}; }),
               "register: the TEE sees what lies after the memory in its last page");
        registered_.emplace(next_memory_, Registered{bytes, {pages.begin(), pages.end()}});
        data.flags = 2;
        data.id = static_cast<std::int32_t>(next_memory_);
        std::memcpy(argument, &data, sizeof(data));
        memory_descriptors_.emplace(next_fd_, next_memory_++);
        return next_fd_++;
    }

    void expect_unchanged(std::uint64_t id) {
        const Registered& memory = registered_.at(id);
        expect(std::equal(memory.before.begin(), memory.before.end(), memory.bytes.data()),
               "registered memory changed while the TEE could read it");
    }

    /// What must hold of the memory of a memref in a command.
    void check_use_of(std::uint64_t id) {
        if (!registered_.contains(id)) return;
        expect_unchanged(id);
        const auto descriptor =
            std::ranges::find(memory_descriptors_, id, [](const auto& entry) { return entry.second; });
        expect(closed_on_exec_.contains(descriptor->first), "a registration's descriptor is inherited by programs");
    }

    /// The message that `argument` refers to; nothing when it is not one of an `Argument` with its parameters.
    template <class Argument>
    std::optional<std::span<std::byte>> message(void* argument) {
        expect(reinterpret_cast<std::uintptr_t>(argument) % alignof(std::uint64_t) == 0, "reference: not aligned");
        const auto reference = load<tee_ioctl_buf_data>(argument);
        expect(reference.buf_ptr % alignof(std::uint64_t) == 0, "message: not aligned");
        if (reference.buf_len > TEE_MAX_ARG_SIZE || reference.buf_len < sizeof(Argument)) return std::nullopt;
        const std::span bytes(reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(reference.buf_ptr)),
                              static_cast<std::size_t>(reference.buf_len));
        last_message_.assign(bytes.begin(), bytes.end());
        const std::size_t number = load<Argument>(bytes.data()).num_params;
        if (bytes.size() != sizeof(Argument) + number * sizeof(tee_ioctl_param)) return std::nullopt;
        return bytes;
    }

    /// The parameters at `bytes`; nothing when one is invalid.
    std::optional<std::vector<tee_ioctl_param>> parameters(std::span<const std::byte> bytes) {
        std::vector<tee_ioctl_param> all;
        for (; !bytes.empty(); bytes = bytes.subspan(sizeof(tee_ioctl_param))) {
            all.push_back(load<tee_ioctl_param>(bytes.data()));
            if (!acceptable(all.back())) return std::nullopt;
        }
        return all;
    }

    bool acceptable(const tee_ioctl_param& given) {
        tee_ioctl_param meaningful{};
        meaningful.attr = given.attr;
        switch (given.attr) {
            case TEE_IOCTL_PARAM_ATTR_TYPE_NONE:
            case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT: break;
            case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT:
            case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT:
                meaningful.a = given.a & UINT32_MAX;
                meaningful.b = given.b & UINT32_MAX;
                break;
            case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT:
            case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT:
            case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT:
                meaningful = given;
                if (!memories_.contains(given.c) && !registered_.contains(given.c)) return false;
                check_use_of(given.c);
                if (given.a > memory(given.c).size() || given.b > memory(given.c).size() - given.a) return false;
                break;
            default: return false;
        }
        expect(same_bytes(given, meaningful), "parameter: a byte without meaning is not zero");
        return true;
    }

    /// Writes the outputs as the driver does: the values, and the size of output memory.
    static void write_back(std::span<std::byte> bytes, std::span<const tee_ioctl_param> all) {
        for (const tee_ioctl_param& parameter : all) {
            auto to = load<tee_ioctl_param>(bytes.data());
            const bool value =
                to.attr == TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT || to.attr == TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT;
            const bool memref =
                to.attr == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT || to.attr == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT;
            if (value) to = parameter;
            if (memref) to.b = parameter.b;
            std::memcpy(bytes.data(), &to, sizeof(to));
            bytes = bytes.subspan(sizeof(to));
        }
    }

    tee::SystemResult<int> open_session(int fd, void* argument) {
        during_open();
        const auto bytes = message<tee_ioctl_open_session_arg>(argument);
        if (!bytes) return failed(std::errc::invalid_argument);
        const auto given = parameters(bytes->subspan(sizeof(tee_ioctl_open_session_arg)));
        if (!given) return failed(std::errc::invalid_argument);

        auto arg = load<tee_ioctl_open_session_arg>(bytes->data());
        auto meaningful = zeros<tee_ioctl_open_session_arg>();
        std::memcpy(meaningful.uuid, arg.uuid, sizeof(arg.uuid));
        meaningful.num_params = arg.num_params;
        expect(same_bytes(arg, meaningful),
               "open session: a byte without meaning is not zero, or the login not public");

        arg.ret = open_result;
        arg.ret_origin = 3;
        if (open_result == 0) {
            arg.session = next_session_++;
            sessions_.emplace(arg.session, fd);
        }
        std::memcpy(bytes->data(), &arg, sizeof(arg));
        return 0;
    }

    tee::SystemResult<int> invoke(int fd, void* argument) {
        const auto bytes = message<tee_ioctl_invoke_arg>(argument);
        if (!bytes) return failed(std::errc::invalid_argument);
        auto given = parameters(bytes->subspan(sizeof(tee_ioctl_invoke_arg)));
        if (!given) return failed(std::errc::invalid_argument);

        auto arg = load<tee_ioctl_invoke_arg>(bytes->data());
        auto meaningful = zeros<tee_ioctl_invoke_arg>();
        meaningful.func = arg.func;
        meaningful.session = arg.session;
        meaningful.num_params = arg.num_params;
        expect(same_bytes(arg, meaningful), "invoke: a byte without meaning is not zero");
        if (!is_session_of(fd, arg.session)) return failed(std::errc::invalid_argument);

        arg.ret = application(arg.func, *given);
        arg.ret_origin = 4;
        std::memcpy(bytes->data(), &arg, sizeof(arg));
        write_back(bytes->subspan(sizeof(arg)), *given);
        return 0;
    }

    tee::SystemResult<int> close_session(int fd, const void* argument) {
        const auto session = load<tee_ioctl_close_session_arg>(argument).session;
        expect(is_session_of(fd, session), "closes a session that is not open");
        if (!is_session_of(fd, session)) return failed(std::errc::invalid_argument);
        sessions_.erase(session);
        return 0;
    }

    [[nodiscard]] bool is_session_of(int fd, std::uint32_t session) const {
        const auto found = sessions_.find(session);
        return found != sessions_.end() && found->second == fd;
    }

    /// The kernel frees memory once it is neither open nor mapped.
    void free_unless_used(std::uint64_t id) {
        for (const auto& [fd, memory] : memory_descriptors_)
            if (memory == id) return;
        for (const auto& [address, mapped] : mappings_)
            if (mapped.memory == id) return;
        memories_.erase(id);
    }

    std::size_t calls_ = 0;
    std::size_t failing_call_ = 0;
    std::errc call_error_{};
    int next_fd_ = 100;
    std::uint32_t next_session_ = 7;
    std::uint64_t next_memory_ = 21;
    std::map<int, std::string> devices_;
    std::map<int, std::uint64_t> memory_descriptors_;
    std::map<std::uint64_t, std::vector<std::byte>> memories_;
    std::map<std::uint64_t, Registered> registered_;
    std::set<int> closed_on_exec_;
    std::map<std::byte*, Mapped> mappings_;
    std::map<std::uint32_t, int> sessions_;
    std::vector<std::byte> last_message_;
    std::vector<std::string> complaints_;
};

/// The `DeviceOs` of a test: forwards every call to the model of the driver, which must outlive it.
class RecorderOs {
  public:
    explicit RecorderOs(TeeDriver& driver) noexcept : driver_(&driver) {}

    tee::SystemResult<int> open(const std::string& path) { return driver_->open(path); }
    tee::SystemResult<int> ioctl(int fd, unsigned long request, void* argument) {
        return driver_->ioctl(fd, request, argument);
    }
    tee::SystemResult<std::span<std::byte>> map(int fd, std::size_t size) { return driver_->map(fd, size); }
    void unmap(std::span<std::byte> bytes) { driver_->unmap(bytes); }
    void close(int fd) { driver_->close(fd); }

  private:
    TeeDriver* driver_;
};
static_assert(tee::DeviceOs<RecorderOs>);

}  // namespace rproc::test
