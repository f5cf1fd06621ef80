"""What settings are called on charts: values, parameters, differences from a base, numbers."""

from itertools import product

from pages.shared.charts.setting_names import setting_names


def label(**parameters: object) -> str:
    return " · ".join(f"{name} {value}" for name, value in parameters.items())


def test_of_one_parameter_rows_have_its_values_and_sentences_its_name() -> None:
    found = setting_names(["batch size 64", "batch size 256"])
    assert list(found.rows.values()) == ["64", "256"]
    assert (found.title, found.key) == ("batch size", "")
    assert found.said == {"batch size 64": "batch size 64", "batch size 256": "batch size 256"}


def test_of_few_parameters_all_are_told() -> None:
    settings = [label(width=width, depth=depth) for width, depth in product((16, 32), (1, 2))]
    found = setting_names(settings)
    assert found.said == {setting: setting for setting in settings}
    assert found.key == ""


def test_one_setting_keeps_its_label() -> None:
    one = label(width=1, depth=2, loss="nmse", lr=0.1)
    assert setting_names([one]).said == {one: one}


def test_of_many_parameters_what_differs_from_the_most_alike_is_told() -> None:
    base = {"width": 64, "depth": 3, "loss": "nmse", "lr": 0.1, "activation": "relu"}
    settings = [label(**base | change) for change in ({"width": 128}, {"loss": "mse", "lr": 0.2}, {}, {"depth": 1})]
    found = setting_names(settings)
    assert list(found.said.values()) == ["width 128", "loss mse · lr 0.2", "base", "depth 1"]
    assert found.key.startswith(f"Base: {label(**base)}.")


def test_of_many_settings_of_many_parameters_there_are_numbers_that_go_on_in_the_next_chart() -> None:
    settings = [label(a=a, b=b, c=c, d=d) for a, b, c, d in product(range(3), repeat=4)]
    found = setting_names(settings[40:80], first=40)
    assert list(found.said.values()) == [f"setting {i}" for i in range(41, 81)]
    assert "numbered" in found.key


def test_settings_that_differ_in_more_than_parameters_are_numbered() -> None:
    alike = label(a=1, b=1, c=1, d=1)
    assert list(setting_names([f"{alike} · 0a1b2c", f"{alike} · 9f8e7d", label(a=2, b=1, c=1, d=1)]).said.values()) == [
        "setting 1",
        "setting 2",
        "setting 3",
    ]
