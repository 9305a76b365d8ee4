"""How a browser is known, by the app's one cookie, and what it may have open at once."""

from __future__ import annotations

import os
import re
import secrets
import threading

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from primer_core.language.spelling import counted
from ui.address import on_this_server

#: The cookie that tells the tabs of one browser from others': it holds the learner's secret, by which their runs are
#: found again.
LEARNER_COOKIE = "primer_learner"
#: Seconds from the last visit on that it is kept: 400 days, as long as browsers keep any.
_KEPT = 400 * 86_400
#: How many pages of one browser are shown at once at most, unless ``PRIMER_PAGES_A_BROWSER`` says another number.
MOST_PAGES = 40


def read_secret(cookie: object) -> str:
    """Return the secret that a browser has sent; empty where it has sent none that can be one."""
    # Streamlit's own test driver has cookies that are no text.
    known = isinstance(cookie, str) and re.fullmatch(r"[\w-]{16,64}", cookie, re.ASCII)
    return str(cookie) if known else ""


class KnowBrowsers:
    """Gives each browser that opens a page its secret, which no script in the page can read.

    Parameters
    ----------
    app
        That answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with the cookie where the answer is a page."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        secret = read_secret(cookie_parser(asked.get("cookie", "")).get(LEARNER_COOKIE)) or secrets.token_urlsafe(18)
        secure = "https" in (scope["scheme"], asked.get("x-forwarded-proto"))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # A page that the browser has still is told to be the same, without its type.
                again = message["status"] == 304 and "text/html" in asked.get("accept", "")
                if again or headers.get("content-type", "").startswith("text/html"):
                    cookie = f"{LEARNER_COOKIE}={secret}; Path={on_this_server('/')}; Max-Age={_KEPT}; HttpOnly"
                    headers.append("set-cookie", f"{cookie}; SameSite=Lax{'; Secure' if secure else ''}")
            await send(message)

        await self._app(scope, receive, send_with_cookie)


class OpenPages:
    """The pages that are open, by browser; never by address, for a whole room may have one.

    Parameters
    ----------
    most
        How many of one browser are shown at once; by default as the variable says, or `MOST_PAGES`.
    """

    def __init__(self, most: int | None = None) -> None:
        given = os.environ.get("PRIMER_PAGES_A_BROWSER", "")
        self._most = most or (int(given) if given.isdecimal() and int(given) else MOST_PAGES)
        self._lock = threading.Lock()
        self._pages: dict[str, list[str]] = {}

    def enter(self, learner: str, visitor: str) -> None:
        """A browser has opened a page."""
        with self._lock:
            self._pages.setdefault(learner, []).append(visitor)

    def leave(self, learner: str, visitor: str) -> None:
        """A page was closed."""
        with self._lock:
            pages = [page for page in self._pages.get(learner, ()) if page != visitor]
            if pages:
                self._pages[learner] = pages
            else:
                self._pages.pop(learner, None)

    @property
    def count(self) -> int:
        """How many are open."""
        with self._lock:
            return sum(map(len, self._pages.values()))

    def refusal(self, learner: str, visitor: str) -> str:
        """Why a page is not shown, in sentences; empty where it is among the first that its browser has opened."""
        with self._lock:
            pages = list(self._pages.get(learner, ()))
        if visitor not in pages[self._most :]:
            return ""
        too_many = pages.index(visitor) + 1 - self._most
        return (
            f"One browser is shown at most {counted(self._most, 'page')} at once here, and yours has {len(pages)} "
            f"open. Close {counted(too_many, 'page')} that you opened before this one, then try again: the address of "
            "this page holds all that it shows."
        )
