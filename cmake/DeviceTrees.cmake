# SPDX-License-Identifier: BSD-2-Clause

# rproc_compile_device_trees(<variable> <output directory> "<dtc option>..." <file.dts>...)
# Compiles each source to <output directory>/<stem>.dtb and lists the results in <variable>, in the order given.
function(rproc_compile_device_trees variable directory options)
    set(blobs)
    if(ARGN)
        find_program(RPROC_DTC dtc REQUIRED)
        file(MAKE_DIRECTORY ${directory})
    endif()
    foreach(source IN LISTS ARGN)
        cmake_path(GET source STEM LAST_ONLY stem)
        cmake_path(GET source PARENT_PATH include_directory)
        set(blob ${directory}/${stem}.dtb)
        add_custom_command(
            OUTPUT ${blob}
            COMMAND ${RPROC_DTC} -I dts -O dtb ${options} -i ${include_directory} -d ${blob}.d -o ${blob} ${source}
            DEPENDS ${source}
            DEPFILE ${blob}.d
            COMMENT "Compiling device tree ${stem}.dts"
            VERBATIM)
        list(APPEND blobs ${blob})
    endforeach()
    set(${variable} ${blobs} PARENT_SCOPE)
endfunction()
