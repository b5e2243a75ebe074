// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "rproc/core/crash.hpp"
#include "rproc/core/processor_view.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/result.hpp"
#include "rproc/state.hpp"

namespace rproc {

/// The operations of a remote processor behind a virtual interface, independent of its policies: for code that uses
/// processors of several types. Each operation has the contract of the function of the same name in RemoteProcessor.
///
/// Threads: any.
class AnyProcessor {
  public:
    AnyProcessor() = default;
    AnyProcessor(const AnyProcessor&) = delete;
    AnyProcessor& operator=(const AnyProcessor&) = delete;
    virtual ~AnyProcessor() = default;

    /// The name, "m4"; valid as long as the object.
    [[nodiscard]] virtual const std::string& name() const noexcept = 0;
    /// The current state; another thread may change it at any time.
    [[nodiscard]] virtual State state() const = 0;
    /// Sets the source of the next boot.
    /// @returns nothing, or the errors of RemoteProcessor::set_firmware (firmware_busy, ...).
    [[nodiscard]] virtual Result<void> set_firmware(FirmwareSource source) = 0;
    /// Boots the firmware, or attaches to a `detached` processor. A processor that is up is only counted (sysfs `state`
    /// <- start).
    /// @returns nothing, or the error of the failed step, after its rollback; or state_invalid: crashed, suspended or
    ///   deleted.
    [[nodiscard]] virtual Result<void> boot() = 0;
    /// Ends one boot; the last shutdown stops the processor (sysfs `state` <- stop).
    /// @returns nothing, or state_invalid: the processor is not up; or the error of the stop, with the state unchanged.
    [[nodiscard]] virtual Result<void> shutdown() = 0;
    /// Records a crash, and recovers from it if recovery is enabled. Waits for an operation in progress.
    /// @returns nothing, or the error of RemoteProcessor::recover.
    [[nodiscard]] virtual Result<void> handle_crash(CrashType type) = 0;
    /// Suspends the processor before Linux suspends.
    /// @returns nothing, or the error of the platform, with the state unchanged.
    [[nodiscard]] virtual Result<void> suspend() = 0;
    /// Resumes the processor. No effect without a preceding `suspend`.
    /// @returns nothing, or the error of the platform; the resume may be repeated.
    [[nodiscard]] virtual Result<void> resume() = 0;
    /// Notifies the processor of a panic of Linux. Never waits: skips a processor in the middle of an operation.
    /// @returns the time that the caller should wait; 0 for none.
    [[nodiscard]] virtual std::chrono::milliseconds panic() = 0;
    /// Whether the processor boots on its registration (device tree: `st,auto-boot`).
    [[nodiscard]] virtual bool auto_boot() = 0;
    /// Stops the processor if it is up, and sets its state to deleted (rproc_del).
    virtual void remove() = 0;

    /// As RemoteProcessor::visit.
    template <std::invocable<const ProcessorView&> F>
    auto visit(F look) const {
        if constexpr (!internal::visit_returns_value<F>()) {
            return;
        } else if constexpr (std::is_void_v<internal::VisitResult<F>>) {
            visit_with(std::ref(look));
        } else {
            std::optional<internal::VisitResult<F>> seen;
            visit_with([&](const ProcessorView& now) { seen.emplace(look(now)); });
            return *std::move(seen);
        }
    }

  private:
    virtual void visit_with(const std::function<void(const ProcessorView&)>& look) const = 0;
};

/// Implements AnyProcessor by a RemoteProcessor, which it shares the ownership of.
template <class Processor>
class ProcessorAdapter final : public AnyProcessor {
  public:
    /// @param processor not null.
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
    void visit_with(const std::function<void(const ProcessorView&)>& look) const override {
        processor_->visit(std::cref(look));
    }

    std::shared_ptr<Processor> processor_;
};

/// The remote processors of a program (the kernel's rproc_list).
///
/// Callers may keep the pointers that they get. After `remove()` every operation on the processor fails with
/// `state_invalid`.
///
/// Threads: any. The registry never holds its lock while it calls a processor. The destructor removes the remaining
/// processors, the last one first.
class ProcessorRegistry {
  public:
    ProcessorRegistry() = default;
    ProcessorRegistry(const ProcessorRegistry&) = delete;
    ProcessorRegistry& operator=(const ProcessorRegistry&) = delete;
    ~ProcessorRegistry() {
        while (!empty()) remove(all().back()->name());
    }

    /// Registers a processor, and boots it if its platform asks for that (`auto_boot`). If that boot fails, the
    /// observer gets the error and the processor stays registered, as in Linux.
    /// @param processor not null; the registry shares its ownership.
    /// @param phandle of its device-tree node; 0 if it has none.
    /// @returns nothing, or
    ///   processor_taken: a registered processor has the same name or phandle.
    template <class Processor>
    [[nodiscard]] Result<void> add(std::shared_ptr<Processor> processor, std::uint32_t phandle = 0) {
        const auto added = std::make_shared<ProcessorAdapter<Processor>>(std::move(processor));
        RPROC_TRY(list({added, phandle}));
        if (added->auto_boot()) static_cast<void>(added->boot());
        return {};
    }

    /// Unregisters a processor, stops it if it is up, and sets its state to deleted (rproc_del).
    /// @returns nothing, or
    ///   processor_unknown: no processor of that name is registered.
    Result<void> remove(std::string_view name) {
        RPROC_TRY_ASSIGN(const auto processor, unlist(name));
        processor->remove();
        return {};
    }

    /// Finds a processor by name.
    /// @returns it, never null, or
    ///   processor_unknown: no processor of that name is registered.
    [[nodiscard]] Result<std::shared_ptr<AnyProcessor>> find(std::string_view name) const {
        auto found = find_if([&](const Entry& entry) { return entry.processor->name() == name; });
        if (found == nullptr) return fail(kUnknownName, {}, name);
        return found;
    }

    /// Finds a processor by the phandle of its device-tree node, which a property like `remoteproc = <&m4>` has (the
    /// kernel's rproc_get_by_phandle).
    /// @returns it, never null, or
    ///   processor_unknown: no processor of that phandle is registered, or the phandle is 0.
    [[nodiscard]] Result<std::shared_ptr<AnyProcessor>> get_by_phandle(std::uint32_t phandle) const {
        auto found = find_if([&](const Entry& entry) { return phandle != 0 && entry.phandle == phandle; });
        if (found == nullptr) return fail(kUnknownPhandle, {}, phandle);
        return found;
    }

    /// The registered processors, in the order of registration; a copy of the list.
    [[nodiscard]] std::vector<std::shared_ptr<AnyProcessor>> all() const {
        const std::scoped_lock guard(lock_);
        std::vector<std::shared_ptr<AnyProcessor>> processors;
        for (const Entry& entry : entries_) processors.push_back(entry.processor);
        return processors;
    }
    /// Whether no processor is registered.
    [[nodiscard]] bool empty() const {
        const std::scoped_lock guard(lock_);
        return entries_.empty();
    }

    /// Handles a panic of Linux (rproc_panic_handler): calls `panic` of every registered processor, then waits for the
    /// longest time that one of them asks for.
    /// @param wait called once, with that time, if it is not 0; by default this thread sleeps.
    template <class Wait>
    void panic(Wait wait) {
        std::chrono::milliseconds longest{0};
        for (const auto& processor : all()) longest = std::max(longest, processor->panic());
        if (longest.count() != 0) wait(longest);
    }
    /// As above, with std::this_thread::sleep_for as `wait`.
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
