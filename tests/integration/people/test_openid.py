"""Logging in at a real OpenID provider: what it proves is believed, what anybody else could have made is not."""

from __future__ import annotations

import base64
import json
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from goldline.people import People
from goldline.people.accounts import Account
from goldline.people.audit import UNKNOWN
from goldline.settings import load_settings
from tests.integration.people.provider import CLIENT, SECRET, Provider, new_key
from tests.unit.people.browser import Browser

pytestmark = pytest.mark.integration
BASE = "http://127.0.0.1:8050"
GROUPS = {
    "paris": {"roles": ["store_manager"], "shops": ["cashmere:001"]},
    "buyers": {"roles": ["merchandiser"]},
}


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[tuple[Provider, Path]]:
    running = Provider(redirect_uri=f"{BASE}/oidc/callback")
    authority = running.start(tmp_path)
    running.user = {"sub": "u-17", "groups": ["paris", "others"]}
    yield running, authority
    running.stop()


@dataclass
class World:
    provider: Provider
    people: People
    browser: Browser
    http: httpx.Client

    def to_provider(self, path: str = "/oidc/login?next=%2Fsales%3Fyear%3D2026") -> str:
        """Begin a login, agree at the provider, and return the address that it sends the browser back to."""
        begun = self.browser.get(path)
        assert begun.status_code == 303, begun.text
        answer = self.http.get(begun.headers["location"])
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"]).removeprefix(BASE)

    def log_in(self) -> httpx.Response:
        return self.browser.get(self.to_provider())


@pytest.fixture
def world(provider: tuple[Provider, Path], home: Path) -> Iterator[World]:
    running, authority = provider
    settings: dict[str, Any] = {
        "oidc_issuer": running.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_groups": GROUPS,
        "oidc_ca_file": authority,
    }
    people = People.from_settings(load_settings(**settings))
    browser = Browser(people, url=BASE, peer="127.0.0.1")
    with httpx.Client(verify=ssl.create_default_context(cafile=authority), trust_env=False) as http:
        yield World(running, people, browser, http)
    browser.close()


def test_a_person_comes_in_with_the_rights_of_the_groups_and_to_the_page(world: World) -> None:
    assert world.browser.get("/sales").status_code == 401, "with a provider, this machine needs a login, too"
    answer = world.log_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/sales?year=2026")
    assert world.browser.get("/sales").json()["name"] == "u-17"
    person = world.people.of_login(_login(world))
    assert person is not None
    assert person.shops == frozenset({"cashmere:001"})
    assert [line["what"] for line in world.people.audit.lines()] == ["login"]


def _login(world: World) -> Any:
    token = world.people.cookies.read(world.browser.cookies, "session")
    session = world.people.sessions.find(token or "")
    assert session is not None
    return session.login


def test_the_login_asks_for_a_code_with_pkce_state_and_nonce_and_has_no_secret_in_it(world: World) -> None:
    first, second = (world.browser.get("/oidc/login").headers["location"] for _ in range(2))
    asked, again = (
        {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()} for url in (first, second)
    )
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{BASE}/oidc/callback"
    assert all(len(asked[name]) >= 43 and asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))
    assert SECRET not in first


def test_our_secret_goes_into_the_form_where_the_provider_takes_it_there(world: World) -> None:
    world.provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]}
    assert world.log_in().status_code == 303
    assert "token, secret in the form" in world.provider.asked


def test_groups_may_be_told_at_the_userinfo_endpoint_only(world: World) -> None:
    world.provider.only_userinfo = frozenset({"groups"})
    assert world.log_in().status_code == 303
    assert "userinfo" in world.provider.asked


def test_userinfo_about_somebody_else_is_not_believed(world: World) -> None:
    world.provider.only_userinfo = frozenset({"groups"})
    back = world.to_provider()
    world.provider.spoil = lambda header, claims: claims.update(sub="u-18")
    assert world.browser.get(back).status_code == 403


def test_a_person_without_a_group_of_ours_is_refused_and_told_so_little(world: World) -> None:
    world.provider.user = {"sub": "u-17", "groups": ["others"]}
    answer = world.log_in()
    assert answer.status_code == 403
    assert world.browser.get("/sales").status_code == 401
    assert "u-17" not in answer.text
    assert [(line["what"], line["person"]) for line in world.people.audit.lines()] == [("login refused", UNKNOWN)]


def test_rights_end_with_the_group_in_the_settings_and_come_from_an_account_made_for_it(world: World) -> None:
    with world.people.accounts.changing() as accounts:
        accounts["u-17"] = Account(oidc=True, roles=("analyst",))
    assert world.log_in().status_code == 303
    person = world.people.of_login(_login(world))
    assert person is not None
    assert person.may_export_full
    with world.people.accounts.changing() as accounts:
        accounts["u-17"] = Account(password="x", roles=("admin",))
    assert world.browser.get("/sales").status_code == 401, "an account with a password is another person's"
    assert world.log_in().status_code == 403


def test_keys_that_the_provider_has_changed_are_fetched_and_old_ones_no_longer_count(world: World) -> None:
    assert world.log_in().status_code == 303
    old = world.provider.key
    assert world.provider.asked.count("keys") == 1
    world.provider.rotate("second")
    assert world.log_in().status_code == 303
    assert world.provider.asked.count("keys") == 2
    world.provider.key = old
    assert world.log_in().status_code == 403
    assert world.provider.asked.count("configuration") == 1, "what does not change is asked once"


def _with_none(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def _with_our_secret(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.ljust(64)), ["HS256"])


def _with_another_key(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode(header, claims, new_key("first"), ["RS256"])


def _with_a_key_of_its_own(header: dict[str, Any], claims: dict[str, Any]) -> str:
    key = new_key("mine")
    return jwt.encode({"alg": "RS256", "kid": "mine", "jwk": key.as_dict(private=False)}, claims, key, ["RS256"])


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda header, claims: claims.update(iss="https://attacker.example"), id="issuer"),
        pytest.param(lambda header, claims: claims.update(aud="other"), id="audience"),
        pytest.param(lambda header, claims: claims.update(aud=[CLIENT, "other"]), id="several audiences"),
        pytest.param(lambda header, claims: claims.update(azp="other"), id="authorized party"),
        pytest.param(lambda header, claims: claims.update(nonce="other"), id="nonce"),
        pytest.param(lambda header, claims: claims.pop("nonce"), id="no nonce"),
        pytest.param(lambda header, claims: claims.update(exp=time.time() - 120), id="expired"),
        pytest.param(lambda header, claims: claims.pop("exp"), id="never expires"),
        pytest.param(lambda header, claims: claims.update(exp=True), id="odd time"),
        pytest.param(lambda header, claims: claims.update(iat=time.time() + 600), id="from the future"),
        pytest.param(lambda header, claims: claims.update(nbf=time.time() + 600), id="not yet"),
        pytest.param(lambda header, claims: claims.pop("sub"), id="nobody"),
        pytest.param(lambda header, claims: header.update(kid="unknown"), id="unknown key"),
        pytest.param(_with_none, id="not signed"),
        pytest.param(_with_our_secret, id="signed with a shared secret"),
        pytest.param(_with_another_key, id="another key of the same name"),
        pytest.param(_with_a_key_of_its_own, id="a key that the token brings along"),
        pytest.param(lambda header, claims: "a.b.c", id="no token"),
        pytest.param(lambda header, claims: "x" * 20_000, id="a long one"),
    ],
)
def test_a_token_that_is_not_the_providers_for_us_now_is_not_believed(
    world: World, spoil: Callable[..., object]
) -> None:
    world.provider.spoil = spoil
    answer = world.log_in()
    assert answer.status_code == 403
    assert world.browser.get("/sales").status_code == 401
    line = list(world.people.audit.lines())[-1]
    assert line["what"] == "login refused"
    assert "is not believed" in line["why"] or "that the provider does not have" in line["why"]


def test_a_login_that_began_elsewhere_is_not_finished_here(world: World) -> None:
    back = world.to_provider()
    other = Browser(world.people, url=BASE, peer="127.0.0.1")
    assert other.get(back).status_code == 403, "no cookie"
    other.get("/oidc/login")
    assert other.get(back).status_code == 403, "the cookie of another login"
    other.close()
    assert world.browser.get(back).status_code == 303
    assert world.browser.get(back).status_code == 403, "the same answer twice"


def test_another_provider_an_error_and_a_code_of_somebodys_making_are_refused(world: World) -> None:
    for change in ("&iss=https://attacker.example", "&code=made-up"):
        back = world.to_provider()
        if "code" in change:
            back = back.replace("code=", "was=")
        assert world.browser.get(back + change).status_code == 403
    state = parse_qs(urlsplit(world.to_provider()).query)["state"][0]
    assert world.browser.get(f"/oidc/callback?error=access_denied&state={state}").status_code == 403
    assert world.browser.get("/oidc/callback").status_code == 403


def test_a_provider_that_calls_itself_something_else_or_has_no_tls_is_not_used(world: World) -> None:
    for metadata in (
        {"issuer": "https://attacker.example"},
        {"token_endpoint": "http://attacker.example/token"},
        {"userinfo_endpoint": "http://attacker.example/me"},
        {"jwks_uri": 7},
    ):
        world.provider.metadata = metadata
        assert world.browser.get("/oidc/login").status_code == 403, metadata
    world.provider.metadata = {}
    assert world.browser.get("/oidc/login").status_code == 303


def test_a_wrong_secret_at_the_provider_is_our_fault_and_said_to_those_in_charge(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    back = world.to_provider().replace("code=", "code=x")
    assert world.browser.get(back).status_code == 403
    assert "_CLIENT_SECRET" in caplog.text
    assert SECRET not in caplog.text


def test_a_provider_that_is_away_is_told_apart_from_a_refusal(world: World) -> None:
    world.provider.stop()
    assert world.browser.get("/oidc/login").status_code == 503
    world.provider.start = lambda folder: folder  # type: ignore[method-assign]


def test_an_authority_that_is_not_named_is_not_trusted(world: World, home: Path) -> None:
    settings = load_settings(
        oidc_issuer=world.provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, oidc_groups=GROUPS
    )
    stranger = Browser(People.from_settings(settings), url=BASE, peer="127.0.0.1")
    assert stranger.get("/oidc/login").status_code == 503
    stranger.close()


def test_where_the_login_leads_to_is_ours_whatever_the_link_says(world: World) -> None:
    back = world.to_provider("/oidc/login?next=https://attacker.example/")
    assert world.browser.get(back).headers["location"] == "/"
