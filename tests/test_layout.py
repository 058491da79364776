"""No imports in a circle, contracts that forbid what is there, and few modules that write orders."""

import ast
import re
import tomllib
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import grimp
import pytest

PACKAGE = "tui_pos"
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
ARCHITECTURE = PROJECT.parent / PACKAGE / "manual" / "architecture.md"


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


def test_the_manual_draws_the_layers_of_the_contracts() -> None:
    page = ARCHITECTURE.read_text("utf-8")
    drawings = [
        re.findall(r"\w+", block) for block in re.findall(r"\n\n((?: {4}.*\n)+)", page) if "->" in block
    ]
    contracts = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = {
        each["containers"][0]: [re.findall(r"(?<!\()\b\w+\b(?!\))", layer) for layer in each["layers"]]
        for each in contracts
        if each["type"] == "layers"
    }
    packages, desk, ui = (
        list(chain.from_iterable(layers[f"tui_pos{name}"])) for name in ("", ".desk", ".ui")
    )
    single = layers["tui_pos.desk"][-1]
    expected = [packages[1:], [*desk[: -len(single)], "single", "modules"], ui]
    assert drawings == expected


def test_tests_have_a_folder_for_each_package() -> None:
    def packages(folder: Path) -> set[str]:
        return {entry.name for entry in folder.iterdir() if (entry / "__init__.py").exists()}

    tests, program = PROJECT.parent / "tests", PROJECT.parent / PACKAGE
    assert packages(program) <= packages(tests)
    assert packages(program / "desk") == packages(tests / "desk")
    page = (program / "manual" / "testing.md").read_text("utf-8")
    beside = packages(tests) - packages(program)
    assert set(re.findall(r"\| `tests/(\w+)` \|", page)) == beside


ORDER_WRITERS = {
    "data/demo/people": "the orders of the demonstration conference",
    "desk/imports/changes": "what a newer list says otherwise of tickets that were imported",
    "desk/imports/settling": "how orders of a list stand, and what they cost",
    "desk/imports/tickets": "the orders of people that a list brings in",
    "desk/orders/buyers": "a guest's name and e-mail that were corrected",
    "desk/orders/holds": "extends a hold; cancels an order whose hold ran out or that somebody gives up",
    "desk/orders/new_orders": "the order of a cart and its lines",
    "desk/orders/orders": "the order is paid",
    "desk/orders/price_reductions": "a line that lowers the price, and the totals with it",
    "desk/reconciliation/rehearsals": "sets apart and purges what was sold before LIVE",
    "desk/refunds/effects": "the status after a refund",
    "desk/refunds/pieces": "how many pieces of a line were given back",
}
"""The only modules that write rows of orders and their lines, and what for; architecture.md names each."""

WRITES = {"create", "insert", "insert_many", "update", "delete", "delete_instance", "save", "bulk_update"}


def writes(tree: ast.AST, models: set[str]) -> bool:
    """Whether a module writes rows of these models: by the model's name, or a variable that holds a row."""
    holders = set(models)
    # What is annotated with a model, or made by it, holds a row of it.
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation and names(node.annotation) & models:
            holders.add(node.arg)
        elif isinstance(node, ast.AnnAssign) and names(node.annotation) & models:
            holders.add(ast.unparse(node.target))
        elif isinstance(node, ast.Assign) and root(node.value) in models:
            holders |= {ast.unparse(target) for target in node.targets}
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and root(node.func.value) in holders
        for node in ast.walk(tree)
    )


def names(tree: ast.AST) -> set[str]:
    """Every name in an expression."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def root(node: ast.AST) -> str:
    """The name that a chain of attributes and calls starts with; what ``lock`` wraps stands for itself."""
    while True:
        if isinstance(node, ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "lock":
            node = node.args[0]
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return node.id if isinstance(node, ast.Name) else ""


def writers_of(models: set[str]) -> set[str]:
    """The modules of the program that write rows of these models, by their path."""
    folder = PROJECT.parent / PACKAGE
    files = {file.relative_to(folder).with_suffix("").as_posix(): file for file in folder.rglob("*.py")}
    return {name for name, file in files.items() if writes(ast.parse(file.read_text("utf-8")), models)}


def test_orders_are_written_by_those_that_the_manual_names() -> None:
    assert writers_of({"Order", "OrderLine"}) == set(ORDER_WRITERS)
    page = ARCHITECTURE.read_text("utf-8")
    assert [name for name in ORDER_WRITERS if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    "line",
    [
        "Order.create(total=1)",
        "OrderLine.insert_many(rows).execute()",
        "Order.update(status=1).where(Order.id == 1).execute()",
        "Order.delete().execute()",
        "def change(order: Order) -> None: order.save()",
        "line = OrderLine.get_by_id(1)\nline.delete_instance()",
        "order = lock(Order.select()).get()\norder.save()",
    ],
)
def test_a_writer_is_found(line: str) -> None:
    assert writes(ast.parse(line), {"Order", "OrderLine"})


@pytest.mark.parametrize("line", ["Order.select()", "Refund.create(order=order)", "account.save(order)"])
def test_a_reader_is_none(line: str) -> None:
    assert not writes(ast.parse(line), {"Order", "OrderLine"})
