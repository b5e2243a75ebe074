# SPDX-License-Identifier: BSD-2-Clause

# Finds libteec, the TEE Client API library of OP-TEE's user space (optee_client). Defines the target Libteec::Libteec.
find_path(Libteec_INCLUDE_DIR tee_client_api.h)
find_library(Libteec_LIBRARY teec)
mark_as_advanced(Libteec_INCLUDE_DIR Libteec_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libteec REQUIRED_VARS Libteec_LIBRARY Libteec_INCLUDE_DIR)

if(Libteec_FOUND AND NOT TARGET Libteec::Libteec)
    add_library(Libteec::Libteec UNKNOWN IMPORTED)
    set_target_properties(Libteec::Libteec PROPERTIES
        IMPORTED_LOCATION ${Libteec_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${Libteec_INCLUDE_DIR})
endif()
