"""The peer of picture-case.ts: `picture_peers.py prepare|measure CASE FOLDER` makes pictures, or prints the seconds that a case takes."""

import os
import pathlib
import sys
import time
import types

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
import numpy as np
from PIL import Image

step, name, folder = sys.argv[1:]
root = pathlib.Path(folder) / "pictures"
SIZE, COUNT, MEASURED, BATCH = 224, 640, 320, 32


def prepare():
    if root.exists():
        return
    random = np.random.default_rng(0)
    coarse = Image.fromarray(random.integers(0, 256, (30, 40, 3), "uint8"))
    photo = np.asarray(coarse.resize((1280, 960), Image.Resampling.BICUBIC)).astype("float32")
    photo = np.clip(photo + random.normal(0, 6, photo.shape), 0, 255).astype("uint8")
    for i in range(COUNT):
        y, x = random.integers(0, 960 - SIZE), random.integers(0, 1280 - SIZE)
        file = root / ("cats" if i % 2 else "dogs") / f"{i}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo[y : y + SIZE, x : x + SIZE]).save(file, quality=85)


def generator(size=SIZE):
    import scipy.ndimage

    if not hasattr(scipy.ndimage, "interpolation"):
        scipy.ndimage.interpolation = types.SimpleNamespace(affine_transform=scipy.ndimage.affine_transform)
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    ranges = dict(rotation_range=20, width_shift_range=0.1, height_shift_range=0.1, shear_range=10, zoom_range=0.1)
    changing = ImageDataGenerator(**ranges, horizontal_flip=True, rescale=1 / 255)
    return changing.flow_from_directory(root, target_size=(size, size), batch_size=BATCH, class_mode="binary")


def layers():
    import keras
    import tensorflow as tf

    changing = keras.Sequential(
        [
            keras.layers.RandomRotation(20 / 360),
            keras.layers.RandomTranslation(0.1, 0.1),
            keras.layers.RandomShear(0.1, 0.1),
            keras.layers.RandomZoom(0.1, 0.1),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.Rescaling(1 / 255),
        ]
    )
    found = keras.utils.image_dataset_from_directory(root, image_size=(SIZE, SIZE), batch_size=BATCH, verbose=False)
    changed = found.repeat().map(lambda x, y: (changing(x, training=True), y), num_parallel_calls=tf.data.AUTOTUNE)
    return iter(changed.prefetch(tf.data.AUTOTUNE))


def seconds(batches):
    """Of so many pictures, once the first batches are through."""
    for _ in range(2):
        next(batches)
    start = time.perf_counter()
    for _ in range(MEASURED // BATCH):
        np.asarray(next(batches)[0])
    return time.perf_counter() - start


def epoch():
    """The second epoch of a small network."""
    import keras

    keras.utils.disable_interactive_logging()
    model = keras.Sequential(
        [
            keras.layers.Input((SIZE, SIZE, 3)),
            keras.layers.Conv2D(8, 3, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    pictures = generator()
    model.fit(pictures, epochs=1, verbose=0)
    start = time.perf_counter()
    model.fit(pictures, epochs=1, verbose=0)
    return time.perf_counter() - start


measures = {"pictures": lambda: seconds(generator()), "pictures-layers": lambda: seconds(layers()), "pictures-epoch": epoch}
prepare() if step == "prepare" else print(measures[name]())
