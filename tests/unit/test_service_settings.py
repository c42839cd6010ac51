"""A password that is in a file and not in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from consultation.errors import InvalidOption
from jobs.service_settings import ServiceSettings


@pytest.mark.parametrize("given", ["anamnese", "anamnese:old"])
def test_the_password_comes_from_its_file(tmp_path: Path, given: str) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss:w/ör%d\n", "utf-8")
    settings = ServiceSettings.model_validate(
        {
            "database_url": f"postgresql://{given}@db:5432/notes?sslmode=require",
            "database_password_file": file,
        }
    )
    url = make_url(settings.url)
    assert (url.username, url.password) == ("anamnese", "p@ss:w/ör%d")
    assert (url.host, url.port, url.database) == ("db", 5432, "notes")
    assert url.query == {"sslmode": "require"}


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    settings = ServiceSettings.model_validate(
        {"database_url": "postgresql://a@b/c", "database_password_file": tmp_path / "none"}
    )
    with pytest.raises(InvalidOption, match="ANAMNESE_DATABASE_PASSWORD_FILE"):
        _ = settings.url
