"""The convention for runnable blocks: what is read, what counts as the same output."""

from __future__ import annotations

import pytest

from tools.fences import Command, blocks, difference

PAGE = """# Page

```console exit=1
$ finmod load \\
  aws
done
$ finmod check
```

```text
not ours
```

```yaml file=finmod.yaml
name: northwind
```
"""


def test_blocks_are_read_with_place_and_options() -> None:
    console, yaml = blocks(PAGE)

    assert (console.language, console.line, console.options) == ("console", 3, {"exit": "1"})
    assert console.commands() == [Command("finmod load   aws", "done\n"), Command("finmod check", "")]
    assert (yaml.line, yaml.text, yaml.options) == (14, "name: northwind\n", {"file": "finmod.yaml"})


@pytest.mark.parametrize(
    ("info", "message"),
    [("console loud", "unknown option 'loud'"), ("yaml skip", "gives its reason")],
)
def test_a_misspelt_info_string_is_refused(info: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(blocks(f"```{info}\n```\n"))


def test_a_console_block_begins_with_a_command() -> None:
    (block,) = blocks("```console\nfinmod load\n```\n")

    with pytest.raises(ValueError, match="begins with"):
        block.commands()


def test_a_loose_comparison_keeps_lines_and_their_order() -> None:
    real = "one   1\ntwo in 3.4 s\nthree\n"

    assert difference("one 1\n...\nthree\n", real, exact=False) is None
    assert difference("two in ... s", real, exact=False) is None
    assert difference("three\none 1", real, exact=False) == "one 1"
    assert difference("one", real, exact=False) == "one"


def test_an_exact_comparison_keeps_everything() -> None:
    assert difference("a  b\n", "a  b \n", exact=True) is None
    assert difference("a b\n", "a  b\n", exact=True) == "a b\n"
