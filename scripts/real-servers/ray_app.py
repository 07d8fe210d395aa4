import sys
import time

import ray
from fastapi import FastAPI
from pydantic import BaseModel, Field
from ray import serve

app = FastAPI(title="iris")


class Iris(BaseModel):
    sepal_length: float = Field(gt=0, lt=10)
    petal_length: float = Field(gt=0, lt=10)


@serve.deployment
@serve.ingress(app)
class Model:
    @app.post("/predict")
    def predict(self, flower: Iris):
        return {"label": "setosa" if flower.petal_length < 2.5 else "other"}


if __name__ == "__main__":
    ray.init(num_cpus=1, include_dashboard=False, object_store_memory=100_000_000, log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    serve.run(Model.bind(), route_prefix="/")
    while True:
        time.sleep(1)
