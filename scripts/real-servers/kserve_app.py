"""A model in KServe's own Python server, which knows nothing of its inputs but their shape."""
import sys

from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer


class Sum(Model):
    def __init__(self):
        super().__init__("sum")
        self.load()

    def load(self):
        self.ready = True

    async def get_input_types(self):
        return [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}]

    async def get_output_types(self):
        return [{"name": "y", "datatype": "FP32", "shape": [-1]}]

    def predict(self, payload, headers=None, response_headers=None):
        if isinstance(payload, InferRequest):
            rows = payload.inputs[0].as_numpy()
            if rows.ndim != 2 or rows.shape[1] != 4:
                raise ValueError(f"expected rows of 4 numbers, got the shape {list(rows.shape)}")
            output = InferOutput(name="y", shape=[len(rows)], datatype="FP32")
            output.set_data_from_numpy(rows.sum(axis=1))
            return InferResponse(payload.id or "1", "sum", [output])
        rows = payload["instances"]
        if any(len(row) != 4 for row in rows):
            raise ValueError(f"expected rows of 4 numbers, got {len(rows[0])}")
        return {"predictions": [sum(row) for row in rows]}


if __name__ == "__main__":
    ModelServer(http_port=int(sys.argv[1]), enable_grpc=False, workers=1).start([Sum()])
