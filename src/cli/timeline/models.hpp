// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "rproc/memory/model_memory.hpp"
#include "rproc/memory/provider.hpp"
#include "rproc/platform/mailbox.hpp"
#include "rproc/platform/registers.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/software_tee.hpp"
#include "rproc/testing/recording_client.hpp"

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

/// Records the commands and their answers, in a list that outlives the client.
class TeeCallRecorder : public testing::NullRecorder {
  public:
    using Calls = std::vector<TeeCall>;

    explicit TeeCallRecorder(std::shared_ptr<Calls> calls) noexcept : calls_(std::move(calls)) {}

    template <class Call>
    [[nodiscard]] Result<tee::ResultCode> record_invoke(tee::Command command, Call call) {
        const Result<tee::ResultCode> answer = call();
        if (answer) calls_->push_back({command, *answer});
        return answer;
    }

  private:
    std::shared_ptr<Calls> calls_;
};
using RecordingTee = testing::RecordingClient<tee::SoftwareTee, TeeCallRecorder>;
static_assert(tee::Client<RecordingTee>);

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
    using Platform = platform::Stm32mp15<platform::ModelRegisters, WatchedMemory, platform::ModelMailbox>;

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
    std::shared_ptr<TeeCallRecorder::Calls> tee_calls = std::make_shared<TeeCallRecorder::Calls>();
};

}  // namespace rproc::cli
