"""Says what it means that nothing is on record, and what it does not mean."""

from __future__ import annotations

from schema.coverage import Coverage, Extent

_NO_PROOF = (
    "That something is absent from the record is no proof that it did not happen: it may never have been "
    "announced, and an announcement may not have been found, kept or read in full."
)


def absence_of(release: str, coverage: Coverage) -> str:
    """What the absence of an answer at a release rests on, in a few sentences."""
    held = [f"Nothing in release {release} answers this query. In all it holds {_held(coverage.record)}."]
    if coverage.asked is not None:
        held.append(f"Published in the time asked for or reporting on it are {_held(coverage)}.")
    return " ".join([*held, *_not_covered(coverage), _NO_PROOF])


def _held(extent: Extent) -> str:
    documents, announcements = _count(extent.documents, "document"), _count(extent.announcements, "announcement")
    return f"{documents} of {announcements}{_published(extent)}"


def _count(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else what + 's'}"


def _published(extent: Extent) -> str:
    if extent.earliest is None:
        return ""
    return f", the first published on {extent.earliest} and the last on {extent.latest}"


def _not_covered(coverage: Coverage) -> list[str]:
    """What is known to be missing of the documents that are held."""
    known = []
    if coverage.transcribed:
        known.append(
            f"Of {_count(coverage.transcribed, 'document')} the text is not held: only the facts that somebody wrote "
            "down are on record."
        )
    if coverage.unhandled_clauses:
        known.append(f"No rule could read {_count(coverage.unhandled_clauses, 'clause')} of the others.")
    if coverage.not_named:
        known.append(f"The announcements of {_count(coverage.not_named, 'action')} do not name all subjects.")
    if coverage.unknown_names:
        known.append(f"No entity on record has this id or name: {', '.join(coverage.unknown_names)}.")
    return known
