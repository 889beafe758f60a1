"""Loaded by every Python that an agent's command starts: puts the recorded world around it, then does what it stands in the way of."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import json
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))


def enter() -> None:
    """Replace the tools that the file in REFINERY_WORLD names."""
    path = os.environ.get("REFINERY_WORLD")
    if not path or not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    world = importlib.import_module("refinery_answers").World(told)
    replaced = importlib.import_module("refinery_tools").Tools(world, importlib.import_module)
    replaced.install()
    if told.get("main"):
        importlib.import_module("refinery_main").TOOLS.append((replaced, told["main"]))
    world.journal.note({"ready": True})


def go_on() -> None:
    """Load the sitecustomize that this one hides, if there is one."""
    others = [path for path in sys.path if os.path.abspath(path or ".") != FOLDER]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


enter()
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != FOLDER]
go_on()
