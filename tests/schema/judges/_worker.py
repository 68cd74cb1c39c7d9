"""Reads requests from stdin, a line of JSON each, and answers each with a line of JSON."""

import importlib.util
import json
import sys
import typing
from datetime import datetime

import bson
import typing_extensions
from bson.codec_options import CodecOptions, DatetimeConversion
from pydantic import ConfigDict, TypeAdapter, ValidationError

if sys.version_info < (3, 12):
    # Pydantic knows NotRequired of older versions only from there.
    setattr(typing, "TypedDict", typing_extensions.TypedDict)

OPTIONS = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="replace",
)


def load(path):
    spec = importlib.util.spec_from_file_location(f"types_{load.count}", path)
    load.count += 1
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


load.count = 0


def documents(path):
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        end = at + int.from_bytes(data[at : at + 4], "little")
        yield data[at:end]
        at = end


def importing(request):
    problems = []
    for path in request["files"]:
        try:
            load(path)
            problems.append(None)
        except BaseException as error:
            problems.append(f"{type(error).__name__}: {error}")
    return problems


def accept(request):
    root = getattr(load(request["file"]), request["root"])
    # A list, for the strictness of a TypedDict is set from around it.
    adapter = (
        TypeAdapter(root)
        if request["kind"] == "pydantic"
        else TypeAdapter(
            list[root], config=ConfigDict(strict=True, arbitrary_types_allowed=True)
        )
    )
    results = []
    for data in documents(request["documents"]):
        try:
            document = bson.decode(data, OPTIONS)
            adapter.validate_python(
                document if request["kind"] == "pydantic" else [document]
            )
            results.append(None)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            results.append(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        except Exception as error:
            results.append(f"{type(error).__name__}: {error}")
    return results


def again(request):
    """What differs between documents and what their models give back."""
    adapter = TypeAdapter(getattr(load(request["file"]), request["root"]))
    results = []
    for data in documents(request["documents"]):
        document = bson.decode(data, OPTIONS)
        model = adapter.validate_python(document)
        given = adapter.dump_python(
            model, by_alias=True, exclude_unset=True, warnings=False
        )
        same = source(ordered(given)) == source(ordered(document))
        results.append(None if same else f"{document!r} became {given!r}")
    return results


def ordered(value):
    """The value with keys in order: a model has its own."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def source(value):
    """A value as Python text."""
    if isinstance(value, dict):
        items = (f"{key!r}: {source(item)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(source, value)) + "]"
    if isinstance(value, bson.Int64):
        return f"bson.Int64({int(value)})"
    if isinstance(value, bson.Binary):
        return f"bson.Binary({bytes(value)!r}, {value.subtype})"
    if isinstance(value, bson.DatetimeMS):
        return f"bson.DatetimeMS({int(value)})"
    if type(value) is float and (value != value or value in (1e999, -1e999)):
        return f'float("{value}")'
    if isinstance(value, datetime):
        return f"_{value!r}"
    if value is None or type(value) in (bool, int, float, bytes, str):
        return repr(value)
    return f"bson.{value!r}"


def constants(request):
    return [
        source(bson.decode(data, OPTIONS)) for data in documents(request["documents"])
    ]


OPERATIONS = {
    "import": importing,
    "accept": accept,
    "again": again,
    "constants": constants,
}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"result": OPERATIONS[request["do"]](request)}
    except BaseException as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
