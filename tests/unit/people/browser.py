"""A small application behind the gate, and a browser whose requests go straight into it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from goldline.people import People
from goldline.people.accounts import Account
from goldline.people.sessions import Login
from goldline.people.web import csrf_token, current, middleware, record_export, routes

PASSWORD = "seven green bicycles sing"


async def who(request: Request) -> Response:
    person = current(request)
    return JSONResponse({"name": person.name, "token": csrf_token(request), "path": request.url.path})


async def echo(request: Request) -> Response:
    return JSONResponse(dict(await request.form()))


async def export(request: Request) -> Response:
    record_export(request, board="sales", format="csv", filters="year=2026", version="v000012")
    return PlainTextResponse("revenue\n1\n")


def application(people: People) -> Starlette:
    others = [
        Route("/", who),
        Route("/sales", who),
        Route("/sales.csv", export),
        Route("/change", echo, methods=["POST", "PUT", "PATCH", "DELETE"]),
        Route("/healthz", lambda request: PlainTextResponse("ok")),
        Route("/static/app.js", lambda request: PlainTextResponse("js", headers={"Cache-Control": "public"})),
    ]
    return Starlette(routes=[*routes(people), *others], middleware=middleware(people))


class Browser:
    """A browser with its cookies, at some network address; requests go straight into the application."""

    def __init__(self, people: People, *, url: str, peer: str) -> None:
        transport = httpx.ASGITransport(application(people), client=(peer, 5000), raise_app_exceptions=False)
        self._loop = asyncio.Runner()
        self._http = httpx.AsyncClient(transport=transport, base_url=url)

    @property
    def cookies(self) -> httpx.Cookies:
        return self._http.cookies

    def get(self, path: str, **request: Any) -> httpx.Response:
        return self.send("GET", path, **request)

    def post(self, path: str, **request: Any) -> httpx.Response:
        return self.send("POST", path, **request)

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        return self._loop.run(self._http.request(method, path, **request))

    def login_token(self) -> str:
        return self.get("/login").text.partition('name="csrf_token" value="')[2].partition('"')[0]

    def log_in(self, name: str = "anna", password: str = PASSWORD, next_page: str = "/sales") -> httpx.Response:
        form = {"csrf_token": self.login_token(), "name": name, "password": password, "next": next_page}
        return self.post("/login", data=form)

    def enter(self, people: People, name: str, account: Account) -> None:
        """Come in without hashing a password."""
        token = people.sessions.begin(Login(name=name, how="password", credential=account.credential))
        header = people.cookies.header("session", token)
        cookie, _, value = header.partition(";")[0].partition("=")
        self.cookies.set(cookie, value)

    def close(self) -> None:
        self._loop.run(self._http.aclose())
        self._loop.close()
