// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "rproc/firmware/firmware.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/step.hpp"

namespace rproc {

/// The firmware that a processor will boot: chosen once, read at each boot.
template <Observer O>
class FirmwareRequest {
  public:
    /// `observer` must outlive this.
    explicit FirmwareRequest(O& observer) noexcept : observer_(observer) {}

    void choose(FirmwareSource source) { source_ = std::move(source); }

    /// Reads the chosen firmware, as a step of its own (the kernel's request_firmware).
    /// @returns the firmware, or
    ///   firmware_name_empty: none was chosen;
    ///   firmware_empty: it has no bytes;
    ///   or the error of its source.
    [[nodiscard]] Result<Firmware> read() {
        observer_.on_step_begin(Step::request_firmware);
        auto firmware = source_ ? source_->request() : fail(no_firmware());
        if (firmware && firmware->bytes().empty()) firmware = fail(empty_firmware(*firmware));
        if (firmware) {
            log(LogLevel::info, fmt::format("firmware: direct-loading firmware {}", firmware->name()));
            observer_.on_step_end(Step::request_firmware);
            return firmware;
        }
        Error& error = firmware.error();
        error.step = Step::request_firmware;
        if (source_) log_failure(error);
        observer_.on_step_failed(Step::request_firmware, error);
        return firmware;
    }

  private:
    void log_failure(const Error& error) {
        const int result = error.kernel_result();
        log(LogLevel::error, fmt::format("firmware: failed to load {} ({})", source_->name(), result));
        log(LogLevel::warning,
            fmt::format("Direct firmware load for {} failed with error {}", source_->name(), result));
        log(LogLevel::error, fmt::format("request_firmware failed: {}", result));
    }

    void log(LogLevel level, std::string_view line) { observer_.on_log({level, LogSource::remoteproc, line}); }

    [[nodiscard]] static Error no_firmware() {
        return {.code = ErrorCode::firmware_name_empty,
                .what = "no firmware was chosen",
                .hint = "call set_firmware before boot"};
    }

    [[nodiscard]] static Error empty_firmware(const Firmware& firmware) {
        return {.code = ErrorCode::firmware_empty,
                .what = "the firmware is empty",
                .where = firmware.name(),
                .kernel_line = "request_firmware failed: -22",
                .hint = "the copy to the board was cut off, or the build wrote nothing"};
    }

    O& observer_;
    std::optional<FirmwareSource> source_;
};

}  // namespace rproc
