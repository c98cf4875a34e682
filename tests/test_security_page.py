"""What the page on security says is what everybody may do."""

from tools import rights


def test_the_page_shows_the_table_of_rights():
    page = rights.PAGE.read_text()
    assert rights.MARK in page
    assert page == rights.render(page), "Run: ./bpo rights"
