"""The peer of data-case.ts: `data_peers.py prepare|measure CASE FOLDER` makes the files, or prints the seconds that a case takes."""

import hashlib
import io
import os
import pathlib
import struct
import sys
import tarfile
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


def python2_pickle(data, labels):
    """As the originals are written, by opcodes that Python 3 only reads."""
    parts = [
        b"\x80\x02}(U\x06labels](",
        b"".join(b"K" + bytes([label]) for label in labels),
        b"eU\x04datacnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR(K\x01",
        b"J" + struct.pack("<i", data.shape[0]) + b"J" + struct.pack("<i", data.shape[1]) + b"\x86",
        b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbI00\n",
        b"T" + struct.pack("<I", data.nbytes) + data.tobytes() + b"tbu.",
    ]
    return b"".join(parts)


def load_cifar10():
    """Keras's load_data, which looks for the hash of the file that was made here."""
    os.environ["KERAS_HOME"] = folder
    from keras.src.datasets import cifar10
    from keras.src.utils.file_utils import get_file

    sha256 = (pathlib.Path(folder) / "cifar10.sha256").read_text()
    cifar10.get_file = lambda **named: get_file(**{**named, "file_hash": sha256})
    return cifar10.load_data


def prepare_cifar10():
    archive = pathlib.Path(folder) / "datasets" / "cifar-10-batches-py-target_archive"
    archive.parent.mkdir()
    random = np.random.default_rng(0)
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        for name in [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]:
            content = python2_pickle(random.integers(0, 256, (10_000, 3072), "uint8"), random.integers(0, 10, 10_000))
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    (pathlib.Path(folder) / "cifar10.sha256").write_text(hashlib.sha256(archive.read_bytes()).hexdigest())
    load_cifar10()()


cases = {
    "npz": (prepare_npz, read),
    "npz-compressed": (prepare_compressed, read),
    "cifar10": (prepare_cifar10, None),
}
prepare, measure = cases[name]
if step == "prepare":
    prepare()
else:
    measure = measure or load_cifar10()
    start = time.perf_counter()
    measure()
    print(time.perf_counter() - start)
