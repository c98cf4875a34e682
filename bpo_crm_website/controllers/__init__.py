from . import portal_account, website_form
