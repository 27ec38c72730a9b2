"""Checks what a name in `pipeline/` may be, and that patterns stay readable; `make check` runs it.

python scripts/check_names.py              fails when there is a finding
python scripts/check_names.py --report     prints all findings by folder; never fails

A finding is one of these:

- a module, class or function has a name from the lists in `names.toml`
- classes, or constants at the top of a module, have the same name in three or more modules, a leading `_` aside
- a function has a cyclomatic complexity above 20, counted as in radon: with each `and`, `or`, `x if y else z` and
  comprehension, which ruff's C901 leaves out
- a pattern of more than 100 characters is not `VERBOSE`; of joined strings and f-strings what is written out counts
- a module has no docstring

Exceptions are in `names.toml`, each with a reason.
"""

import argparse
import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAX_MODULES_WITH_A_NAME = 2
MAX_PATTERN_CHARS = 100
MAX_COMPLEXITY = 20
CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*")
PATTERN_MODULES = {"re", "regex"}
PATTERN_FUNCTIONS = {
    *("compile", "match", "fullmatch", "search", "sub", "subn", "subf", "subfn"),
    *("split", "splititer", "findall", "finditer"),
}
VERBOSE_FLAGS = {"VERBOSE", "X"}
VERBOSE_INLINE = re.compile(r"\(\?[a-zA-Z]*x")


@dataclass(frozen=True)
class Finding:
    """Something to rename or rewrite."""

    key: str
    """By which `names.toml` can except it, such as `constant LONGEST`."""
    path: Path
    """The module, relative to the folder of the package."""
    line: int
    message: str


@dataclass(frozen=True)
class Module:
    """A parsed module of the package."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its name, or that of its folder for an `__init__`."""
        return self.path.parent.name if self.path.stem == "__init__" else self.path.stem


@dataclass(frozen=True)
class Names:
    """What `names.toml` says."""

    vague_modules: Mapping[str, str]
    modules: Mapping[str, str]
    classes: Mapping[str, str]
    functions: Mapping[str, str]
    exceptions: Mapping[str, str]


def read_names(path: Path) -> Names:
    """The lists of a file like `names.toml`."""
    data = tomllib.loads(path.read_text("utf-8"))
    return Names(data["vague-modules"], data["modules"], data["classes"], data["functions"], data["exceptions"])


def read_modules(package: Path) -> list[Module]:
    """All modules of a package, sorted."""
    paths = sorted(package.rglob("*.py"))
    return [Module(path.relative_to(package.parent), ast.parse(path.read_text("utf-8"))) for path in paths]


def findings(modules: Sequence[Module], names: Names) -> Iterator[Finding]:
    """All findings, without regard to the exceptions."""
    for module in modules:
        yield from _module_names(module, names)
        yield from _refused(module, names)
        yield from _long_patterns(module)
        yield from _complex_functions(module)
        if not ast.get_docstring(module.tree):
            yield Finding(f"docstring {module.path}", module.path, 1, "the module has no docstring")
    yield from _repeated("class", modules, _classes)
    yield from _repeated("constant", modules, _constants)


def _module_names(module: Module, names: Names) -> Iterator[Finding]:
    vague = [word for word in module.name.split("_") if word in names.vague_modules]
    instead = names.modules.get(module.name) or (names.vague_modules[vague[0]] if vague else None)
    if instead:
        message = f"the name {module.name!r} says little; instead: {instead}"
        yield Finding(f"module {module.path}", module.path, 1, message)


def _refused(module: Module, names: Names) -> Iterator[Finding]:
    for node in ast.walk(module.tree):
        match node:
            case ast.ClassDef():
                kind, listed = "class", names.classes
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                kind, listed = "function", names.functions
            case _:
                continue
        if instead := listed.get(node.name.lstrip("_")):
            message = f"the {kind} name {node.name!r} says little; instead: {instead}"
            yield Finding(f"{kind} {module.path}:{node.name}", module.path, node.lineno, message)


# --- names with many meanings


def _classes(module: Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, node.lineno


def _constants(module: Module) -> Iterator[tuple[str, int]]:
    for name, _, line in _assigned(module.tree):
        if CONSTANT.fullmatch(name):
            yield name, line


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr | None, int]]:
    """The names that the top level of a module assigns, also below `if` and `try`; the values; the lines."""
    pending: list[ast.stmt] = list(tree.body)
    while pending:
        node = pending.pop(0)
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    for part in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                        if isinstance(part, ast.Name):
                            yield part.id, value if part is target else None, node.lineno
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                yield name, value, node.lineno
            case ast.If(body=body, orelse=orelse):
                pending += [*body, *orelse]
            case ast.Try(body=body, orelse=orelse, handlers=handlers):
                pending += [*body, *orelse, *(inner for handler in handlers for inner in handler.body)]
            case _:
                pass


def _repeated(
    kind: str, modules: Sequence[Module], named: Callable[[Module], Iterable[tuple[str, int]]]
) -> Iterator[Finding]:
    """One finding for each module that has a name which too many have."""
    places: dict[str, dict[Path, int]] = defaultdict(dict)
    for module in modules:
        for name, line in named(module):
            places[name.lstrip("_")].setdefault(module.path, line)
    for name, lines in sorted(places.items()):
        if len(lines) > MAX_MODULES_WITH_A_NAME:
            for path, line in lines.items():
                message = f"the {kind} name {name!r} is defined in {len(lines)} modules; say what each is or share one"
                yield Finding(f"{kind} {name}", path, line, message)


# --- functions with too many ways through them


def _complex_functions(module: Module) -> Iterator[Finding]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (many := complexity(node)) > MAX_COMPLEXITY:
            message = f"the function {node.name!r} has a complexity of {many}: split it into named predicates"
            yield Finding(f"complexity {module.path}:{node.name}", module.path, node.lineno, message)


def complexity(function: ast.AST) -> int:
    """The cyclomatic complexity of a function, with the functions in it."""
    return 1 + sum(_branches(node) for node in ast.walk(function))


def _branches(node: ast.AST) -> int:
    match node:
        case ast.BoolOp(values=values):
            return len(values) - 1
        case ast.comprehension(ifs=conditions):
            return 1 + len(conditions)
        case ast.For(orelse=orelse) | ast.AsyncFor(orelse=orelse) | ast.While(orelse=orelse):
            return 1 + bool(orelse)
        case ast.If() | ast.IfExp() | ast.ExceptHandler() | ast.Assert() | ast.Lambda():
            return 1
        case ast.Match(cases=cases):
            return sum(not _always(case) for case in cases)
        case _:
            return 0


def _always(case: ast.match_case) -> bool:
    """Whether it is `case _`."""
    return isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None


# --- patterns


def _long_patterns(module: Module) -> Iterator[Finding]:
    texts = {name: value for name, value, _ in _assigned(module.tree) if value is not None}
    owners = {id(value): name for name, value in texts.items()}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _is_pattern_call(node) and node.args and not _is_verbose(node):
            pattern = _literal(node.args[0], texts)
            if len(pattern) > MAX_PATTERN_CHARS and not VERBOSE_INLINE.match(pattern):
                message = (
                    f"a pattern of {len(pattern)} characters: make it VERBOSE, with an example for each alternative"
                )
                where = owners.get(id(node)) or f"line {node.lineno}"
                yield Finding(f"pattern {module.path}:{where}", module.path, node.lineno, message)


def _is_pattern_call(node: ast.Call) -> bool:
    match node.func:
        case ast.Attribute(value=ast.Name(id=module), attr=function):
            return module in PATTERN_MODULES and function in PATTERN_FUNCTIONS
        case _:
            return False


def _is_verbose(node: ast.Call) -> bool:
    given = [*node.args[1:], *(keyword.value for keyword in node.keywords if keyword.arg == "flags")]
    inside = (inner for argument in given for inner in ast.walk(argument))
    return any(isinstance(inner, ast.Attribute) and inner.attr in VERBOSE_FLAGS for inner in inside)


def _literal(node: ast.expr, texts: Mapping[str, ast.expr]) -> str:
    """What is written out of a string: its joined parts, or the string that a name of the module has."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_literal(value, {}) for value in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _literal(left, {}) + _literal(right, {})
        case ast.Name(id=name) if name in texts:
            return _literal(texts[name], {})
        case _:
            return ""


# --- the command


def unused(exceptions: Mapping[str, str], found: Iterable[Finding]) -> list[str]:
    """Exceptions that except nothing, or give no reason."""
    keys = {finding.key for finding in found}
    return [f"{key}: no such finding" for key in exceptions if key not in keys] + [
        f"{key}: no reason" for key, reason in exceptions.items() if not reason.strip()
    ]


def report(found: Iterable[Finding]) -> str:
    """The findings by folder, and how many there are of each kind."""
    folders: dict[Path, list[Finding]] = defaultdict(list)
    kinds: dict[str, int] = defaultdict(int)
    for finding in found:
        folders[finding.path.parent].append(finding)
        kinds[finding.key.partition(" ")[0]] += 1
    lines: list[str] = []
    for folder, inside in sorted(folders.items()):
        lines += ["", f"{folder}/  {len(inside)}"]
        lines += [_line(finding) for finding in sorted(inside, key=lambda one: (one.path, one.line))]
    return "\n".join([*lines, "", *(f"{kind}: {count}" for kind, count in sorted(kinds.items()))])


def _line(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}: {finding.message}"


def main() -> int:
    """Prints the findings; 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=Path, default=ROOT / "pipeline", help="folder of the package")
    parser.add_argument("--names", type=Path, default=Path(__file__).with_name("names.toml"), help="the lists")
    parser.add_argument("--report", action="store_true", help="print all by folder, with complex functions")
    options = parser.parse_args()
    package = options.package.resolve()
    names = read_names(options.names)
    every = list(findings(read_modules(package), names))
    found = [finding for finding in every if finding.key not in names.exceptions]
    if options.report:
        print(report(found))
        return 0
    useless = unused(names.exceptions, every)
    for finding in found:
        print(f"{_line(finding)}   [{finding.key}]")
    for line in useless:
        print(f"{options.names.name}: {line}")
    if found:
        print(f"{len(found)} findings; rename, or add the key in brackets with a reason to {options.names.name}")
    return 1 if found or useless else 0


if __name__ == "__main__":
    sys.exit(main())
