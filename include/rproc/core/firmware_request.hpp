// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "rproc/firmware/firmware.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/step.hpp"

namespace rproc {

/// The firmware source of a processor: set before the boot, read at each boot. Not thread-safe; the processor's lock
/// protects it.
template <Observer O>
class FirmwareRequest {
  public:
    /// @param observer must outlive this object.
    explicit FirmwareRequest(O& observer) noexcept : observer_(observer) {}

    /// Sets the source of the following boots.
    void choose(FirmwareSource source) { source_ = std::move(source); }

    /// Reads the firmware, as the step request_firmware (the kernel's request_firmware).
    /// @returns the firmware, or
    ///   firmware_name_empty: no source was set;
    ///   firmware_empty: it has 0 bytes;
    ///   or the error of its source.
    [[nodiscard]] Result<Firmware> read() {
        observer_.on_step_begin(Step::request_firmware);
        auto firmware = source_ ? source_->request() : fail(no_firmware());
        if (firmware && firmware->bytes().empty()) firmware = fail(empty_firmware(*firmware));
        if (firmware) {
            log(LogLevel::info, "firmware: direct-loading firmware {0}", {firmware->name()});
            observer_.on_step_end(Step::request_firmware);
            return firmware;
        }
        Error& error = firmware.error();
        error.set_step(Step::request_firmware);
        if (source_) log_failure(error);
        observer_.on_step_failed(Step::request_firmware, error);
        return firmware;
    }

  private:
    void log_failure(const Error& error) {
        const int result = error.kernel_result();
        log(LogLevel::error, "firmware: failed to load {0} ({1})", {source_->name(), result});
        log(LogLevel::warning, "Direct firmware load for {0} failed with error {1}", {source_->name(), result});
        log(LogLevel::error, "request_firmware failed: {0}", {result});
    }

    void log(LogLevel level, std::string_view text, std::initializer_list<TextArgument> arguments) {
        observer_.on_log(LogLine(level, LogSource::remoteproc, text, {arguments.begin(), arguments.size()}));
    }

    static constexpr ErrorText kNoFirmware{.code = ErrorCode::firmware_name_empty,
                                           .message = "no firmware was chosen",
                                           .hint = "call set_firmware before boot"};

    [[nodiscard]] static Error no_firmware() { return Error(kNoFirmware, {}); }

    [[nodiscard]] static Error empty_firmware(const Firmware& firmware) {
        return Error(ErrorCode::firmware_empty, place::Firmware{firmware.name()});
    }

    O& observer_;
    std::optional<FirmwareSource> source_;
};

}  // namespace rproc
