"""The addons' terms: written to their templates, and merged into the languages."""

import polib

from . import paths, sources
from .console import LauncherError, say, step
from .stack import Stack

LANGUAGES = ("es", "fr", "ko")

#: Where all addons are installed.
LAYER = "website"

HEADER = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "MIME-Version": "1.0",
}


def run():
    """Write what the addons say to their templates, and merge it into the languages.

    :return: 0
    :rtype: int
    :raises LauncherError: when Odoo cannot say what the terms are, or a series is
        missing, of which what it says alone would be lost.
    """
    found = sources.find_all()
    if len(found) < 2:
        raise LauncherError("Both series of Odoo are needed, to leave no term out.")
    exported = []
    for source in found:
        with Stack(source) as stack, step(f"Reading the terms, Odoo {source.series}"):
            exported.append(export(stack))
    for addon in paths.ADDONS:
        template = _make_template(addon, [files[addon.name] for files in exported])
        folder = addon / "i18n"
        folder.mkdir(exist_ok=True)
        template.save(folder / f"{addon.name}.pot")
        for language in LANGUAGES:
            merge(folder / f"{language}.po", language, template)
    return 0


def export(stack):
    """Return the terms of each addon, as one series exports them.

    :param tools.stack.Stack stack: of that series.
    :rtype: dict[str, polib.POFile]
    """
    names = [addon.name for addon in paths.ADDONS]
    environ = {"BPO_TERMS": str(stack.folder), "BPO_MODULES": " ".join(names)}
    stack.run_script(stack.clone(LAYER), "export_terms.py", environ=environ)
    return {name: polib.pofile(stack.folder / f"{name}.po") for name in names}


def _make_template(addon, files):
    """Return all terms of an addon, which the series do not have in common alone.

    :param pathlib.Path addon: the folder of the addon.
    :param list files: what each series exports.
    :rtype: polib.POFile
    """
    template = polib.POFile(wrapwidth=88)
    template.metadata = {"Project-Id-Version": addon.name, **HEADER}
    entries = {}
    for file in files:
        for entry in file:
            known = entries.setdefault(
                entry.msgid, polib.POEntry(msgid=entry.msgid, comment=entry.comment)
            )
            known.occurrences += [
                place for place in entry.occurrences if place not in known.occurrences
            ]
    template.extend(entries[msgid] for msgid in sorted(entries))
    return template


def merge(path, language, template):
    """Let a language have the terms of a template and no others, translated as before.

    :param pathlib.Path path: of the language; made where it is missing.
    :param str language: such as ``fr``.
    :param polib.POFile template: all terms.
    """
    file = polib.pofile(path, wrapwidth=88) if path.exists() else polib.POFile()
    file.wrapwidth = 88
    file.metadata = {**template.metadata, "Language": language}
    file.merge(template)
    for entry in file.obsolete_entries():
        file.remove(entry)
    file.sort(key=lambda entry: entry.msgid)
    file.save(path)
    say(f"{path.name} of {path.parent.parent.name}: {file.percent_translated()} %")
