"""No module imports another in a circle: each can be read, tested and moved without what is above it."""

import tomllib
from importlib.util import find_spec
from pathlib import Path

import grimp

PACKAGE = "tui_pos"
PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def imports() -> dict[str, set[str]]:
    """The modules of the package that each of them imports, inside functions and for type checkers too."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    return {name: graph.find_modules_directly_imported_by(name) & graph.modules for name in graph.modules}


def shortest_cycle(graph: dict[str, set[str]], start: str) -> list[str]:
    """The shortest way from a module back to itself; empty when there is none."""
    came_from: dict[str, str] = {}
    reached = [start]
    for module in reached:  # grows while it is read
        for imported in sorted(graph.get(module, ())):
            if imported == start:
                path = [start, module]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if imported not in came_from:
                came_from[imported] = module
                reached.append(imported)
    return []


def cycles(graph: dict[str, set[str]]) -> set[str]:
    """Each cycle once, written from its first module in the alphabet back to it."""
    found = set()
    for module in graph:
        path = shortest_cycle(graph, module)[:-1]
        if path:
            first = path.index(min(path))
            found.add(" -> ".join([*path[first:], *path[: first + 1]]))
    return found


def test_no_module_imports_another_in_a_circle() -> None:
    found = cycles(imports())
    assert not found, "\n".join(sorted(found))


def test_a_cycle_is_found_and_named() -> None:
    graph = {"a": {"b", "d"}, "b": {"c"}, "c": {"a"}, "d": {"d"}, "e": {"a"}}
    assert cycles(graph) == {"a -> b -> c -> a", "d -> d"}


def test_what_a_contract_forbids_is_there() -> None:
    contracts = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    forbidden = {name for each in contracts for name in each.get("forbidden_modules", ())}
    # Of a package that is not ours import-linter takes any name: a misspelt one would forbid nothing.
    assert {"stripe", "peewee"} <= forbidden
    assert [name for name in sorted(forbidden) if find_spec(name) is None] == []
