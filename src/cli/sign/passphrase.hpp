// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "cli/common/output.hpp"
#include "cli/sign/options.hpp"
#include "rproc/firmware/signing_key.hpp"

namespace rproc::cli {

/// The source of the key's passphrase: --key_pwd, or the terminal, with the prompt on `err`; without either, a key that
/// needs one is refused. `options` and `err` must outlive what is returned.
[[nodiscard]] SigningKey::AskPassphrase passphrase_source(const SignOptions& options, Output& err);

}  // namespace rproc::cli
