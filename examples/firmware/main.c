/* SPDX-License-Identifier: BSD-2-Clause */
/* What m4_hello does: says hello in the trace buffer, then sleeps and counts the timer interrupts that wake it. */
#include <stdint.h>

#include "trace.h"

/* Armv7-M System Timer registers (Armv7-M ARM, the architecture reference manual, B3.3). */
#define SYST_CSR (*(volatile uint32_t*)0xE000E010u)
#define SYST_RVR (*(volatile uint32_t*)0xE000E014u)
#define SYST_CVR (*(volatile uint32_t*)0xE000E018u)

enum { SYST_ENABLE = 1u << 0, SYST_TICKINT = 1u << 1, SYST_CLKSOURCE = 1u << 2, SYST_LONGEST = 0xFFFFFF };

static const uint32_t kExpected = 0x600DDA7Au;

/* Lives in .data, so it is right only when the loader and the reset handler both did their work. */
static volatile uint32_t initialized = 0x600DDA7Au;
static volatile uint32_t ticks;

void systick_handler(void);
void systick_handler(void) { ++ticks; }

static void start_timer(void) {
    SYST_RVR = SYST_LONGEST;
    SYST_CVR = 0;
    SYST_CSR = SYST_ENABLE | SYST_TICKINT | SYST_CLKSOURCE;
}

static void trace_count(uint32_t count) {
    static const char digits[] = "0123456789abcdef";
    char line[] = "m4_hello: ticks 0x00000000";
    for (size_t at = sizeof line - 2; count != 0; --at, count >>= 4) line[at] = digits[count & 0xF];
    trace_line(line);
}

int main(void) {
    trace_line("m4_hello: started");
    trace_line(initialized == kExpected ? "m4_hello: initialized data is in place"
                                        : "m4_hello: initialized data is WRONG");
    trace_line("m4_hello: waiting for interrupts");
    start_timer();
    const size_t last_line = trace_mark();
    for (;;) {
        trace_rewind(last_line);
        trace_count(ticks);
        __asm__ volatile("wfi");
    }
}
