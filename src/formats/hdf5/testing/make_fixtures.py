"""Writes the .h5 files in this folder: what h5wasm can't write, so that the tests can't make it themselves.

Run with h5py 3: python make_fixtures.py
"""

import json
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).parent
RAMP = np.arange(24, dtype="f4").reshape(2, 3, 4) - 4


class Model:
    """A Keras file in the making."""

    def __init__(self, name, libver=("v108", "v108"), userblock=0):
        sizes = {"userblock_size": userblock, "meta_block_size": 64}
        self.file = h5py.File(HERE / name, "w", libver=libver, **sizes)
        self.file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": []})
        self.file.attrs["keras_version"] = np.bytes_("2.2.4")
        self.weights = self.file.create_group("model_weights")
        self.layers = []

    def layer(self, name, weight_names):
        self.layers.append(name.encode())
        group = self.weights.create_group(name)
        group.attrs["weight_names"] = [weight.encode() for weight in weight_names]
        return group

    def save(self):
        self.weights.attrs["layer_names"] = self.layers
        self.file.close()


def types():
    """Element types and layouts, all with the values of RAMP."""
    model = Model("types.h5")
    names = [">f8", ">f4", ">f2", "<f8", "<f2", ">i4", "<i8", "|i1"]
    group = model.layer("numbers", names)
    for name in names:
        group.create_dataset(name, data=RAMP.astype(name))
    bools = model.layer("bools", ["b"])
    bools.create_dataset("b", data=RAMP > 3)
    compact = model.layer("compact", ["c"])
    create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    create.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple(RAMP.shape)
    kind = h5py.h5t.IEEE_F32LE
    data = h5py.h5d.create(compact.id, b"c", kind, space, dcpl=create)
    data.write(h5py.h5s.ALL, h5py.h5s.ALL, RAMP)
    empty = model.layer("empty", [])
    assert empty.attrs["weight_names"].dtype == "f8"
    model.save()


def latest():
    """Newest structures: superblock 3, dense groups and attributes, chunk indexes of three kinds."""
    model = Model("latest.h5", libver=("latest", "latest"), userblock=512)
    shapes = {"single": (2, 3, 4), "fixed": (1, 3, 4), "extensible": (1, 3, 4)}
    limits = {"extensible": (None, 3, 4)}
    group = model.layer("chunked", list(shapes))
    for name, chunks in shapes.items():
        packed = {"compression": "gzip", "shuffle": True} if name != "fixed" else {}
        group.create_dataset(name, data=RAMP, chunks=chunks, maxshape=limits.get(name), **packed)
    for i in range(9):
        group.attrs[f"note{i}"] = i
    for i in range(9):
        model.layer(f"layer_{i}", [])
    model.save()


def refused():
    model = Model("external_storage.h5")
    group = model.layer("a", ["k"])
    group.create_dataset("k", (4,), "f4", external=[("/dev/stdin", 0, 16)])
    model.save()

    model = Model("virtual_dataset.h5", libver=("latest", "latest"))
    group = model.layer("a", ["k"])
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
    layout[...] = h5py.VirtualSource("other.h5", "x", shape=(4,))
    group.create_virtual_dataset("k", layout)
    model.save()

    model = Model("unknown_filter.h5")
    group = model.layer("a", ["k"])
    group.create_dataset("k", data=RAMP, chunks=RAMP.shape, compression="lzf")
    model.save()

    model = Model("shape_bomb.h5")
    group = model.layer("a", ["k"])
    group.create_dataset(
        "k", (1 << 20, 1 << 20), "f4", chunks=(1 << 10, 1 << 10), compression="gzip"
    )
    model.save()


types()
latest()
refused()
