// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rproc/devmem/memory_os.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc::devmem::test {

/// A machine without hardware: physical memory from 0 to kSize, whose mappings are the bytes themselves. Copies share
/// it.
class FakeOs {
  public:
    static constexpr std::size_t kPage = 4096;
    static constexpr std::size_t kSize = 64 * kPage;

    /// An access to a register.
    struct Access {
        char what;  ///< 'r' or 'w'
        std::uint64_t address;
        std::uint32_t value;

        friend bool operator==(const Access&, const Access&) = default;
    };
    struct State {
        std::vector<std::byte> bytes = std::vector<std::byte>(kSize);
        std::map<std::string, std::errc> closed_files{};  ///< which `open` refuses
        std::optional<std::errc> map_error{};
        std::vector<Access> accesses{};
        std::vector<std::uint64_t> offsets{};  ///< of each mapping
        int open_files = 0;
        int mappings = 0;
        int naps = 0;
        /// What hardware does on a write, in place of keeping the value; true: it is done.
        std::function<bool(std::uint64_t address, std::uint32_t value)> on_store{};
        std::function<void()> on_sleep{};
        SystemResult<bool> interrupt{false};
        int enabled = 0;
    };

    std::shared_ptr<State> state = std::make_shared<State>();

    [[nodiscard]] SystemResult<int> open(const std::string& path) const {
        const auto refused = state->closed_files.find(path);
        if (refused != state->closed_files.end()) return expected_ns::unexpected<std::errc>(refused->second);
        ++state->open_files;
        return 3;
    }
    [[nodiscard]] SystemResult<std::span<std::byte>> map(int /*fd*/, std::uint64_t offset, std::size_t size) const {
        if (state->map_error) return expected_ns::unexpected<std::errc>(*state->map_error);
        if (offset % kPage != 0 || size % kPage != 0 || !internal::fits(offset, size, kSize))
            return expected_ns::unexpected<std::errc>(std::errc::invalid_argument);
        ++state->mappings;
        state->offsets.push_back(offset);
        return internal::slice(std::span(state->bytes), offset, size);
    }
    void unmap(std::span<std::byte> /*bytes*/) const { --state->mappings; }
    void close(int /*fd*/) const { --state->open_files; }
    [[nodiscard]] std::size_t page_size() const { return kPage; }
    [[nodiscard]] std::uint32_t load(RegisterBytes at) const {
        const std::uint32_t value = word(address_of(at));
        state->accesses.push_back({'r', address_of(at), value});
        return value;
    }
    void store(RegisterBytes at, std::uint32_t value) const {
        state->accesses.push_back({'w', address_of(at), value});
        if (!state->on_store || !state->on_store(address_of(at), value)) set_word(address_of(at), value);
    }
    void sleep(std::chrono::milliseconds /*time*/) const {
        ++state->naps;
        if (state->on_sleep) state->on_sleep();
    }
    [[nodiscard]] SystemResult<bool> wait_interrupt(int /*fd*/, std::chrono::milliseconds /*time*/) const {
        return state->interrupt;
    }
    [[nodiscard]] SystemResult<void> enable_interrupt(int /*fd*/) const {
        ++state->enabled;
        return {};
    }

    [[nodiscard]] std::uint32_t word(std::uint64_t address) const {
        std::uint32_t value = 0;
        std::memcpy(&value, &state->bytes.at(address), sizeof(value));
        return value;
    }
    void set_word(std::uint64_t address, std::uint32_t value) const {
        std::memcpy(&state->bytes.at(address), &value, sizeof(value));
    }
    /// The writes alone.
    [[nodiscard]] std::vector<Access> writes() const {
        std::vector<Access> all;
        std::ranges::copy_if(state->accesses, std::back_inserter(all), [](const Access& a) { return a.what == 'w'; });
        return all;
    }

  private:
    [[nodiscard]] std::uint64_t address_of(RegisterBytes at) const {
        return static_cast<std::uint64_t>(at.data() - state->bytes.data());
    }
};
static_assert(MemoryOs<FakeOs>);

[[nodiscard]] inline PhysicalRange range(std::uint64_t start, std::uint64_t size) {
    return PhysicalRange::make(PhysicalAddress(start), size).value();
}

}  // namespace rproc::devmem::test
