"""Python source without what a few definitions no longer need: kept is what they reach, with its comments.

Reached is whatever a name refers to, over the modules of one folder; of a class, the methods whose names are used.
Everything else goes: functions, constants, imports, methods, and the comments above them. What is found by its name as
text alone (`getattr`, `globals`) is not seen.
"""

from __future__ import annotations

import ast
import copy
import symtable
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from grader.errors import ExerciseFault

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True, eq=False)
class _Piece:
    """Whole lines of a module, numbered from 1: a statement, or a method, with the comments above it."""

    node: ast.stmt
    first: int
    last: int
    parts: list[_Piece] = field(default_factory=list)  # the methods of a class
    kept: bool = False

    def own_nodes(self) -> Iterator[ast.AST]:
        """The nodes within it, but for those of its parts."""
        yield from ast.walk(self._without_parts())

    def uses(self) -> set[str]:
        """The names of the module that it refers to: those that are no local variables."""
        table = symtable.symtable(ast.unparse(self._without_parts()), "", "exec")
        names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
        waiting = table.get_children()
        while waiting:
            inner = waiting.pop()
            names |= {symbol.get_name() for symbol in inner.get_symbols() if symbol.is_global()}
            waiting += inner.get_children()
        return names

    def _without_parts(self) -> ast.stmt:
        if not self.parts:
            return self.node
        node = copy.copy(self.node)
        apart = {part.node for part in self.parts}
        node.body = [each for each in node.body if each not in apart] or [ast.Pass()]  # type: ignore[attr-defined]
        return node

    def binds(self) -> set[str]:
        """The names that the module gets from it."""
        if isinstance(self.node, _Definition):
            return {self.node.name}
        nodes = list(self.own_nodes())
        names = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        names |= {node.name for node in nodes if isinstance(node, _Definition)}
        return names | {_bound(alias) for node in nodes if isinstance(node, _Import) for alias in node.names}


_Import = ast.Import | ast.ImportFrom


@dataclass(slots=True)
class _Module:
    """One file: `names` are those that what is kept of it uses."""

    path: str
    lines: list[str]
    pieces: list[_Piece]
    names: set[str] = field(default_factory=set)


def prune(sources: Mapping[str, str], *, start: str, wanted: Iterable[str]) -> dict[str, str]:
    """What `wanted`, names in the module `start`, need of these modules, by their names ("checks", "answers").

    Modules of which nothing is needed are left out. Raises ExerciseFault for a source that cannot be taken apart.
    """
    modules = {name: _take_apart(name, source) for name, source in sources.items()}
    _Reach(modules).follow(start, wanted)
    modules[start].names |= set(wanted)
    kept = {name: module for name, module in modules.items() if any(piece.kept for piece in module.pieces)}
    return {name: _text(module) for name, module in kept.items()}


class _Reach:
    """Marks what is reached, until nothing new is."""

    def __init__(self, modules: dict[str, _Module]) -> None:
        self._modules = modules
        self._attributes: set[str] = set()  # whatever stands after a dot in what is kept
        self._changed = False

    def follow(self, start: str, wanted: Iterable[str]) -> None:
        for name in wanted:
            self._name(start, name)
        while self._changed:
            self._changed = False
            for name, module in self._modules.items():
                self._members(name, module)

    def _name(self, module: str, name: str) -> None:
        for piece in self._modules[module].pieces:
            if name in piece.binds():
                self._keep(module, piece, name)

    def _keep(self, module: str, piece: _Piece, name: str = "") -> None:
        self._modules[module].names |= {name} - {""}
        if isinstance(piece.node, ast.ImportFrom) and piece.node.level:
            self._import(module, piece.node, name)
        if piece.kept:
            return
        piece.kept = self._changed = True
        for used in piece.uses():
            self._name(module, used)
        for node in piece.own_nodes():
            if isinstance(node, ast.Attribute):
                self._attributes.add(node.attr)
            elif isinstance(node, ast.ImportFrom) and node.level and node is not piece.node:
                for alias in node.names:
                    self._import(module, node, _bound(alias))

    def _import(self, module: str, node: ast.ImportFrom, name: str) -> None:
        for alias in node.names:
            target = node.module or ""
            if node.level > 1 or target not in self._modules:
                raise ExerciseFault(
                    f"{self._modules[module].path}, line {node.lineno}: hidden checks can be taken out only where the "
                    "exercise's own modules are imported as `from .module import name`."
                )
            if _bound(alias) == name:
                self._name(target, alias.name)

    def _members(self, name: str, module: _Module) -> None:
        """Methods of kept classes; and statements that bind nothing, where all that they speak of is kept."""
        for piece in module.pieces:
            for part in piece.parts:
                if piece.kept and part.node.name in self._attributes:  # type: ignore[attr-defined]
                    self._keep(name, part)
            if not piece.kept and not piece.binds() and self._belongs(module, piece):
                self._keep(name, piece)

    def _belongs(self, module: _Module, piece: _Piece) -> bool:
        used = piece.uses()
        about = [other for other in module.pieces if used & other.binds() and not isinstance(other.node, _Import)]
        return any(other.kept for other in module.pieces) and all(other.kept for other in about)


def _take_apart(name: str, source: str) -> _Module:
    path = f"{name}.py"
    lines = source.split("\n")
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError) as problem:
        raise ExerciseFault(f"{path} cannot be read: {problem}.") from problem
    for statement in body:
        if isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names):
            raise ExerciseFault(f"{path}, line {statement.lineno}: import the names that are used, and not *.")
    return _Module(path, lines, _pieces(path, body, lines, start=1))


def _pieces(path: str, body: list[ast.stmt], lines: list[str], *, start: int) -> list[_Piece]:
    """The statements with all lines between `start` and the last of them, each line in one piece."""
    pieces: list[_Piece] = []
    for node in body:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        last = node.end_lineno or first
        if pieces and first <= pieces[-1].last:
            raise ExerciseFault(f"{path}, line {first}: write one statement in a line.")
        if pieces and _is_text(node) and not isinstance(pieces[-1].node, ast.Expr):  # the description of a constant
            pieces[-1].last = last
            continue
        if pieces:
            pieces[-1].last += _below(lines[pieces[-1].last : first - 1], indent=node.col_offset)
            start = pieces[-1].last + 1
        pieces.append(_Piece(node, start, last))
    for piece in pieces:
        if isinstance(piece.node, ast.ClassDef):
            methods = [each for each in piece.node.body if isinstance(each, _Function) and not _is_special(each.name)]
            within = _pieces(path, piece.node.body, lines, start=piece.node.lineno + 1)
            piece.parts = [part for part in within if part.node in methods]
    return pieces


def _below(between: list[str], *, indent: int) -> int:
    """How many of the lines between two statements are still the upper one's: comments within it or right below it."""
    deeper = [at for at, line in enumerate(between, 1) if line.strip() and len(line) - len(line.lstrip()) > indent]
    within = max(deeper, default=0)
    return next((at for at in range(within, len(between)) if not between[at].strip()), within)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _text(module: _Module) -> str:
    used = set(module.names)
    for piece in _kept(module.pieces):
        used |= piece.uses()
    lines: list[str] = []
    for piece in module.pieces:
        if isinstance(piece.node, _Import):
            lines += _import_lines(module, piece.node, piece, used)
        elif piece.kept:
            gone = [range(part.first, part.last + 1) for part in piece.parts if not part.kept]
            numbers = (at for at in range(piece.first, piece.last + 1) if not any(at in lost for lost in gone))
            lines += [module.lines[at - 1] for at in numbers]
    return "\n".join(lines).rstrip("\n") + "\n"


def _kept(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    for piece in pieces:
        if piece.kept and not isinstance(piece.node, _Import):
            yield piece
            yield from _kept(piece.parts)


def _import_lines(module: _Module, node: _Import, piece: _Piece, used: set[str]) -> list[str]:
    """An import with the names that are still used, as it was written where those are all."""
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return module.lines[piece.first - 1 : piece.last]
    left = [alias for alias in node.names if _bound(alias) in used]
    if len(left) == len(node.names):
        return module.lines[piece.first - 1 : piece.last]
    if not left:
        return []
    node.names = left
    return [ast.unparse(node)]
