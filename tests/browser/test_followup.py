"""The chatter of a lead: messages, notes, mentions, files and followers.

Requirements 001, "Pipeline follow-up". By requests: ``tests/test_chatter.py``.
"""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership, contact_name="Mia Messenger")


@pytest.fixture
def form(agent, lead):
    """The agent's browser on the form of the lead."""
    return agent.open_lead(lead)


@pytest.fixture
def supervisor_id(floor):
    """The partner of a colleague."""
    return floor.partner(floor.supervisor)


def composer(client, button):
    """Open the composer; return it."""
    client.button(button, client.chatter).click()
    composer = client.chatter.locator(".o-mail-Composer")
    expect(composer.locator(".o-mail-Composer-input")).to_be_focused()
    return composer


def send(client, composer):
    composer.locator(".o-mail-Composer-send").click()
    expect(composer).to_have_count(0)


def attach(client, composer, name, content):
    file = {"name": name, "mimeType": "text/plain", "buffer": content}
    composer.locator("input[type=file]").set_input_files(file)
    card = composer.locator(".o-mail-AttachmentCard", has_text=name)
    expect(card).to_be_visible()
    expect(card.locator(".fa-spin")).to_have_count(0)


def shown(client, text):
    """Return the message with a text."""
    return client.chatter.locator(".o-mail-Message", has_text=text)


def suggested(client):
    """Return the recipient whom the composer proposes: a box in 18.0, a tag in 19.0."""
    return client.chatter.locator(
        ".o-mail-SuggestedRecipient, .o-mail-RecipientsInput .o_tag"
    )


def leave_out(recipient):
    expect(recipient).to_be_visible()
    box = recipient.get_by_role("checkbox")
    if box.count():
        box.uncheck()
    else:
        recipient.locator(".o_delete").click()


def open_followers(client):
    client.chatter.locator(".o-mail-Followers-button").click()
    return client.page.locator(".o-mail-Followers-dropdown")


def add_follower(client, name):
    open_followers(client).get_by_text("Add Followers").click()
    wizard = client.dialog("Add followers to this document")
    client.choose("partner_ids", name, wizard)
    wizard.get_by_role("button", name="Add").click()
    expect(wizard).to_have_count(0)
    return open_followers(client).locator(".o-mail-Follower", has_text=name)


def subscription(client, follower):
    follower.get_by_title("Edit subscription").click()
    return client.dialog("Edit Subscription")


def test_a_message_goes_to_the_customer_who_is_suggested(form, floor, lead):
    message = composer(form, "Send message")
    expect(suggested(form)).to_contain_text("Mia Messenger")
    form.page.keyboard.type("The red one is here")
    send(form, message)
    expect(shown(form, "The red one is here")).to_be_visible()
    (row,) = floor.admin.call("crm.lead", "read", [lead], ["email_from"])
    assert floor.mailed_to(floor.last_message(lead)) == [row["email_from"]]


def test_the_customer_can_be_left_out_of_a_message(form, floor, lead):
    message = composer(form, "Send message")
    form.page.keyboard.type("For the followers only")
    leave_out(suggested(form))
    send(form, message)
    expect(shown(form, "For the followers only")).to_be_visible()
    assert floor.mailed_to(floor.last_message(lead)) == []


def test_a_message_carries_a_file(form, floor, lead):
    message = composer(form, "Send message")
    form.page.keyboard.type("Our offer")
    attach(form, message, "offer.txt", b"One red car")
    send(form, message)
    card = shown(form, "Our offer").locator(".o-mail-AttachmentCard")
    expect(card).to_contain_text("offer.txt")
    files = floor.admin.call(
        "ir.attachment",
        "search_read",
        [("res_model", "=", "crm.lead"), ("res_id", "=", lead)],
        ["name", "raw"],
    )
    assert [(file["name"], file["raw"]) for file in files] == [
        ("offer.txt", "One red car")
    ]


def test_a_note_mentions_a_colleague(form, floor, lead, supervisor_id):
    note = composer(form, "Log note")
    form.page.keyboard.type("@Sol")
    suggestions = form.page.locator(".o-mail-Composer-suggestion")
    suggestions.filter(has_text="Sol Supervisor").click()
    expect(note.locator("textarea").first).to_have_value("@Sol Supervisor ")
    form.page.keyboard.type("may I give 5%?")
    send(form, note)
    mention = shown(form, "may I give 5%?").locator(".o_mail_redirect")
    expect(mention).to_have_text("@Sol Supervisor")
    assert floor.notified(floor.last_message(lead)) == [supervisor_id]


def test_a_follower_is_added_and_removed(form, floor, lead):
    follower = add_follower(form, "Sol Supervisor")
    expect(follower).to_be_visible()
    assert "Sol Supervisor" in floor.followers(lead)
    follower.get_by_title("Remove this follower").click()
    expect(follower).to_have_count(0)
    assert "Sol Supervisor" not in floor.followers(lead)


def test_what_a_follower_is_told_of_is_chosen(form, floor, lead):
    follower = add_follower(form, "Sol Supervisor")
    dialog = subscription(form, follower)
    discussions = dialog.get_by_label("Discussions")
    expect(discussions).to_be_checked()
    discussions.uncheck()
    dialog.get_by_label("Stage Changed").check()
    form.button("Apply", dialog).click()
    expect(form.toast("preferences were successfully applied")).to_be_visible()
    told_of = floor.followers(lead)["Sol Supervisor"]
    assert "Stage Changed" in told_of
    assert "Discussions" not in told_of
