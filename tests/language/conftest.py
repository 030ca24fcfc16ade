"""What tests of languages may use: a pseudo-language, and the built-in study in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

import corridor as co
import language_cases as cases
from corridor.language.speech import speaking
from corridor.runs.texts import phrases
from corridor.study.study import Study

NAMES = (
    "Alma",
    "Port of Brill",
    "Rate: of one in the press, here",
    "Cor - Dorn / east",
    "said; and done",
    "by 3 or 4 m",
)


@pytest.fixture(scope="session")
def template() -> Catalog:
    """The messages that stand in the code now."""
    return cases.messages_in_code()


@pytest.fixture(scope="session")
def program_folder(template: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogues of a program that speaks the pseudo-language only."""
    folder = tmp_path_factory.mktemp("program")
    cases.save(cases.wide_messages(template), folder / f"{cases.CODE}.po")
    return folder


@pytest.fixture
def pseudo(program_folder: Path) -> Iterator[None]:
    """The program has the pseudo-language, for as long as a test runs."""
    with cases.catalogues_in(program_folder):
        yield


@pytest.fixture(scope="session")
def names_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study of which some names are in the pseudo-language."""
    folder = tmp_path_factory.mktemp("names")
    cases.save_texts(NAMES, folder)
    return folder


@pytest.fixture(scope="session")
def study(study_folder: Path) -> Study:
    """The built-in study."""
    return co.read(study_folder)


@pytest.fixture(scope="session")
def texts_folder(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built-in study's texts in the pseudo-language."""
    folder = tmp_path_factory.mktemp("texts")
    cases.save_texts((text for text, _ in phrases(study)), folder)
    return folder


@pytest.fixture
def spoken(pseudo: None, texts_folder: Path) -> Iterator[None]:
    """The pseudo-language is spoken, the built-in study's texts in it too."""
    with speaking(cases.CODE, texts_folder):
        yield
