// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "rproc/core/crash.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/result.hpp"
#include "rproc/state.hpp"

namespace rproc {

/// What can be done with any remote processor, whatever its policies: how a user of several kinds, or of one that
/// somebody else composed, holds it. Each is as in RemoteProcessor, from any thread.
class AnyProcessor {
  public:
    AnyProcessor() = default;
    AnyProcessor(const AnyProcessor&) = delete;
    AnyProcessor& operator=(const AnyProcessor&) = delete;
    virtual ~AnyProcessor() = default;

    [[nodiscard]] virtual const std::string& name() const noexcept = 0;
    [[nodiscard]] virtual State state() const = 0;
    [[nodiscard]] virtual Result<void> set_firmware(FirmwareSource source) = 0;
    [[nodiscard]] virtual Result<void> boot() = 0;
    [[nodiscard]] virtual Result<void> shutdown() = 0;
    [[nodiscard]] virtual Result<void> handle_crash(CrashType type) = 0;
    [[nodiscard]] virtual Result<void> suspend() = 0;
    [[nodiscard]] virtual Result<void> resume() = 0;
    [[nodiscard]] virtual std::chrono::milliseconds panic() = 0;
    [[nodiscard]] virtual bool auto_boot() = 0;
    virtual void remove() = 0;
};

/// A RemoteProcessor of some kind as AnyProcessor; keeps it alive.
template <class Processor>
class ProcessorAdapter final : public AnyProcessor {
  public:
    explicit ProcessorAdapter(std::shared_ptr<Processor> processor) noexcept : processor_(std::move(processor)) {}

    [[nodiscard]] const std::string& name() const noexcept override { return processor_->name(); }
    [[nodiscard]] State state() const override { return processor_->state(); }
    [[nodiscard]] Result<void> set_firmware(FirmwareSource source) override {
        return processor_->set_firmware(std::move(source));
    }
    [[nodiscard]] Result<void> boot() override { return processor_->boot(); }
    [[nodiscard]] Result<void> shutdown() override { return processor_->shutdown(); }
    [[nodiscard]] Result<void> handle_crash(CrashType type) override { return processor_->handle_crash(type); }
    [[nodiscard]] Result<void> suspend() override { return processor_->suspend(); }
    [[nodiscard]] Result<void> resume() override { return processor_->resume(); }
    [[nodiscard]] std::chrono::milliseconds panic() override { return processor_->panic(); }
    [[nodiscard]] bool auto_boot() override { return processor_->auto_boot(); }
    void remove() override { processor_->remove(); }

  private:
    std::shared_ptr<Processor> processor_;
};

/// The remote processors of a program, to be found by those that use them (the kernel's rproc_list).
///
/// Whoever got a processor from here holds it as long as he likes; once it is removed, everything that he asks of it is
/// refused (state deleted).
///
/// Threads: any. The registry's lock is never held while a processor is called. The destructor removes all that are
/// left.
class ProcessorRegistry {
  public:
    ProcessorRegistry() = default;
    ProcessorRegistry(const ProcessorRegistry&) = delete;
    ProcessorRegistry& operator=(const ProcessorRegistry&) = delete;
    ~ProcessorRegistry() {
        while (!empty()) remove(all().back()->name());
    }

    /// Registers a processor, and boots it if its platform wants that (`auto_boot`); a boot that fails is told to its
    /// observer, and the processor stays registered, as in Linux.
    /// @param phandle of its device-tree node; 0: it is found by its name only.
    /// @returns nothing, or
    ///   processor_taken: there is one of that name or phandle.
    template <class Processor>
    [[nodiscard]] Result<void> add(std::shared_ptr<Processor> processor, std::uint32_t phandle = 0) {
        const auto added = std::make_shared<ProcessorAdapter<Processor>>(std::move(processor));
        RPROC_TRY(list({added, phandle}));
        if (added->auto_boot()) static_cast<void>(added->boot());
        return {};
    }

    /// Takes the processor of that name off the list, stops it if it is up, and marks it deleted (rproc_del).
    /// @returns nothing, or processor_unknown.
    Result<void> remove(std::string_view name) {
        RPROC_TRY_ASSIGN(const auto processor, unlist(name));
        processor->remove();
        return {};
    }

    /// The processor of that name.
    /// @returns it, or processor_unknown.
    [[nodiscard]] Result<std::shared_ptr<AnyProcessor>> find(std::string_view name) const {
        auto found = find_if([&](const Entry& entry) { return entry.processor->name() == name; });
        if (found == nullptr) return fail(kUnknownName, {}, name);
        return found;
    }

    /// The processor of that device-tree node, as a property like `remoteproc = <&m4>` names it (the kernel's
    /// rproc_get_by_phandle).
    /// @returns it, or processor_unknown.
    [[nodiscard]] Result<std::shared_ptr<AnyProcessor>> get_by_phandle(std::uint32_t phandle) const {
        auto found = find_if([&](const Entry& entry) { return phandle != 0 && entry.phandle == phandle; });
        if (found == nullptr) return fail(kUnknownPhandle, {}, phandle);
        return found;
    }

    /// All, in the order of registration.
    [[nodiscard]] std::vector<std::shared_ptr<AnyProcessor>> all() const {
        const std::scoped_lock guard(lock_);
        std::vector<std::shared_ptr<AnyProcessor>> processors;
        for (const Entry& entry : entries_) processors.push_back(entry.processor);
        return processors;
    }
    [[nodiscard]] bool empty() const {
        const std::scoped_lock guard(lock_);
        return entries_.empty();
    }

    /// Linux dies: tells every processor that is up, then waits for the one that needs the longest.
    /// @param wait called once, with at least that time, if it is not 0; by default this thread sleeps.
    template <class Wait>
    void panic(Wait wait) {
        std::chrono::milliseconds longest{0};
        for (const auto& processor : all()) longest = std::max(longest, processor->panic());
        if (longest.count() != 0) wait(longest);
    }
    void panic() {
        panic([](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); });
    }

  private:
    struct Entry {
        std::shared_ptr<AnyProcessor> processor;
        std::uint32_t phandle;
    };

    [[nodiscard]] Result<void> list(Entry added) {
        const std::scoped_lock guard(lock_);
        const bool taken = std::ranges::any_of(entries_, [&](const Entry& entry) {
            return entry.processor->name() == added.processor->name() ||
                   (added.phandle != 0 && entry.phandle == added.phandle);
        });
        if (taken) {
            return fail(ErrorCode::processor_taken, place::Processor{added.processor->name()});
        }
        entries_.push_back(std::move(added));
        return {};
    }

    [[nodiscard]] Result<std::shared_ptr<AnyProcessor>> unlist(std::string_view name) {
        const std::scoped_lock guard(lock_);
        const auto found = std::ranges::find_if(entries_, [&](const Entry& e) { return e.processor->name() == name; });
        if (found == entries_.end()) return fail(kUnknownName, {}, name);
        auto processor = std::move(found->processor);
        entries_.erase(found);
        return processor;
    }

    template <class Predicate>
    [[nodiscard]] std::shared_ptr<AnyProcessor> find_if(Predicate predicate) const {
        const std::scoped_lock guard(lock_);
        const auto found = std::ranges::find_if(entries_, predicate);
        if (found == entries_.end()) return nullptr;
        return found->processor;
    }

    static constexpr ErrorText kUnknownName{.code = ErrorCode::processor_unknown,
                                            .message = "no processor of name {0} is registered",
                                            .hint = "add it first; it may also have been removed"};
    static constexpr ErrorText kUnknownPhandle{.code = ErrorCode::processor_unknown,
                                               .message = "no processor of phandle {0:#x} is registered",
                                               .hint = "add it first; it may also have been removed"};

    mutable std::mutex lock_;
    std::vector<Entry> entries_;
};

}  // namespace rproc
