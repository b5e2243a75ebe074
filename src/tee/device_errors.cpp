// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_errors.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rproc::tee::device {
namespace {

constexpr int kDevices = 16;

std::string words(std::errc error) { return std::make_error_code(error).message(); }

bool is_denial(std::errc error) {
    return error == std::errc::permission_denied || error == std::errc::operation_not_permitted;
}

/// Whether the error means that there is no device node, or no driver behind it.
bool is_absence(std::errc error) {
    constexpr std::array absent{std::errc::no_such_file_or_directory, std::errc::not_a_directory,
                                std::errc::no_such_device, std::errc::no_such_device_or_address};
    return std::ranges::find(absent, error) != absent.end();
}

std::string name_of_implementation(std::uint32_t implementation) {
    constexpr std::uint32_t amd_tee = 2;
    if (implementation == amd_tee) return "AMD-TEE";
    return fmt::format("TEE implementation {}", implementation);
}

constexpr ErrorText kDenied{
    .code = ErrorCode::tee_device_denied,
    .message = "{0} failed: {1}",
    .hint = "ls -l shows the group of the device (often teeclnt): add the user to it, or run as root"};
constexpr ErrorText kFailed{.code = ErrorCode::tee_unreachable,
                            .message = "{0} failed: {1}",
                            .hint = "the kernel's log may say more: dmesg | grep -i tee"};
constexpr ErrorText kNoSharedMemory{
    .code = ErrorCode::tee_unreachable,
    .message =
        "{0} bytes cannot be shared with OP-TEE: a block of the kernel (TEE_IOC_SHM_ALLOC) {1}; memory of this "
        "program (TEE_IOC_SHM_REGISTER) {2}",
    .hint =
        "a block is contiguous, and has at most 4 MiB on most kernels, or what OP-TEE's pool has left; memory of a "
        "program is limited by the free memory of Linux, and by OP-TEE's application, which maps less than 16 MiB: a "
        "smaller image, or a board that was just started, may do"};
constexpr ErrorText kGone{.code = ErrorCode::tee_gone,
                          .message = "{0} failed: the TEE is gone",
                          .hint = "its driver was removed; open the device again once it is back"};
constexpr ErrorText kOthers{.code = ErrorCode::tee_device_missing,
                            .message = "there is no OP-TEE: {0}",
                            .hint = text_of(ErrorCode::tee_device_missing).hint};

Error denied(std::string_view path, std::string_view action, std::errc error) {
    return Error(kDenied, place::File{path}, action, words(error));
}

Error unreachable(std::string_view path, std::string_view action, std::errc error) {
    return Error(kFailed, place::File{path}, action, words(error));
}

}  // namespace

std::vector<std::string> candidates() {
    std::vector<std::string> paths;
    paths.reserve(kDevices);
    for (int number = 0; number < kDevices; ++number) paths.push_back(fmt::format("/dev/tee{}", number));
    return paths;
}

Error request_failed(std::string_view path, std::string_view action, std::errc error) {
    if (is_denial(error)) return denied(path, action, error);
    if (error != std::errc::no_such_device) return unreachable(path, action, error);
    return Error(kGone, place::File{path}, action);
}

bool is_final(std::errc error) { return is_denial(error) || error == std::errc::no_such_device; }

Error sharing_failed(std::string_view path, std::uint64_t size, const SharingFailure& failure) {
    const auto text = [](std::optional<std::errc> error, std::string_view untried) {
        return error ? fmt::format("failed: {}", words(*error)) : std::string(untried);
    };
    return Error(kNoSharedMemory, place::File{path}, size, text(failure.allocation, "has at most 4 MiB"),
                 text(failure.registration, "is not offered by this TEE (no TEE_GEN_CAP_REG_MEM)"));
}

void Search::failed(const std::string& path, std::errc error) {
    constexpr std::string_view action = "opening the device";
    if (is_absence(error)) return;
    if (error == std::errc::inappropriate_io_control_operation) {
        others_ += fmt::format("{}{} is no TEE", others_.empty() ? "" : ", ", path);
    } else if (is_denial(error)) {
        if (!denied_) denied_ = denied(path, action, error);
    } else if (!unreachable_) {
        unreachable_ = unreachable(path, action, error);
    }
}

void Search::met(const std::string& path, std::uint32_t implementation) {
    others_ += fmt::format("{}{} is {}", others_.empty() ? "" : ", ", path, name_of_implementation(implementation));
}

Error Search::failure() const {
    if (denied_) return *denied_;
    if (unreachable_) return *unreachable_;
    const Place tried =
        paths_.size() == 1 ? Place(place::File{paths_.front()}) : Place(place::Files{paths_.front(), paths_.back()});
    return others_.empty() ? Error(ErrorCode::tee_device_missing, tried) : Error(kOthers, tried, others_);
}

}  // namespace rproc::tee::device
