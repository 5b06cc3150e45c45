"""Set a typst template as tagged PDF (PDF/UA-1), the same bytes for the same words."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

MEDIA_TYPE: Final = "application/pdf"


def tagged_pdf(package: str, template: str, data: Mapping[str, Any], **inputs: str) -> bytes:
    """The file `template` of `package` with `data` as its JSON input "data", and other inputs as text.

    Only the fonts that come with typst are used, so that a document looks the same wherever it is set.
    """
    import typst  # 30 MB: only who prints pays for it

    sent = {"data": json.dumps(data), **inputs}
    source = _source(package, template)
    return bytes(typst.compile(source, sys_inputs=sent, pdf_standards=["ua-1"], ignore_system_fonts=True))


@cache
def _source(package: str, template: str) -> bytes:
    return resources.files(package).joinpath(template).read_bytes()
