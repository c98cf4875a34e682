"""The stages of a database without leads: core's, with names of our own."""

from odoo.tools.translate import LazyTranslate, TranslationImporter, get_po_paths

_lt = LazyTranslate(__name__)

#: The values of core's stages, by their XML ids: their fields, but what they plan.
FRESH_STAGES = {
    "crm.stage_lead1": {
        "name": "New",
        "sequence": 10,
        "is_won": False,
        "activity_due_days": 0,
        "advance_when_done": True,
        "stale_after_days": 2,
    },
    "crm.stage_lead2": {
        "name": "Qualified",
        "sequence": 20,
        "is_won": False,
        "activity_due_days": 2,
        "advance_when_done": False,
        "stale_after_days": 7,
    },
    "crm.stage_lead3": {
        "name": "Negotiation",
        "sequence": 30,
        "is_won": False,
        "activity_due_days": 3,
        "advance_when_done": False,
        "stale_after_days": 14,
    },
    "crm.stage_lead4": {
        "name": "Won",
        "sequence": 40,
        "is_won": True,
        "activity_due_days": 0,
        "advance_when_done": False,
        "stale_after_days": 0,
    },
}

#: The one that has another name than core gave it, whose translations are of core's.
RENAMED, NEW_NAME = "crm.stage_lead3", _lt("Negotiation")


def translate_renamed_stage(env, langs=None):
    """Give the stage that we renamed its name in other languages.

    Core goes on to translate the name that core gave it. The others are called as core
    calls them, and what somebody wrote is left alone.

    :param odoo.api.Environment env: of the superuser.
    :param list langs: codes of languages; those that are installed without.
    """
    stage = env.ref(RENAMED, raise_if_not_found=False)
    ours = NEW_NAME._translate("en_US")
    if not stage or stage.with_context(lang="en_US").name != ours:
        return
    for lang in langs or [lang for lang, _name in env["res.lang"].get_installed()]:
        translated = stage.with_context(lang=lang)
        if translated.name in (ours, _read_cores_name(env, lang)):
            translated.name = NEW_NAME._translate(lang)


def _read_cores_name(env, lang):
    """Return what core calls the stage in a language.

    :param odoo.api.Environment env: of anybody.
    :param str lang: code of a language.
    :return: None where core says nothing.
    :rtype: str | None
    """
    importer = TranslationImporter(env.cr, verbose=False)
    for path in get_po_paths("crm", lang):
        importer.load_file(path, lang, xmlids={RENAMED})
    return importer.model_translations["crm.stage"]["name"][RENAMED].get(lang)
