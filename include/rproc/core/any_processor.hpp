// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "rproc/core/crash.hpp"
#include "rproc/core/state.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/result.hpp"

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

}  // namespace rproc
