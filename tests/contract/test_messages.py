from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from adminui.contract.messages import plain


class Model(BaseModel):
    model_config = ConfigDict(strict=True)

    number: int = Field(1, ge=1, le=32)
    flag: bool = True
    text: str = Field("x", min_length=1)
    word: Literal["a", "b", "c"] = "a"
    listed: list[int] = Field(default_factory=list, max_length=2)
    mapped: dict[str, str] = Field(default_factory=dict)
    inner: "Model | None" = None


SAID: list[tuple[dict[str, Any], str]] = [
    ({"number": 33}, "Must be 32 or less."),
    ({"number": 0}, "Must be 1 or more."),
    ({"number": "-5"}, "Must be a whole number, without quotes."),
    ({"number": "five"}, "Must be a whole number."),
    ({"number": 1.5}, "Must be a whole number."),
    ({"flag": "Yes"}, "Must be true or false, without quotes."),
    ({"flag": "perhaps"}, "Must be true or false."),
    ({"text": ""}, "Can’t be empty."),
    ({"text": 5}, "Must be text, in quotes."),
    ({"text": None}, "Must be text. For no text, give an empty one or leave it out."),
    ({"text": {}}, "Must be text."),
    ({"word": "d"}, "Must be a, b or c."),
    ({"listed": [1, 2, 3]}, "Must have at most 2 rows, has 3."),
    ({"listed": {}}, "Must be a list."),
    ({"mapped": []}, "Must be an object."),
    ({"inner": 5}, "Must be an object."),
]


@pytest.mark.parametrize(("given", "said"), SAID)
def test_an_error_says_what_would_be_right(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Model.model_validate(given)
    (error,) = refusal.value.errors()
    assert plain(error) == said


def test_an_error_of_our_own_is_said_as_it_is() -> None:
    ours = ValidationError.from_exception_data(
        "x", [{"type": PydanticCustomError("own", "{said}", {"said": "Say {this}."}), "input": 1}]
    )
    assert plain(ours.errors()[0]) == "Say {this}."
