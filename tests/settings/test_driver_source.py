"""Where a driver is read from: one source, with the keys that belong to it, and no secret in the file."""

from __future__ import annotations

import pytest

from finmod.errors import UserError
from finmod.settings.driver_source import SourceOfDriver, names_a_file
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_yaml
from tests.refusals import refusals, told


def read(text: str) -> SourceOfDriver:
    return validated(SourceOfDriver, parse_yaml(text, "f"))


REFUSED = """
    {}
        f:1:1: the file names no source; expected csv, parquet, excel, postgres, prometheus or sql. Say where the driver
          is read from. (FM2174)

    {csv: a.csv, parquet: a.parquet}
        f:1:23: parquet stands beside csv; expected csv alone. Make two drivers of it. (FM2174)

    {csv: }
        f:1:2: csv is empty; expected something. Fill it, or take the line out. (FM1005)

    {csv: s3://bucket/a.csv}
        f:1:7: csv is 's3://bucket/a.csv'; expected a local path. Addresses such as s3:// cannot be read yet: copy the
          files to a folder and name that. (FM1008)

    {csv: a.csv, sheet: One, timeout: 5}
        f:1:21: sheet stands beside csv; expected sheet beside excel alone. Take the line out. (FM2174)
        f:1:35: timeout stands beside csv; expected timeout beside postgres or prometheus alone. Take the line out.
          (FM2174)

    {postgres: "env:DSN"}
        f:1:1: the file has no sql; expected sql beside postgres. Add sql: and the file that has it. (FM2174)

    {prometheus: "http://localhost:9090"}
        f:1:1: the file has no query; expected query beside prometheus. Add query: and the file that has it. (FM2174)

    {prometheus: "http://h:9090", query: up, counter: true, step: 1m}
        f:1:63: step stands beside counter; expected no step beside counter. Take step out: of a counter every sample is
          read. (FM2174)

    {prometheus: "http://h:9090", query: up, step: 5}
        f:1:48: step is 5; expected a number of s, m, h or d, such as 5m. Write it as Prometheus does: 30s, 5m, 1h.
          (FM1006)

    {prometheus: "h:9090", query: up}
        f:1:14: prometheus is no address that begins with http:// or https://; expected an address, such as
          http://localhost:9090. Write http:// or https:// and the server, and nothing behind its path. (FM1006)

    {prometheus: "http://h:9090/?a=1", query: up}
        f:1:14: prometheus is an address with a ? or a # in it; expected an address, such as http://localhost:9090.
          Write http:// or https:// and the server, and nothing behind its path. (FM1006)

    {prometheus: "u:p@h:9090", query: up}
        f:1:14: prometheus has a password in it; expected an address without a password, or env:NAME. Put the whole
          address into a variable of the environment, and write env:PROMETHEUS_URL; change that password. (FM2175)

    {prometheus: "http://u:p/x@h:9090", query: up}
        f:1:14: prometheus has a password in it; expected an address without a password, or env:NAME. Put the whole
          address into a variable of the environment, and write env:PROMETHEUS_URL; change that password. (FM2175)

    {prometheus: "http://u:p@h:9090", query: up}
        f:1:14: prometheus has a password in it; expected an address without a password, or env:NAME. Put the whole
          address into a variable of the environment, and write env:PROMETHEUS_URL; change that password. (FM2175)

    {postgres: "postgresql://u:p@h/db", sql: a.sql}
        f:1:12: postgres has a password in it; expected the address of a database without its password, or env:NAME. Put
          the whole address into a variable of the environment, and write env:FINANCE_DSN; change that password.
          (FM2175)

    {postgres: "host=h password = p", sql: a.sql}
        f:1:12: postgres has a password in it; expected the address of a database without its password, or env:NAME. Put
          the whole address into a variable of the environment, and write env:FINANCE_DSN; change that password.
          (FM2175)

    {postgres: "postgresql://u:[p@h/db", sql: a.sql}
        f:1:12: postgres has a password in it; expected the address of a database without its password, or env:NAME. Put
          the whole address into a variable of the environment, and write env:FINANCE_DSN; change that password.
          (FM2175)

    {postgres: "postgresql://u:1/p@h/db", sql: a.sql}
        f:1:12: postgres has a password in it; expected the address of a database without its password, or env:NAME. Put
          the whole address into a variable of the environment, and write env:FINANCE_DSN; change that password.
          (FM2175)

    {postgres: "postgresql://h/db?sslpassword=p", sql: a.sql}
        f:1:12: postgres has a password in it; expected the address of a database without its password, or env:NAME. Put
          the whole address into a variable of the environment, and write env:FINANCE_DSN; change that password.
          (FM2175)

    {postgres: "postgresql://h:p/db", sql: a.sql}
        f:1:12: postgres is an address that cannot be read; expected such as postgresql://user@server/database, or
          host=server dbname=database user=user. Correct it. (FM1006)

    {postgres: "postgresql://h/db?password=p", sql: a.sql}
        f:1:12: postgres has a password in it; expected the address of a database without its password, or env:NAME. Put
          the whole address into a variable of the environment, and write env:FINANCE_DSN; change that password.
          (FM2175)

    {postgres: "env:2X", sql: a.sql}
        f:1:12: postgres is 'env:2X'; expected env:NAME, a variable of the environment. Put the secret there, and
          name it: env:NAME. (FM2175)

    {prometheus: "http://h", query: up, counter: true, token: abc}
        f:1:59: token is no name of a variable; expected env:NAME, a variable of the environment. Put the secret
          there, and name it: env:NAME. (FM2175)
"""


@pytest.mark.parametrize(("text", "messages"), refusals(REFUSED))
def test_what_cannot_be_meant_is_told(text: str, messages: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        read(text)
    assert [told(problem) for problem in caught.value.problems] == messages


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://reader@db.example.com/finance",
        "postgresql://reader@[::1]:5432,db2:5433/finance?application_name=a@b",
        "postgresql:///finance?host=/var/run/postgresql",
        "host=db dbname=finance user=reader",
        "env:FINANCE_DSN",
    ],
)
def test_a_database_without_a_password_may_stand_in_the_file(text: str) -> None:
    assert read(f'{{postgres: "{text}", sql: a.sql}}').kind == "postgres"


def test_a_query_is_a_file_where_it_is_one_word_that_ends_so() -> None:
    assert names_a_file("drivers/revenue.sql")
    assert names_a_file("k8s.promql")
    assert not names_a_file("SELECT * FROM 'a.csv'")
    assert not names_a_file("sum(rate(up[5m]))")
