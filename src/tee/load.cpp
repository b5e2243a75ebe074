// SPDX-License-Identifier: BSD-2-Clause
#include "tee/load.hpp"

#include <cstdint>
#include <utility>

#include "tee/authenticate.hpp"
#include "tee/optee_load.hpp"
#include "tee/place.hpp"
#include "tee/shared_copy.hpp"

namespace rproc::tee::internal {
namespace {

/// The size limit of an image in bytes: larger than the memory of any coprocessor. Bounds the private copy.
constexpr std::uint64_t kLargestImage = 64ULL << 20U;

Checked<LoadedImage> load_strictly(std::span<const std::byte> shared, const SoftwareTeePolicy& policy,
                                   RemoteMemories& memories) {
    if (shared.size() > kLargestImage) return refuse(ResultCode::out_of_memory, "the image is larger than 64 MiB");
    RPROC_TRY_ASSIGN(const AuthenticPackage package, authenticate(copy_shared(shared), policy));
    auto table = place(package, policy.decryption_key, memories);
    if (table) return LoadedImage{package.key, *table};
    table.error().key = package.key;
    return fail(std::move(table).error());
}

Checked<LoadedImage> load(std::optional<std::span<const std::byte>> shared, const SoftwareTeePolicy& policy,
                          RemoteMemories& memories) {
    if (!shared || shared->empty()) return refuse(ResultCode::bad_parameters, "the image lies in no shared memory");
    if (policy.checks == SoftwareTeePolicy::Checks::strict) return load_strictly(*shared, policy, memories);
    if (shared->size() >= policy.limits.image_limit) return refuse_large_image(shared->size(), policy.limits);
    return load_as_optee(copy_shared(*shared), policy, memories);
}

}  // namespace

Checked<LoadedImage> load_image(std::optional<std::span<const std::byte>> shared, const SoftwareTeePolicy& policy,
                                RemoteMemories& memories) {
    auto loaded = load(shared, policy, memories);
    if (!loaded && policy.checks == SoftwareTeePolicy::Checks::strict) memories.clear();
    return loaded;
}

}  // namespace rproc::tee::internal
