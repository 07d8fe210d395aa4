"""Sixty endpoints as people write them with FastAPI, one process: each under a prefix of its own, with a description of its
own. Beside each prediction stand routes that change something; what they are asked is counted. Prints its port, then one name a line."""

import asyncio
import base64
import datetime as dt
import decimal
import enum
import io
import ipaddress
import json
import sys
import uuid
import wave
import zlib
from typing import Annotated, Any, Dict, Generic, List, Literal, Optional, Set, Tuple, TypeVar, Union

import uvicorn
from fastapi import Body, FastAPI, File, Form, Header, HTTPException, Query, Request, Security, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.security import APIKeyHeader
from pydantic import (AnyUrl, BaseModel, ConfigDict, EmailStr, Field, RootModel, conlist, constr, field_validator, model_validator)

CASES: Dict[str, FastAPI] = {}
ACCEPTED: Dict[str, int] = {}
CHANGED: Dict[str, int] = {}
OK = {"prediction": 1}


def case(name: str, **options: Any):
    """An app whose prediction is made by the function, which declares what it takes."""

    def make(add):
        app = FastAPI(title=name, **options)
        CASES[name] = app
        ACCEPTED[name] = CHANGED[name] = 0

        def changed() -> dict:
            CHANGED[name] += 1
            return {}

        app.post("/train")(changed)
        app.put("/config")(changed)
        app.delete("/models/{name_of_model}")(changed)
        app.get("/reset")(changed)
        add(app)
        return add

    return make


def took(name: str, answer: Any = OK) -> Any:
    ACCEPTED[name] += 1
    return answer


def model_case(name: str, model: Any, **options: Any) -> None:
    """One whose body is a model."""

    @case(name, **options)
    def add(app: FastAPI) -> None:
        def predict(body):
            return took(name)

        predict.__annotations__ = {"body": model}
        app.post("/predict")(predict)


class Kind(str, enum.Enum):
    small = "small"
    large = "large"


class Grade(int, enum.Enum):
    low = 10
    high = 20


class Iris(BaseModel):
    sepal_length: float
    sepal_width: float
    petal_length: float
    petal_width: float


class Text(BaseModel):
    text: str


class Address(BaseModel):
    street: str = Field(min_length=5)
    zip_code: str = Field(pattern=r"^\d{5}(-\d{4})?$")


class Person(BaseModel):
    name: str
    age: int = Field(ge=18, le=120)
    address: Address


class Tree(BaseModel):
    value: float
    children: List["Tree"] = []


class Chain(BaseModel):
    value: int
    next: Optional["Chain"] = None


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(gt=0, lt=10)


class Dog(BaseModel):
    kind: Literal["dog"]
    bark: constr(min_length=3)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    x: float
    y: float


class Aliased(BaseModel):
    petal: float = Field(alias="petal-length")
    kind: Kind = Field(alias="Kind Of")


class Hidden(BaseModel):
    """Its description says a list; only the error says how long."""

    features: List[float]

    @field_validator("features")
    @classmethod
    def four(cls, value):
        if len(value) != 4:
            raise ValueError("expected 4 features")
        return value


class Range(BaseModel):
    low: float
    high: float

    @model_validator(mode="after")
    def ordered(self):
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


T = TypeVar("T")


class Batch(BaseModel, Generic[T]):
    items: conlist(T, min_length=2, max_length=4)


class Dated(BaseModel):
    day: dt.date
    at: dt.datetime
    clock: dt.time
    wait: dt.timedelta


class Network(BaseModel):
    ip: ipaddress.IPv4Address
    six: ipaddress.IPv6Address
    site: AnyUrl
    mail: EmailStr
    id: uuid.UUID


class Bounds(BaseModel):
    a: int = Field(gt=5, lt=7)
    b: float = Field(gt=0.5, lt=0.6)
    c: int = Field(multiple_of=7, ge=10)
    d: float = Field(ge=-2, le=-1)
    e: decimal.Decimal = Field(max_digits=5, decimal_places=2)


class Exampled(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "AB-1234", "n": 3}]})
    code: str
    n: int

    @field_validator("code")
    @classmethod
    def known(cls, value):
        if value != "AB-1234":
            raise ValueError("unknown code")
        return value


class FieldExampled(BaseModel):
    code: str = Field(examples=["AB-1234"])
    n: int = Field(examples=[3])

    known = field_validator("code")(classmethod(lambda cls, value: Exampled.known(value)))


class Loan(BaseModel):
    Term: int = Field(gt=0)
    NoEmp: int = Field(ge=0)
    GrAppv: float = Field(gt=0)
    UrbanRural: Literal[0, 1, 2]
    RevLineCr: Literal["Y", "N"]
    State: str = Field(min_length=2, max_length=2, pattern="^[A-Z]{2}$")
    ApprovalFY: int = Field(ge=1960, le=2030)


class Defaulted(BaseModel):
    text: str = "hello"
    top_k: int = Field(5, ge=1, le=10)
    verbose: bool = False


class Nulls(BaseModel):
    a: Optional[int]
    b: Optional[str] = None
    c: Union[int, str, None]


class Maps(BaseModel):
    scores: Dict[str, float] = Field(min_length=1)
    counts: Dict[str, int]


class Sets(BaseModel):
    labels: Set[str] = Field(min_length=2)
    pair: Tuple[int, str]


class Deep(BaseModel):
    people: List[Person] = Field(min_length=1)
    by_name: Dict[str, Person]


class Patterns(BaseModel):
    plate: str = Field(pattern=r"^[A-Z]{1,3}-[A-Z]{2} \d{1,4}$")
    colour: str = Field(pattern="^(red|green|blue)$")
    hex: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    slug: str = Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")


class Pixels(BaseModel):
    image: conlist(conlist(conlist(float, min_length=3, max_length=3), min_length=8, max_length=8), min_length=8, max_length=8)


class Message(BaseModel):
    role: Literal["system", "user"]
    content: str = Field(min_length=1)


class Chat(BaseModel):
    messages: List[Message] = Field(min_length=1)
    temperature: float = Field(1.0, ge=0, le=2)
    stop: Union[str, List[str], None] = None


class Base64Image(BaseModel):
    image: str

    @field_validator("image")
    @classmethod
    def picture(cls, value):
        if not is_picture(base64.b64decode(value, validate=True)):
            raise ValueError("no picture")
        return value


class Tagged(BaseModel):
    pet: Annotated[Union[Cat, Dog], Field(discriminator="kind")]


class AnyOf(BaseModel):
    pet: Union[Dog, Cat]


class Long(BaseModel):
    story: str = Field(min_length=300, max_length=400)
    vector: conlist(float, min_length=128, max_length=128)


class TupleRow(RootModel):
    root: Tuple[float, float, Literal["a", "b"], int]


for a_name, a_model in {
    "flat numbers": Iris, "a text": Text, "nested models": Person, "a tree": Tree, "a chain": Chain, "a member of a union": AnyOf,
    "a discriminator": Tagged, "no extras": Strict, "aliases": Aliased, "a width in the error": Hidden, "two that belong together": Range,
    "a generic batch": Batch[Iris], "dates": Dated, "addresses": Network, "bounds": Bounds, "an example of the model": Exampled,
    "examples of fields": FieldExampled, "the loan fields": Loan, "defaults only": Defaulted, "nulls": Nulls, "maps": Maps,
    "sets and tuples": Sets, "deep nesting": Deep, "patterns": Patterns, "a picture as numbers": Pixels, "a chat": Chat,
    "a base64 picture": Base64Image, "long parts": Long, "a list of models": List[Iris], "a list of numbers": conlist(float, min_length=4, max_length=4),
    "rows of numbers": conlist(conlist(float, min_length=4, max_length=4), min_length=1), "a tuple": TupleRow, "an enum alone": Kind,
    "a number enum": Dict[str, Grade], "free form": Dict[str, Any],
}.items():
    model_case(a_name, a_model)


@case("an embedded body")
def _(app):
    @app.post("/predict")
    def predict(item: Annotated[Iris, Body(embed=True)]):
        return took("an embedded body")


@case("two bodies")
def _(app):
    @app.post("/predict")
    def predict(item: Iris, text: Text, importance: Annotated[int, Body(gt=0)]):
        return took("two bodies")


@case("a query only")
def _(app):
    @app.post("/predict")
    def predict(text: str, top: Annotated[int, Query(ge=2, le=5)], kind: Kind):
        return took("a query only")


@case("a query and a body")
def _(app):
    @app.post("/predict")
    def predict(body: Iris, threshold: Annotated[float, Query(gt=0, lt=1)]):
        return took("a query and a body")


@case("a header")
def _(app):
    @app.post("/predict")
    def predict(body: Text, x_tenant: Annotated[str, Header(min_length=3)]):
        return took("a header")


@case("a form")
def _(app):
    @app.post("/predict")
    def predict(text: Annotated[str, Form()], size: Annotated[int, Form(ge=1)]):
        return took("a form")


@case("a file")
def _(app):
    @app.post("/predict")
    def predict(file: UploadFile, note: Annotated[str, Form()]):
        return took("a file")


@case("several files")
def _(app):
    @app.post("/predict")
    def predict(files: Annotated[List[bytes], File()]):
        return took("several files")


def is_picture(data: bytes) -> bool:
    """A PNG whose parts have their checksums, and whose pixels are as many as it says."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return False
    at, pixels, size = 8, b"", None
    while at < len(data):
        length = int.from_bytes(data[at:at + 4], "big")
        kind, part = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        if zlib.crc32(kind + part) != int.from_bytes(data[at + 8 + length:at + 12 + length], "big"):
            return False
        if kind == b"IHDR":
            size = int.from_bytes(part[:4], "big"), int.from_bytes(part[4:8], "big")
        if kind == b"IDAT":
            pixels += part
        at += 12 + length
    return size is not None and min(size) >= 32 and len(zlib.decompress(pixels)) == size[1] * (1 + 3 * size[0])


def is_sound(data: bytes) -> bool:
    try:
        with wave.open(io.BytesIO(data)) as sound:
            return sound.getframerate() == 16000 and len(sound.readframes(sound.getnframes())) > 1000
    except (wave.Error, EOFError):
        return False


def file_case(name: str, path: str, right, **options: Any) -> None:
    @case(name)
    def add(app: FastAPI) -> None:
        @app.post(path)
        async def predict(file: Annotated[UploadFile, File(**options)]):
            if not right(await file.read()):
                raise HTTPException(400, "cannot identify the file")
            return took(name)


file_case("a picture file", "/classify-image", is_picture)
file_case("a picture file of no name", "/predict", is_picture)
file_case("a sound file", "/transcribe", is_sound)
file_case("a sound file of a media type", "/predict", is_sound, json_schema_extra={"contentMediaType": "audio/wav"})


@case("a picture as it is")
def _(app):
    @app.post("/predict", openapi_extra={"requestBody": {"required": True, "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}})
    async def predict(request: Request):
        if not is_picture(await request.body()):
            raise HTTPException(400, "no picture")
        return took("a picture as it is")


@case("a sound in JSON")
def _(app):
    @app.post("/predict")
    def predict(clip: Annotated[str, Body(embed=True, json_schema_extra={"contentEncoding": "base64", "contentMediaType": "audio/wav"})]):
        if not is_sound(base64.b64decode(clip, validate=True)):
            raise HTTPException(400, "no sound")
        return took("a sound in JSON")


@case("a moved description", openapi_url="/api/v3/schema.json")
def _(app):
    @app.post("/predict")
    def predict(body: Iris):
        return took("a moved description")


@case("no description", openapi_url=None)
def _(app):
    @app.post("/predict")
    def predict(body: Iris):
        return took("no description")


@case("no description, nested", openapi_url=None)
def _(app):
    @app.post("/predict")
    def predict(body: Person):
        return took("no description, nested")


@case("no description, a list", openapi_url=None)
def _(app):
    @app.post("/predict")
    def predict(body: conlist(Iris, min_length=1)):
        return took("no description, a list")


@case("no description, numbers", openapi_url=None)
def _(app):
    @app.post("/predict")
    def predict(body: conlist(float, min_length=13, max_length=13)):
        return took("no description, numbers")


@case("no description, choices", openapi_url=None)
def _(app):
    @app.post("/predict")
    def predict(body: Loan):
        return took("no description, choices")


@case("a key")
def _(app):
    @app.post("/predict")
    def predict(body: Iris, key: Annotated[str, Security(APIKeyHeader(name="X-Model-Key"))]):
        if key != "right":
            raise HTTPException(401, "Not authenticated")
        return took("a key")


@case("an error with status 200")
def _(app):
    @app.post("/predict")
    async def predict(request: Request):
        body = json.loads(await request.body() or b"{}")
        if not isinstance(body, dict) or "income" not in body:
            return {"error": "missing field: income"}
        return took("an error with status 200")


@case("a KeyError as text")
def _(app):
    @app.post("/predict")
    async def predict(request: Request):
        try:
            body = json.loads(await request.body())
            return took("a KeyError as text", {"sum": body["a"] + body["b"] + body["c"]})
        except Exception as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)


@case("sklearn's words")
def _(app):
    @app.post("/predict")
    async def predict(request: Request):
        body = json.loads(await request.body() or b"null")
        if not isinstance(body, dict) or "data" not in body:
            return JSONResponse({"detail": "Missing key 'data'"}, 400)
        rows = body["data"]
        if not rows or not isinstance(rows[0], list):
            return JSONResponse({"detail": "Expected 2D array, got 1D array instead"}, 400)
        if len(rows[0]) != 4:
            return JSONResponse({"detail": f"X has {len(rows[0])} features, but LogisticRegression is expecting 4 features as input."}, 400)
        return took("sklearn's words")


@case("errors of its own form")
def _(app):
    from fastapi.exceptions import RequestValidationError

    @app.exception_handler(RequestValidationError)
    def handler(_request, error):
        return JSONResponse({"errors": [{"loc": each["loc"], "msg": each["msg"], "type": each["type"]} for each in error.errors()]}, 400)

    @app.post("/predict")
    def predict(body: Person):
        return took("errors of its own form")


@case("a text response")
def _(app):
    @app.post("/predict", response_class=PlainTextResponse)
    def predict(body: Iris):
        return took("a text response", "setosa")


@case("a stream of events")
def _(app):
    @app.post("/predict")
    def predict(body: Chat):
        took("a stream of events")
        return StreamingResponse(iter(["data: a\n\n", "data: [DONE]\n\n"]), media_type="text/event-stream")


@case("a path parameter")
def _(app):
    @app.post("/models/{model}/predict")
    def predict(model: str, body: Iris):
        return took("a path parameter")


@case("a prefix behind a router")
def _(app):
    @app.post("/api/v1/score/predict")
    def predict(body: Iris):
        return took("a prefix behind a router")


@case("plain text")
def _(app):
    @app.post("/predict")
    def predict(body: Annotated[str, Body(media_type="text/plain")]):
        return took("plain text")


@case("an example of the operation")
def _(app):
    @app.post("/predict")
    def predict(body: Annotated[Exampled, Body(openapi_examples={"usual": {"value": {"code": "AB-1234", "n": 1}}})]):
        return took("an example of the operation")


@case("what no schema says")
def _(app):
    @app.post("/predict")
    def predict(body: Text):
        if "open sesame" not in body.text:
            raise HTTPException(400, "no")
        return took("what no schema says")


PATHS = {"a picture file": "/classify-image", "a sound file": "/transcribe", "a path parameter": "/models/iris/predict", "a prefix behind a router": "/api/v1/score/predict"}


async def dispatch(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"].endswith("shutdown"):
                return
    _, first, *rest = scope["path"].split("/")
    if first == "counts":
        await JSONResponse({"accepted": ACCEPTED, "changed": CHANGED})(scope, receive, send)
        return
    names = list(CASES)
    if not first.startswith("app") or not first[3:].isdigit() or int(first[3:]) >= len(names):
        await JSONResponse({"detail": "Not Found"}, 404)(scope, receive, send)
        return
    path = "/" + "/".join(rest)
    await CASES[names[int(first[3:])]]({**scope, "path": path, "raw_path": path.encode(), "root_path": ""}, receive, send)


async def main() -> None:
    config = uvicorn.Config(dispatch, host="127.0.0.1", port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    cases = [{"name": name, "path": f"/app{n}{PATHS.get(name, '/predict')}"} for n, name in enumerate(CASES)]
    print(json.dumps({"port": port, "cases": cases}), flush=True)
    await task


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print(len(CASES))
    else:
        asyncio.run(main())
