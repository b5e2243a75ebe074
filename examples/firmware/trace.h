/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef M4_HELLO_TRACE_H
#define M4_HELLO_TRACE_H

#include <stddef.h>
#include <stdint.h>

/* The size that the resource table announces to the host for the buffer below. */
enum { TRACE_SIZE = 0x800 };

/* The text that Linux shows as trace0: always ends with a NUL, only whole lines are added. */
extern char trace_buffer[TRACE_SIZE];

/* Adds `text` and a newline; a line that does not fit is dropped. Not for interrupt handlers. */
void trace_line(const char* text);

/* Where the next line goes: give it to trace_rewind() to write the lines after it again. */
size_t trace_mark(void);
void trace_rewind(size_t mark);

#endif
