# SPDX-License-Identifier: Apache-2.0
"""What is for programs, against docs/schemas."""

import json
import pathlib

import jsonschema

TOP = pathlib.Path(__file__).resolve().parents[2]


def schema(name):
    return json.loads((TOP / f"docs/schemas/{name}.schema.json").read_text(encoding="utf-8"))


def checked(line, name):
    """The object in a line, which is as the schema says."""
    found = json.loads(line)
    jsonschema.Draft202012Validator(schema(name)).validate(found)
    return found
