"""A URL that nobody has placed is one of which nobody has said whom it is for."""

from tests.security.places import PLACES
from tests.security.placing import Of
from tests.security.routes import line_for, routes_of_pages


def test_every_url_is_placed():
    missing = [route for route in routes_of_pages() if route.name not in PLACES]

    lines = "\n".join(f"{line_for(one)}  # {one.shape}" for one in missing)
    assert not missing, f"Say in tests/security/places.py whom these URLs are for:\n{lines}"


def test_no_url_is_placed_that_is_gone():
    names = {route.name for route in routes_of_pages()}

    assert set(PLACES) - names == set(), "Take these lines out of tests/security/places.py"


def test_every_argument_of_a_url_is_explained():
    for route in routes_of_pages():
        ids = PLACES[route.name].ids if route.name in PLACES else {}
        unexplained = set(route.arguments) - {"slug"} - set(ids)
        assert not unexplained, (
            f"{route.name} takes {', '.join(unexplained)}: say in its line of "
            f'tests/security/places.py which row that is: ids={{"pk": Of("app.Model")}}'
        )


def test_what_an_argument_names_is_a_column(model_names):
    for name, place in PLACES.items():
        for value in place.ids.values():
            assert not isinstance(value, Of) or value.model in model_names, (name, value)
