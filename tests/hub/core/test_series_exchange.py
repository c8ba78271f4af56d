"""Two devices exchange their pasts: what is planned, and rows that move though both have the same times."""

from sqlalchemy import create_engine, text

from hub.contract import DeviceAddress
from hub.core import schema
from hub.core.history_tables import DAY_MS, SERIES_BITS, SeriesRow, key_of
from hub.core.series_exchange import Exchange, exchange, plan_exchange

OLD, NEW = DeviceAddress("bidcos", "OLD0000001"), DeviceAddress("bidcos", "NEW0000001")


def row(number: int, device: DeviceAddress, name: str) -> SeriesRow:
    datapoint = str(device.channel(1).datapoint(name))
    return SeriesRow(id=number, datapoint=datapoint, kind="float", unit=None, category="climate")


def test_series_change_names_and_one_without_a_partner_does_too() -> None:
    series = {
        device.channel(1).datapoint(name): row(number, device, name)
        for number, device, name in ((1, OLD, "LEVEL"), (2, NEW, "LEVEL"), (3, OLD, "POWER"))
    }
    plan = plan_exchange(series, (OLD, NEW), None, 9)
    power = NEW.channel(1).datapoint("POWER")
    assert plan.wanted.names == {
        1: str(NEW.channel(1).datapoint("LEVEL")),
        2: str(OLD.channel(1).datapoint("LEVEL")),
        3: str(power),
    }
    assert plan.wanted.pairs == ((1, 2),)
    assert plan.fresh == ()
    assert plan.after[power].id == 3


def test_the_way_back_numbers_a_series_for_what_the_new_one_reported() -> None:
    series = {NEW.channel(1).datapoint("POWER"): row(3, NEW, "POWER")}
    plan = plan_exchange(series, (OLD, NEW), 5, 9)
    assert [one.id for one in plan.fresh] == [9]
    assert plan.wanted.pairs == ((9, 3),)
    assert plan.after[NEW.channel(1).datapoint("POWER")].id == 9


def test_values_of_the_same_moment_change_places_and_older_ones_stay() -> None:
    engine = create_engine("sqlite://")
    since_ms = 10 * DAY_MS + 5
    with engine.begin() as connection:
        schema.metadata.create_all(connection)
        for number, name in ((1, "a"), (2, "b")):
            connection.execute(
                schema.series.insert().values(id=number, datapoint=name, kind="float", category="climate")
            )
            for at_ms in (since_ms - 1, since_ms, since_ms + 1):
                connection.execute(
                    schema.history.insert().values(key=key_of(at_ms, number), value=number * 1.5)
                )
            for day in (9, 10, 11):
                connection.execute(
                    schema.history_days.insert().values(key=day << SERIES_BITS | number, slots=b"%d" % number)
                )
            connection.execute(schema.state.insert().values(series=number, at=since_ms, value=number * 1.5))

        exchange(connection, Exchange(names={1: "b", 2: "a"}, pairs=((1, 2),), since_ms=since_ms))

        values = {one[0]: one[1] for one in connection.execute(text("SELECT key, value FROM history"))}
        days = {one[0]: one[1] for one in connection.execute(text("SELECT key, slots FROM history_days"))}
        names = {one[0]: one[1] for one in connection.execute(text("SELECT id, datapoint FROM series"))}
        state = {one[0]: one[1] for one in connection.execute(text("SELECT series, value FROM state"))}
    assert names == {1: "b", 2: "a"}
    assert [values[key_of(at_ms, 1)] for at_ms in (since_ms - 1, since_ms, since_ms + 1)] == [1.5, 3.0, 3.0]
    assert [values[key_of(at_ms, 2)] for at_ms in (since_ms - 1, since_ms, since_ms + 1)] == [3.0, 1.5, 1.5]
    assert [days[day << SERIES_BITS | 1] for day in (9, 10, 11)] == [b"1", b"1", b"2"]
    assert state == {1: 3.0, 2: 1.5}
    engine.dispose()
