"""What every HTML page of ours is made with.

Jinja escapes every value, `finalize` makes every string inert before that, and a page's Content-Security-Policy would
stop a script that got in all the same: it allows what the page itself brings, by its hash, and nothing else. What no
policy in a page can stop is a `<meta http-equiv="refresh">` that sends its reader elsewhere: against that stands the
escaping alone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.reporters import wording
from grader.text import inert

_NOTHING = Markup()
_COMMAND = re.compile(r"^([^\S\n]*+)::", re.MULTILINE)  # to GitHub's runner, should the page go to a log
_CODE = re.compile(r"`([^`\n]+)`")


def render(package: str, template: str, *, style: Markup, script: Markup = _NOTHING, **values: object) -> str:
    """A page from the folder of templates in `package`. Its policy is to name the two hashes that it is given."""
    page = _environment(package).get_template(template)
    text = page.render(style=style, style_hash=_hash(style), script=script, script_hash=_hash(script), **values)
    return _COMMAND.sub(r"\1&#58;:", text) if "::" in text else text


def prepare(package: str, template: str) -> None:
    """Compile a template, which takes as long as hundreds of its rows, and keep it."""
    _environment(package).get_template(template)


@cache
def ours(package: str, name: str) -> Markup:
    """A file from the folder of templates in `package`, to be set into a page as it is."""
    text = resources.files(package).joinpath("templates", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704  (a file of ours)


@cache
def _environment(package: str) -> Environment:
    made = Environment(
        loader=FunctionLoader(lambda name: str(ours(package, name))),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(wording=wording)
    made.filters["prose"] = _prose
    return made


def _hash(element: str) -> str:
    """The CSP source expression of a style or script element that holds exactly `element`."""
    return "sha256-" + base64.b64encode(hashlib.sha256(element.encode()).digest()).decode()


def _inert(value: object) -> object:
    """Run by Jinja on everything that a template prints."""
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _prose(text: str) -> Markup:
    """Sentences, cleaned and escaped, with `code` between backticks set as code."""
    escaped = str(escape(wording.field(text)))
    return Markup(_CODE.sub(r"<code>\1</code>", escaped))  # noqa: S704  (escaped one line above)
