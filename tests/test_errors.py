"""Bad news: a finding says where and what to do; a mistyped name is told its near ones."""

from __future__ import annotations

import pytest

from corridor.errors import (
    CallError,
    Finding,
    StudyError,
    UnknownName,
    did_you_mean,
    findings_at,
    first_findings,
    near_matches,
)

FINDING = Finding("unknown-node", "links names 'torkam'.", "Write 'torkham'.")


def test_a_finding_says_what_where_and_what_to_do() -> None:
    whole = Finding(
        "unknown-node",
        "links names 'torkam'.",
        "Write 'torkham'.",
        file="links.csv",
        line=212,
        rows=("a", "b", "c", "d", "e", "f", "g"),
    )

    assert str(FINDING) == "unknown-node: links names 'torkam'.\n    do:   Write 'torkham'."
    assert str(whole).splitlines()[1] == "    rows: a, b, c, d, e and 2 more (links.csv line 212)"


def test_a_finding_without_rows_names_its_file() -> None:
    in_file = Finding("ragged-row", "a row is too long.", "Shorten it.", file="links.csv")

    assert str(in_file).splitlines()[1] == "    file: (links.csv)"


def test_an_error_of_a_study_holds_every_finding() -> None:
    error = StudyError([FINDING, FINDING])

    assert error.findings == (FINDING, FINDING)
    assert str(error) == f"{FINDING}\n{FINDING}"


def test_an_unknown_name_is_a_wrong_call_and_a_missing_key() -> None:
    with pytest.raises(CallError) as error:
        raise UnknownName("place", "Almatty", ["almaty", "astana"])

    assert isinstance(error.value, KeyError)
    assert str(error.value) == "There is no place 'Almatty'. Did you mean 'almaty'?"
    few = UnknownName("scenario", "x", ["summit", "july"])
    assert str(few) == "There is no scenario 'x'. There are: july, summit."
    assert str(UnknownName("place", "x", map(str, range(13)))) == "There is no place 'x'."


def test_near_names_are_told_in_their_own_letters() -> None:
    assert near_matches("ALMATTY", ["Almaty", "karachi"]) == ("Almaty",)
    assert did_you_mean("karch", ["karachi"], "Add it.") == "Write 'karachi' if that was meant."
    assert did_you_mean("zzz", ["karachi"], "Add it.") == "Add it."


def test_findings_alike_are_listed_twenty_times() -> None:
    many = [Finding("bad", f"row {i}", "Repair it.", table="rates", line=i) for i in range(1000)]
    other = Finding("bad", "another table", "Repair it.", table="links")

    first = first_findings(many, [other])
    assert [f.message for f in first[:21]] == [f"row {i}" for i in range(20)] + ["another table"]
    assert [(f.message, f.line) for f in first[21:]] == [
        ("980 more such findings are not listed one by one.", 20)
    ]


def test_a_finding_is_made_for_those_that_are_listed() -> None:
    made: list[int] = []

    def finding(place: int) -> Finding:
        made.append(place)
        return FINDING

    assert len(list(findings_at(range(100_000), finding))) == 100_000
    assert made == list(range(20))
    assert list(findings_at([], finding)) == []


def test_what_has_no_name_is_near_nothing() -> None:
    assert near_matches("torkam", [None, "torkham"]) == ("torkham",)
