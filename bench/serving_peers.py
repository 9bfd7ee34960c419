"""A server of Keras models for bench/serving.ts. Usage: serving_peers.py KIND PORT MLP CNN

POST /mlp takes {"instances": [[784 numbers]]} and gives {"predictions": [[10 numbers]]}; POST /cnn takes a PNG file.
"""

import asyncio
import io
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
kind, port, mlp_path, cnn_path = sys.argv[1], int(sys.argv[2]), *sys.argv[3:5]

import keras  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402


def load():
    models = {"mlp": keras.models.load_model(mlp_path, compile=False), "cnn": keras.models.load_model(cnn_path, compile=False)}
    for size in (1, 2, 4, 8, 16, 32):
        models["mlp"].predict_on_batch(np.zeros((size, 784), "float32"))
        models["cnn"].predict_on_batch(np.zeros((size, 28, 28, 1), "float32"))
    return models


def picture(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"), np.float32)[..., None] / 255


def flask():
    """As most tutorials do it: predict for each request."""
    from flask import Flask, jsonify, request

    models, app = load(), Flask("bench")

    @app.post("/mlp")
    def mlp():
        x = np.array(request.get_json()["instances"], "float32")
        return jsonify(predictions=models["mlp"].predict(x, verbose=0).tolist())

    @app.post("/cnn")
    def cnn():
        return jsonify(predictions=models["cnn"].predict(picture(request.get_data())[None], verbose=0).tolist())

    import logging

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app.run(port=port, threaded=True)


class Batches:
    """What comes while the model is busy is its next batch, of at most 32."""

    def __init__(self, model):
        self.model, self.waiting, self.task = model, [], None

    async def run(self, row):
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((row, future))
        if self.task is None:
            self.task = asyncio.create_task(self.work())
        return await future

    async def work(self):
        loop = asyncio.get_running_loop()
        while self.waiting:
            batch, self.waiting = self.waiting[:32], self.waiting[32:]
            x = np.stack([row for row, _ in batch])
            y = await loop.run_in_executor(None, self.model.predict_on_batch, x)
            for (_, future), row in zip(batch, y):
                future.set_result(row)
        self.task = None


def fastapi():
    import uvicorn
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

    models, app = load(), FastAPI()
    mlp_batches, cnn_batches = Batches(models["mlp"]), Batches(models["cnn"])

    @app.post("/mlp")
    async def mlp(request: Request):
        rows = (await request.json())["instances"]
        results = await asyncio.gather(*(mlp_batches.run(np.array(row, "float32")) for row in rows))
        return JSONResponse({"predictions": [row.tolist() for row in results]})

    @app.post("/cnn")
    async def cnn(request: Request):
        row = await cnn_batches.run(picture(await request.body()))
        return JSONResponse({"predictions": [row.tolist()]})

    uvicorn.run(app, port=port, access_log=False, log_level="error")


def litserve():
    import litserve as ls
    import serving_litserve

    api = serving_litserve.Mlp(max_batch_size=32, batch_timeout=0.002, api_path="/mlp")
    ls.LitServer(api, accelerator="cpu").run(port=port, host="127.0.0.1", log_level="error", generate_client_file=False)


def kserve():
    from kserve import Model, ModelServer

    class Mlp(Model):
        def __init__(self):
            super().__init__("mlp")
            self.model, self.ready = load()["mlp"], True

        def predict(self, payload, headers=None):
            x = np.array(payload["instances"], "float32")
            return {"predictions": self.model.predict_on_batch(x).tolist()}

    sys.argv = [sys.argv[0], f"--http_port={port}", "--enable_grpc=false", "--access_log_format="]
    ModelServer(http_port=port, enable_grpc=False, workers=1).start([Mlp()])


if __name__ == "__main__":
    {"flask": flask, "fastapi": fastapi, "litserve": litserve, "kserve": kserve}[kind]()
