import io
import re
from pathlib import Path

import polib

from odoo.tests import tagged
from odoo.tools.translate import trans_export

from ...fresh_stages import FRESH_STAGES
from ...series import IS_19
from ..common import BpoCase

FOLDER = Path(__file__).parents[2] / "i18n"

LANGUAGES = {"es": "es_ES", "fr": "fr_FR", "ko": "ko_KR"}

#: What a text is formatted with, and the marks in it that must stay.
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w*\}|</?\w+|\bt-[\w-]+=\"[^\"]*\"")

#: What the five stages are called, beside how the template calls them.
STAGES = {
    "es_ES": ["Nuevo", "Calificado", "Negociación", "Ganado", "Perdido"],
    "fr_FR": ["Nouveau", "Qualifié", "Négociation", "Gagné", "Perdu"],
    "ko_KR": ["신규", "적격", "협상", "수주", "실주"],
}


@tagged("post_install", "-at_install")
class TestTranslations(BpoCase):
    """The template has what the addon says, and each language all of the template."""

    def _export(self):
        buffer = io.BytesIO()
        trans_export(
            False, ["bpo_crm"], buffer, "po", self.env if IS_19 else self.env.cr
        )
        return {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}

    def test_the_template_has_what_the_addon_says(self):
        template = {entry.msgid for entry in polib.pofile(FOLDER / "bpo_crm.pot")}
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

    def test_the_stages_read_right_in_every_language(self):
        stages = self.env["crm.stage"].concat(
            *(self.env.ref(xml_id) for xml_id, *_rest in FRESH_STAGES),
            self.lost,
        )
        for language, names in STAGES.items():
            with self.subTest(language):
                self.env["res.lang"]._activate_lang(language)
                self.env["ir.module.module"]._load_module_terms(
                    ["crm", "bpo_crm"], [language]
                )
                translated = stages.with_context(lang=language)
                translated.invalidate_recordset()
                self.assertEqual(translated.mapped("name"), names)
