"""The model of LitServe's server, which its processes import. See serving_peers.py."""

import sys

import litserve as ls
import numpy as np


class Mlp(ls.LitAPI):
    def setup(self, device):
        import keras

        self.model = keras.models.load_model(sys.argv[3], compile=False)

    def decode_request(self, request):
        return np.array(request["instances"][0], "float32")

    def batch(self, inputs):
        return np.stack(inputs)

    def predict(self, x):
        return self.model.predict_on_batch(x)

    def unbatch(self, output):
        return list(output)

    def encode_response(self, output):
        return {"predictions": [output.tolist()]}
