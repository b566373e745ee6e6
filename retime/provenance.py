"""Digests by which the workflow knows what a result was made from.

Snakemake re-runs a rule when its parameters change, so code and hand-written files enter the rules
as parameters. Time stamps are not enough: ``cp -p`` and ``rsync -a`` bring new contents under old
times, a checkout brings old contents under new ones, and an installed package is no input at all.

The digest of code covers what a command can reach: starting at its function, every definition of
this package that is named on the way, across modules. Comments, docstrings, type hints of
functions and layout do not count. So an edit of the tracker re-runs ``tracks`` but not ``poses``.
"""

import ast
import functools
import hashlib
import symtable
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parent

# What these modules, or those in them, say reaches a stage as its settings, or changes no result.
WITHOUT_EFFECT = ("retime.config", "retime.errors", "retime.needs", "retime.progress")

# Of a video, this many blocks are read, spread evenly over the file.
BLOCKS, BLOCK_BYTES = 64, 64 << 10

Name = tuple[str, str]  # module and definition
EFFECTS, WHOLE = "", "*"  # in place of a definition: what importing runs; all definitions

Function = ast.FunctionDef | ast.AsyncFunctionDef
Import = ast.Import | ast.ImportFrom


def _strip(tree: ast.Module) -> ast.Module:
    """Drop, in place, what does not change what code does: docstrings and functions' type hints."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, Function | ast.ClassDef | ast.Module) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


@dataclass
class _Module:
    """The top-level statements of a module."""

    definitions: dict[str, list[ast.stmt]]  # by the name they bind
    effects: list[ast.stmt]  # those which do more than bind a name: they run on import
    imported: dict[str, Name]  # what imported names of this package stand for


def _path(module: str) -> Path | None:
    """Return the file of a module of this package, None if there is no such module."""
    place = PACKAGE.joinpath(*module.split(".")[1:])
    candidates = (place / "__init__.py", place.with_name(f"{place.name}.py"))
    return next((path for path in candidates if path.is_file()), None)


def _bound(statement: ast.stmt) -> set[str]:
    """Return the names that a top-level statement binds."""
    if isinstance(statement, Function | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, Import):
        return {alias.asname or alias.name.split(".")[0] for alias in statement.names}
    inner = (node for node in ast.iter_child_nodes(statement) if isinstance(node, ast.stmt))
    stored = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return stored.union(*map(_bound, inner))


def _one_name_each(statement: ast.stmt) -> list[ast.stmt]:
    """Split an import of several names, so that one more name changes nothing for the others."""
    if isinstance(statement, ast.Import):
        return [ast.Import(names=[alias]) for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        return [ast.ImportFrom(statement.module, [alias], 0) for alias in statement.names]
    return [statement]


def _imports(node: ast.AST) -> dict[str, Name]:
    """Return what each name stands for that ``node`` imports from this package, at any depth."""
    found: dict[str, Name] = {}
    for statement in ast.walk(node):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.name.split(".")[0] == PACKAGE.name:
                    found[alias.asname or PACKAGE.name] = (alias.name, WHOLE)
        elif isinstance(statement, ast.ImportFrom):
            origin = statement.module or ""
            for alias in statement.names if origin.split(".")[0] == PACKAGE.name else ():
                module = f"{origin}.{alias.name}"
                target = (module, WHOLE) if _path(module) else (origin, alias.name)
                found[alias.asname or alias.name] = target
    return found


def _has_effect(statement: ast.stmt, own: set[str]) -> bool:
    """Tell whether importing does more here than bind a name."""
    if isinstance(statement, Function | ast.ClassDef):
        # A decorator of this package (one of the names in ``own``) may register what it decorates.
        names = (n.id for d in statement.decorator_list for n in ast.walk(d) if hasattr(n, "id"))
        return not own.isdisjoint(names)
    return not isinstance(statement, Import | ast.Assign | ast.AnnAssign)


@functools.cache
def _module(module: str) -> _Module:
    path = _path(module)
    if path is None:
        raise LookupError(f"{module}: no such module in {PACKAGE}")
    tree = _strip(ast.parse(path.read_text(encoding="utf-8")))
    body = [single for statement in tree.body for single in _one_name_each(statement)]
    imported = _imports(ast.Module([s for s in body if isinstance(s, Import)], []))
    functions = {s.name for s in body if isinstance(s, Function | ast.ClassDef)}
    definitions: dict[str, list[ast.stmt]] = {}
    for statement in body:
        for name in _bound(statement):
            definitions.setdefault(name, []).append(statement)
    effects = [s for s in body if _has_effect(s, functions | set(imported))]
    return _Module(definitions, effects, imported)


def _statements(name: Name) -> list[ast.stmt]:
    module, definition = _module(name[0]), name[1]
    if definition == EFFECTS:
        return module.effects
    if definition == WHOLE:
        return [s for statements in module.definitions.values() for s in statements]
    return module.definitions.get(definition, [])


def _outer_names(text: str) -> set[str]:
    """Return the names that a statement takes from its module, by Python's own rules of scope."""

    def outer(table: symtable.SymbolTable) -> set[str]:
        names = {s.get_name() for s in table.get_symbols() if s.is_global() or table is top}
        return names.union(*map(outer, table.get_children()))

    top = symtable.symtable(text, "", "exec")
    return outer(top)


def _used(statement: ast.stmt, text: str, module: str) -> set[Name]:
    """Return the definitions of this package that a statement of ``module`` may use."""
    own, names = _module(module), _outer_names(text)
    within = _imports(statement)
    imported = {n: target for n, target in own.imported.items() if n in names} | within
    used = {(module, name) for name in names & own.definitions.keys() - imported.keys()}
    used |= {target for target in imported.values() if target[1] != WHOLE}
    modules = {n: target[0] for n, target in imported.items() if target[1] == WHOLE}
    if not modules:
        return used
    used |= {(target, EFFECTS) for target in modules.values()}
    dotted = set()  # uses of a module of which a single definition is meant
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            target = modules.get(node.value.id)
            if target and node.attr in _module(target).definitions:
                dotted.add(node.value)
                used.add((target, node.attr))
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and node.id in modules and node not in dotted:
            used.add((modules[node.id], WHOLE))
    return used


@functools.cache
def _definition(name: Name) -> tuple[str, frozenset[Name]]:
    """Return a definition's text and what of this package it may use."""
    texts = {statement: ast.unparse(statement) for statement in _statements(name)}
    used = (_used(statement, text, name[0]) for statement, text in texts.items())
    return "\n".join(texts.values()), frozenset().union(*used)


@functools.cache
def _entry(function: str, module: str) -> tuple[str, set[Name]]:
    """Return the same of a function without decorators and defaults: of a command, the help."""
    for statement in _module(module).definitions.get(function, ()):
        if isinstance(statement, ast.FunctionDef):
            arguments = [ast.arg(a.arg) for a in (*statement.args.args, *statement.args.kwonlyargs)]
            bare = ast.arguments(
                posonlyargs=[], args=arguments, kwonlyargs=[], kw_defaults=[], defaults=[]
            )
            whole = ast.FunctionDef(name=function, args=bare, body=statement.body)
            whole.decorator_list = []
            text = ast.unparse(ast.fix_missing_locations(whole))
            return text, _used(whole, text, module)
    raise LookupError(f"{module} defines no function '{function}'")


def _without_effect(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in WITHOUT_EFFECT)


@functools.cache
def reached(function: str, module: str = "retime.cli") -> frozenset[Name]:
    """Return every definition ``(module, name)`` that a function can reach.

    ``EFFECTS`` as a name stands for what importing the module runs, ``WHOLE`` for all of it. The
    function's own module counts by what is named of it alone: what importing a command line runs
    is to mount its commands.

    Raises:
        LookupError: there is no such function.
    """
    seen: set[Name] = set()
    ahead = list(_entry(function, module)[1])
    while ahead:
        name = ahead.pop()
        if name in seen or _without_effect(name[0]) or name == (module, function):
            continue
        seen.add(name)
        if name[0] != module:
            ahead.append((name[0], EFFECTS))
        ahead.extend(_definition(name)[1])
    return frozenset(seen)


@functools.cache
def code_digest(function: str, module: str = "retime.cli") -> str:
    """Return 16 hexadecimal digits that change when what ``function`` does may have changed.

    Covered are the function, all definitions that it reaches, and the files in ``assets/`` beside
    their modules (shipped networks and bodies are code as much as the lines that load them).

    Raises:
        LookupError: there is no such function.
    """
    found = sorted(reached(function, module))
    digest = hashlib.sha256(_entry(function, module)[0].encode())
    for name in found:
        digest.update(f"{name} {_definition(name)[0]}".encode())
    folders = {path.parent / "assets" for m, _ in found if (path := _path(m))}
    for asset in sorted(file for folder in folders for file in folder.glob("*")):
        digest.update(asset.name.encode() + hashlib.sha256(asset.read_bytes()).digest())
    return digest.hexdigest()[:16]


def files_digest(files: Iterable[Path]) -> str:
    """Return 16 hexadecimal digits of the names and contents of files; "" for none.

    For small files that people write: they are read whole.
    """
    digest, some = hashlib.sha256(), False
    for file in sorted(files):
        some = True
        digest.update(file.as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16] if some else ""


def video_digest(path: Path) -> str:
    """Return 16 hexadecimal digits that tell one video, or folder of pictures, from another.

    Of a file over 4 MiB, its size and 64 blocks spread from its first byte to its last are read,
    of a folder's pictures fewer each: looking at a thousand long videos must not take minutes. A
    video put in another's place differs in these; a few bytes changed by hand need not.
    """
    digest = hashlib.sha256()
    files = sorted(f for f in path.iterdir() if f.is_file()) if path.is_dir() else [path]
    blocks = max(2, BLOCKS // max(1, len(files)))
    for path in files:
        size = path.stat().st_size
        digest.update(f"{path.name} {size}".encode())
        with path.open("rb") as file:
            for block in range(blocks):
                file.seek(max(block * BLOCK_BYTES, (size - BLOCK_BYTES) * block // (blocks - 1)))
                digest.update(file.read(BLOCK_BYTES))
    return digest.hexdigest()[:16]
