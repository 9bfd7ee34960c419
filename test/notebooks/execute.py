"""Executes a notebook from a clean kernel, showing which cell runs: execute.py SOURCE TARGET KERNEL FOLDER

Unlike `jupyter execute` it keeps going after an error, so that the caller sees all of them in the result.
"""

import sys

import nbformat
from nbclient import NotebookClient

source, target, kernel, folder = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
total = len(notebook.cells)


def show(cell, cell_index):
    print(f"  cell {cell_index + 1} of {total}", file=sys.stderr, flush=True)


NotebookClient(
    notebook,
    kernel_name=kernel,
    timeout=None,
    allow_errors=True,
    record_timing=False,
    on_cell_execute=show,
    resources={"metadata": {"path": folder}},
).execute()
nbformat.write(notebook, target)
