import sys

import litserve as ls


class Square(ls.LitAPI):
    def setup(self, device):
        pass

    def decode_request(self, request):
        return request["input"]

    def predict(self, x):
        return x * x

    def encode_response(self, output):
        return {"output": output}


if __name__ == "__main__":
    ls.LitServer(Square(), accelerator="cpu").run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False)
