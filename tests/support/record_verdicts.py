#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Turns what a real kernel said to the shapes into tests/data/kernel_verdicts.json.

usage: record_verdicts.py RUN.json... >kernel_verdicts.json

The input format is described in tests/data/README.md. A later RUN replaces what an earlier one says about a file.
"""

import json
import re
import sys

KERNEL = "6.1.176-1 armmp"
BOARD = "qemu-virt-m4"
STOPPED = "stopped remote processor m4"
TIMESTAMP = re.compile(r"^\[ *\d+\.\d+\] ")
DEVICE = re.compile(r"^(?:remoteproc remoteproc0|rproc-virtio rproc-virtio\.\d+\.auto|stm32-rproc [0-9a-f]+\.m4): ")
DRIVER = re.compile(r"^rproc-virtio: ")
HASHED_POINTER = re.compile(r"\[hdr: [0-9a-f]+\]")
VDEV = re.compile(r"rproc-virtio\.(\d+)\.auto")


def rproc_lines(lines):
    """The remoteproc messages among `lines`, up to the stop, each without its time and its device."""
    kept = []
    for line in lines:
        line = TIMESTAMP.sub("", line)
        text = DEVICE.sub("", line)
        if text == STOPPED:
            break
        if text != line or DRIVER.match(line):
            kept.append((line, text))
    return kept


def numbered_from_one(kept):
    """The texts, with the platform devices of one firmware counted 1, 2, ... in the order of their numbers."""
    numbers = sorted({int(n) for line, _ in kept for n in VDEV.findall(line)})
    rank = {n: i + 1 for i, n in enumerate(numbers)}
    return [VDEV.sub(lambda m: f"rproc-virtio.{rank[int(m[1])]}.auto", text) for _, text in kept]


def panic_of(run):
    if "kernel_died" not in run:
        return "none"
    return "stop" if "errno" in run else "start"


def verdict(run):
    lines = run["log"] or run.get("kernel_died", [])
    names = [line[len("Name:"):].strip() for line in run["carveout"] if line.startswith("Name:")]
    return {
        "errno": run.get("errno"),
        "state": run.get("state"),
        "stop_errno": run.get("stop_errno"),
        "panic": panic_of(run),
        "log": numbered_from_one(rproc_lines(lines)),
        "carveouts": names,
        "rsc": [HASHED_POINTER.sub("[hdr: ...]", line) for line in run["rsc"]],
    }


def main(paths):
    runs = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            runs.update(json.load(file))
    shapes = {name.removesuffix(".elf"): verdict(run) for name, run in runs.items()}
    text = json.dumps({"kernel": KERNEL, "board": BOARD, "shapes": shapes}, indent=1, sort_keys=True)
    print(text)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
