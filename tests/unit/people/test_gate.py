"""What a browser, a stranger, a page elsewhere and a forgotten proxy get to see: nothing, unless somebody logged in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from goldline.errors import GoldlineError, SettingsError
from goldline.people import People
from goldline.people.accounts import Account
from goldline.people.addresses import host_of, is_this_machine, safe_next
from tests.unit.people.browser import PASSWORD, Browser
from tests.unit.people.conftest import Clock

Opened = Callable[..., People]
Browsers = Callable[..., Browser]
HTML = {"accept": "text/html,*/*"}


def test_without_people_this_machine_needs_no_login(opened: Opened, browser: Browsers) -> None:
    found = browser(opened()).get("/sales")
    assert (found.status_code, found.json()["name"]) == (200, "local")
    assert browser(opened(), peer="::1", url="http://localhost:8050").get("/").status_code == 200


@pytest.mark.parametrize(
    ("headers", "peer", "status"),
    [
        ({"host": "goldline.attacker.example"}, "127.0.0.1", 400),
        ({"host": "127.0.0.1.attacker.example"}, "127.0.0.1", 400),
        ({"host": "localhost@attacker.example"}, "127.0.0.1", 400),
        ({"host": ""}, "127.0.0.1", 400),
        ({}, "192.0.2.1", 403),
        ({"x-forwarded-for": "192.0.2.1"}, "127.0.0.1", 403),
        ({"forwarded": "for=192.0.2.1"}, "127.0.0.1", 403),
    ],
)
def test_without_people_another_name_machine_or_a_proxy_is_refused(
    opened: Opened, browser: Browsers, headers: dict[str, str], peer: str, status: int
) -> None:
    assert browser(opened(), peer=peer).get("/sales", headers=headers).status_code == status


def test_without_people_no_other_address_is_served(opened: Opened) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::", "goldline.example.org"):
        with pytest.raises(GoldlineError, match="goldline people add"):
            opened(host=host)


def test_passwords_do_not_travel_in_clear(opened: Opened, anna: Account) -> None:
    with pytest.raises(GoldlineError, match="in clear"):
        opened(host="0.0.0.0", boards_url="http://goldline.example.org")
    assert not opened(host="0.0.0.0", boards_url="https://goldline.example.org").is_open
    assert not opened(host="0.0.0.0").is_open, "a container whose port is published on this machine only"


def test_with_people_this_machine_needs_a_login_too_at_once(opened: Opened, browser: Browsers, anna: Account) -> None:
    people = opened()
    assert browser(people).get("/sales", headers=HTML).status_code == 303
    with people.accounts.changing() as accounts:
        accounts.clear()
    assert browser(people).get("/sales").status_code == 401, "removing the last account opens nothing"


def test_adding_the_first_person_closes_a_running_server(opened: Opened, browser: Browsers) -> None:
    people = opened()
    reader = browser(people)
    assert reader.get("/sales").status_code == 200
    with opened().accounts.changing() as accounts:
        accounts["anna"] = Account(roles=("analyst",))
    assert reader.get("/sales").status_code == 401


def test_every_address_needs_a_login_but_those_for_it(opened: Opened, browser: Browsers, anna: Account) -> None:
    stranger = browser(opened())
    answers = {path: stranger.get(path).status_code for path in ("/login", "/healthz", "/static/app.js")}
    assert set(answers.values()) == {200}
    for path in ("/", "/sales", "/sales.csv", "/nothing", "/login/", "/static", "/staticx", "/healthz/x", "//login"):
        assert stranger.get(path).status_code == 401, path
    assert stranger.get("/sales?a=1&b=2", headers=HTML).headers["location"] == "/login?next=%2Fsales%3Fa%3D1%26b%3D2"
    partial = stranger.get("/sales", headers={"hx-request": "true", "hx-current-url": "http://x.example/sales?y=1"})
    assert (partial.status_code, partial.headers["hx-redirect"]) == (401, "/login?next=%2Fsales%3Fy%3D1")


def test_logging_in_leads_to_the_page_and_logging_out_ends_it(opened: Opened, browser: Browsers, anna: Account) -> None:
    people, reader = opened(), browser(opened())
    answer = reader.log_in("Anna")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sales")
    found = reader.get("/sales").json()
    assert found["name"] == "anna"
    stolen = dict(reader.cookies)
    assert reader.post("/logout", data={"csrf_token": found["token"]}).status_code == 200
    assert reader.get("/sales").status_code == 401
    thief = browser(people)
    for name, value in stolen.items():
        thief.cookies.set(name, value)
    assert thief.get("/sales").status_code == 401, "the server has forgotten the session, not only the browser"
    assert [line["what"] for line in people.audit.lines()] == ["login", "logout"]


def test_the_session_changes_at_every_login(opened: Opened, browser: Browsers, anna: Account) -> None:
    people, reader = opened(), browser(opened())
    reader.log_in()
    first = reader.cookies["goldline-session"]
    token = reader.get("/").json()["token"]
    answer = reader.post("/login", data={"csrf_token": token, "name": "anna", "password": PASSWORD})
    assert answer.status_code == 303
    assert reader.cookies["goldline-session"] != first
    old = browser(people)
    old.cookies.set("goldline-session", first)
    assert old.get("/").status_code == 401


def test_a_cookie_of_somebody_elses_making_is_none(opened: Opened, browser: Browsers, anna: Account) -> None:
    reader = browser(opened())
    reader.log_in()
    value = reader.cookies["goldline-session"]
    altered = value[:-2] + ("A" if value[-2] != "A" else "B") + value[-1]  # two bits of the last letter mean nothing
    for forged in (altered, value.rpartition(".")[0], "a.b", "", "é"):
        other = browser(opened())
        assert other.get("/", headers={"cookie": f"goldline-session={forged}".encode()}).status_code == 401
    visitor = browser(opened())
    visitor.get("/login")
    swapped = visitor.cookies["goldline-visitor"]
    assert visitor.get("/", headers={"cookie": f"goldline-session={swapped}"}).status_code == 401


def test_cookies_are_out_of_reach_of_scripts_other_sites_and_plain_http(
    opened: Opened, browser: Browsers, anna: Account
) -> None:
    people = opened(boards_url="https://goldline.example.org", host="0.0.0.0")
    reader = browser(people, url="https://goldline.example.org")
    header = reader.log_in().headers["set-cookie"]
    assert header.startswith("__Host-goldline-session=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"} <= {
        part.strip() for part in header.split(",")[0].split(";")
    }
    plain = browser(opened())
    assert "Secure" not in plain.log_in().headers["set-cookie"], "a browser would not send it back on 127.0.0.1"


def test_pages_stay_out_of_every_cache(opened: Opened, browser: Browsers, anna: Account) -> None:
    people = opened()
    reader = browser(people)
    reader.enter(people, "anna", anna)
    page = reader.get("/sales")
    assert (page.headers["cache-control"], page.headers["vary"]) == ("private, no-store", "cookie")
    assert reader.get("/static/app.js").headers["cache-control"] == "public"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_changes_without_a_token_of_this_session(
    opened: Opened, browser: Browsers, anna: Account, method: str
) -> None:
    people = opened()
    reader, other = browser(people), browser(people)
    reader.enter(people, "anna", anna)
    other.enter(people, "anna", anna)
    token, others = reader.get("/").json()["token"], other.get("/").json()["token"]
    assert reader.send(method, "/change", data={"csrf_token": token, "x": "é"}).json()["x"] == "é"
    assert reader.send(method, "/change", headers={"x-csrf-token": token}).status_code == 200
    for wrong in ({}, {"csrf_token": ""}, {"csrf_token": others}, {"csrf_token": [token, token]}):
        assert reader.send(method, "/change", data=wrong).status_code == 403, wrong
    assert reader.send(method, f"/change?csrf_token={token}").status_code == 403
    assert reader.send(method, "/logout").status_code == 403


def test_a_token_is_another_one_every_time_so_that_compressed_pages_do_not_spell_it(
    opened: Opened, browser: Browsers, anna: Account
) -> None:
    people = opened()
    reader = browser(people)
    reader.enter(people, "anna", anna)
    first, second = (reader.get("/").json()["token"] for _ in range(2))
    assert not set(first.split("-")) & set(second.split("-"))
    mixed = f"{first.split('-')[0]}-{second.split('-')[1]}"
    answers = [reader.post("/change", data={"csrf_token": token}).status_code for token in (first, second, mixed, "-")]
    assert answers == [200, 200, 403, 403]


def test_a_page_elsewhere_cannot_send_a_form_even_with_the_token(
    opened: Opened, browser: Browsers, anna: Account
) -> None:
    people = opened()
    reader = browser(people)
    reader.enter(people, "anna", anna)
    form = {"csrf_token": reader.get("/").json()["token"]}
    for headers in (
        {"origin": "https://attacker.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        assert reader.post("/change", data=form, headers=headers).status_code == 403, headers
    for headers in ({"origin": "http://127.0.0.1:8050", "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}):
        assert reader.post("/change", data=form, headers=headers).status_code == 200, headers


def test_only_small_forms_are_read(opened: Opened, browser: Browsers, anna: Account) -> None:
    people = opened()
    reader = browser(people)
    reader.enter(people, "anna", anna)
    headers = {"x-csrf-token": reader.get("/").json()["token"]}
    assert reader.post("/change", data={"x": "a" * 70_000}, headers=headers).status_code == 413
    assert reader.post("/change", json={"x": 1}, headers=headers).status_code == 413
    assert reader.post("/change", files={"x": b"1"}, headers=headers).status_code == 413


def test_a_login_cannot_be_forced_on_somebody(opened: Opened, browser: Browsers, anna: Account) -> None:
    reader, attacker = browser(opened()), browser(opened())
    form = {"name": "anna", "password": PASSWORD}
    assert reader.post("/login", data=form).status_code == 403
    assert reader.post("/login", data={**form, "csrf_token": attacker.login_token()}).status_code == 403


def test_a_wrong_password_and_an_unknown_name_look_the_same(opened: Opened, browser: Browsers, anna: Account) -> None:
    def told(name: str) -> tuple[int, str]:
        reader = browser(opened())
        answer = reader.log_in(name, "wrong wrong wrong")
        return answer.status_code, answer.text.replace(reader.cookies["goldline-visitor"], "").replace(name, "")

    def without_token(text: str) -> str:
        before, _, after = text.partition('name="csrf_token" value="')
        return before + after.partition('"')[2]

    (known, text), (unknown, other) = told("anna"), told("nora")
    assert (known, without_token(text)) == (unknown, without_token(other)) == (401, without_token(other))


def test_guessing_is_slowed_down_and_the_right_password_too(
    opened: Opened, browser: Browsers, anna: Account, clock: Clock
) -> None:
    people = opened()
    reader = browser(people)
    assert [people.passwords.throttle.take("anna", "127.0.0.1") for _ in range(4)] == [0] * 4
    assert reader.log_in(password="the fifth wrong one").status_code == 401
    throttled = reader.log_in()
    assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "3")
    clock.now += 3
    assert reader.log_in().status_code == 303


def test_a_typed_name_stays_text(opened: Opened, browser: Browsers, anna: Account) -> None:
    answer = browser(opened()).log_in('"><script>alert(1)</script>', "wrong", next_page='/"><script>')
    assert "<script" not in answer.text


def test_exports_are_recorded_with_filters_and_version(opened: Opened, browser: Browsers, anna: Account) -> None:
    people = opened()
    reader = browser(people)
    reader.enter(people, "anna", anna)
    assert reader.get("/sales.csv?year=2026").status_code == 200
    line = list(people.audit.lines())[-1]
    assert line["at"].endswith("Z")
    del line["at"]
    assert line == {
        "what": "export",
        "person": "anna",
        "board": "sales",
        "format": "csv",
        "filters": "year=2026",
        "version": "v000012",
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/sales?year=2026&shop=cashmere:001", "/sales?year=2026&shop=cashmere:001"),
        ("/sales?product=%C3%A9", "/sales?product=%C3%A9"),
        ("/ventes-é", "/ventes-%C3%A9"),
        *(
            (path, "/")
            for path in (None, "", "sales", "https://attacker.example", "//attacker.example", "/\\x", "\\/x")
        ),
        *((path, "/") for path in ("/\t/attacker.example", "/a\r\nSet-Cookie: x=1", " /sales", "javascript:alert(1)")),
        *((path, "/") for path in ("/login", "/login?next=/login", "/logout", "/oidc/callback?x", "/" + "a" * 3000)),
    ],
)
def test_a_login_leads_to_no_other_site(given: str | None, expected: str) -> None:
    assert safe_next(given) == expected


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("goldline.example.org:443", "goldline.example.org"),
        ("[::1]:8050", "::1"),
        ("GOLDLINE.example.org", "goldline.example.org"),
        *((header, None) for header in ("", "a/b", "a?b", "a#b", "u@b", "a:b", "[::1")),
    ],
)
def test_a_host_header_is_a_name_and_a_port(header: str, host: str | None) -> None:
    assert host_of(header) == host


def test_this_machine_is_the_loopback_in_every_spelling() -> None:
    assert all(
        map(is_this_machine, ("127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST", "::1", "[::1]", "::ffff:127.0.0.1"))
    )
    assert not any(
        map(is_this_machine, (None, "", "0.0.0.0", "::", "192.0.2.1", "localhost.example.org", "testclient"))
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("oidc_groups", {"g": {"roles": ["chef"]}}),
        ("oidc_groups", {"g": {"shops": ["cashmere:001"]}}),
        ("oidc_groups", {"g": {"roles": ["analyst"], "shop": ["cashmere:001"]}}),
        ("oidc_issuer", "https://id.example.org"),
        ("boards_url", "http://127.0.0.1:8050/boards"),
    ],
)
def test_a_wrong_setting_is_named_at_the_start(opened: Opened, setting: str, value: object) -> None:
    with pytest.raises(SettingsError, match=rf"GOLDLINE_{setting.upper()}"):
        opened(**{setting: value})


def test_an_openid_provider_without_tls_is_refused(opened: Opened) -> None:
    with pytest.raises(GoldlineError, match="without TLS"):
        opened(oidc_issuer="http://id.example.org", oidc_client_id="goldline")
