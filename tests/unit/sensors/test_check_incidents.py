from __future__ import annotations

from sensors.check_incidents import check_incident, check_key
from tests.unit.sensors.runs import UI, a_check


def test_a_warning_tells_count_and_keys_and_where_to_look() -> None:
    incident = check_incident(a_check(), UI)
    assert incident.key == "check:cashmere/control_totals:tax_equals_the_closing"
    assert incident.title == "cashmere/control_totals: tax equals the closing"
    assert (incident.group, incident.severity) == ("cashmere", "warning")
    assert incident.facts["Failing rows"] == "2"
    assert incident.facts["Keys"] == (
        "store_key cashmere:001, business_date 2026-03-28; store_key cashmere:005, business_date 2026-03-28"
    )
    page = "/assets/cashmere/control_totals?view=checks&checkDetail=tax_equals_the_closing"
    assert incident.link == UI + page
    assert incident.how_to_reproduce.endswith("--select 'key:\"cashmere/control_totals\"'")


def test_a_blocking_check_is_an_error_and_says_that_nothing_is_published() -> None:
    incident = check_incident(a_check(is_error=True), UI)
    assert incident.severity == "error"
    assert incident.facts["Severity"] == "error, nothing is published"


def test_many_failing_rows_are_counted_and_not_listed() -> None:
    keys = tuple({"sales_line_id": f"line{number}"} for number in range(20))
    incident = check_incident(a_check(failing=1_234, keys=keys), UI)
    assert str(incident.facts["Keys"]).endswith("sales_line_id line4; and 1,229 more")


def test_a_check_that_could_not_be_carried_out_has_no_keys() -> None:
    incident = check_incident(a_check(failing=None, keys=(), message="there is no table"), UI)
    assert incident.facts == {"Severity": "warning"}
    assert incident.cause == "there is no table"


def test_the_same_check_of_another_table_is_another_incident() -> None:
    assert check_key(a_check()) != check_key(a_check(asset="magento/control_totals"))
