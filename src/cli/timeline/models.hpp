// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "rproc/memory/model_memory.hpp"
#include "rproc/memory/provider.hpp"
#include "rproc/platform/mailbox.hpp"
#include "rproc/platform/registers.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/software_tee.hpp"

/// The models that a boot works on, with a record of each access. None is thread-safe.
namespace rproc::cli {

/// A memory that was mapped.
struct MemoryUse {
    PhysicalRange range;
    bool allocated;  ///< the provider chose the address
};

/// The model's memory, with a record of what was mapped. A handle: copies refer to the same memory and record.
class WatchedMemory {
  public:
    explicit WatchedMemory(ModelMemory memory)
        : memory_(std::move(memory)), uses_(std::make_shared<std::vector<MemoryUse>>()) {}

    // MemoryProvider; a refused call is not recorded.

    [[nodiscard]] Result<Mapping> map(PhysicalRange range) {
        auto mapping = memory_.map(range);
        if (mapping) uses_->push_back({range, false});
        return mapping;
    }
    [[nodiscard]] Result<Allocation> allocate(std::uint64_t size) {
        auto allocation = memory_.allocate(size);
        if (allocation) uses_->push_back({*PhysicalRange::make(allocation->pa, size), true});
        return allocation;
    }

    [[nodiscard]] std::size_t mapped() const noexcept { return memory_.mapped(); }
    [[nodiscard]] const std::vector<MemoryUse>& uses() const noexcept { return *uses_; }

  private:
    ModelMemory memory_;
    std::shared_ptr<std::vector<MemoryUse>> uses_;
};
static_assert(MemoryProvider<WatchedMemory>);

/// A command of the TEE and its result.
struct TeeCall {
    tee::Command command;
    tee::ResultCode result;
};

/// A client that forwards to a software TEE, with a record of the commands.
class WatchedTee {
  public:
    using Calls = std::vector<TeeCall>;

    WatchedTee(std::shared_ptr<tee::SoftwareTee> tee, std::shared_ptr<Calls> calls) noexcept
        : tee_(std::move(tee)), calls_(std::move(calls)) {}

    [[nodiscard]] Result<tee::OpenedSession> open_session(const tee::Uuid& application, tee::Parameters& parameters) {
        return tee_->open_session(application, parameters);
    }
    [[nodiscard]] Result<tee::ResultCode> invoke(tee::SessionId session, std::uint32_t command,
                                                 tee::Parameters& parameters) {
        const auto answer = tee_->invoke(session, command, parameters);
        if (answer) calls_->push_back({static_cast<tee::Command>(command), *answer});
        return answer;
    }
    void close_session(tee::SessionId session) { tee_->close_session(session); }
    [[nodiscard]] Result<tee::MemoryId> register_memory(std::span<const std::byte> bytes) {
        return tee_->register_memory(bytes);
    }
    void unregister_memory(tee::MemoryId memory) { tee_->unregister_memory(memory); }

  private:
    std::shared_ptr<tee::SoftwareTee> tee_;
    std::shared_ptr<Calls> calls_;
};
static_assert(tee::Client<WatchedTee>);

/// The accesses to the models between two marks.
struct Touched {
    std::vector<MemoryUse> memory;
    std::vector<platform::ModelRegisters::Write> writes;
    std::vector<platform::ModelMailbox::Message> messages;
    std::vector<TeeCall> tee_calls;
    std::size_t given_back = 0;  ///< mappings
};

/// All models of one boot. A handle, as each of them.
struct BootModels {
    using Platform = platform::BasicStm32mp15<platform::ModelRegisters, WatchedMemory, platform::ModelMailbox>;

    explicit BootModels(ModelMemory model_memory) : memory(std::move(model_memory)) {}

    /// A mark: the lengths of the records at that time.
    struct Mark {
        std::size_t uses;
        std::size_t writes;
        std::size_t messages;
        std::size_t tee_calls;
        std::size_t mapped;
    };
    [[nodiscard]] Mark mark() const {
        return {memory.uses().size(), registers.writes().size(), mailbox.sent().size(), tee_calls->size(),
                memory.mapped()};
    }
    [[nodiscard]] Touched since(const Mark& mark) const {
        const auto after = [](const auto& all, std::size_t count) {
            using Items = std::remove_cvref_t<decltype(all)>;
            return Items(all.begin() + static_cast<std::ptrdiff_t>(count), all.end());
        };
        Touched touched{after(memory.uses(), mark.uses), after(registers.writes(), mark.writes),
                        after(mailbox.sent(), mark.messages), after(*tee_calls, mark.tee_calls)};
        if (memory.mapped() < mark.mapped) touched.given_back = mark.mapped - memory.mapped();
        return touched;
    }

    platform::ModelRegisters registers{};
    WatchedMemory memory;
    platform::ModelMailbox mailbox{};
    std::shared_ptr<WatchedTee::Calls> tee_calls = std::make_shared<WatchedTee::Calls>();
};

}  // namespace rproc::cli
