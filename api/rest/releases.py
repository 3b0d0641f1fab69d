"""The releases: named revisions, each with files that never change."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.caching import variant
from api.errors import NotFound, path_of
from api.rest.envelope import Listing, address, reader_of, respond_detail
from api.rest.files import answer_file
from api.rest.questions import read_query, settle
from api.rest.release_files import ReleaseFiles, shelf_of
from schema.query import AsOf
from schema.releases import INDEX, SUM_SUFFIX, Release

LATEST = "latest"
PREFIX = "/v1/releases"
_NAMED = 80
"""Most names that a refusal tells."""
_NONE_YET = "there is no release {!r}: none has been cut yet"


async def list_releases(request: Request) -> Response:
    """The releases, newest first."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], {})
    revision, _ = await settle(reader, question)
    releases = await reader.releases()
    # A release is cut after its revision: the same revision has other answers before and after.
    pairs = (*question.pairs, ("releases", " ".join(release.name for release in releases)))
    shown = variant(request, pairs, revision, pinned=False)
    if (answer := shown.ready(request)) is not None:
        return answer
    items = [
        {**release.model_dump(mode="json"), "url": address(request, f"{PREFIX}/{release.name}")} for release in releases
    ]
    return Listing(map(orjson.dumps, items), len(items)).respond(request, question, shown)


async def get_release(request: Request) -> Response:
    """One release: its manifest, with links to the files."""
    question = read_query(request.scope["query_string"], {})
    release = await _release(request)
    if isinstance(release, Response):
        return release
    files = await _files(request, release)
    revision = await reader_of(request).revision(AsOf(text=release.name, revision=release.revision))
    # What was validated may differ where the same release is built again.
    pairs = (*question.pairs, (INDEX, files.files[INDEX].sha256))
    shown = variant(request, pairs, revision, pinned=True)
    if (answer := shown.ready(request)) is not None:
        return answer
    return respond_detail(request, orjson.dumps(_linked(request, files)), shown, keep=False)


def _linked(request: Request, files: ReleaseFiles) -> dict[str, Any]:
    """The manifest with addresses in place of the names of files."""
    shown = files.manifest.model_dump(mode="json")
    for resource in shown["resources"]:
        resource["url"] = address(request, f"{PREFIX}/{files.manifest.name}/{resource['url']}")
    return shown


async def get_release_file(request: Request) -> Response:
    """One file of a release, or parts of it."""
    read_query(request.scope["query_string"], {})
    release = await _release(request)
    if isinstance(release, Response):
        return release
    files = await _files(request, release)
    name: str = request.path_params["file"]
    file = files.best(name, request)
    if file is None:
        raise NotFound(f"release {release.name} has no file {name[:80]!r}; it has: {_names_of(files)}")
    return await answer_file(request, file, {"X-Revision": str(release.revision)})


def _names_of(files: ReleaseFiles) -> str:
    names = [name for name in files.files if not name.endswith(SUM_SUFFIX)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


async def _release(request: Request) -> Release | Response:
    """The release that an address names, or where to look for the latest one."""
    name: str = request.path_params["name"]
    if name == LATEST:
        path = path_of(request.scope)
        return elsewhere(request, path.replace(f"{PREFIX}/{LATEST}", f"{PREFIX}/{(await newest(request)).name}", 1))
    releases = await reader_of(request).releases()
    for release in releases:
        if release.name == name:
            return release
    if not releases:
        raise NotFound(_NONE_YET.format(name[:80]))
    known = ", ".join(release.name for release in releases[:_NAMED])
    raise NotFound(f"there is no release {name[:80]!r}; there are, newest first: {known}")


async def newest(request: Request) -> Release:
    """The newest release whose files are here; where none has files, the newest. Raises `NotFound` without any."""
    releases = await reader_of(request).releases()
    for release in releases:
        if await shelf_of(request).files_of(release.name) is not None:
            return release
    if not releases:
        raise NotFound(_NONE_YET.format(LATEST))
    return releases[0]


def elsewhere(request: Request, path: str) -> Response:
    """Where to look for what was asked of the latest release: there it stays the same."""
    return Response(status_code=307, headers={"Location": address(request, path), "Cache-Control": "no-cache"})


async def _files(request: Request, release: Release) -> ReleaseFiles:
    files = await shelf_of(request).files_of(release.name)
    if files is None:
        raise NotFound(
            f"the files of release {release.name} are not on this server; "
            f"it is revision r{release.revision}, which can be asked with as_of={release.name}"
        )
    return files


ROUTES = [
    Route(PREFIX, list_releases, name="list_releases"),
    Route(f"{PREFIX}/{{name}}", get_release, name="get_release"),
    Route(f"{PREFIX}/{{name}}/{{file:path}}", get_release_file, name="get_release_file"),
]
