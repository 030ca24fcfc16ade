"""The verbs of a whole study: a report in a language, as HTML and PDF, and the catalogue of a
study's texts."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from babel.messages.pofile import read_po

from corridor import stopping
from corridor.cli import app as cli
from corridor.errors import Stopped
from corridor.language.speech import languages
from corridor.reports.printing import find_browser, print_pdf
from corridor.runs.texts import SHOWN, phrases
from corridor.study import study
from corridor.tables import schema


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the starter study, answered once."""
    folder = study.new(tmp_path_factory.mktemp("report") / "starter")
    assert cli.main(["run", str(folder)]) == 0
    return Path(folder)


@pytest.fixture
def ran(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


def use_browser(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a script stand for the browser that prints."""
    program = folder / "browser"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("CORRIDOR_BROWSER", str(program))


@pytest.mark.slow
def test_a_report_is_written_in_each_language_asked(ran: Any, starter: Path) -> None:
    code, out, _ = ran(
        "report", starter, "--language", "en", "--language", "ru", "--language", "ur", "--json"
    )
    told = json.loads(out)
    assert code == 0 and told["from_cache"] and {"en", "ru", "ur", "kk", "zh"} == set(languages())
    assert [Path(path).name for path in told["reports"]] == [
        "report.html",
        "report.ru.html",
        "report.ur.html",
    ]
    for code, path in zip(("en", "ru", "ur"), told["reports"], strict=True):
        page = Path(path).read_text("utf-8")
        assert f'<html lang="{code}" dir="{"rtl" if code == "ur" else "ltr"}">' in page
        assert page.count("<svg") == page.count("</svg>") > 3
        assert ("The quickest route" in page) == (code == "en") and ("Ответы" in page) == (
            code == "ru"
        )


def test_answers_are_exported(ran: Any, starter: Path, tmp_path: Path) -> None:
    code, out, err = ran("export", starter, tmp_path / "answers")
    assert code == 0 and out.strip() == str(tmp_path / "answers") and "tables" in err
    assert {"contents.csv", "routes.csv", "legs.csv", "sources.csv"} <= {
        path.name for path in (tmp_path / "answers").iterdir()
    }
    assert ran("export", starter, tmp_path / "answers.docx")[0] == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--language", "tlh"], "no language 'tlh'"),
        (["--language", "ru", "--language", "en", "--out", "x.html"], "one file"),
        (["--out", "x.docx"], "must end in .html or .pdf"),
        (["--pdf", "--out", "x.html"], "must end in .pdf"),
        (["--scenario", "nowhere"], "nowhere"),
    ],
)
def test_a_wrong_wish_is_usage(
    more: list[str],
    said: str,
    ran: Any,
    starter: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = ran("report", starter, *more)
    assert code in (1, 2) and said in err and not out and not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_pdf_is_printed_to_a4(ran: Any, starter: Path, tmp_path: Path) -> None:
    if find_browser() is None:
        pytest.skip("no Chromium is installed here")
    assert ran("report", starter, "--pdf", "--out", tmp_path / "x.pdf")[0] == 0
    data = (tmp_path / "x.pdf").read_bytes()
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF") and b"/Outlines" in data
    if shutil.which("pdfinfo"):
        told = subprocess.run(
            ["pdfinfo", tmp_path / "x.pdf"], capture_output=True, text=True, check=True
        ).stdout
        assert "(A4)" in told and "JavaScript:      no" in told


def test_without_a_browser_a_pdf_says_what_to_do(
    ran: Any, starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_BROWSER", "no-such-browser")
    code, _, err = ran("report", starter, "--pdf", "--out", tmp_path / "x.pdf")
    assert (
        code == 2
        and "CORRIDOR_BROWSER names 'no-such-browser'" in err
        and not list(tmp_path.iterdir())
    )
    monkeypatch.delenv("CORRIDOR_BROWSER")
    monkeypatch.setattr("corridor.reports.printing.find_browser", lambda: None)
    assert ".html" in ran("report", starter, "--pdf", "--out", tmp_path / "x.pdf")[2]


@pytest.mark.skipif(os.name != "posix", reason="a script stands for the browser")
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo it broke >&2; exit 3", "it broke"),
        ("exit 4", "exit code 4"),
        (
            'for x; do case "$x" in --print-to-pdf=*) printf "%%PDF-1.4 half" > "${x#*=}";; esac; done; exit 6',  # noqa: E501
            "exit code 6",
        ),
    ],
)
def test_a_browser_that_fails_is_quoted(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_browser(script, tmp_path, monkeypatch)
    with pytest.raises(ValueError, match=said):
        print_pdf(b"<p>page</p>")


@pytest.mark.skipif(os.name != "posix", reason="a script stands for the browser")
def test_a_page_nobody_waits_for_is_not_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser that hangs does not hold a thread of the server after its time is over."""
    use_browser("sleep 20", tmp_path, monkeypatch)
    flag = stopping.new_flag()
    Timer(0.1, flag.__setitem__, (0, 1)).start()
    with stopping.stopped_by(flag), pytest.raises(Stopped):
        print_pdf(b"<p>page</p>")


def test_a_catalogue_is_written_kept_and_told(ran: Any, starter: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(starter, own, ignore=shutil.ignore_patterns("results"))
    code, out, err = ran("translate", own, "ru")
    path = own / "languages" / "ru.po"
    texts = dict(phrases(study.read(own)))
    assert code == 0 and out.strip() == str(path) and f"0 of {len(texts)} texts" in err
    name = next(text for text, where in texts.items() if where == "nodes.name")
    filled = path.read_text("utf-8").replace(
        f'msgid "{name}"\nmsgstr ""', f'msgid "{name}"\nmsgstr "Город-Сказка"'
    )
    path.write_text(filled, encoding="utf-8")
    assert f"1 of {len(texts)} texts" in ran("translate", own, "ru")[2]
    with path.open("rb") as file:
        assert {message.id for message in read_po(file) if message.id} == set(texts)
    assert ran("report", own, "--language", "ru", "--out", tmp_path / "x.html")[0] == 0
    page = (tmp_path / "x.html").read_text("utf-8")
    assert "Город-Сказка" in page


@pytest.mark.parametrize(
    "word",
    ["russian-of-old", "ru_RU@x/../../../pwn", "ru./../../evil", "RU", "ru.UTF-8", "root", "../x"],
)
def test_no_language_is_usage(word: str, ran: Any, starter: Path) -> None:
    before = sorted(starter.parent.rglob("*"))
    code, out, err = ran("translate", starter, word)
    assert code == 2 and word in err and not out and sorted(starter.parent.rglob("*")) == before


def test_what_translators_wrote_is_kept(ran: Any, starter: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(starter, own, ignore=shutil.ignore_patterns("results"))
    ran("translate", own, "kk")
    path = own / "languages" / "kk.po"
    first = path.read_text("utf-8").replace(
        "#: nodes.name", "# ask the railway\n#, fuzzy\n#: nodes.name", 1
    )
    path.write_text(
        first.replace(
            '"Language: kk', '"Last-Translator: A. B. <a@example.org>\\n"\n"Language: kk'
        ),
        "utf-8",
    )
    ran("translate", own, "kk")
    text = path.read_text("utf-8")
    assert "# ask the railway" in text and "Last-Translator: A. B." in text


@pytest.mark.slow
def test_a_report_follows_the_study(ran: Any, starter: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(starter, own)
    toml = own / "study.toml"
    toml.write_text(toml.read_text("utf-8").replace("Starter: Almaty", "Another: Almaty"), "utf-8")
    assert ran("export", own, tmp_path / "tables", "--json")[0] == 0
    _, out, _ = ran("run", own, "--json")
    assert "Another: Almaty" in Path(json.loads(out)["report"]).read_text("utf-8")


def test_texts_shown_are_columns_of_text() -> None:
    for table, columns in SHOWN.items():
        assert {schema.table(table).column(column).kind for column in columns} == {"text"}, table


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff\xfe\x00",
        b"this is no catalogue\n",
        b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=klingon\\n"\n',
    ],
)
def test_a_damaged_catalogue_is_said_and_left(
    damage: bytes, ran: Any, starter: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(starter, own)
    (own / "languages").mkdir()
    path = own / "languages" / "ru.po"
    path.write_bytes(damage)
    for verb in (["translate", own, "ru"], ["report", own, "--language", "ru"]):
        code, out, err = ran(*verb)
        assert code == 2 and str(path) in err and not out
    assert path.read_bytes() == damage


def test_nothing_is_written_over_the_inputs(ran: Any, starter: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in starter.iterdir() if path.is_file()}
    for arguments in (
        ("export", starter, starter),
        ("export", starter, starter / "rates.xlsx"),
        ("run", starter, "--out", starter),
        ("simulate", starter, "--draws", "1", "--out", starter),
    ):
        code, _, err = ran(*arguments)
        assert code == 2 and "study" in err, arguments
    (tmp_path / "links.csv").write_text("mine")
    assert ran("export", starter, tmp_path)[0] == 2
    assert (tmp_path / "links.csv").read_text() == "mine"
    assert {path: path.read_bytes() for path in starter.iterdir() if path.is_file()} == before


def test_a_study_that_cannot_be_written_is_reported(
    ran: Any, starter: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(starter, tmp_path / "study", ignore=lambda *_: ["results"])
    (folder / "results").touch()
    code, out, _ = ran("report", folder, "--out", tmp_path / "r.html")
    assert code == 0 and Path(out.strip()).stat().st_size > 10_000
    assert ran("run", folder)[0] == 2
