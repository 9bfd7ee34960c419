"""One engine's run of one training benchmark, on Keras; prints one line of JSON. Usage: keras_training.py CASE BACKEND MNIST"""

import json
import os
import resource
import sys
import time

started = time.perf_counter()
case, backend, mnist = sys.argv[1:4]
os.environ["KERAS_BACKEND"] = backend
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

# Whatever is put off until the first operation belongs to the start.
assert keras.ops.convert_to_numpy(keras.ops.add(1, 1)) == 2
imported = time.perf_counter() - started


def read_mnist(count):
    images = np.fromfile(os.path.join(mnist, "train-images-idx3-ubyte"), np.uint8, offset=16)[: count * 784]
    labels = np.fromfile(os.path.join(mnist, "train-labels-idx1-ubyte"), np.uint8, offset=8)[:count]
    return images.astype("float32").reshape(count, 784) / 255, keras.utils.to_categorical(labels, 10)


def mlp():
    model = keras.Sequential([keras.Input((784,)), layers.Dense(512, "relu"), layers.Dropout(0.2)])
    model.add(layers.Dense(512, "relu"))
    model.add(layers.Dropout(0.2))
    model.add(layers.Dense(10, "softmax"))
    model.compile(keras.optimizers.RMSprop(0.001), "categorical_crossentropy", metrics=["accuracy"])
    return model, *read_mnist(60000), 128, 4


def cnn():
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu")])
    model.add(layers.Conv2D(64, 3, activation="relu"))
    model.add(layers.MaxPooling2D(2))
    model.add(layers.Dropout(0.25))
    model.add(layers.Flatten())
    model.add(layers.Dense(128, "relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(10, "softmax"))
    model.compile(keras.optimizers.Adadelta(1.0), "categorical_crossentropy", metrics=["accuracy"])
    x, y = read_mnist(12800)
    return model, x.reshape(-1, 28, 28, 1), y, 128, 3


def and_gate():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    return model, x, np.array([[0], [0], [0], [1]], "float32"), 1, 1000


def lstm():
    model = keras.Sequential([keras.Input((40,)), layers.Embedding(2000, 32), layers.LSTM(32)])
    model.add(layers.Dense(1, "sigmoid"))
    model.compile(keras.optimizers.Adam(0.001), "binary_crossentropy", metrics=["accuracy"])
    # The same made-up sequences as in training.ts: the label is whether more than half of the words are from the first half.
    numbers = np.arange(2048 * 40, dtype=np.int64).reshape(2048, 40)
    x = (numbers * 7919 + numbers * numbers % 1013) % 2000
    return model, x.astype("float32"), (np.mean(x < 1000, 1, keepdims=True) > 0.5).astype("float32"), 32, 4


class Epochs(keras.callbacks.Callback):
    seconds: list = []

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.start)


keras.utils.set_random_seed(1)
model, x, y, batch, epochs = {"mlp": mlp, "cnn": cnn, "and": and_gate, "lstm": lstm}[case]()

first_steps = []
start = time.perf_counter()
for _ in range(4):
    model.train_on_batch(x[:batch], y[:batch])
    first_steps.append(time.perf_counter() - start)

watch = Epochs()
history = model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0, callbacks=[watch]).history

predictions = []
for _ in range(20):
    start = time.perf_counter()
    model.predict(x[:1], verbose=0)
    predictions.append(time.perf_counter() - start)

print(
    json.dumps(
        {
            "import": imported,
            "first step": first_steps[0],
            "first steps": first_steps[3],
            "epoch": float(np.median(watch.seconds[1:])),
            "predict one": float(np.median(predictions[3:])),
            "peak memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "accuracy": history["accuracy"][-1],
        }
    )
)
