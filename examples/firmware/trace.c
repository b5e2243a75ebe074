/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace.h"

char trace_buffer[TRACE_SIZE];

static size_t used;

static size_t length_of(const char* text) {
    size_t length = 0;
    while (text[length] != '\0') ++length;
    return length;
}

void trace_line(const char* text) {
    const size_t length = length_of(text);
    if (length + 2 > TRACE_SIZE - used) return;
    for (size_t i = 0; i < length; ++i) trace_buffer[used++] = text[i];
    trace_buffer[used++] = '\n';
    trace_buffer[used] = '\0';
}

size_t trace_mark(void) { return used; }

void trace_rewind(size_t mark) {
    if (mark <= used) used = mark;
}
