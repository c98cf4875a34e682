import io
import re
from pathlib import Path

import polib

from odoo.tests import tagged
from odoo.tools.translate import trans_export

from ...fresh_stages import RENAMED
from ...series import IS_19
from ..common import BpoCase

FOLDER = Path(__file__).parents[2] / "i18n"

LANGUAGES = {"es": "es_ES", "fr": "fr_FR", "ko": "ko_KR"}

#: What a text is formatted with, and the marks in it that must stay.
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w*\}|</?\w+|\bt-[\w-]+=\"[^\"]*\"")

#: How a comment says that a term is of code.
SAID = re.compile(r"odoo-\w+")

#: What the stages are called that are not core's by name: the third one, and Lost.
STAGES = {
    "de_DE": ["Negotiation", "Lost"],
    "es_ES": ["Negociación", "Perdido"],
    "fr_FR": ["Négociation", "Perdu"],
    "ko_KR": ["협상", "실주"],
}

#: What core calls the others in a language that the addon does not speak.
IN_GERMAN = ["Neu", "Qualifiziert", "Gewonnen"]


@tagged("post_install", "-at_install")
class TestTranslations(BpoCase):
    """The template has what the addon says, and each language all of the template."""

    def _export(self):
        buffer = io.BytesIO()
        trans_export(
            False, ["bpo_crm"], buffer, "po", self.env if IS_19 else self.env.cr
        )
        return self._read_terms(buffer.getvalue().decode())

    def _read_terms(self, file):
        """Return the terms of a file, each with where it is said.

        By that, Odoo knows which of them the browser needs.
        """
        return {
            (entry.msgid, place)
            for entry in polib.pofile(file)
            for place in ("", *SAID.findall(entry.comment))
        }

    def test_the_template_has_what_the_addon_says(self):
        template = self._read_terms(FOLDER / "bpo_crm.pot")
        self.assertFalse(self._export() - template, "Run ./bpo translations.")

    def test_each_language_has_what_the_template_has(self):
        template = polib.pofile(FOLDER / "bpo_crm.pot")
        msgids = {entry.msgid for entry in template}
        for language in LANGUAGES:
            with self.subTest(language):
                file = polib.pofile(FOLDER / f"{language}.po")
                done = {entry.msgid for entry in file.translated_entries()}
                self.assertEqual(done, msgids)

    def test_translations_keep_what_is_filled_in(self):
        for language in LANGUAGES:
            for entry in polib.pofile(FOLDER / f"{language}.po"):
                with self.subTest(language, term=entry.msgid):
                    self.assertEqual(
                        sorted(PLACEHOLDERS.findall(entry.msgstr)),
                        sorted(PLACEHOLDERS.findall(entry.msgid)),
                    )

    def _load(self, language):
        self.env["res.lang"]._activate_lang(language)
        # As somebody who may change no stage.
        modules = self.env["ir.module.module"].with_user(self.agent)
        modules._load_module_terms(["crm", "bpo_crm"], [language])

    def test_the_stages_read_right_in_every_language(self):
        stages = self.env.ref(RENAMED) | self.lost
        for language, names in STAGES.items():
            with self.subTest(language):
                self._load(language)
                translated = stages.with_context(lang=language)
                translated.invalidate_recordset()
                self.assertEqual(translated.mapped("name"), names)

    def test_the_others_are_called_as_core_calls_them(self):
        self._load("de_DE")
        stages = (self.new | self.qualified | self.won).with_context(lang="de_DE")
        stages.invalidate_recordset()
        self.assertEqual(stages.mapped("name"), IN_GERMAN)

    def test_what_somebody_wrote_is_left_alone(self):
        self._load("fr_FR")
        stage = self.env.ref(RENAMED).with_context(lang="fr_FR")
        stage.name = "Offre"
        self._load("fr_FR")
        stage.invalidate_recordset()
        self.assertEqual(stage.name, "Offre")

    def test_a_stage_of_another_name_is_not_renamed(self):
        stage = self.env.ref(RENAMED)
        stage.with_context(lang="en_US").name = "Proposition"
        self._load("es_ES")
        stage.invalidate_recordset()
        self.assertEqual(stage.with_context(lang="es_ES").name, "Propuesta")
