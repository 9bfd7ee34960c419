"""The peer of data-case.ts: `data_peers.py prepare|measure CASE FOLDER` makes the files, or prints the seconds that a case takes."""

import pathlib
import sys
import time

import numpy as np

step, name, folder = sys.argv[1:]
file = pathlib.Path(folder) / f"{name}.npz"


def prepare_npz():
    numbers = np.random.default_rng(0).random((125, 1_000_000), "float32")
    np.savez(file, x=numbers[:100], y=numbers[100:])


def prepare_compressed():
    numbers = np.random.default_rng(0).integers(0, 20, (200, 1_000_000), "uint8")
    np.savez_compressed(file, x=numbers)


def read():
    with np.load(file) as arrays:
        return {name: arrays[name] for name in arrays.files}


cases = {"npz": (prepare_npz, read), "npz-compressed": (prepare_compressed, read)}
prepare, measure = cases[name]
if step == "prepare":
    prepare()
else:
    start = time.perf_counter()
    measure()
    print(time.perf_counter() - start)
