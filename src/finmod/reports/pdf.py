"""PDF of a page: HTML set on paper by WeasyPrint, which is an extra.

Owns what is said where the library, or what it needs of the system, is missing. Nothing is fetched for a page.
"""

from __future__ import annotations

import importlib
import logging
from types import ModuleType
from typing import Final

from finmod.errors import Problem, UserError

_WHERE: Final = "Install it: pip install 'finmod[pdf]'; or write .html and print it from a browser."
_SYSTEM: Final = (
    "On Debian and Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; with Homebrew: brew "
    "install pango. Or write .html and print it from a browser."
)


def pdf_of(html: str) -> bytes:
    """Return a page as PDF with tags for those who hear it; the same page gives the same bytes.

    Args:
        html: A whole page that needs nothing beside itself.

    Raises:
        UserError: WeasyPrint is not installed, or Pango is not.
    """
    library = weasyprint()
    nothing = library.urls.URLFetcher(allowed_protocols=())
    found: bytes = library.HTML(string=html, url_fetcher=nothing).write_pdf(pdf_tags=True)
    return found


def weasyprint() -> ModuleType:
    """Return the library.

    Raises:
        UserError: It is not installed, or cannot load what it needs of the system.
    """
    # What it thinks of rules for browsers is no news to those who print.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    try:
        return importlib.import_module("weasyprint")
    except ImportError:
        found = "a PDF is set by WeasyPrint, which is not installed"
        raise UserError(Problem(code="FM2582", found=found, remedy=_WHERE)) from None
    except OSError:
        found = "a PDF is set by WeasyPrint, which needs Pango, and the system has none that it can load"
        raise UserError(Problem(code="FM2582", found=found, remedy=_SYSTEM)) from None
