// SPDX-License-Identifier: BSD-2-Clause
// A library for LD_PRELOAD: puts the model of OP-TEE's driver behind /dev/tee0 of a program, for tests of the command.
// The application's state of processor 0 is in the file RPROC_TEST_TEE ("unknown", "off", "loaded" or "started"), as
// OP-TEE keeps it over sessions; "busy" refuses every session.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <string>

#include "rproc/tee/protocol.hpp"
#include "support/ioctl_recorder.hpp"

namespace {

using rproc::tee::Command;
using rproc::tee::ResultCode;
using rproc::test::TeeDriver;

constexpr int kFirstFd = 100000;  // of the model: above every descriptor of the program

std::string state() {
    std::string word;
    std::ifstream(std::getenv("RPROC_TEST_TEE")) >> word;
    return word;
}

ResultCode become(const char* word) {
    std::ofstream(std::getenv("RPROC_TEST_TEE")) << word;
    return ResultCode::success;
}

/// The state rules of OP-TEE's application; no image is looked at.
ResultCode answer(Command command, std::span<tee_ioctl_param> parameters) {
    const std::string now = state();
    const bool started = now == "started";
    if (command == Command::load_fw) return started ? ResultCode::bad_state : become("loaded");
    if (now == "unknown") return ResultCode::bad_parameters;
    switch (command) {
        case Command::start_fw: return now == "off" ? ResultCode::bad_state : become("started");
        case Command::stop_fw: return now == "loaded" ? ResultCode::bad_state : become("off");
        case Command::release_fw: return started ? ResultCode::bad_state : become("off");
        case Command::get_rsc_table:
            if (now == "off") return ResultCode::bad_state;
            parameters[1].a = 0x10048000;
            parameters[2].a = 88;
            return ResultCode::success;
        default: return ResultCode::not_implemented;
    }
}

TeeDriver& driver() {
    static TeeDriver driver = [] {
        TeeDriver made;
        made.nodes.at("/dev/tee0").capabilities = TEE_GEN_CAP_GP | TEE_GEN_CAP_REG_MEM;
        if (state() == "busy") made.open_result = static_cast<std::uint32_t>(ResultCode::busy);
        made.application = [](std::uint32_t command, std::span<tee_ioctl_param> parameters) {
            return static_cast<std::uint32_t>(answer(static_cast<Command>(command), parameters));
        };
        return made;
    }();
    return driver;
}

/// Those of the model, whose memory is the program's heap.
std::set<void*>& mappings() {
    static std::set<void*> mappings;
    return mappings;
}

template <class Function>
Function next(const char* name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// The result of a system call with errno set, as libc's.
template <class T>
int result_of(const rproc::tee::SystemResult<T>& result, int shift) {
    if (result) return static_cast<int>(*result) + shift;
    errno = static_cast<int>(result.error());
    return -1;
}

int open_any(const char* name, const char* path, int flags, mode_t mode) {
    if (std::strncmp(path, "/dev/tee", 8) != 0) return next<int (*)(const char*, int, ...)>(name)(path, flags, mode);
    return result_of(driver().open(path), kFirstFd);
}

void* map_any(const char* name, void* address, std::size_t size, int protection, int flags, int fd, off64_t offset) {
    if (fd < kFirstFd) {
        return next<void* (*)(void*, std::size_t, int, int, int, off64_t)>(name)(address, size, protection, flags, fd,
                                                                                 offset);
    }
    const auto mapped = driver().map(fd - kFirstFd, size);
    if (mapped) {
        mappings().insert(mapped->data());
        return mapped->data();
    }
    errno = static_cast<int>(mapped.error());
    return MAP_FAILED;
}

}  // namespace

// libc's names, with and without large files.
extern "C" {

int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open_any("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open_any("open64", path, flags, mode);
}

int ioctl(int fd, unsigned long request, ...) {
    va_list more;
    va_start(more, request);
    void* const argument = va_arg(more, void*);
    va_end(more);
    if (fd < kFirstFd) return next<int (*)(int, unsigned long, ...)>("ioctl")(fd, request, argument);
    const auto done = driver().ioctl(fd - kFirstFd, request, argument);
    // The descriptors of memory are the model's, too.
    const bool is_descriptor = request == TEE_IOC_SHM_ALLOC || request == TEE_IOC_SHM_REGISTER;
    return result_of(done, is_descriptor ? kFirstFd : 0);
}

void* mmap(void* address, std::size_t size, int protection, int flags, int fd, off_t offset) {
    return map_any("mmap", address, size, protection, flags, fd, offset);
}

void* mmap64(void* address, std::size_t size, int protection, int flags, int fd, off64_t offset) {
    return map_any("mmap64", address, size, protection, flags, fd, offset);
}

int munmap(void* address, std::size_t size) {
    if (mappings().erase(address) == 0) return next<int (*)(void*, std::size_t)>("munmap")(address, size);
    driver().unmap({static_cast<std::byte*>(address), size});
    return 0;
}

int close(int fd) {
    if (fd < kFirstFd) return next<int (*)(int)>("close")(fd);
    driver().close(fd - kFirstFd);
    return 0;
}
}
