// SPDX-License-Identifier: BSD-2-Clause
#pragma once

/// The cases of a concept's requirements. Each of them takes a type `whole` that meets the concept; what they declare
/// differs from it in one member only, so that a static_assert fails when the concept no longer asks for that member.
/// tests/architecture/concept_cases.sh looks for a case of each member that a public concept names.
namespace rproc::test {

/// What no op returns.
struct Wrong {};

}  // namespace rproc::test

/// Fails to compile if `whole` does not meet the concept.
#define MEETS(concept, whole) static_assert(concept<whole>)

/// A type without the op `op`.
#define NEEDS_CALL(concept, whole, op)           \
    namespace without_##op {                     \
        struct concept##_case : whole {          \
            using whole::whole;                  \
            void op() = delete;                  \
        };                                       \
        static_assert(!concept<concept##_case>); \
    }

/// A type without the op `op`, and one whose op returns another type.
#define NEEDS(concept, whole, op)                 \
    NEEDS_CALL(concept, whole, op)                \
    namespace other_##op {                        \
        struct concept##_case : whole {           \
            using whole::whole;                   \
            template <class... A>                 \
            static rproc::test::Wrong op(A&&...); \
        };                                        \
        static_assert(!concept<concept##_case>);  \
    }

/// A type whose op is the declaration in the last argument: one without `const`, or with another parameter.
#define NEEDS_EXACTLY(concept, whole, op, ...)   \
    namespace unlike_##op {                      \
        struct concept##_case : whole {          \
            using whole::whole;                  \
            __VA_ARGS__;                         \
        };                                       \
        static_assert(!concept<concept##_case>); \
    }

/// A type whose member type `type` is of no use.
#define NEEDS_TYPE(concept, whole, type)         \
    namespace without_##type {                   \
        struct concept##_case : whole {          \
            using whole::whole;                  \
            using type = rproc::test::Wrong;     \
        };                                       \
        static_assert(!concept<concept##_case>); \
    }

/// A type whose constant `constant` has another type.
#define NEEDS_CONSTANT(concept, whole, constant)            \
    namespace without_##constant {                          \
        struct concept##_case : whole {                     \
            using whole::whole;                             \
            static constexpr rproc::test::Wrong constant{}; \
        };                                                  \
        static_assert(!concept<concept##_case>);            \
    }
