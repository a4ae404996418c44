"""Using a board: filters without a reload, the keyboard alone, a phone's fingers, no script at all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.e2e.boards.looking import Looker

pytestmark = pytest.mark.e2e
OCTOBER = "/sales?month=10&year=2026"


def test_a_filter_changes_the_figures_and_the_address_but_loads_no_page(looker: Looker) -> None:
    page = looker.page()
    looker.open(page, OCTOBER)
    page.evaluate("window.isTheSame = true")
    before = page.locator("#tile-revenue .value").inner_text()
    page.locator("details.many summary").first.click()
    page.locator("input[name=shop]").nth(1).check()
    page.wait_for_url(re.compile("shop="))
    looker.settled(page)
    assert page.evaluate("window.isTheSame") is True
    assert page.locator("#tile-revenue .value").inner_text() != before
    assert page.locator(".chips li").count() == 1
    assert "shop=" in (page.locator(".export a").first.get_attribute("href") or "")
    assert page.locator("#said").inner_text() == "Figures updated"
    page.go_back()
    looker.settled(page)
    assert page.locator("#tile-revenue .value").inner_text() == before
    assert looker.complaints == []


def test_a_board_can_be_used_with_the_keyboard_alone(looker: Looker) -> None:
    page = looker.page()
    looker.open(page, OCTOBER)
    page.keyboard.press("Tab")
    assert _focused(page) == "Skip to the figures"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = [_step(page) for _ in range(140)]
    wanted = ["year", "month", "compare", "about", "more", "data", "scroll", "export", "chart-or-table"]
    assert [name for name in wanted[:-1] if not any(name in each for each in reached)] == []
    assert all(each.startswith("seen ") for each in reached)
    _to(page, ".tile .about summary")
    page.keyboard.press("Enter")
    assert page.locator("#tile-revenue .about .bubble").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#tile-revenue .about .bubble").is_hidden()
    assert page.evaluate("document.activeElement.matches('#tile-revenue .about summary')")
    _to(page, "#tile-course .data summary")
    page.keyboard.press("Enter")
    assert page.locator("#tile-course .data table").is_visible()
    page.locator("select[name=compare]").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url(re.compile("compare=last_year"))
    assert page.evaluate("document.activeElement.name") == "compare"


def test_the_definition_opens_under_the_mouse_and_under_a_finger(looker: Looker) -> None:
    page = looker.page(width=390, has_touch=True)
    looker.open(page, "/kpi")
    page.locator("#tile-revenue .about summary").tap()
    assert page.locator("#tile-revenue .about dd").is_visible()
    mouse = looker.page()
    looker.open(mouse, "/kpi")
    mouse.locator("#tile-revenue .about").hover()
    mouse.locator("#tile-revenue .about dd").wait_for(state="visible")


def test_the_navigation_folds_on_a_phone(looker: Looker) -> None:
    page = looker.page(width=390)
    looker.open(page, "/kpi")
    navigation, fold = page.locator("#navigation"), page.locator(".fold").first
    assert navigation.is_hidden() and fold.get_attribute("aria-expanded") == "false"
    fold.click()
    assert navigation.is_visible() and fold.get_attribute("aria-expanded") == "true"


def test_without_script_filters_have_a_button_and_figures_are_tables(looker: Looker) -> None:
    page = looker.page(java_script_enabled=False)
    page.goto(f"{looker.url}/sales")
    page.select_option("select[name=month]", "10")
    page.locator(".show").click()
    page.wait_for_url(re.compile("month=10"))
    assert "1 Oct 2026" in page.locator(".period").inner_text()
    page.locator("#tile-course .data summary").click()
    assert page.locator("#tile-course .data tbody tr").count() == 31


def test_names_with_markup_formulas_and_right_to_left_text_stay_text(looker: Looker) -> None:
    page = looker.page()
    for path in ("/products", "/products/products", "/products/products/lines"):
        looker.open(page, path)
        assert page.title().endswith("Goldline")
        assert page.locator("main img[src=x]").count() == 0
    looker.open(page, "/products/products")
    text = page.locator("main").inner_text()
    assert "<script>document.title='caught'</script>" in text
    assert "{{ 7*7 }}" in text and "=cmd|' /C calc'!A0" in text and "مرحبا" in text
    assert looker.complaints == []


def test_a_row_drills_down_and_a_chip_leads_back(looker: Looker) -> None:
    page = looker.page()
    looker.open(page, "/products")
    page.locator("#tile-categories .data summary").click()
    page.locator("#tile-categories tbody th a").first.click()
    looker.settled(page)
    assert page.locator("#tile-subcategories").count() == 1 and page.locator("#tile-categories").count() == 0
    page.locator(".chips a").click()
    looker.settled(page)
    assert page.locator("#tile-categories").count() == 1


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def _step(page: Page) -> str:
    """Go on by one; say where the focus is, and whether one sees it."""
    page.keyboard.press("Tab")
    return str(
        page.evaluate(
            """() => {
                const at = document.activeElement, style = getComputedStyle(at);
                const hasRing = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                const seen = at === document.body || hasRing ? 'seen' : 'unseen';
                return `${seen} ${at.name ?? ''} ${at.className} ${at.parentElement?.className ?? ''}`;
            }"""
        )
    )


def _to(page: Page, selector: str) -> None:
    page.locator(selector).first.focus()
