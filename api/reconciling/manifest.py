"""What the service says of itself, in the form of either version of the protocol.

Both forms name both versions. They cannot be one: `suggest` holds objects in 0.2 and truth values in the draft of 1.0.
Who names no version gets the form of 0.2, which is in use.
"""

from __future__ import annotations

from typing import Any

from api.reconciling.asked import MOST_QUERIES
from api.reconciling.described import type_json
from api.reconciling.properties import SHOWN
from schema.codes import CodeBook

VERSIONS = ("0.2", "1.0-draft")
_OFFERED_TYPES = ("platform", "app", "mini_program", "website", "account", "company")
_WIDTH, _HEIGHT = 400, 260
_SETTING = {
    "type": "select",
    "label": "代码的写法 how codes are written",
    "name": "shown",
    "default": "label_zh",
    "help_text": "As labels in Chinese or in English, or as codes.",
    "choices": [{"value": value, "name": name} for value, name in SHOWN.items()],
}


def manifest(home: str, version: str, book: CodeBook) -> dict[str, Any]:
    """The manifest; `home` is what the addresses of the service begin with."""
    here = f"{home}/reconcile"
    said = {
        "versions": VERSIONS,
        "name": "Cunzhao 存照: 被处置主体 subjects of enforcement",
        "identifierSpace": f"{home}/entities/",
        "schemaSpace": f"{home}/vocabularies/subject_kinds/",
        "documentation": f"{home}/docs/reconciling",
        "logo": f"{home}/static/icon.svg",
        "defaultTypes": [type_json(book, code) for code in _OFFERED_TYPES if book.has("subject_kinds", code)],
        "batchSize": MOST_QUERIES,
        "standardizedScore": True,
    }
    if version == "0.2":
        return {
            **said,
            "view": {"url": f"{home}/entities/{{{{id}}}}"},
            "preview": {"url": f"{here}/preview?id={{{{id}}}}", "width": _WIDTH, "height": _HEIGHT},
            "suggest": {
                "entity": {
                    **_service(here, "/suggest/entity"),
                    "flyout_service_url": here,
                    "flyout_service_path": "/flyout/entity?id=${id}",
                },
                "property": _service(here, "/suggest/property"),
                "type": _service(here, "/suggest/type"),
            },
            "extend": {"propose_properties": _service(here, "/extend/propose"), "property_settings": [_SETTING]},
        }
    setting = {"id": "shown", "helpText": _SETTING["help_text"], **_SETTING, "name": _SETTING["label"]}
    return {
        **said,
        "lang": "zh",
        "view": {"url": f"{home}/entities/{{id}}"},
        "preview": {"width": _WIDTH, "height": _HEIGHT},
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [{k: v for k, v in setting.items() if k not in ("label", "help_text")}],
        },
    }


def _service(url: str, path: str) -> dict[str, str]:
    return {"service_url": url, "service_path": path}
