// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cli/boot/facts.hpp"
#include "cli/common/output.hpp"
#include "cli/timeline/models.hpp"
#include "rproc/check/verdict.hpp"
#include "rproc/firmware/readable_images.hpp"
#include "rproc/observer.hpp"
#include "rproc/tee/software_tee.hpp"

namespace rproc::cli {

/// The boot that a reporter reports.
struct BootJob {
    std::string firmware_name;  ///< as the caller named it
    Firmware firmware;
    const platform::Board& board;
    std::function<std::size_t()> mapped;    ///< how many mappings of the processor's memory are alive
    std::shared_ptr<tee::SoftwareTee> tee;  ///< loads the firmware; null where Linux or the board's TEE does
    BootModels models;                      ///< used by a boot on a model; untouched by one on hardware
    check::Verdict verdict;                 ///< what Linux itself does, where the model refuses cleanly instead

    std::vector<ElfImage> images{readable_images(firmware)};  ///< of the firmware; empty where only a TEE can read it

    /// The findings of the verdict that are defects of the kernel.
    [[nodiscard]] std::vector<check::Finding> kernel_defects() const;
    /// Whether Linux boots and stops it without a failure.
    [[nodiscard]] bool boots_on_linux() const {
        return verdict.outcome == check::Outcome::boots || verdict.outcome == check::Outcome::degraded;
    }
};

/// An observer of a boot that is also told what runs and how the boot ended. It is an interface, not a concept, so that
/// a boot is compiled once for each backend and sequence, and not for each reporter as well.
class BootReporter {
  public:
    BootReporter() = default;
    BootReporter(const BootReporter&) = delete;
    BootReporter& operator=(const BootReporter&) = delete;
    virtual ~BootReporter() = default;

    virtual void on_step_begin(Step /*step*/) {}
    virtual void on_step_end(Step /*step*/) {}
    virtual void on_step_failed(Step /*step*/, const Error& /*error*/) {}
    virtual void on_notice(Severity /*severity*/, const Error& /*error*/) {}
    virtual void on_log(const LogLine& /*line*/) {}
    virtual void on_state(State /*from*/, State /*to*/) {}

    /// The processor runs.
    virtual void running(const Running& /*running*/) {}
    /// The boot was refused, and its steps are undone.
    virtual void refused(const Error& /*error*/) {}
    /// The processor was stopped.
    virtual void stopped() {}
};
static_assert(Observer<BootReporter>);

/// Measures the duration of the current step.
class Stopwatch {
  public:
    void start() { start_ = Clock::now(); }
    [[nodiscard]] std::chrono::microseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_);
    }

  private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point start_;
};

/// Text output: a line for each step, then what runs.
class Timeline : public BootReporter {
  public:
    enum class KernelLines { hidden, shown };

    Timeline(Output& out, const BootJob& job, KernelLines lines)
        : out_(out), job_(job), lines_(lines), facts_(job.board, job.firmware, job.images, job.mapped, job.tee) {}

    void on_step_begin(Step step) override;
    void on_step_end(Step step) override;
    void on_step_failed(Step step, const Error& error) override;
    void on_notice(Severity severity, const Error& error) override;
    void on_log(const LogLine& line) override;
    void on_state(State from, State to) override;

    void running(const Running& running) override;
    void refused(const Error& error) override;
    void stopped() override;

  private:
    void print_step(const std::string& mark, Step step, const std::string& result);
    void print_notice(Severity severity, const Error& error);
    void print_vdev(const RunningVdev& vdev);
    void print_kernel_defects();

    Output& out_;
    const BootJob& job_;
    KernelLines lines_;
    StepFacts facts_;
    Stopwatch watch_;
    bool in_step_ = false;
    std::vector<std::pair<Severity, Error>> notices_{};  ///< of the current step
    std::vector<std::string> step_lines_{};              ///< the kernel's, of the current step
    std::vector<std::string> problem_lines_{};           ///< the kernel's warnings and errors
};

/// JSON output: one object for each event.
class BootEvents : public BootReporter {
  public:
    BootEvents(Output& out, const BootJob& job)
        : out_(out), job_(job), facts_(job.board, job.firmware, job.images, job.mapped, job.tee) {}

    void on_step_begin(Step step) override;
    void on_step_end(Step step) override;
    void on_step_failed(Step step, const Error& error) override;
    void on_notice(Severity severity, const Error& error) override;
    void on_log(const LogLine& line) override;
    void on_state(State from, State to) override;

    void running(const Running& running) override { running_ = running; }
    void refused(const Error& error) override;
    void stopped() override;

  private:
    void print(const nlohmann::ordered_json& event);
    void print_result(const nlohmann::ordered_json& result);
    void print_step(Step step, std::string_view result);

    Output& out_;
    const BootJob& job_;
    StepFacts facts_;
    Stopwatch watch_;
    Running running_{};
};

/// The lines that dmesg would show, and nothing else.
class KernelLog : public BootReporter {
  public:
    KernelLog(Output& out, const BootJob& job) : out_(out), job_(job) {}

    void on_log(const LogLine& line) override { out_.print("{}\n", printable(as_in_dmesg(line, job_.board))); }

  private:
    Output& out_;
    const BootJob& job_;
};

/// One line when the boot is refused, and nothing else.
class OnlyRefusal : public BootReporter {
  public:
    OnlyRefusal(Output& out, const BootJob& job) : out_(out), job_(job) {}

    void refused(const Error& error) override { print(meaning_of(error, job_.board, job_.images)); }
    void stopped() override {
        if (!job_.boots_on_linux()) print("the model boots it, but Linux 6.1 does not");
    }

  private:
    void print(std::string_view why) {
        out_.print("{}: {}: {}\n", printable(job_.firmware_name), out_.bad("refused"), printable(why));
    }

    Output& out_;
    const BootJob& job_;
};

}  // namespace rproc::cli
