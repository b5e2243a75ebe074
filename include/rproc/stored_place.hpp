// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/error_details.hpp"
#include "rproc/place.hpp"

namespace rproc {

/// A place that owns its names, for objects that outlive the input of the place. A copy allocates once; a move never
/// allocates.
class StoredPlace {
  public:
    StoredPlace() noexcept = default;
    /// From a Place or one of its parts, whose names are copied. Allocates once; an empty place allocates nothing.
    StoredPlace(const Place& place) {  // NOLINT: a place can be stored
        if (!place.empty()) details_ = internal::ErrorDetails({}, place, {});
    }
    template <class P>
    requires requires { P::kKind; }
    StoredPlace(const P& part) : StoredPlace(Place(part)) {}  // NOLINT

    /// The place. Its names are valid until this object is modified or destroyed.
    [[nodiscard]] const Place& get() const noexcept { return details_.place(); }

    friend bool operator==(const StoredPlace& a, const StoredPlace& b) { return a.get() == b.get(); }

  private:
    internal::ErrorDetails details_{};
};

}  // namespace rproc
