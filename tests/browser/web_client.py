"""What a person does in Odoo's web client, in either series."""

import contextlib
import os
import re
from pathlib import Path

from playwright.sync_api import expect

FORM = ".o_form_view"
KANBAN = ".o_kanban_renderer"

#: Debian leaves this library out of its package of 19.0; nothing here needs it.
MISSING_LIBRARY = "selfie_segmentation.js"

#: What lists and boards ask the server for, of several records at once.
READING = re.compile(r"/call_kw/crm\.lead/(web_search_read|web_read_group)")

#: Where a hand takes a card.
GRIP = {"x": 40, "y": 12}

#: For cards that move to their places, in milliseconds.
SETTLE_TIME = 500

#: How far a finger has come when the screen asks where it is, in pixels.
FINGER_STEP = 20

#: More turns of the wheel than any screen takes.
MANY = 40

#: Whether all of an element can be seen: boxes that cut it off count.
IS_IN_SIGHT = """element => new Promise(resolve => {
    const observer = new IntersectionObserver(([entry]) => {
        observer.disconnect();
        resolve(entry.intersectionRatio === 1);
    });
    observer.observe(element);
})"""


class WebClient:
    """A page of the web client.

    :param playwright.sync_api.Page page: an empty page of a logged-in browser.
    :param str url: the server's address.
    """

    def __init__(self, page, url):
        self.page = page
        self._url = url
        #: What went wrong in the page's scripts.
        self.problems = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._note_console)

    def _note_console(self, message):
        if message.type == "error" and MISSING_LIBRARY not in message.text:
            self.problems.append(message.text)

    # Going somewhere

    def open(self, action, wait_for=KANBAN):
        """Open an action of the addon.

        :param str action: its XML id, without the module.
        :param str wait_for: the selector of what it shows.
        """
        self.page.goto(f"{self._url}/odoo/action-bpo_crm.{action}")
        self.page.wait_for_selector(wait_for)
        return self

    def open_home(self, wait_for):
        """Open the web client as after signing in.

        :param str wait_for: the selector of what it shows.
        """
        self.page.goto(f"{self._url}/odoo")
        self.page.wait_for_selector(wait_for)
        return self

    def open_lead(self, lead, action="crm_lead_action_my_pipeline"):
        """Open the form of a lead.

        :param int lead: its id.
        :param str action: on whose way it lies.
        """
        self.page.goto(f"{self._url}/odoo/action-bpo_crm.{action}/{lead}")
        self.page.wait_for_selector(FORM)
        return self

    @contextlib.contextmanager
    def without_news(self):
        """Let no list or board look at the server again until the end of the block.

        As on a line that has become slow: whatever the screen hears of, it shows what
        it showed, and what it asks for comes at the end.
        """
        waiting = []
        self.page.route(READING, lambda route: waiting.append(route))
        yield
        self.page.unroute(READING)
        for route in waiting:
            route.continue_()

    def open_menu(self, *names):
        """Open a menu of the addon by its names from the top."""
        bar = self.page.locator(".o_main_navbar")
        bar.locator(".o_menu_sections").get_by_text(names[0], exact=True).click()
        for name in names[1:]:
            popover = self.page.locator(".o-dropdown--menu")
            popover.get_by_role("menuitem", name=name, exact=True).click()

    def go_back(self, wait_for):
        """Return to the screen before, by its name above the one that is open.

        Odoo writes the address of a screen a moment after the screen is there; the
        browser's own way back leads elsewhere until then.

        :param str wait_for: the selector of what it shows.
        """
        self.page.locator(".o_breadcrumb .o_back_button a").click()
        self.page.wait_for_selector(wait_for)

    # Looking

    def button(self, name, within=None):
        """Return a button by its text."""
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def card(self, text):
        """Return the card of the kanban with a text."""
        return self.page.locator(".o_kanban_record", has_text=text)

    def column(self, name):
        """Return the column of the kanban with a title."""
        title = self.page.locator(
            ".o_column_title", has_text=re.compile(rf"^\s*{name}")
        )
        return self.page.locator(".o_kanban_group", has=title)

    def toast(self, text):
        """Return the notification with a text."""
        return self.page.locator(".o_notification", has_text=text)

    def dialog(self, text=""):
        """Return the dialog with a text."""
        return self.page.locator(".modal", has_text=text)

    def ribbon(self, text):
        """Return the ribbon with a text."""
        return self.page.locator(".ribbon", has_text=text)

    @property
    def chatter(self):
        """The chatter of the form."""
        return self.page.locator(".o-mail-Chatter")

    def row_button(self, method):
        """Return a button of a list by the method that it calls."""
        return self.page.locator(f".o_data_row button[name={method}]")

    # Doing

    def drag(self, card, column):
        """Drag a card to a column, the way that a hand does.

        :param str card: a text on the card.
        :param str column: the column's title.
        """
        mouse = self.page.mouse
        # A toast may lie over the card; a new browser shows those of the last minute.
        expect(self.page.locator(".o_notification")).to_have_count(0)
        self.page.wait_for_timeout(SETTLE_TIME)
        # Unlike scrolling, it begins again where the columns are drawn anew meanwhile.
        self.card(card).hover(position=GRIP)
        start = self.card(card).bounding_box()
        end = self.column(column).bounding_box()
        x, y = start["x"] + GRIP["x"], start["y"] + GRIP["y"]
        mouse.move(x, y)
        mouse.down()
        # Odoo looks at the pointer once a frame, however far it has come meanwhile.
        mouse.move(x + 15, y + 15, steps=4)
        expect(self.page.locator(".o_kanban_record.o_dragged")).to_be_visible()
        mouse.move(end["x"] + end["width"] / 2, y + 15, steps=12)
        expect(self.column(column)).to_have_class(re.compile("o_kanban_hover"))
        mouse.up()

    def scroll_to(self, target, move):
        """Scroll the way that a person does until something can be seen, or in vain.

        :param Locator target: what to look for.
        :param move: scrolls a little; :meth:`turn_wheel`, say.
        """
        middle = {name: size / 2 for name, size in self._size.items()}
        self.page.mouse.move(middle["width"], middle["height"])
        for _turn in range(MANY):
            if target.evaluate(IS_IN_SIGHT):
                return
            move()
            self.page.wait_for_timeout(SETTLE_TIME / 2)

    @property
    def _size(self):
        return self.page.viewport_size

    def turn_wheel(self):
        """Turn the wheel of the mouse downwards."""
        self.page.mouse.wheel(0, self._size["height"] / 2)

    def press_page_down(self):
        """Press the key that scrolls a page down."""
        self.page.keyboard.press("PageDown")

    def swipe_up(self):
        """Draw the page upwards with a finger."""
        x, bottom = self._size["width"] // 2, self._size["height"] * 3 // 4
        moves = [[{"x": x, "y": y}] for y in range(bottom, bottom // 3, -FINGER_STEP)]
        session = self.page.context.new_cdp_session(self.page)
        for kind, points in (
            ("touchStart", moves[0]),
            *(("touchMove", points) for points in moves[1:]),
            ("touchEnd", []),
        ):
            session.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": points}
            )
        session.detach()

    @contextlib.contextmanager
    def pressing(self, element):
        """Press an element with the mouse, and let it go at the end of the block."""
        element.hover()
        self.page.mouse.down()
        yield
        self.page.mouse.up()

    def close_error(self, text):
        """Close the dialog with a refusal, after reading it.

        :param str text: what it must say.
        """
        dialog = self.dialog(text)
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name="Close").first.click()
        expect(dialog).to_have_count(0)

    def cancel(self, dialog):
        """Close a dialog without doing anything."""
        dialog.locator(".btn-close").click()
        expect(dialog).to_have_count(0)

    def choose(self, field, text, within=None):
        """Choose a record in a field, from a list or by its badge.

        :param str field: the field's name.
        :param str text: the name of the record.
        :param Locator within: a dialog, say; the page by default.
        """
        widget = (within or self.page).locator(f"[name={field}]")
        expect(widget).to_be_visible()
        if widget.get_by_role("combobox").count():
            widget.get_by_role("combobox").fill(text)
            items = self.page.locator(".o-autocomplete--dropdown-item", has_text=text)
            items.first.click()
        else:
            widget.get_by_text(text, exact=True).click()

    def fill(self, field, text, within=None):
        """Type into a field."""
        widget = (within or self.page).locator(f"[name={field}]")
        # In 19.0, a date is a button until somebody clicks it.
        widget.locator("input, textarea, button").first.click()
        widget.locator("input, textarea").first.fill(text)

    def fill_notes(self, text, wizard):
        """Type into the notes of the lost wizard."""
        notes = wizard.locator("[name=lost_feedback] [contenteditable=true]")
        notes.focus()
        self.page.keyboard.type(text)

    def press_in_header(self, name):
        """Press a button of the form's header, which is folded up when it is small."""
        if self.button(name).is_visible():
            self.button(name).click()
            return
        # In 19.0, only those are that do not fit beside the first one.
        more = self.page.locator(".o_statusbar_buttons .dropdown-toggle:visible")
        if not more.count():
            more = self.page.locator(".o_cp_action_menus .dropdown-toggle")
        more.click()
        menu = self.page.locator(".o-dropdown--menu, .o_bottom_sheet")
        menu.get_by_text(name, exact=True).first.click()

    def move_on_statusbar(self, stage):
        """Choose a stage on the statusbar, where folded ones hide behind dots."""
        statusbar = self.page.locator(".o_statusbar_status")
        if not statusbar.get_by_text(stage, exact=True).is_visible():
            statusbar.locator(".dropdown-toggle:visible").click()
            self.page.get_by_role("menuitem", name=stage).click()
        else:
            statusbar.get_by_text(stage, exact=True).click()

    def search(self, text):
        """Search for a text in the view."""
        self.page.locator(".o_searchview_input").click()
        self.page.keyboard.type(text)
        expect(self.page.locator(".o_searchview_autocomplete")).to_contain_text(text)
        self.page.keyboard.press("Enter")
        facets = self.page.locator(".o_facet_value", has_text=text)
        expect(facets).to_be_visible()

    def save_screenshot(self, name):
        """Take a picture for the documentation when it is asked for."""
        folder = os.environ.get("BPO_SCREENSHOTS")
        if folder:
            self.page.wait_for_timeout(500)
            self.page.screenshot(path=Path(folder) / f"{name}.png")
