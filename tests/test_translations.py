"""What the addons say has been translated, and nothing else is kept."""

import re

import polib
import pytest

from tools import paths, translations

#: What a text is formatted with, and the marks in it that must stay.
PLACEHOLDERS = re.compile(r"%\(\w+\)[sdr]|%[sd]|\{\w*\}|</?\w+")

BESIDE = (paths.DASHBOARD_ADDON, paths.WEBSITE_ADDON)


def read_terms(path):
    return {entry.msgid for entry in polib.pofile(path)}


@pytest.fixture(scope="module")
def exported(stack):
    """What each addon says on the series that is tested."""
    return translations.export(stack)


@pytest.mark.parametrize("addon", paths.ADDONS, ids=lambda addon: addon.name)
def test_the_template_has_what_the_addon_says(exported, addon):
    said = {entry.msgid for entry in exported[addon.name]}
    assert said
    template = read_terms(addon / "i18n" / f"{addon.name}.pot")
    assert not said - template, "Run ./bpo translations."


@pytest.mark.parametrize("language", translations.LANGUAGES)
@pytest.mark.parametrize("addon", BESIDE, ids=lambda addon: addon.name)
def test_the_addons_beside_it_speak_every_language(addon, language):
    file = polib.pofile(addon / "i18n" / f"{language}.po")
    done = {entry.msgid for entry in file.translated_entries()}
    assert done == read_terms(addon / "i18n" / f"{addon.name}.pot")
    assert not file.obsolete_entries()
    for entry in file:
        found = sorted(PLACEHOLDERS.findall(entry.msgstr))
        assert found == sorted(PLACEHOLDERS.findall(entry.msgid)), entry.msgid


def test_a_language_loses_what_is_said_no_longer(tmp_path):
    path = tmp_path / "fr.po"
    old = polib.POFile()
    for word, translated in (("Kept", "Gardé"), ("Gone", "Parti")):
        old.append(polib.POEntry(msgid=word, msgstr=translated))
    old.append(polib.POEntry(msgid="Long gone", msgstr="Disparu", obsolete=True))
    old.save(path)
    template = polib.POFile()
    template.extend([polib.POEntry(msgid="Kept"), polib.POEntry(msgid="New")])
    translations.merge(path, "fr", template)
    terms = [(entry.msgid, entry.msgstr) for entry in polib.pofile(path)]
    assert terms == [("Kept", "Gardé"), ("New", "")]
