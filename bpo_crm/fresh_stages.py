"""The stages of a database without leads: core's, with names of our own."""

from odoo.tools.translate import LazyTranslate, TranslationImporter, get_po_paths

_lt = LazyTranslate(__name__)

# Named one by one: read out of a tuple, an XML id would be taken for a text.
NEW = _lt("New")
QUALIFIED = _lt("Qualified")
NEGOTIATION = _lt("Negotiation")
WON = _lt("Won")

#: XML ids of the ``crm`` module with the name, the sequence, the days until the stage's
#: activity is due, and those after which a lead in it is stale.
FRESH_STAGES = (
    ("crm.stage_lead1", NEW, 10, 0, 2),
    ("crm.stage_lead2", QUALIFIED, 20, 2, 7),
    ("crm.stage_lead3", NEGOTIATION, 30, 3, 14),
    ("crm.stage_lead4", WON, 40, 0, 0),
)


def translate_fresh_stages(env, langs=None):
    """Give core's stages our names in other languages, where they have our names.

    Core translates the names that core gave them. What somebody wrote is left alone.

    :param odoo.api.Environment env: of the superuser.
    :param list langs: codes of languages; those that are installed without.
    """
    for lang in langs or [lang for lang, _name in env["res.lang"].get_installed()]:
        cores = _read_cores_names(env, lang)
        for xml_id, name, *_rest in FRESH_STAGES:
            ours = name._translate("en_US")
            stage = env.ref(xml_id, raise_if_not_found=False)
            if not stage or stage.with_context(lang="en_US").name != ours:
                continue
            translated = stage.with_context(lang=lang)
            if translated.name in (ours, cores.get(xml_id)):
                translated.name = name._translate(lang)


def _read_cores_names(env, lang):
    """Return what core calls its stages in a language, by their XML ids.

    :param odoo.api.Environment env: of anybody.
    :param str lang: code of a language.
    :rtype: dict[str, str]
    """
    xml_ids = {xml_id for xml_id, *_rest in FRESH_STAGES}
    importer = TranslationImporter(env.cr, verbose=False)
    for path in get_po_paths("crm", lang):
        importer.load_file(path, lang, xmlids=xml_ids)
    names = importer.model_translations["crm.stage"]["name"]
    return {xml_id: names[xml_id][lang] for xml_id in xml_ids & names.keys()}
