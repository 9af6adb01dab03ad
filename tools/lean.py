"""The panel's modules without what only people, type checkers, tests and the hub need: a board's heap is small.

What a module does stays the same. Three things go: a constant's name, wherever its value can stand instead;
functions and classes that no module of a panel names; and imports that nothing uses any more. Each name that goes saves
its entry in MicroPython's table of names, and one in every module that had it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping

Value = int | str
Trees = dict[str, ast.Module]

LONGEST = 24
"""A longer text stands once, under its name, and not in several places."""

FOUND_BY_NAME = frozenset(("main",))
"""What the start of a board looks for."""


def lean(sources: Mapping[str, str]) -> dict[str, str]:
    """The same modules, by dotted name; comments and line numbers are lost.

    What is asked for by a text (`hasattr`, `__import__`) stays where that text is written out.
    """
    trees = {name: _Untyped().visit(ast.parse(text)) for name, text in sources.items()}
    constants = _constants(trees)
    for name, tree in trees.items():
        trees[name] = _Folded(name, tree, constants).visit(tree)
    while _drop_unnamed(trees):
        pass
    return {name: ast.unparse(ast.fix_missing_locations(tree)) for name, tree in trees.items()}


class _Untyped(ast.NodeTransformer):
    """Drops what stands under TYPE_CHECKING, annotations and docstrings: mypy and people have read them."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        return None if _assigned(node) == "TYPE_CHECKING" else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        return None if node.value is None else ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.copy_location(ast.Pass(), node) if text else self.generic_visit(node)


def _constants(trees: Trees) -> dict[tuple[str, str], Value]:
    """Names in capitals that get one number or short text at the top of their module, by module and name."""
    found: dict[tuple[str, str], Value] = {}
    while True:  # a constant may be made of others
        before = len(found)
        for module, tree in trees.items():
            folded = _Folded(module, tree, found)
            for node in tree.body:
                name = _assigned(node)
                if name is not None and _is_constant_s(name, tree) and isinstance(node, ast.Assign):
                    value = _value(folded.visit(copy.deepcopy(node.value)))
                    if value is not None:
                        found[module, name] = value
        if len(found) == before:
            return found


def _assigned(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _is_constant_s(name: str, tree: ast.Module) -> bool:
    named = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == name]
    return name.isupper() and name not in FOUND_BY_NAME and sum(not _is_load(n) for n in named) == 1


def _is_load(node: ast.Name | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load)


_PLAIN = ast.Constant | ast.BinOp | ast.UnaryOp | ast.operator | ast.unaryop | ast.Load


def _value(node: ast.expr) -> Value | None:
    """What the expression is worth, where that can be told before the program runs."""
    if not all(isinstance(part, _PLAIN) for part in ast.walk(node)):
        return None
    found = eval(ast.unparse(node), {"__builtins__": {}})  # noqa: S307  numbers and texts of our own sources
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    return found if isinstance(found, str) and len(found) <= LONGEST else None


class _Folded(ast.NodeTransformer):
    """Puts the values of constants in place of their names, in one module."""

    def __init__(self, module: str, tree: ast.Module, constants: Mapping[tuple[str, str], Value]) -> None:
        self._constants = constants
        self._at_home = {name: (module, name) for m, name in constants if m == module}
        self._modules: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for each in node.names:
                    self._at_home[each.asname or each.name] = (node.module or "", each.name)
                    self._modules[each.asname or each.name] = f"{node.module}.{each.name}"

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._folded(node, self._at_home.get(node.id))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in self._modules:
            return self._folded(node, (self._modules[node.value.id], node.attr))
        return self.generic_visit(node)

    def _folded(self, node: ast.Name | ast.Attribute, name: tuple[str, str] | None) -> ast.AST:
        if name is None or name not in self._constants or not _is_load(node):
            return node
        return ast.copy_location(ast.Constant(self._constants[name]), node)


def _drop_unnamed(trees: Trees) -> bool:
    """Drops, once, what stands at the top of modules and is named nowhere; True if there was something."""
    named = FOUND_BY_NAME | {name for tree in trees.values() for name in _named(tree)}
    dropped = False
    for tree in trees.values():
        for node in list(tree.body):
            if isinstance(node, ast.ImportFrom):
                kept = [each for each in node.names if (each.asname or each.name) in named]
                dropped = dropped or len(kept) < len(node.names)
                node.names = kept
            if _is_nameless(node, named):
                tree.body.remove(node)
                dropped = True
    return dropped


def _is_nameless(node: ast.stmt, named: frozenset[str]) -> bool:
    if isinstance(node, ast.ImportFrom):
        return not node.names
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name not in named
    does_nothing = not any(isinstance(part, ast.Call) for part in ast.walk(node))
    return does_nothing and _assigned(node) not in named | {None}


def _named(tree: ast.Module) -> Iterator[str]:
    """Every name that is asked for in a module, from another one or from itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and _is_load(node):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (each.name for each in node.names if each.asname)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
