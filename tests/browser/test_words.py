"""A manager imports a file of leads, and a supervisor says what its words mean."""

import itertools

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.web_client import FORM

LIST = ".o_list_renderer"

_numbers = itertools.count(1)

HEAD = "id\tcreated_time\tplatform\tfull_name\tphone_number\temail\tvehicle\n"


@pytest.fixture
def source(floor):
    number = next(_numbers)
    values = {"name": f"Lead forms {number}", "code": f"lead-forms-{number}"}
    return floor.manager.call("crm.lead.source", "create", values)


@pytest.fixture
def file(tmp_path, source):
    """A file as Facebook exports it, of customers whose vehicle nobody knows."""
    rows = "".join(
        f"l:{source}{number}\t2026-11-24T21:00:00+0800\tfb\t"
        f"Mar\u00eda {source} {number}\t"
        f"p:+63917{source:05}{number:02}\t\tVios XXL {source}\n"
        for number in range(1, 4)
    )
    path = tmp_path / "leads.csv"
    path.write_bytes((HEAD + rows + "l:x\t\tfb\tNobody\tp:\t\t\n").encode("utf-16"))
    return path


def import_file(client, source, file):
    """Import a file of a source; return the window with what became of it."""
    client.open(f"crm_lead_source_action/{source}", FORM)
    client.button("Import a File").click()
    dialog = client.dialog("as lead forms export it")
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.locator("[name=file] input[type=text]")).to_have_value("leads.csv")
    client.save_screenshot("import_file")
    client.button("Import", dialog).click()
    result = client.dialog("New Leads")
    expect(result.locator("[name=created_count]")).to_have_text("3")
    expect(result.locator("[name=quarantined_count]")).to_have_text("1")
    client.save_screenshot("import_file_result")
    return result


def test_a_file_comes_in_and_its_words_get_a_meaning(
    manager, browse, floor, source, file
):
    result = import_file(manager, source, file)
    manager.button("View Enquiries", result).click()
    expect(manager.page.locator(".o_data_row")).to_have_count(1)
    name = f"Vios XXL {source}"
    supervisor = browse("supervisor")
    supervisor.open("crm_word_action", LIST)
    row = supervisor.page.locator(".o_data_row", has_text=name)
    expect(row.locator("td[name=lead_count]")).to_have_text("3")
    row.locator("[name=vehicle_model_id]").click()
    supervisor.choose("vehicle_model_id", "Vios", row.locator("td"))
    supervisor.save_screenshot("words_assign")
    supervisor.page.keyboard.press("Enter")
    expect(row.locator("td[name=lead_count]")).to_have_text("0")
    supervisor.save_screenshot("words")
    leads = floor.admin.call(
        "crm.lead",
        "search_read",
        [("intake_source_id", "=", source)],
        ["vehicle_model_id", "user_id"],
    )
    assert len(leads) == 3
    assert all("Vios" in lead["vehicle_model_id"][1] for lead in leads)
    assert not any(lead["user_id"] for lead in leads)


def test_the_words_of_a_lead_are_shown_on_it(manager, browse, floor, source, file):
    import_file(manager, source, file)
    (lead, *_others) = floor.admin.call(
        "crm.lead", "search", [("intake_source_id", "=", source)]
    )
    name = f"Vios XXL {source}"
    for viewport, picture in ((None, "lead_words"), (PHONE, "lead_words_phone")):
        client = browse("supervisor", *filter(None, [viewport]))
        client.open_lead(lead, "crm_lead_action_open")
        expect(client.page.locator("[name=unknown_words]")).to_contain_text(name)
        client.save_screenshot(picture)
        client.button("Say What They Mean").click()
        expect(client.page.locator(".o_action", has_text=name).last).to_be_visible()
        client.save_screenshot(f"{picture}_list")
