/* SPDX-License-Identifier: BSD-2-Clause */
/* What this firmware asks of its host: a trace buffer to show, and one rpmsg device with two vrings.
 * The layout is the remoteproc resource table, version 1: little-endian, no padding, offsets from the table's start. */
#include <stddef.h>
#include <stdint.h>

#include "trace.h"

enum { RSC_TRACE = 2, RSC_VDEV = 3 };
enum { VIRTIO_ID_RPMSG = 7 };

/* A vring address that leaves the choice to the host, which writes its own here before it starts the core. */
#define DA_ANY UINT32_C(0xFFFFFFFF)

struct trace_entry {
    uint32_t type;
    uint32_t da;
    uint32_t len;
    uint32_t reserved;
    char name[32];
};

struct vring {
    uint32_t da;
    uint32_t align;
    uint32_t num;
    uint32_t notifyid;
    uint32_t pa;
};

struct vdev_entry {
    uint32_t type;
    uint32_t id;
    uint32_t notifyid;
    uint32_t dfeatures;
    uint32_t gfeatures;
    uint32_t config_len;
    uint8_t status;
    uint8_t num_of_vrings;
    uint8_t reserved[2];
    struct vring vrings[2];
};

struct resource_table {
    uint32_t version;
    uint32_t num;
    uint32_t reserved[2];
    uint32_t offset[2];
    struct trace_entry trace;
    struct vdev_entry rpmsg;
};

_Static_assert(sizeof(struct trace_entry) == 48, "a trace entry is 48 bytes");
_Static_assert(sizeof(struct vdev_entry) == 68, "a vdev entry is 28 bytes and 20 for each vring");
_Static_assert(offsetof(struct resource_table, trace) == 24, "entries follow the offsets");

/* const for the firmware, volatile because the host fills in addresses, notify ids and the device status. */
extern const volatile struct resource_table resource_table;

__attribute__((section(".resource_table"), used)) const volatile struct resource_table resource_table = {
    .version = 1,
    .num = 2,
    .offset = {offsetof(struct resource_table, trace), offsetof(struct resource_table, rpmsg)},
    .trace =
        {
            .type = RSC_TRACE,
            .da = (uintptr_t)trace_buffer,
            .len = TRACE_SIZE,
            .name = "cm4_log",
        },
    .rpmsg =
        {
            .type = RSC_VDEV,
            .id = VIRTIO_ID_RPMSG,
            .dfeatures = 1u << 0, /* name service announcements */
            .num_of_vrings = 2,
            .vrings =
                {
                    {.da = DA_ANY, .align = 16, .num = 16},
                    {.da = DA_ANY, .align = 16, .num = 16},
                },
        },
};
