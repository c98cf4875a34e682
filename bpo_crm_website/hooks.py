def change_contact_pages(env):
    """Let the contact page make leads from the start, where nobody has edited it.

    :param odoo.api.Environment env: of the installation.
    """
    env["website"].search([])._change_untouched_contact_pages()
