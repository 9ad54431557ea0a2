"""What a source text refers to, found by parsing it: never by running it.

Collected in the child before any student code runs there, so that a text made to break a parser breaks only that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

# Looked up and not put together for each node: to make a union takes longer than to ask for it.
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.Lambda)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)


def collect(tree: ast.Module) -> dict[str, Any]:
    """For each name that the module defines at its top level: the dotted names it refers to, and its calls.

    Imported names are spelled out in full (`from torch.func import grad as g` makes `g` read "torch.func.grad"); an
    attribute of anything else is given as ".name". A call is [dotted name, {keyword: source of its value}];
    the keyword "**" stands for those that come out of a mapping. A method call that is a statement by itself, so
    that nothing takes its result, is also among the drops: [source of the object, method].
    """
    nodes = _Nodes(tree)
    imported = _imports(nodes.beneath(tree))
    refers: dict[str, set[str]] = {}
    calls: dict[str, list[list[Any]]] = {}
    drops: dict[str, list[list[str]]] = {}
    for name, node in _definitions(tree.body):
        refers.setdefault(name, set()).update(_references(node, imported, nodes))
        within = nodes.beneath(node)
        calls.setdefault(name, []).extend(_calls(within, imported))
        drops.setdefault(name, []).extend(_drops(within))
    found = {name: {"refers": sorted(refers[name]), "calls": calls[name], "drops": drops[name]} for name in refers}
    return {"definitions": found}


class _Nodes:
    """The nodes of a tree, each looked at once: that is half of reading a submission."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._order: list[ast.AST] = [tree]
        self._children: dict[ast.AST, list[ast.AST]] = {}
        for node in self._order:
            children = self._children[node] = _children(node)
            self._order.extend(children)

    def children(self, node: ast.AST) -> list[ast.AST]:
        """The nodes directly beneath a node, without those that only say whether a name is read or written."""
        return self._children[node]

    def beneath(self, root: ast.AST) -> list[ast.AST]:
        """A node and all beneath it, level by level."""
        if root is self._tree:
            return self._order
        found = [root]
        for node in found:
            found.extend(self._children[node])
        return found


def _imports(nodes: list[ast.AST]) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.split(".")[0]
                names[alias.asname or whole] = whole
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _definitions(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """Top-level names with the statement that defines each; what defines none belongs to "<module>"."""
    for node in body:
        if isinstance(node, DEFINITIONS):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from ((part.id, node) for part in ast.walk(target) if isinstance(part, ast.Name))
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            yield from _definitions([inner for inner in _blocks(node) if isinstance(inner, ast.stmt)])
        else:
            yield "<module>", node


def _blocks(node: ast.stmt | ast.ExceptHandler) -> Iterator[ast.AST]:
    """The statements directly inside a compound statement, in all its branches."""
    for child in _children(node):
        if isinstance(child, ast.ExceptHandler):
            yield from _blocks(child)
        else:
            yield child


def _references(root: ast.AST, imported: dict[str, str], nodes: _Nodes) -> set[str]:
    """The names that a definition takes from outside itself, and all attributes: a function's own names are its own."""
    found = set()
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(root, frozenset())]
    while waiting:
        node, own = waiting.pop()
        if isinstance(node, SCOPES):
            own = own | _bound_in(node, nodes)
        elif isinstance(node, ast.Attribute):
            found.add(_dotted(node, imported) or f".{node.attr}")
            found.add(f".{node.attr}")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in own:
            found.add(imported.get(node.id, node.id))
        waiting.extend([(child, own) for child in nodes.children(node)])
    return found


def _bound_in(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, nodes: _Nodes) -> frozenset[str]:
    """The parameters and local variables of a function."""
    bound = {node.arg for node in nodes.beneath(function.args) if isinstance(node, ast.arg)}
    outer: set[str] = set()
    waiting: list[ast.AST] = [] if isinstance(function, ast.Lambda) else list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, DEFINITIONS):
            bound.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            outer.update(node.names)
        if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            waiting.extend(nodes.children(node))
    return frozenset(bound - outer)


def _calls(nodes: list[ast.AST], imported: dict[str, str]) -> list[list[Any]]:
    found = []
    for node in nodes:
        if isinstance(node, ast.Call):
            name = _dotted(node.func, imported)
            if name is None:
                name = f".{node.func.attr}" if isinstance(node.func, ast.Attribute) else ""
            keywords = {keyword.arg or "**": _source(keyword.value) for keyword in node.keywords}
            found.append([name, keywords])
    return found


def _drops(nodes: list[ast.AST]) -> list[list[str]]:
    statements = (node.value for node in nodes if isinstance(node, ast.Expr))
    calls = (value.func for value in statements if isinstance(value, ast.Call))
    return [[_source(function.value), function.attr] for function in calls if isinstance(function, ast.Attribute)]


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            found.extend(item for item in value if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
            found.append(value)
    return found


def _source(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool)):
        return str(node.value)
    try:
        return ast.unparse(node)[:80]
    except RecursionError:  # a sum of hundreds of terms is legal Python
        return "..."


def _dotted(node: ast.AST, imported: dict[str, str]) -> str | None:
    """`torch.func.grad` for a chain of attributes on an imported name, else None."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and (node.id in imported or not parts):
        return ".".join([imported.get(node.id, node.id), *reversed(parts)])
    return None
