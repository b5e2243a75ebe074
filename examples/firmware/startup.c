/* SPDX-License-Identifier: BSD-2-Clause */
/* Vector table and reset handler: from reset to main() without any library. */
#include <stdint.h>

/* Placed by m4.ld; only their addresses mean anything. */
extern uint32_t data_load[], data_start[], data_end[];
extern uint32_t bss_start[], bss_end[];
extern uint32_t stack_top[];

int main(void);
void systick_handler(void);
void reset_handler(void);

static void hang(void) {
    for (;;) __asm__ volatile("wfi");
}

void reset_handler(void) {
    const uint32_t* from = data_load;
    for (uint32_t* to = data_start; to != data_end;) *to++ = *from++;
    for (uint32_t* to = bss_start; to != bss_end;) *to++ = 0;
    main();
    hang();
}

struct vector_table {
    uint32_t* initial_stack;
    void (*handlers[15])(void);
};

/* The core reads it from device address 0, where it comes out of reset (Armv7-M ARM, B1.5.3). */
__attribute__((section(".vectors"), used)) static const struct vector_table vectors = {
    .initial_stack = stack_top,
    .handlers =
        {
            reset_handler,   /* Reset */
            hang,            /* NMI */
            hang,            /* HardFault */
            hang,            /* MemManage */
            hang,            /* BusFault */
            hang,            /* UsageFault */
            0, 0, 0, 0,      /* reserved */
            hang,            /* SVCall */
            hang,            /* DebugMonitor */
            0,               /* reserved */
            hang,            /* PendSV */
            systick_handler, /* SysTick */
        },
};
