"""A FastAPI service as a good team writes it: one process a core, each with a model of one thread and a batcher that takes what waits."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shared import Model

MAX_BATCH = 8


@asynccontextmanager
async def lifespan(app):
    app.state.queue = asyncio.Queue()
    model = Model(os.environ["BUNDLE"])
    batcher = asyncio.create_task(run_batches(app.state.queue, model))
    yield
    batcher.cancel()


async def run_batches(queue, model):
    executor = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()
    while True:
        batch = [await queue.get()]
        while len(batch) < MAX_BATCH and not queue.empty():
            batch.append(queue.get_nowait())
        try:
            rows = await loop.run_in_executor(executor, model, [image for image, _ in batch])
            for (_, future), row in zip(batch, rows):
                future.set_result(row)
        except Exception as error:
            for _, future in batch:
                future.set_exception(error)


app = FastAPI(lifespan=lifespan)


@app.post("/v1/moderate")
async def moderate(request: Request):
    future = asyncio.get_running_loop().create_future()
    await request.app.state.queue.put((await request.body(), future))
    return JSONResponse({"scores": await future})
